//! Sealing: the evidence of a report, its statement in the ledger, and the seal in each file.

use std::collections::{BTreeMap, BTreeSet};

use trueline_figures::Slice;
use trueline_ledger::Hash;
use trueline_verify::{
    CALENDAR, CalendarFact, Digested, EVIDENCE, Evidence, Input, PACK, POPULATION, PackFact,
    PackText, PackUsed, PopulationFact, Statement, canonical_json, disagreements,
};

use super::press::{Press, Sealed, Sheet, statement};
use super::report::{Draft, Sheaf, holds_simulated};
use super::{Failure, indicators::Asked};
use crate::instance::Instance;
use crate::ledger::{LeafStore, Ledger, LedgerError, WitnessTimes};
use crate::systems::cases::dataset_schemas;
use crate::systems::indicators::evidence::{
    Commitments, Counted, FIGURE_SEMANTICS, Gathered, Leaves, ROW_SEMANTICS, question,
};
use crate::systems::indicators::{Ancestor, Dataset, FigureRow, Pack, Records as _, Results};
use crate::systems::reports::{self, DatasetLag, Enclosed, Report};

/// What a report corrects, and why.
#[derive(Debug, Clone, Default)]
pub(super) struct Correction {
    /// Digest of the published statement.
    pub(super) restates: Option<String>,
    pub(super) reason: Option<String>,
}

/// Seals the renderings of one report.
#[derive(Debug)]
pub(super) struct Sealer<'a> {
    sheaf: &'a Sheaf<'a>,
    ledger: Ledger,
    evidence: String,
    lags: Vec<DatasetLag>,
}

impl<'a> Sealer<'a> {
    /// Commits to what is not committed yet, and gathers the evidence of what `report` prints.
    pub(super) fn new(
        sheaf: &'a Sheaf<'a>,
        mut ledger: Ledger,
        report: &Report,
    ) -> Result<Sealer<'a>, Failure> {
        let asked = sheaf.asked;
        ledger.commit_batches(&asked.lake, &dataset_schemas())?;
        record_definitions(&mut ledger, asked)?;
        let inputs = witnessed_inputs(sheaf.instance, &mut ledger, asked.as_of)?;
        let evidence = evidence(sheaf, inputs, report)?;
        if let Some(wrong) = disagreements(&evidence).first() {
            return Err(Failure::no(format!("the report cannot be sealed: {wrong}")));
        }
        let text = canonical_json(&evidence).map_err(LedgerError::from)?;
        record_populations(&mut ledger, &evidence, &text)?;
        let lags = reports::lags(&evidence, &asked.question.period.name);
        Ok(Sealer { sheaf, ledger, evidence: text, lags })
    }

    /// How late the records of the period were committed to, for the report to say.
    pub(super) fn lags(&self) -> Vec<DatasetLag> {
        self.lags.clone()
    }

    pub(super) fn enclosed(&self) -> Enclosed<'_> {
        Enclosed { evidence: &self.evidence }
    }

    /// Puts the statement about these renderings into the ledger, and the seal into each of them.
    pub(super) fn seal(
        &mut self,
        drafts: &[&Draft],
        correction: &Correction,
        sheets: &mut [Sheet],
    ) -> Result<Option<Sealed>, Failure> {
        let asked = self.sheaf.asked;
        let simulated =
            self.sheaf.instance.settings.report.simulated || holds_simulated(&asked.lake)?;
        let period = &asked.question.period.name;
        let statement = Statement {
            restates: correction.restates.clone(),
            reason: correction.reason.clone(),
            ..statement(&asked.pack.id, period, simulated, &self.evidence)
        };
        let logo = drafts.first().and_then(|draft| draft.logo.as_ref());
        let text = |one: &Ancestor| (format!("{}.toml", one.id), one.text.clone());
        let mut press = Press {
            instance: self.sheaf.instance,
            ledger: &mut self.ledger,
            evidence: &self.evidence,
            reports: drafts.iter().map(|draft| &draft.report).collect(),
            logo: logo.map(|logo| (logo.kind.file_name(), logo.bytes.as_slice())),
            packs: asked.pack.lineage.iter().map(text).collect(),
        };
        press.seal(statement, sheets)
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

/// Who was in a population and how each was counted is a fact of its own, so that a single case
/// can be proved without the whole evidence.
fn record_populations(ledger: &mut Ledger, evidence: &Evidence, text: &str) -> Result<(), Failure> {
    let mut facts = Vec::new();
    for population in &evidence.populations {
        let Some(root) = &population.root else {
            continue;
        };
        let id = |at: &usize| evidence.definitions[*at].id.clone();
        let family = |family: &Vec<usize>| family.iter().map(id).collect();
        facts.push(canonical_json(&PopulationFact {
            format: POPULATION.to_owned(),
            dataset: population.dataset.clone(),
            period: population.period.clone(),
            rows: population.rows,
            root: root.clone(),
            families: population.families.iter().map(family).collect(),
            evidence: Hash::of(text.as_bytes()).to_hex(),
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

fn evidence(sheaf: &Sheaf<'_>, inputs: Vec<Input>, report: &Report) -> Result<Evidence, Failure> {
    let asked = sheaf.asked;
    let records = asked.records();
    let store = LeafStore::read(&asked.lake, &dataset_schemas(), asked.as_of)?;
    let leaves: &Leaves<'_> = &|dataset, batch, places| store.places(dataset.name(), batch, places);
    let commitments = Commitments { leaves, inputs: &inputs };
    let material = &sheaf.material;
    let printed = printed(report);
    let by = reports::slicing(&asked.pack, &asked.question.period);
    let mut periods = vec![printed_rows(&material.current, &printed.current)];
    let mut questions = vec![question(&material.current.period, &by)];
    if let Some(previous) = &material.previous {
        periods.push(printed_rows(previous, &printed.previous));
        questions.push(question(&previous.period, &by));
    }
    let is_wanted = |dataset: Dataset| {
        let mut bases = periods.iter().flatten().filter_map(|row| row.basis.as_ref());
        bases.any(|basis| basis.dataset == dataset)
    };
    let counted = Counted::read(&asked.pack, &questions, &is_wanted, &records, commitments)?;
    let mut gathered = Gathered::default();
    for (at, rows) in periods.iter().enumerate() {
        gathered.add(&counted, at, rows)?;
    }
    Ok(Evidence {
        format: EVIDENCE.to_owned(),
        pack: pack_used(&asked.pack),
        calendars: calendars(asked)?,
        semantics: semantics(),
        as_of: asked.as_of,
        inputs,
        definitions: gathered.definitions,
        populations: gathered.populations,
        figures: gathered.figures,
    })
}

fn printed_rows<'a>(results: &'a Results, printed: &Printed) -> Vec<&'a FigureRow> {
    results.rows.iter().filter(|row| printed.contains(&key(row))).collect()
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

/// The batches up to a cut, with the times of witnesses. Those that no witness vouched for yet are
/// shown to them first, so that the report need not go by the operator's clock.
fn witnessed_inputs(
    instance: &Instance,
    ledger: &mut Ledger,
    as_of: Option<i64>,
) -> Result<Vec<Input>, Failure> {
    let Some(policy) = super::ledger::policy(instance)? else {
        return Ok(inputs(ledger, as_of, None));
    };
    let times = ledger.witness_times(&policy)?;
    let found = inputs(ledger, as_of, Some(&times));
    if found.iter().all(|input| input.witnessed.is_some()) {
        return Ok(found);
    }
    super::ledger::ask_witnesses(instance, ledger)?;
    let times = ledger.witness_times(&policy)?;
    Ok(inputs(ledger, as_of, Some(&times)))
}

fn inputs(ledger: &Ledger, as_of: Option<i64>, times: Option<&WitnessTimes>) -> Vec<Input> {
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
        recorded: one.fact.recorded,
        witnessed: times.and_then(|times| times.of(one.entry)),
    })
    .collect()
}
