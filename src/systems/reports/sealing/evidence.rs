//! The evidence of a report: what the ledger knows about its records, and how each figure adds up.

use std::collections::{BTreeMap, BTreeSet};

use trueline_clock::{Calendar, CalendarError};
use trueline_ledger::Hash;
use trueline_verify::{
    BatchInput, CALENDAR, CalendarEntry, EVIDENCE, Evidence, JsonError, NamedDigest, PACK,
    POPULATION, PackEntry, PackText, PackUsed, PopulationEntry, to_canonical_json,
};

use super::error::SealReportError;
use crate::datasets::{Dataset, Datasets};
use crate::language::Language;
use crate::ledger::{LeafStore, Ledger, LedgerError, WitnessTimes};
use crate::state::State;
use crate::systems::indicators::evidence::{
    Commitments, CountedPeriods, FIGURE_SEMANTICS, Gathered, Leaves, ROW_SEMANTICS,
};
use crate::systems::indicators::{FigureResults, FigureRow, Inquiry, Pack, RecordSource as _};
use crate::systems::reports::assemble::{FigureKey, choose_printed_figures};
use crate::systems::reports::{ReportInputs, make_figure_question};

/// Records the packs and calendars that figures are made with.
pub(super) fn record_definitions(
    ledger: &mut Ledger,
    inquiry: &Inquiry,
) -> Result<(), SealReportError> {
    let mut entries = Vec::new();
    for pack in &inquiry.pack.lineage {
        entries.push(to_canonical_json(&PackEntry {
            format: PACK.to_owned(),
            id: pack.id.clone(),
            version: pack.version.clone(),
            sha256: pack.digest.clone(),
        }));
    }
    for calendar in digest_calendars(inquiry)? {
        entries.push(to_canonical_json(&CalendarEntry {
            format: CALENDAR.to_owned(),
            name: calendar.name,
            sha256: calendar.sha256,
        }));
    }
    record_entries(ledger, entries)?;
    Ok(())
}

/// Records for each population who was in it and how each was counted, so that a single case can
/// be proved without the whole evidence.
pub(super) fn record_populations(
    ledger: &mut Ledger,
    evidence: &Evidence,
    text: &str,
) -> Result<(), LedgerError> {
    let mut entries = Vec::new();
    for population in &evidence.populations {
        let Some(root) = &population.root else {
            continue;
        };
        let id = |at: &usize| evidence.definitions[*at].id.clone();
        let family = |family: &Vec<usize>| family.iter().map(id).collect();
        entries.push(to_canonical_json(&PopulationEntry {
            format: POPULATION.to_owned(),
            dataset: population.dataset.clone(),
            period: population.period.clone(),
            rows: population.rows,
            root: root.clone(),
            families: population.families.iter().map(family).collect(),
            evidence: Hash::digest_of(text.as_bytes()).to_hex(),
        }));
    }
    record_entries(ledger, entries)
}

/// The digest of the calendar that the pack's clocks run by.
fn digest_calendars(inquiry: &Inquiry) -> Result<Vec<NamedDigest>, CalendarError> {
    let all = inquiry.lake_records().read_calendars()?;
    let named = all.iter().filter(|one| Some(one.name()) == inquiry.pack.calendar.as_deref());
    let digested =
        |one: &Calendar| NamedDigest { name: one.name().to_owned(), sha256: one.content_digest() };
    Ok(named.map(digested).collect())
}

/// Gathers the evidence of every figure that a report prints.
pub(super) fn gather_evidence(
    report: &ReportInputs<'_>,
    inputs: Vec<BatchInput>,
) -> Result<Evidence, SealReportError> {
    let inquiry = report.inquiry;
    let records = inquiry.lake_records();
    let schemas = report.state.datasets.schemas();
    let store = LeafStore::read(&inquiry.lake, &schemas, inquiry.as_of)?;
    let leaves: &Leaves<'_> =
        &|dataset, batch, places| store.leaves_at(dataset.name(), batch, places);
    let commitments = Commitments { leaves, inputs: &inputs };
    let material = &report.material;
    // Which figures are printed does not depend on the language.
    let printed = choose_printed_figures(&report.basis(Language::Chinese));
    let mut periods = vec![select_printed_rows(&material.current, &printed.current)];
    let question = make_figure_question(&inquiry.pack, &material.current.period);
    let mut questions = vec![question.clone()];
    if let Some(previous) = &material.previous {
        periods.push(select_printed_rows(previous, &printed.previous));
        questions.push(question.for_period(previous.period.clone()));
    }
    let is_wanted = |dataset: Dataset| {
        let mut bases = periods.iter().flatten().filter_map(|row| row.basis.as_ref());
        bases.any(|basis| basis.dataset == dataset)
    };
    let counted = CountedPeriods::read_datasets(
        &inquiry.pack,
        &questions,
        &is_wanted,
        &records,
        commitments,
    )?;
    let mut gathered = Gathered::default();
    for (at, rows) in periods.iter().enumerate() {
        gathered.add_period(&counted, at, rows)?;
    }
    Ok(Evidence {
        format: EVIDENCE.to_owned(),
        pack: describe_pack(&inquiry.pack),
        calendars: digest_calendars(inquiry)?,
        semantics: list_semantics(),
        as_of: inquiry.as_of,
        inputs,
        definitions: gathered.definitions,
        populations: gathered.populations,
        figures: gathered.figures,
    })
}

fn select_printed_rows<'a>(
    results: &'a FigureResults,
    printed: &BTreeSet<FigureKey>,
) -> Vec<&'a FigureRow> {
    let key = |row: &FigureRow| (format!("{}.{}", row.indicator, row.statistic), row.slice.clone());
    results.rows.iter().filter(|row| printed.contains(&key(row))).collect()
}

fn record_entries(
    ledger: &mut Ledger,
    entries: Vec<Result<String, JsonError>>,
) -> Result<(), LedgerError> {
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    let entries: Vec<Vec<u8>> = entries.into_iter().map(String::into_bytes).collect();
    ledger.record_entries(&entries)?;
    Ok(())
}

fn describe_pack(pack: &Pack) -> PackUsed {
    let lineage = pack.lineage.iter().map(|one| PackText {
        id: one.id.clone(),
        version: one.version.clone(),
        sha256: one.digest.clone(),
    });
    PackUsed { id: pack.id.clone(), version: pack.version.clone(), lineage: lineage.collect() }
}

fn list_semantics() -> BTreeMap<String, String> {
    BTreeMap::from([
        ("figures".to_owned(), FIGURE_SEMANTICS.to_owned()),
        ("member".to_owned(), ROW_SEMANTICS.to_owned()),
        ("row".to_owned(), ROW_SEMANTICS.to_owned()),
        ("zones".to_owned(), trueline_clock::zone_rules_version().to_owned()),
    ])
}

/// The batches up to a cut, with the times of witnesses. Batches that no witness has vouched for
/// are shown to the witnesses first, so that the report does not depend on the operator's clock.
pub(super) fn list_witnessed_inputs(
    state: &State,
    ledger: &mut Ledger,
    as_of: Option<i64>,
) -> Result<Vec<BatchInput>, SealReportError> {
    let known = |ledger: &Ledger, times: Option<&WitnessTimes>| {
        list_inputs(ledger, &state.datasets, as_of, times)
    };
    let Some(policy) = state.read_policy()? else {
        return Ok(known(ledger, None));
    };
    let times = ledger.witness_times(&policy)?;
    let found = known(ledger, Some(&times));
    if found.iter().all(|input| input.witnessed.is_some()) {
        return Ok(found);
    }
    state.ask_witnesses(ledger)?;
    let times = ledger.witness_times(&policy)?;
    Ok(known(ledger, Some(&times)))
}

fn list_inputs(
    ledger: &Ledger,
    datasets: &Datasets,
    as_of: Option<i64>,
    times: Option<&WitnessTimes>,
) -> Vec<BatchInput> {
    let cut = as_of.unwrap_or(i64::MAX);
    let known = ledger.committed_batches().into_iter().filter(|one| one.fact.recorded <= cut);
    let used = known.filter(|one| datasets.find(&one.fact.dataset).is_some());
    used.map(|one| BatchInput {
        dataset: one.fact.dataset,
        batch: one.fact.batch,
        entry: one.entry,
        rows: one.fact.rows,
        root: one.fact.root,
        recorded: one.fact.recorded,
        witnessed: times.and_then(|times| times.earliest_time(one.entry)),
    })
    .collect()
}
