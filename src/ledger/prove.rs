//! Was my case counted, and as what? One case of a sealed report, with everything that proves it.

use std::ops::ControlFlow;

use trueline_figures::Period;
use trueline_ledger::{Hash, tree_path};
use trueline_verify::{Evidence, Population};

use super::batch_leaves;
use super::batches::salted_row;
use super::recheck::{RecheckError, pack_folders, records_of, store_of};
use crate::instance::Instance;
use crate::systems::cases::dataset_schema;
use crate::systems::indicators::evidence::{Leaves, Member, question, walk_members};
use crate::systems::indicators::{self, Dataset};
use crate::systems::reports;

/// A member of a population with its path to the population's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub member: Member,
    /// Its number in the population, from 0.
    pub index: u64,
    pub path: Vec<Hash>,
}

/// Where a case is in a population, or between which two it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Member(Place),
    /// The cases before and after it; one is absent at either end.
    Absent {
        before: Option<Place>,
        after: Option<Place>,
    },
}

/// Looks for a case (`source/source_key`) in the population of a dataset and period.
pub fn find_case(
    evidence: &Evidence,
    population: &Population,
    instance: &Instance,
    case: &[String],
) -> Result<Found, RecheckError> {
    let lake = instance.lake()?;
    let pack = indicators::load(&evidence.pack.id, &pack_folders(instance))?;
    let calendars = instance.calendars()?;
    let records = records_of(evidence, &lake, &calendars)?;
    let store = store_of(evidence, &lake)?;
    let leaves: &Leaves<'_> = &|dataset, batch, places| store.places(dataset.name(), batch, places);
    let zone = jiff::tz::TimeZone::get(&pack.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let period = Period::parse(&population.period, &zone)
        .map_err(|_| RecheckError::Period(population.period.clone()))?;
    let question = question(&period, &reports::slicing(&pack, &period));
    let dataset = Dataset::ALL.into_iter().find(|one| one.name() == population.dataset);
    let dataset = dataset.ok_or_else(|| RecheckError::Period(population.dataset.clone()))?;
    let roots: Vec<Hash> =
        population.blocks.iter().filter_map(|block| Hash::from_hex(&block.root)).collect();
    let mut found = None;
    let mut last: Option<Place> = None;
    let (mut number, mut first_of_block) = (0, 0);
    walk_members(&pack, &question, &records, dataset, leaves, &mut |members| {
        let hashes: Vec<Hash> = members.iter().map(Member::leaf).collect();
        let place = |at: usize| {
            let mut path = tree_path(&hashes, at);
            path.extend(tree_path(&roots, number));
            Place { member: members[at].clone(), index: first_of_block + at as u64, path }
        };
        match members.binary_search_by(|member| member.key.as_slice().cmp(case)) {
            Ok(at) => found = Some(Found::Member(place(at))),
            Err(at) if at < members.len() => {
                let before = if at > 0 { Some(place(at - 1)) } else { last.take() };
                found = Some(Found::Absent { before, after: Some(place(at)) });
            }
            Err(_) => last = members.len().checked_sub(1).map(place),
        }
        number += 1;
        first_of_block += members.len() as u64;
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found.unwrap_or(Found::Absent { before: last, after: None }))
}

/// The revision that a member is of, with its salt and its path to the root of its batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The number of the batch's entry.
    pub entry: u64,
    /// The row's number in the batch, from 0.
    pub index: u64,
    /// Salt and canonical row.
    pub salted: Vec<u8>,
    pub path: Vec<Hash>,
}

/// Looks a member's revision up; nothing if its row or salt is no longer there.
pub fn find_row(
    evidence: &Evidence,
    instance: &Instance,
    member: &Member,
) -> Result<Option<Row>, RecheckError> {
    let lake = instance.lake()?;
    let revision = member.bytes.get(..32).unwrap_or_default();
    for input in &evidence.inputs {
        let (Some(schema), manifest) =
            (dataset_schema(&input.dataset), lake.manifest(&input.dataset)?)
        else {
            continue;
        };
        let Some(batch) = manifest.batches.iter().find(|batch| batch.id == input.batch) else {
            continue;
        };
        let Ok(leaves) = batch_leaves(&lake, &schema, batch) else {
            continue;
        };
        if let Some(at) = leaves.iter().position(|leaf| leaf.0 == *revision) {
            let salted = salted_row(&lake, &schema, batch, at as u64)?;
            let path = tree_path(&leaves, at);
            return Ok(salted.map(|salted| Row {
                entry: input.entry,
                index: at as u64,
                salted,
                path,
            }));
        }
    }
    Ok(None)
}
