//! Sealing: the evidence of a report, its statement in the ledger, and the seal in each file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use trueline_figures::Slice;
use trueline_ledger::Hash;
use trueline_verify::{
    CALENDAR, CalendarFact, Digested, EVIDENCE, Evidence, Input, PACK, PackFact, PackText,
    PackUsed, Rendering, STATEMENT, Seal, Statement, Status, canonical_json, disagreements, fill,
    open_file, statement_id,
};

use super::report::{Sheaf, holds_simulated};
use super::{Failure, indicators::Asked};
use crate::ledger::{LeafStore, Ledger, LedgerError};
use crate::systems::cases::dataset_schemas;
use crate::systems::indicators::evidence::{
    FIGURE_SEMANTICS, Gathered, Leaves, ROW_SEMANTICS, question,
};
use crate::systems::indicators::{Dataset, FigureRow, Pack, Records as _, Results};
use crate::systems::reports::{self, Enclosed, Report};

/// A rendering to be sealed.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) format: &'static str,
    pub(super) language: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What a report was sealed as.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) id: String,
    /// Entries of the ledger under the seal's checkpoint.
    pub(super) size: u64,
}

/// The formats that carry a seal.
pub(super) fn carries_seal(ending: &str) -> bool {
    matches!(ending, "pdf" | "html" | "json")
}

/// Seals the renderings of one report.
#[derive(Debug)]
pub(super) struct Sealer<'a> {
    sheaf: &'a Sheaf<'a>,
    ledger: Ledger,
    evidence: String,
}

impl<'a> Sealer<'a> {
    /// Commits to what is not committed yet, and gathers the evidence of what `report` prints.
    pub(super) fn new(sheaf: &'a Sheaf<'a>, report: &Report) -> Result<Sealer<'a>, Failure> {
        let asked = sheaf.asked;
        let mut ledger = Ledger::open(sheaf.instance)?;
        ledger.commit_batches(&asked.lake, &dataset_schemas())?;
        record_definitions(&mut ledger, asked)?;
        let evidence = evidence(sheaf, &ledger, report)?;
        if let Some(wrong) = disagreements(&evidence).first() {
            return Err(Failure::no(format!("the report cannot be sealed: {wrong}")));
        }
        let evidence = canonical_json(&evidence).map_err(LedgerError::from)?;
        Ok(Sealer { sheaf, ledger, evidence })
    }

    pub(super) fn enclosed(&self) -> Enclosed<'_> {
        Enclosed { evidence: &self.evidence }
    }

    /// Puts the statement about these renderings into the ledger, and the seal into each of them.
    /// Nothing if none of them carries one.
    pub(super) fn seal(&mut self, sheets: &mut [Sheet]) -> Result<Option<Sealed>, Failure> {
        let mut sheets: Vec<&mut Sheet> =
            sheets.iter_mut().filter(|sheet| carries_seal(sheet.format)).collect();
        if sheets.is_empty() {
            return Ok(None);
        }
        let mut renderings = Vec::new();
        for sheet in &sheets {
            let (digest, _) = open_file(&sheet.bytes)?;
            renderings.push(Rendering {
                format: sheet.format.to_owned(),
                language: sheet.language.to_owned(),
                sha256: digest.to_hex(),
            });
        }
        renderings.sort();
        let asked = self.sheaf.asked;
        let simulated =
            self.sheaf.instance.settings.report.simulated || holds_simulated(&asked.lake)?;
        let statement = Statement {
            format: STATEMENT.to_owned(),
            program: format!("Trueline {}", env!("CARGO_PKG_VERSION")),
            status: Status::Draft,
            pack: asked.pack.id.clone(),
            period: asked.question.period.name.clone(),
            simulated,
            evidence: Hash::of(self.evidence.as_bytes()).to_hex(),
            renderings,
            prepared_by: None,
            reviewed_by: None,
            signed_by: None,
            restates: None,
            reason: None,
        };
        let entry = statement.to_entry().map_err(LedgerError::from)?;
        let id = statement_id(&entry);
        let seal = self.sealed(&id, entry)?;
        for sheet in &mut sheets {
            fill(&mut sheet.bytes, &seal)?;
        }
        let checkpoint = trueline_ledger::Checkpoint::parse(seal.receipt.checkpoint().text());
        Ok(Some(Sealed { id, size: checkpoint.map_err(LedgerError::from)?.size() }))
    }

    /// The seal of a statement: the one it has, so that the bytes repeat, or a new one.
    fn sealed(&mut self, id: &str, entry: String) -> Result<Seal, Failure> {
        let folder = self.sheaf.instance.folder().join("sealed").join(id);
        let file = folder.join("seal.txt");
        if self.ledger.find(entry.as_bytes()).is_some()
            && let Ok(text) = fs::read_to_string(&file)
        {
            return Ok(Seal::from_base64(text.trim_end())?);
        }
        fs::create_dir_all(&folder)?;
        super::report::write(&folder.join("evidence.json"), self.evidence.as_bytes())?;
        super::report::write(&folder.join("statement.json"), entry.as_bytes())?;
        let number = self.ledger.record(vec![entry.clone().into_bytes()])?;
        let receipt = self.ledger.receipt(number.first().copied().unwrap_or_default())?;
        let seal = Seal { entry, receipt };
        super::report::write(&file, format!("{}\n", seal.to_base64()).as_bytes())?;
        Ok(seal)
    }
}

/// The packs and calendars that figures are made with are facts, too.
fn record_definitions(ledger: &mut Ledger, asked: &Asked) -> Result<(), Failure> {
    let mut facts = Vec::new();
    for pack in &asked.pack.lineage {
        facts.push(canonical_json(&PackFact {
            format: PACK.to_owned(),
            id: pack.id.clone(),
            version: pack.version.clone(),
            sha256: pack.digest.clone(),
        }));
    }
    for calendar in calendars(asked)? {
        facts.push(canonical_json(&CalendarFact {
            format: CALENDAR.to_owned(),
            name: calendar.name,
            sha256: calendar.sha256,
        }));
    }
    let facts = facts.into_iter().collect::<Result<Vec<_>, _>>().map_err(LedgerError::from)?;
    ledger.record(facts.into_iter().map(String::into_bytes).collect())?;
    Ok(())
}

/// The calendar that the pack's clocks run by.
fn calendars(asked: &Asked) -> Result<Vec<Digested>, Failure> {
    let all = asked.records().calendars()?;
    let named = all.iter().filter(|one| Some(one.name()) == asked.pack.calendar.as_deref());
    let digested = |one: &trueline_clock::Calendar| Digested {
        name: one.name().to_owned(),
        sha256: one.digest(),
    };
    Ok(named.map(digested).collect())
}

fn evidence(sheaf: &Sheaf<'_>, ledger: &Ledger, report: &Report) -> Result<Evidence, Failure> {
    let asked = sheaf.asked;
    let records = asked.records();
    let store = LeafStore::read(&asked.lake, &dataset_schemas(), asked.as_of)?;
    let leaves: &Leaves<'_> = &|dataset, batch, places| store.places(dataset.name(), batch, places);
    let mut gathered = Gathered::default();
    let material = &sheaf.material;
    let printed = printed(report);
    let by = reports::slicing(&asked.pack, &asked.question.period);
    let mut add = |results: &Results, printed: &Printed| {
        let rows: Vec<&FigureRow> =
            results.rows.iter().filter(|row| printed.contains(&key(row))).collect();
        gathered.add(&asked.pack, &question(&results.period, &by), &records, &rows, leaves)
    };
    add(&material.current, &printed.current)?;
    if let Some(previous) = &material.previous {
        add(previous, &printed.previous)?;
    }
    Ok(Evidence {
        format: EVIDENCE.to_owned(),
        pack: pack_used(&asked.pack),
        calendars: calendars(asked)?,
        semantics: semantics(),
        as_of: asked.as_of,
        inputs: inputs(ledger, asked.as_of),
        definitions: gathered.definitions,
        populations: gathered.populations,
        figures: gathered.figures,
        lag: None,
    })
}

type Key = (String, Slice);
type Printed = BTreeSet<Key>;

fn key(row: &FigureRow) -> Key {
    (format!("{}.{}", row.indicator, row.statistic), row.slice.clone())
}

/// Which figures a report prints, of its period and of the one before.
struct PrintedFigures {
    current: Printed,
    previous: Printed,
}

fn printed(report: &Report) -> PrintedFigures {
    let slices = report
        .slices
        .iter()
        .map(|row| (format!("{}.{}", row.indicator, row.statistic), row.slice.clone()));
    let mut current: Printed = slices.collect();
    let mut previous = Printed::new();
    for line in report.lines() {
        let key = (line.id(), line.figure.slice.clone());
        if line.previous.as_ref().is_some_and(|before| !before.as_published) {
            previous.insert(key.clone());
        }
        current.insert(key);
    }
    PrintedFigures { current, previous }
}

fn pack_used(pack: &Pack) -> PackUsed {
    let lineage = pack.lineage.iter().map(|one| PackText {
        id: one.id.clone(),
        version: one.version.clone(),
        sha256: one.digest.clone(),
    });
    PackUsed { id: pack.id.clone(), version: pack.version.clone(), lineage: lineage.collect() }
}

fn semantics() -> BTreeMap<String, String> {
    BTreeMap::from([
        ("figures".to_owned(), FIGURE_SEMANTICS.to_owned()),
        ("member".to_owned(), ROW_SEMANTICS.to_owned()),
        ("row".to_owned(), ROW_SEMANTICS.to_owned()),
        ("zones".to_owned(), trueline_clock::zone_rules_version().to_owned()),
    ])
}

fn inputs(ledger: &Ledger, as_of: Option<i64>) -> Vec<Input> {
    let cut = as_of.unwrap_or(i64::MAX);
    let known = ledger.batches().into_iter().filter(|one| one.fact.recorded <= cut);
    let datasets: Vec<&str> = Dataset::ALL.iter().map(|dataset| dataset.name()).collect();
    let used = known.filter(|one| datasets.contains(&one.fact.dataset.as_str()));
    used.map(|one| Input {
        dataset: one.fact.dataset,
        batch: one.fact.batch,
        entry: one.entry,
        rows: one.fact.rows,
        root: one.fact.root,
    })
    .collect()
}
