//! `trueline ledger prove CASE`: was my case counted, and as what?

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trueline_verify::{
    CASE, CaseChecked, CaseExtra, CaseFound, Evidence, MemberProof, Population, PopulationFact,
    RowProof, check_case, from_canonical_json,
};

use super::{Failure, history, write};
use crate::cli::Language;
use crate::instance::Instance;
use crate::ledger::{Archive, Found, History, LedgerError, Place, Row};

/// What is asked of a case.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// `source/source_key`
    pub(super) case: &'a str,
    /// The first digits of a sealed report's id; the newest without.
    pub(super) report: Option<&'a str>,
    pub(super) out: Option<&'a Path>,
}

pub(super) fn run(
    instance: &Instance,
    asked: &Asked<'_>,
    language: Language,
) -> Result<(), Failure> {
    let Some((source, key)) = asked.case.split_once('/') else {
        return Err(Failure::request(
            language.pick("工单应写作 来源/编号", "a case is written SOURCE/NUMBER"),
            language.pick("如 simulated-bss/2020H1-1-000000042", "as `trueline cases` prints it"),
        ));
    };
    let case = vec![source.to_owned(), key.to_owned()];
    let history = history(instance)?;
    let evidence = evidence(instance, &history, asked.report, language)?;
    let population = evidence.populations.iter().find(|one| one.dataset == "case");
    let Some(population) = population.filter(|one| one.root.is_some()) else {
        return Err(Failure::no(language.pick("该报告不涉及工单", "the report is about no case")));
    };
    let (number, entry) = population_entry(&history, population)?;
    let archive = Archive::open(&evidence, instance)?;
    let (members, row) = match &archive.find_case(population, &case)? {
        Found::Member(place) => {
            let row = archive.find_rows(&[&place.member])?.pop().flatten();
            (vec![proof(place)], row.map(|row| row_proof(&history, row)).transpose()?)
        }
        Found::Absent { before, after } => (before.iter().chain(after).map(proof).collect(), None),
    };
    let extra = CaseExtra { format: CASE.to_owned(), case, population: entry, members, row };
    let (receipt, checked) = receipt(&history, number, &extra)?;
    if let Some(path) = asked.out {
        write(path, receipt.as_bytes())?;
    }
    say(&checked, language);
    Ok(())
}

/// The number and text of the entry that is about a population.
pub(in crate::cli) fn population_entry(
    history: &History,
    population: &Population,
) -> Result<(u64, String), Failure> {
    let entries = history.entries().collect::<Result<Vec<_>, LedgerError>>()?;
    let found = entries.iter().enumerate().find_map(|(number, entry)| {
        let fact = PopulationFact::from_entry(entry)?;
        let same = Some(&fact.root) == population.root.as_ref() && fact.period == population.period;
        same.then(|| (number as u64, String::from_utf8_lossy(entry).into_owned()))
    });
    found.ok_or_else(|| Failure::no("the population of the report is not in the ledger"))
}

/// A receipt of a case, checked as its reader will check it.
pub(in crate::cli) fn receipt(
    history: &History,
    number: u64,
    extra: &CaseExtra,
) -> Result<(String, CaseChecked), Failure> {
    let extra = extra.to_bytes().map_err(LedgerError::from)?;
    let receipt = history.receipt_with(number, extra)?.to_string();
    let checked = check_case(receipt.as_bytes(), None, &[])?;
    Ok((receipt, checked))
}

/// The evidence of a sealed report: the one asked for, or the newest.
fn evidence(
    instance: &Instance,
    history: &History,
    asked: Option<&str>,
    language: Language,
) -> Result<Evidence, Failure> {
    let mut found = None;
    for entry in history.entries() {
        let entry = entry?;
        if trueline_verify::Statement::from_entry(&entry).is_some() {
            let id = trueline_verify::statement_id(&String::from_utf8_lossy(&entry));
            if asked.is_none_or(|asked| id.starts_with(asked)) {
                found = Some(id);
            }
        }
    }
    let Some(id) = found else {
        return Err(Failure::request(
            language.pick("没有这份已封印的报告", "no such report was sealed"),
            language.pick("先运行 `trueline report`", "run `trueline report` first"),
        ));
    };
    let text = fs::read(instance.folder().join("sealed").join(id).join("evidence.json"))?;
    Ok(from_canonical_json(&text).map_err(LedgerError::from)?)
}

pub(in crate::cli) fn proof(place: &Place) -> MemberProof {
    MemberProof {
        index: place.index,
        member: STANDARD.encode(&place.member.bytes),
        path: place.path.iter().map(ToString::to_string).collect(),
    }
}

pub(in crate::cli) fn row_proof(history: &History, row: Row) -> Result<RowProof, Failure> {
    let batch = String::from_utf8_lossy(&history.entry(row.entry)?).into_owned();
    Ok(RowProof {
        batch,
        index: row.index,
        row: STANDARD.encode(&row.salted),
        path: row.path.iter().map(ToString::to_string).collect(),
        receipt: history.receipt(row.entry, history.note())?.to_string(),
    })
}

fn say(checked: &CaseChecked, language: Language) {
    let (case, period) = (checked.case.join("/"), &checked.population.period);
    match &checked.found {
        CaseFound::Counted { .. } => {
            println!(
                "{}",
                language.pick(
                    format!("{case} 在 {period} 的工单集合中"),
                    format!("{case} is in the population of {period}"),
                )
            );
            for line in checked.counted_as() {
                let language = language
                    .pick(trueline_verify::Language::Chinese, trueline_verify::Language::English);
                println!("  {}", line.as_str(language));
            }
        }
        CaseFound::NotThere { before, after } => {
            let name =
                |key: &Option<Vec<String>>| key.as_ref().map_or("—".into(), |k| k.join("/"));
            let (before, after) = (name(before), name(after));
            println!(
                "{}",
                language.pick(
                    format!("{case} 不在 {period} 的工单集合中；相邻的两件：{before}，{after}"),
                    format!("{case} is not in the population of {period}; its two neighbours: {before}, {after}"),
                )
            );
        }
    }
}
