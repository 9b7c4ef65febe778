//! The order of rows in a batch: by key, bytewise. Rows with equal keys are adjacent.

use super::column::{ColumnData, NULL_LABEL};
use super::fragment::Fragment;
use super::labels::JoinedLabels;

/// A row: its fragment and its number in that fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowAt {
    pub(crate) fragment: u32,
    pub(crate) row: u32,
}

/// A row with the start of its key, so that most comparisons need no other memory.
#[derive(Debug, Clone, Copy)]
struct SortEntry {
    head: (u64, u64),
    at: RowAt,
}

/// What the keys consist of.
pub(crate) struct SortKeys<'a> {
    pub(crate) fragments: &'a [Fragment],
    /// The key columns among the columns of the fragments.
    pub(crate) columns: Vec<usize>,
    pub(crate) labels: &'a [JoinedLabels],
}

impl SortKeys<'_> {
    fn label_code(&self, column: usize, at: RowAt) -> i32 {
        let fragment = &self.fragments[at.fragment as usize];
        match &fragment.columns[column] {
            ColumnData::Label(codes) => {
                self.labels[column].code_of(fragment.thread, codes[at.row as usize])
            }
            ColumnData::Text(_)
            | ColumnData::Integer(_)
            | ColumnData::Number(_)
            | ColumnData::Boolean(_) => NULL_LABEL,
        }
    }

    /// Compares two rows by their keys.
    pub(crate) fn compare_rows(&self, a: RowAt, b: RowAt) -> std::cmp::Ordering {
        for column in &self.columns {
            let left = &self.fragments[a.fragment as usize].columns[*column];
            let right = &self.fragments[b.fragment as usize].columns[*column];
            let found = match (left, right) {
                (ColumnData::Text(left), ColumnData::Text(right)) => {
                    left.get(a.row as usize).cmp(&right.get(b.row as usize))
                }
                (ColumnData::Integer(left), ColumnData::Integer(right)) => {
                    left[a.row as usize].cmp(&right[b.row as usize])
                }
                _ => self.label_code(*column, a).cmp(&self.label_code(*column, b)),
            };
            if found.is_ne() {
                return found;
            }
        }
        std::cmp::Ordering::Equal
    }

    /// Every row that was not refused, ordered by key, then by its place in the source.
    pub(crate) fn sort_rows(&self) -> Vec<RowAt> {
        let mut entries = self.sort_entries();
        let compare = |a: &SortEntry, b: &SortEntry| {
            a.head
                .cmp(&b.head)
                .then_with(|| self.compare_rows(a.at, b.at))
                .then_with(|| (a.at.fragment, a.at.row).cmp(&(b.at.fragment, b.at.row)))
        };
        if !entries.is_sorted_by(|a, b| compare(a, b).is_le()) {
            use rayon::slice::ParallelSliceMut;
            entries.par_sort_unstable_by(compare);
        }
        entries.into_iter().map(|entry| entry.at).collect()
    }

    fn sort_entries(&self) -> Vec<SortEntry> {
        let layout = self.head_layout();
        let total = self.fragments.iter().map(|f| f.rows - f.refused.len()).sum();
        let mut entries = Vec::with_capacity(total);
        for (index, fragment) in self.fragments.iter().enumerate() {
            let mut refused = fragment.refused.iter().map(|r| r.row).peekable();
            for row in 0..fragment.rows as u32 {
                if refused.next_if_eq(&row).is_some() {
                    continue;
                }
                let at = RowAt { fragment: index as u32, row };
                entries.push(SortEntry { head: self.key_head(&layout, at), at });
            }
        }
        entries
    }

    /// How many bits each leading label takes, and the prefix that all texts after them share.
    fn head_layout(&self) -> HeadLayout {
        let mut layout = HeadLayout { labels: Vec::new(), text: None, skip: 0 };
        let mut bits = 0;
        for column in &self.columns {
            let first = self.fragments.first().map(|f| &f.columns[*column]);
            match first {
                Some(ColumnData::Label(_)) => {
                    let width = usize::BITS - self.labels[*column].texts.len().leading_zeros();
                    if bits + width > 96 {
                        break;
                    }
                    bits += width;
                    layout.labels.push((*column, width));
                }
                Some(ColumnData::Text(_)) => {
                    layout.text = Some(*column);
                    layout.skip = self.common_prefix(*column);
                    break;
                }
                Some(ColumnData::Integer(_) | ColumnData::Number(_) | ColumnData::Boolean(_))
                | None => break,
            }
        }
        layout
    }

    fn common_prefix(&self, column: usize) -> usize {
        let mut first: Option<&[u8]> = None;
        let mut length = 0;
        for fragment in self.fragments {
            let ColumnData::Text(texts) = &fragment.columns[column] else {
                return 0;
            };
            for row in 0..fragment.rows {
                let Some(text) = texts.get(row).map(str::as_bytes) else {
                    continue;
                };
                match first {
                    None => {
                        first = Some(text);
                        length = text.len();
                    }
                    Some(first) if first[..length] != text[..length.min(text.len())] => {
                        let pairs = first[..length].iter().zip(text);
                        length = pairs.take_while(|(a, b)| a == b).count();
                    }
                    Some(_) => {}
                }
            }
        }
        length
    }

    fn key_head(&self, layout: &HeadLayout, at: RowAt) -> (u64, u64) {
        let mut head = 0_u128;
        let mut left = 128;
        for (column, width) in &layout.labels {
            left -= width;
            // One more than the code, so that null (-1) sorts first and is not negative.
            let code = (self.label_code(*column, at) + 1) as u128;
            head |= code << left;
        }
        if let Some(column) = layout.text
            && let ColumnData::Text(texts) = &self.fragments[at.fragment as usize].columns[column]
            && let Some(text) = texts.get(at.row as usize)
        {
            let rest = text.as_bytes().get(layout.skip..).unwrap_or_default();
            let taken = rest.len().min(16);
            let mut sixteen = [0; 16];
            sixteen[..taken].copy_from_slice(&rest[..taken]);
            head |= u128::from_be_bytes(sixteen) >> (128 - left);
        }
        ((head >> 64) as u64, head as u64)
    }
}

struct HeadLayout {
    labels: Vec<(usize, u32)>,
    text: Option<usize>,
    skip: usize,
}
