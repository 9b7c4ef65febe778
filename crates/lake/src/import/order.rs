//! The order of rows in a batch: by key, bytewise; equal keys lie side by side.

use super::column::{Data, NULL_LABEL};
use super::fragment::Fragment;
use super::labels::Joined;

/// A row: which fragment, which row in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) fragment: u32,
    pub(crate) row: u32,
}

/// A row with the start of its key, so that most comparisons touch no other memory.
#[derive(Debug, Clone, Copy)]
struct Entry {
    head: (u64, u64),
    at: At,
}

/// What the key consists of.
pub(crate) struct Keys<'a> {
    pub(crate) fragments: &'a [Fragment],
    /// The key's columns among the fragments' columns.
    pub(crate) columns: Vec<usize>,
    pub(crate) labels: &'a [Joined],
}

impl Keys<'_> {
    fn code(&self, column: usize, at: At) -> i32 {
        let fragment = &self.fragments[at.fragment as usize];
        match &fragment.columns[column] {
            Data::Label(codes) => self.labels[column].code(fragment.thread, codes[at.row as usize]),
            Data::Text(_) | Data::Integer(_) | Data::Number(_) | Data::Boolean(_) => NULL_LABEL,
        }
    }

    /// Compares two rows by their keys.
    pub(crate) fn compare(&self, a: At, b: At) -> std::cmp::Ordering {
        for column in &self.columns {
            let left = &self.fragments[a.fragment as usize].columns[*column];
            let right = &self.fragments[b.fragment as usize].columns[*column];
            let found = match (left, right) {
                (Data::Text(left), Data::Text(right)) => {
                    left.get(a.row as usize).cmp(&right.get(b.row as usize))
                }
                (Data::Integer(left), Data::Integer(right)) => {
                    left[a.row as usize].cmp(&right[b.row as usize])
                }
                _ => self.code(*column, a).cmp(&self.code(*column, b)),
            };
            if found.is_ne() {
                return found;
            }
        }
        std::cmp::Ordering::Equal
    }

    /// Every row that was not refused, in the order of its key, then of the source.
    pub(crate) fn sorted(&self) -> Vec<At> {
        let mut entries = self.entries();
        let compare = |a: &Entry, b: &Entry| {
            a.head
                .cmp(&b.head)
                .then_with(|| self.compare(a.at, b.at))
                .then_with(|| (a.at.fragment, a.at.row).cmp(&(b.at.fragment, b.at.row)))
        };
        if !entries.is_sorted_by(|a, b| compare(a, b).is_le()) {
            use rayon::slice::ParallelSliceMut;
            entries.par_sort_unstable_by(compare);
        }
        entries.into_iter().map(|entry| entry.at).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        let layout = self.layout();
        let total = self.fragments.iter().map(|f| f.rows - f.refused.len()).sum();
        let mut entries = Vec::with_capacity(total);
        for (index, fragment) in self.fragments.iter().enumerate() {
            let mut refused = fragment.refused.iter().map(|r| r.row).peekable();
            for row in 0..fragment.rows as u32 {
                if refused.next_if_eq(&row).is_some() {
                    continue;
                }
                let at = At { fragment: index as u32, row };
                entries.push(Entry { head: self.head(&layout, at), at });
            }
        }
        entries
    }

    /// How many bits each leading label takes, and what all texts after them start with.
    fn layout(&self) -> Layout {
        let mut layout = Layout { labels: Vec::new(), text: None, skip: 0 };
        let mut bits = 0;
        for column in &self.columns {
            let first = self.fragments.first().map(|f| &f.columns[*column]);
            match first {
                Some(Data::Label(_)) => {
                    let width = usize::BITS - self.labels[*column].texts.len().leading_zeros();
                    if bits + width > 96 {
                        break;
                    }
                    bits += width;
                    layout.labels.push((*column, width));
                }
                Some(Data::Text(_)) => {
                    layout.text = Some(*column);
                    layout.skip = self.common_prefix(*column);
                    break;
                }
                Some(Data::Integer(_) | Data::Number(_) | Data::Boolean(_)) | None => break,
            }
        }
        layout
    }

    fn common_prefix(&self, column: usize) -> usize {
        let mut first: Option<&[u8]> = None;
        let mut length = 0;
        for fragment in self.fragments {
            let Data::Text(texts) = &fragment.columns[column] else {
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

    fn head(&self, layout: &Layout, at: At) -> (u64, u64) {
        let mut head = 0_u128;
        let mut left = 128;
        for (column, width) in &layout.labels {
            left -= width;
            // One more than the code, so that null (-1) sorts first and is no negative.
            let code = (self.code(*column, at) + 1) as u128;
            head |= code << left;
        }
        if let Some(column) = layout.text
            && let Data::Text(texts) = &self.fragments[at.fragment as usize].columns[column]
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

struct Layout {
    labels: Vec<(usize, u32)>,
    text: Option<usize>,
    skip: usize,
}
