//! How late the records of a period were committed to, and which of them changed afterwards.
//!
//! A seal says nothing about the time before it: a record written in July about January could have
//! said anything until then. The lag of a case runs from the moment that puts it into the period
//! (the last one, if definitions differ) to the commitment of the first revision that states it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

use crate::datasets::Dataset;
use trueline_figures::{RowVerdict, StatedMoment};
use trueline_lake::{OrderedRows, RowKeys};
use trueline_verify::{BatchInput, CommitmentLag};

/// Stands for the moment of an older revision that states none.
const NO_MOMENT: i64 = i64::MIN;

/// When batches were committed to, and what superseded revisions stated.
pub(super) struct CommitmentTimes {
    /// When each batch was committed to; `None` for one that is not among the inputs.
    committed: Vec<Option<i64>>,
    pub(super) by_witness: bool,
    /// One entry for each moment that an older revision states, by case.
    older: Vec<OlderMoment>,
    cases: RandomState,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct OlderMoment {
    case: u64,
    batch: usize,
    moment: i64,
    is_over: bool,
}

/// The lags of some cases.
#[derive(Debug)]
pub(super) struct Lags {
    /// The end of their period.
    to: i64,
    seconds: Vec<i64>,
    changed_after_close: u64,
    changed_after_period: u64,
}

impl CommitmentTimes {
    pub(super) fn new(
        dataset: Dataset,
        ordered: &OrderedRows,
        inputs: &[BatchInput],
    ) -> CommitmentTimes {
        let by_witness = inputs.iter().all(|input| input.witnessed.is_some());
        let committed = ordered.batches().map(|batch| {
            let same =
                |input: &&BatchInput| input.dataset == dataset.name() && input.batch == batch.id;
            Some(inputs.iter().find(same)?.committed_at(by_witness))
        });
        CommitmentTimes {
            committed: committed.collect(),
            by_witness,
            older: Vec::new(),
            cases: RandomState::new(),
        }
    }

    /// Notes revisions of a batch that are no longer the newest, with the moments that they state.
    pub(super) fn note_older(&mut self, batch: usize, keys: &RowKeys, stated: &[StatedMoment]) {
        for row in 0..keys.row_count() {
            let case = self.hash_case(keys.key_at(row));
            self.older.push(OlderMoment { case, batch, moment: NO_MOMENT, is_over: false });
        }
        for StatedMoment { row, moment, is_over } in stated {
            let case = self.hash_case(keys.key_at(*row));
            self.older.push(OlderMoment { case, batch, moment: *moment, is_over: *is_over });
        }
    }

    /// Call this once all older revisions are noted.
    pub(super) fn sort_older(mut self) -> CommitmentTimes {
        self.older.sort_unstable();
        self.older.dedup();
        self
    }

    fn hash_case<'k>(&self, key: impl Iterator<Item = &'k str>) -> u64 {
        let mut hasher = self.cases.build_hasher();
        for part in key {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xff);
        }
        hasher.finish()
    }

    /// Adds the lag of a case, if the case is in the period of `lags`. Of the moments of several
    /// definitions the last one counts, because only then is everything known that its figures are
    /// made from.
    pub(super) fn add_member<'k, 'v>(
        &self,
        batch: usize,
        key: impl Iterator<Item = &'k str>,
        verdicts: impl Iterator<Item = &'v RowVerdict>,
        lags: &mut Lags,
    ) {
        let Some(moment) = verdicts.filter_map(|verdict| verdict.moment).max() else {
            return;
        };
        let Some(Some(newest)) = self.committed.get(batch).copied() else {
            return;
        };
        let mut first = newest;
        if !self.older.is_empty() {
            let case = self.hash_case(key);
            let from = self.older.partition_point(|one| one.case < case);
            let older = self.older[from..].iter().take_while(|one| one.case == case);
            let (mut was_changed, mut was_over) = (false, false);
            for one in older {
                if one.moment == moment
                    && let Some(at) = self.committed[one.batch]
                {
                    first = first.min(at);
                }
                // Revisions that the source sent in one batch were committed to together.
                let is_earlier = one.batch != batch;
                was_changed |= is_earlier;
                was_over |= is_earlier && one.is_over;
            }
            lags.changed_after_close += u64::from(was_over);
            lags.changed_after_period += u64::from(was_changed && newest >= lags.to);
        }
        lags.seconds.push(first - moment);
    }
}

impl Lags {
    /// No lags yet, for a period that ends at `to`.
    pub(super) fn new(to: i64) -> Lags {
        Lags { to, seconds: Vec::new(), changed_after_close: 0, changed_after_period: 0 }
    }

    pub(super) fn extend(&mut self, other: Lags) {
        self.seconds.extend(other.seconds);
        self.changed_after_close += other.changed_after_close;
        self.changed_after_period += other.changed_after_period;
    }

    /// Sums the lags up; `None` if there is no case.
    pub(super) fn sum_up(mut self, witnessed: bool) -> Option<CommitmentLag> {
        self.seconds.sort_unstable();
        let cases = self.seconds.len();
        let at = |share: usize| self.seconds.get((cases * share).div_ceil(100).max(1) - 1).copied();
        let on_time = self.seconds.partition_point(|lag| *lag <= CommitmentLag::LATE);
        Some(CommitmentLag {
            cases: cases as u64,
            median: at(50)?,
            p95: at(95)?,
            late: (cases - on_time) as u64,
            changed_after_close: self.changed_after_close,
            changed_after_period: self.changed_after_period,
            witnessed,
        })
    }
}
