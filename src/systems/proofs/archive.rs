//! Single cases of a sealed report, with everything that proves whether and how they were counted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use trueline_clock::Calendar;
use trueline_lake::Lake;
use trueline_ledger::{Hash, tree_path, tree_root};
use trueline_verify::{CaseDraw, Evidence, Population, PopulationMember};

use super::recheck::{RecheckError, hash_records, list_pack_folders, parse_period, select_records};
use crate::datasets::Datasets;
use crate::ledger::{BLOCK, LeafStore, salted_row};
use crate::state::State;
use crate::systems::indicators::evidence::{Leaves, Member, PopulationSource};
use crate::systems::indicators::{self, Pack};
use crate::systems::reports;

/// A member of a population with its path to the population's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProvenMember {
    pub member: Member,
    /// Its number in the population, from 0.
    pub index: u64,
    pub path: Vec<Hash>,
}

/// Where a case is in a population, or between which two members it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CasePosition {
    Member(ProvenMember),
    /// The cases before and after it; one is absent at either end.
    Absent {
        before: Option<ProvenMember>,
        after: Option<ProvenMember>,
    },
}

/// The revision from which a member was made, with its salt and its path to the root of its batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProvenRow {
    /// The number of the entry of the batch.
    pub entry: u64,
    /// The number of the row in the batch, from 0.
    pub index: u64,
    /// Salt and canonical row.
    pub salted: Vec<u8>,
    pub path: Vec<Hash>,
}

/// The records that a sealed report was made from, every row hashed.
#[derive(Debug)]
pub(super) struct HashedRecords<'a> {
    evidence: &'a Evidence,
    lake: Lake,
    pack: Pack,
    calendars: Vec<Calendar>,
    datasets: Datasets,
    store: LeafStore,
}

impl<'a> HashedRecords<'a> {
    pub(super) fn open(
        evidence: &'a Evidence,
        state: &State,
    ) -> Result<HashedRecords<'a>, RecheckError> {
        let lake = state.open_lake()?;
        let pack = indicators::load_pack(
            &evidence.pack.id,
            &list_pack_folders(&state.instance),
            &state.datasets,
        )?;
        let store = hash_records(evidence, &lake, &state.datasets)?;
        let (calendars, datasets) = (state.read_calendars()?, state.datasets.clone());
        Ok(HashedRecords { evidence, lake, pack, calendars, datasets, store })
    }

    /// The zone in which the pack reads moments.
    pub(super) fn zone(&self) -> TimeZone {
        self.pack.zone.rules().clone()
    }

    /// Looks for a case (`source/source_key`) in a population.
    pub(super) fn find_case(
        &self,
        population: &Population,
        case: &[String],
    ) -> Result<CasePosition, RecheckError> {
        let mut found = None;
        let mut last: Option<ProvenMember> = None;
        self.walk_blocks(population, &mut |block| {
            match block.members.binary_search_by(|member| member.key.as_slice().cmp(case)) {
                Ok(at) => found = Some(CasePosition::Member(block.prove_member(at))),
                Err(at) if at < block.members.len() => {
                    let before =
                        if at > 0 { Some(block.prove_member(at - 1)) } else { last.take() };
                    found =
                        Some(CasePosition::Absent { before, after: Some(block.prove_member(at)) });
                }
                Err(_) => {
                    last = block.members.len().checked_sub(1).map(|at| block.prove_member(at));
                }
            }
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found.unwrap_or(CasePosition::Absent { before: last, after: None }))
    }

    /// Draws the first wanted members, in the order of the draw.
    pub(super) fn draw_sample(
        &self,
        population: &Population,
        draw: CaseDraw,
        cases: usize,
        is_wanted: &dyn Fn(&PopulationMember) -> bool,
    ) -> Result<Vec<ProvenMember>, RecheckError> {
        let mut wanted: Vec<bool> = Vec::new();
        let mut other = None;
        self.walk_blocks(population, &mut |block| {
            if Some(block.compute_root()) != block.roots.get(block.number).copied() {
                other = Some(block.number);
                return ControlFlow::Break(());
            }
            let read = |member: &Member| PopulationMember::parse(&member.bytes, member.key.len());
            wanted.extend(block.members.iter().map(|one| read(one).is_ok_and(|m| is_wanted(&m))));
            ControlFlow::Continue(())
        })?;
        if let Some(block) = other {
            return Err(RecheckError::OtherMembers { block });
        }
        let is_drawn = |place: &u64| usize::try_from(*place).is_ok_and(|at| wanted[at]);
        let places = draw.filter(is_drawn).take(cases);
        let order: BTreeMap<u64, usize> = places.zip(0..).collect();
        let mut found: Vec<(usize, ProvenMember)> = Vec::new();
        self.walk_blocks(population, &mut |block| {
            let inside = order.range(block.first..block.first + block.members.len() as u64);
            found.extend(
                inside.map(|(at, turn)| (*turn, block.prove_member((at - block.first) as usize))),
            );
            if found.len() == order.len() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        found.sort_by_key(|(turn, _)| *turn);
        Ok(found.into_iter().map(|(_, place)| place).collect())
    }

    /// Looks up the revisions of members; `None` for one whose row or salt is no longer there.
    pub(super) fn find_rows(
        &self,
        members: &[&Member],
    ) -> Result<Vec<Option<ProvenRow>>, RecheckError> {
        let revision =
            |member: &&Member| Hash(member.bytes.first_chunk().copied().unwrap_or_default());
        let wanted = members.iter().map(revision).collect();
        let found = self.store.find_leaves(&wanted);
        let mut roots: BTreeMap<(&str, &str), Vec<Hash>> = BTreeMap::new();
        let mut rows = Vec::new();
        for member in members {
            let Some((dataset, batch, at)) = found.get(&revision(member)).copied() else {
                rows.push(None);
                continue;
            };
            let leaves = self.store.leaves_of(dataset, batch);
            let roots = roots
                .entry((dataset, batch))
                .or_insert_with(|| leaves.chunks(BLOCK).map(tree_root).collect());
            rows.push(self.prove_row((dataset, batch), at, leaves, roots)?);
        }
        Ok(rows)
    }

    fn prove_row(
        &self,
        (dataset, batch): (&str, &str),
        at: usize,
        leaves: &[Hash],
        roots: &[Hash],
    ) -> Result<Option<ProvenRow>, RecheckError> {
        let of =
            |input: &&trueline_verify::BatchInput| input.dataset == dataset && input.batch == batch;
        let (Some(schema), Some(input)) =
            (self.datasets.find_schema(dataset), self.evidence.inputs.iter().find(of))
        else {
            return Ok(None);
        };
        let manifest = self.lake.read_manifest(dataset)?;
        let Some(known) = manifest.batches.iter().find(|known| known.id == batch) else {
            return Ok(None);
        };
        let salted = salted_row(&self.lake, &schema, known, at as u64)?;
        let block = leaves.chunks(BLOCK).nth(at / BLOCK).unwrap_or_default();
        let mut path = tree_path(block, at % BLOCK);
        path.extend(tree_path(roots, at / BLOCK));
        Ok(salted.map(|salted| ProvenRow { entry: input.entry, index: at as u64, salted, path }))
    }

    fn walk_blocks(
        &self,
        population: &Population,
        then: &mut dyn FnMut(&WalkedBlock<'_>) -> ControlFlow<()>,
    ) -> Result<(), RecheckError> {
        let records = select_records(self.evidence, &self.lake, &self.calendars)?;
        let store = &self.store;
        let leaves: &Leaves<'_> =
            &|dataset, batch, places| store.leaves_at(dataset.name(), batch, places);
        let period = parse_period(&population.period, &self.pack)?;
        let question = reports::make_figure_question(&self.pack, &period);
        let dataset = self.datasets.find(&population.dataset);
        let dataset = dataset.ok_or_else(|| RecheckError::Period(population.dataset.clone()))?;
        let roots: Vec<Hash> =
            population.blocks.iter().filter_map(|block| Hash::from_hex(&block.root)).collect();
        let (mut number, mut first) = (0, 0);
        let source = PopulationSource {
            pack: &self.pack,
            question: &question,
            records: &records,
            dataset,
            leaves,
        };
        source.walk_members(&mut |members| {
            let hashes: Vec<Hash> = members.iter().map(Member::hash_leaf).collect();
            let block = WalkedBlock { members: &members, hashes, number, first, roots: &roots };
            let next = then(&block);
            number += 1;
            first += members.len() as u64;
            next
        })?;
        Ok(())
    }
}

/// A block of a population, with the hashes that lead from its members to the root.
struct WalkedBlock<'a> {
    members: &'a [Member],
    hashes: Vec<Hash>,
    number: usize,
    /// The place of its first member.
    first: u64,
    /// The stated roots of all blocks.
    roots: &'a [Hash],
}

impl WalkedBlock<'_> {
    fn compute_root(&self) -> Hash {
        tree_root(&self.hashes)
    }

    fn prove_member(&self, at: usize) -> ProvenMember {
        let mut path = tree_path(&self.hashes, at);
        path.extend(tree_path(self.roots, self.number));
        ProvenMember { member: self.members[at].clone(), index: self.first + at as u64, path }
    }
}
