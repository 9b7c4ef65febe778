//! `trueline spot-check FILE`: cases that the operator could not choose, to look at in the field.
//!
//! What cryptography cannot show is whether records were true when they were written. This draws
//! cases by a value that nobody knew when the report was sealed, lists what to ask for, proves each
//! case against the ledger, and says what the answers support.

mod answers;
mod sheet;

use jiff::tz::TimeZone;
use trueline_ledger::{Hash, Policy, Receipt};
use trueline_numbers::error_rate_upper_bound;
use trueline_verify::{
    CASE, CaseChecked, CaseExtra, Draw, Evidence, MemberRead, Options, OutcomeRead, Population,
    check_file, evidence_in, seal_in, seed,
};

use super::arguments::SpotCheck;
use super::ledger::prove::{population_entry, proof, receipt, row_proof};
use super::ledger::{policy_in, read};
use super::{Align, Failure, Format, Language, Progress, Table};
use crate::instance::Instance;
use crate::ledger::{Archive, History, Place};
use answers::{judge, rate_text};
use sheet::Sheet;

/// How sure the stated bound is.
const LEVEL: f64 = 0.95;

/// A case that was drawn.
struct Drawn {
    /// Its place in the population.
    place: u64,
    checked: CaseChecked,
    proof: String,
}

pub(super) fn run(asked: &SpotCheck, language: Language) -> Result<(), Failure> {
    let bytes = read(&asked.file)?;
    let policy = asked.policy.as_deref().map(policy_in).transpose()?;
    let options = Options { policy: policy.as_ref(), ..Options::default() };
    let holds = check_file(&bytes, &asked.file.display().to_string(), &options).holds;
    let (Some(evidence), Some(seal), true) = (evidence_in(&bytes), seal_in(&bytes), holds) else {
        return Err(Failure::no(language.pick(
            "报告本身不一致，抽查没有意义",
            "the report does not agree with itself, so there is nothing to draw from",
        ))
        .with_next(
            language.pick("先运行 `trueline verify 文件`", "run `trueline verify FILE` first"),
        ));
    };
    let (population, family) = population(&evidence, asked.figure.as_deref(), language)?;
    let seed = seed(seal.receipt.checkpoint(), &asked.value);
    let step = language.pick("抽取工单", "drawing cases");
    let bar = Progress::start(step, 0);
    let (drawn, zone) = draw(asked, &evidence, population, (seed, family), policy.as_ref())?;
    bar.done(&format!("{step}: {}", drawn.len()));
    let newest = newest_witness(&seal.receipt, policy.as_ref());
    if let Some(path) = &asked.answers {
        return judge(&drawn, path, asked.format, language);
    }
    let indicator = asked.figure.as_deref().and_then(|id| Some(id.rsplit_once('.')?.0.to_owned()));
    let sheet = Sheet::new(&drawn, (&zone, indicator.as_deref()), language);
    if let Some(folder) = &asked.out {
        sheet.write(folder, &drawn)?;
    }
    sheet.table.print(asked.format, &sheet.json(seed))?;
    if asked.format == Format::Table {
        explain(asked, (seed, newest), drawn.len(), language);
    }
    Ok(())
}

/// The cases of the report's period, and the family of a figure among its definitions.
fn population<'a>(
    evidence: &'a Evidence,
    figure: Option<&str>,
    language: Language,
) -> Result<(&'a Population, Option<u64>), Failure> {
    let Some(id) = figure else {
        let found = evidence.populations.iter().find(|one| one.dataset == "case");
        let found = found.filter(|one| one.root.is_some());
        return found.map(|one| (one, None)).ok_or_else(|| {
            Failure::no(language.pick("该报告不涉及工单", "the report is about no case"))
        });
    };
    let used = evidence.figures.iter().find(|one| one.figure == id && one.population.is_some());
    let found = used.and_then(|used| {
        let population = evidence.populations.get(used.population?)?;
        let definition = population.cells.get(used.cell?)?.definition;
        let family = population.families.iter().position(|ids| ids.contains(&definition))?;
        Some((population, Some(family as u64)))
    });
    found.ok_or_else(|| {
        let mut known: Vec<&str> = evidence
            .figures
            .iter()
            .filter(|one| one.cell.is_some())
            .map(|one| one.figure.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        Failure::request(
            language.pick(
                format!("报告中没有由记录算出的指标 `{id}`"),
                format!("no figure `{id}` of the report is made from records"),
            ),
            language.pick(
                format!("可选：{}", known.join("、")),
                format!("use one of {}", known.join(", ")),
            ),
        )
    })
}

fn draw(
    asked: &SpotCheck,
    evidence: &Evidence,
    population: &Population,
    (seed, family): (Hash, Option<u64>),
    policy: Option<&Policy>,
) -> Result<(Vec<Drawn>, TimeZone), Failure> {
    let instance = Instance::open(&asked.data, None)?;
    let history = History::read(&instance)?.ok_or_else(|| {
        Failure::request(
            format!("{} holds no ledger", asked.data.display()),
            "name a folder that `trueline export --for-verification` made",
        )
    })?;
    let archive = Archive::open(evidence, &instance)?;
    let is_wanted = |member: &MemberRead| {
        member.verdicts.iter().any(|verdict| {
            family.is_none_or(|family| verdict.family == family)
                && verdict.outcome != OutcomeRead::Open
        })
    };
    let order = Draw::new(seed, population.rows);
    let places = archive.sample(population, order, asked.cases as usize, &is_wanted)?;
    let members: Vec<_> = places.iter().map(|place| &place.member).collect();
    let rows = archive.find_rows(&members)?;
    let (number, entry) = population_entry(&history, population)?;
    let prove = |(place, row): (&Place, Option<crate::ledger::Row>)| {
        let row = row.map(|row| row_proof(&history, row)).transpose()?;
        let extra = CaseExtra {
            format: CASE.to_owned(),
            case: place.member.key.clone(),
            population: entry.clone(),
            members: vec![proof(place)],
            row,
        };
        let (proof, checked) = receipt(&history, number, &extra)?;
        if policy.is_some() {
            trueline_verify::check_case(proof.as_bytes(), policy, &history.retirements()?)?;
        }
        Ok(Drawn { place: place.index, checked, proof })
    };
    let drawn = places.iter().zip(rows).map(prove).collect::<Result<_, Failure>>()?;
    Ok((drawn, archive.zone()))
}

/// The newest time at which a witness had seen the checkpoint.
fn newest_witness(receipt: &Receipt, policy: Option<&Policy>) -> Option<u64> {
    let trust = policy?.check(receipt.checkpoint(), &[]).ok()?;
    trust.witnesses.iter().map(|(_, time)| *time).max()
}

fn explain(
    asked: &SpotCheck,
    (seed, newest): (Hash, Option<u64>),
    drawn: usize,
    language: Language,
) {
    let (seed, value) = (seed.to_hex(), &asked.value);
    let bound = error_rate_upper_bound(0, drawn as u64, LEVEL).unwrap_or(1.0);
    let bound = rate_text(bound);
    let newer = match newest.map(super::ledger::moment) {
        Some(time) => language.pick(
            format!("该数值须晚于 {time}，即见证方见到检查点的时间。"),
            format!("The value must be newer than {time}, when a witness had seen the checkpoint."),
        ),
        None => language.pick(
            "没有可信的见证时间（见 --policy）：该数值须晚于您收到该文件的时间。".to_owned(),
            "No witness's time is trusted (see --policy): the value must be newer than your receipt \
             of the file."
                .to_owned(),
        ),
    };
    match language {
        Language::Chinese => {
            println!("抽出 {drawn} 件。种子 {seed} = SHA-256(检查点 ‖ “{value}”)。{newer}");
            println!(
                "逐件索取：源系统工单及操作日志、用户侧佐证、暂停与排除的审批单（见抽查表）。"
            );
            println!("全部属实时，以 95% 的把握，差错率不超过 {bound}。");
        }
        Language::English => {
            println!(
                "{drawn} cases drawn, by the seed {seed} = SHA-256(checkpoint ‖ \"{value}\")."
            );
            println!("{newer}");
            println!(
                "Ask for each: the order and its log in the source system, what the customer can \
                 confirm, approvals of pauses and exclusions (the sheet lists them)."
            );
            println!(
                "If all are found as recorded, the error rate is at most {bound}, with 95% confidence."
            );
        }
    }
}
