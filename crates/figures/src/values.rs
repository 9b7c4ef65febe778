//! Values in sorted runs: exact percentiles without ever merging the runs.
//!
//! A slice that rolls up a thousand cells borrows their runs. The value at a rank is found by
//! halving the range of values and asking each run, by binary search, how many lie below.

use std::sync::Arc;

/// The values of a slice, each run ascending.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub(crate) runs: Vec<Arc<[u32]>>,
    /// Values that do not fit 32 bits: negative, or longer than a century in seconds.
    pub(crate) wide: Vec<Arc<[i64]>>,
}

impl Values {
    /// From values in any order.
    pub fn new(values: impl IntoIterator<Item = i64>) -> Values {
        let mut narrow = Vec::new();
        let mut wide = Vec::new();
        for value in values {
            match u32::try_from(value) {
                Ok(value) => narrow.push(value),
                Err(_) => wide.push(value),
            }
        }
        narrow.sort_unstable();
        wide.sort_unstable();
        let mut made = Values::default();
        made.push_runs(narrow.into(), wide.into());
        made
    }

    /// Adds sorted runs.
    pub(crate) fn push_runs(&mut self, narrow: Arc<[u32]>, wide: Arc<[i64]>) {
        debug_assert!(narrow.is_sorted() && wide.is_sorted());
        if !narrow.is_empty() {
            self.runs.push(narrow);
        }
        if !wide.is_empty() {
            self.wide.push(wide);
        }
    }

    pub(crate) fn extend_with(&mut self, other: &Values) {
        self.runs.extend(other.runs.iter().cloned());
        self.wide.extend(other.wide.iter().cloned());
    }

    pub fn len(&self) -> u64 {
        let narrow: u64 = self.runs.iter().map(|run| run.len() as u64).sum();
        let wide: u64 = self.wide.iter().map(|run| run.len() as u64).sum();
        narrow + wide
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.wide.is_empty()
    }

    pub fn smallest_value(&self) -> Option<i64> {
        let narrow = self.runs.iter().filter_map(|run| run.first());
        let wide = self.wide.iter().filter_map(|run| run.first().copied());
        narrow.map(|value| i64::from(*value)).chain(wide).min()
    }

    pub fn largest_value(&self) -> Option<i64> {
        let narrow = self.runs.iter().filter_map(|run| run.last());
        let wide = self.wide.iter().filter_map(|run| run.last().copied());
        narrow.map(|value| i64::from(*value)).chain(wide).max()
    }

    /// How many values are at most `limit`.
    pub fn count_at_most(&self, limit: i64) -> u64 {
        let narrow: usize = match u32::try_from(limit) {
            Ok(limit) => {
                self.runs.iter().map(|run| run.partition_point(|value| *value <= limit)).sum()
            }
            Err(_) if limit < 0 => 0,
            Err(_) => self.runs.iter().map(|run| run.len()).sum(),
        };
        let wide: usize =
            self.wide.iter().map(|run| run.partition_point(|value| *value <= limit)).sum();
        (narrow + wide) as u64
    }

    /// The value at a rank, counted from 1 in ascending order; `None` outside 1 to `len`.
    pub fn at_rank(&self, rank: u64) -> Option<i64> {
        if rank == 0 || rank > self.len() {
            return None;
        }
        if self.wide.is_empty() {
            return Some(i64::from(self.narrow_at_rank(rank)));
        }
        let (mut low, mut high) = (self.smallest_value()?, self.largest_value()?);
        while low < high {
            let middle = low.midpoint(high);
            // The midpoint of integers rounds towards zero; below zero it must round down.
            let middle = if middle == high { high - 1 } else { middle };
            if self.count_at_most(middle) >= rank {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(low)
    }

    fn narrow_at_rank(&self, rank: u64) -> u32 {
        if let [run] = self.runs.as_slice() {
            return run[rank as usize - 1];
        }
        // What is left of each run, as the half that cannot hold the answer is dropped.
        let mut windows: Vec<(&[u32], usize)> =
            self.runs.iter().map(|run| (run.as_ref(), 0)).collect();
        let mut rank = rank as usize;
        let mut low = windows.iter().map(|w| w.0[0]).min().unwrap_or(0);
        let mut high = windows.iter().map(|w| w.0[w.0.len() - 1]).max().unwrap_or(0);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut below = 0;
            for (window, split) in &mut windows {
                *split = window.partition_point(|value| *value <= middle);
                below += *split;
            }
            if below >= rank {
                high = middle;
                for (window, split) in &mut windows {
                    *window = &window[..*split];
                }
            } else {
                low = middle + 1;
                rank -= below;
                for (window, split) in &mut windows {
                    *window = &window[*split..];
                }
            }
            windows.retain(|(window, _)| !window.is_empty());
        }
        low
    }

    /// Every distinct value with the number of times it occurs, ascending.
    pub fn count_by_value(&self) -> Vec<(i64, u64)> {
        let narrow = self.runs.iter().flat_map(|run| run.iter());
        let mut all: Vec<i64> = narrow.map(|value| i64::from(*value)).collect();
        all.extend(self.wide.iter().flat_map(|run| run.iter()));
        all.sort_unstable();
        let chunks = all.chunk_by(|a, b| a == b);
        chunks.map(|same| (same[0], same.len() as u64)).collect()
    }
}

/// The same values, however they are split into runs.
impl PartialEq for Values {
    fn eq(&self, other: &Values) -> bool {
        self.len() == other.len() && self.count_by_value() == other.count_by_value()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_runs(values: &[i64], runs: usize) -> Values {
        let mut made = Values::default();
        for chunk in values.chunks(values.len().div_ceil(runs).max(1)) {
            made.extend_with(&Values::new(chunk.iter().copied()));
        }
        made
    }

    #[test]
    fn values_are_counted_across_runs_and_compared_by_their_counts() {
        let made = in_runs(&[3, -2, 3, 1, i64::MAX], 2);
        assert_eq!(made.count_by_value(), [(-2, 1), (1, 1), (3, 2), (i64::MAX, 1)]);
        assert_eq!(made, Values::new([1, 3, 3, -2, i64::MAX]));
        assert_ne!(made, Values::new([1, 1, 3, -2, i64::MAX]));
        assert_ne!(made, Values::new([1, 3, -2, i64::MAX]));
    }

    proptest! {
        #[test]
        fn every_rank_is_what_sorting_gives(
            values in prop::collection::vec(
                prop_oneof![0..40_i64, -5..5_i64, any::<i64>(), Just(i64::from(u32::MAX))], 0..60),
            runs in 1..9_usize,
        ) {
            let made = in_runs(&values, runs);
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(made.len(), sorted.len() as u64);
            for (index, value) in sorted.iter().enumerate() {
                prop_assert_eq!(made.at_rank(index as u64 + 1), Some(*value));
                let at_most = sorted.partition_point(|other| other <= value) as u64;
                prop_assert_eq!(made.count_at_most(*value), at_most);
            }
            prop_assert_eq!(made.at_rank(0), None);
            prop_assert_eq!(made.at_rank(sorted.len() as u64 + 1), None);
            prop_assert_eq!(made.smallest_value(), sorted.first().copied());
            prop_assert_eq!(made.largest_value(), sorted.last().copied());
            prop_assert_eq!(&made, &Values::new(values));
        }

        #[test]
        fn every_rank_of_small_values_is_what_sorting_gives(
            values in prop::collection::vec(0..500_i64, 1..200), runs in 1..30_usize,
        ) {
            let made = in_runs(&values, runs);
            let mut sorted = values;
            sorted.sort_unstable();
            for (index, value) in sorted.iter().enumerate() {
                prop_assert_eq!(made.at_rank(index as u64 + 1), Some(*value));
            }
        }
    }
}
