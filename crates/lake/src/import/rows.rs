//! All rows of one file, or of files that are read together, and their order.

use super::column::ColumnData;
use super::fragment::Fragment;
use super::labels::JoinedLabels;
use super::order::{RowAt, SortKeys};
use super::plan::ReadPlan;
use super::reason::RefusalReason;
use super::refused::{RefusedRow, RefusedRows};

/// The rows of a file.
pub(crate) struct SourceRows {
    pub(crate) fragments: Vec<Fragment>,
    /// Indexed by the column slots of the plan.
    pub(crate) labels: Vec<JoinedLabels>,
    /// The rows to keep, in key order.
    pub(crate) order: Vec<RowAt>,
    /// Whether several of these rows have the same key.
    pub(crate) repeated: bool,
    pub(crate) read: u64,
    /// Rows that are refused because of other rows in the same file.
    pub(crate) clashes: Vec<(RowAt, RefusalReason)>,
    list_slots: Vec<usize>,
    pub(crate) threads: usize,
}

impl SourceRows {
    pub(crate) fn new(
        plan: &ReadPlan<'_>,
        fragments: Vec<Fragment>,
        labels: Vec<JoinedLabels>,
        threads: usize,
        read: u64,
    ) -> SourceRows {
        SourceRows {
            fragments,
            labels,
            order: Vec::new(),
            repeated: false,
            read,
            clashes: Vec::new(),
            threads,
            list_slots: (0..plan.schema.lists.len()).map(|list| plan.list_slot(list, 0)).collect(),
        }
    }

    /// The rows of files that are read together, in the order of the files.
    pub(crate) fn merge_files(plan: &ReadPlan<'_>, files: Vec<SourceRows>) -> SourceRows {
        let mut labels: Vec<Vec<JoinedLabels>> = (0..plan.slots).map(|_| Vec::new()).collect();
        let mut fragments = Vec::new();
        let (mut threads, mut read) = (0, 0);
        for (index, file) in files.into_iter().enumerate() {
            for (slot, joined) in file.labels.into_iter().enumerate() {
                labels[slot].push(joined);
            }
            fragments.extend(file.fragments.into_iter().map(|fragment| Fragment {
                file: index,
                thread: threads + fragment.thread,
                ..fragment
            }));
            threads += file.threads;
            read += file.read;
        }
        let labels = labels.into_iter().map(JoinedLabels::merge_files).collect();
        SourceRows::new(plan, fragments, labels, threads, read)
    }

    pub(crate) fn sort_keys(&self, plan: &ReadPlan<'_>) -> SortKeys<'_> {
        let targets = &plan.bound.targets;
        let slot = |name: &&str| targets.iter().position(|bound| bound.target.name == **name);
        SortKeys {
            fragments: &self.fragments,
            columns: plan.schema.key.iter().filter_map(slot).collect(),
            labels: &self.labels,
        }
    }

    /// The file that a row is from.
    pub(crate) fn file_of(&self, at: RowAt) -> usize {
        self.fragments[at.fragment as usize].file
    }

    /// Sorts the rows and removes those that clash with another row of the same file.
    pub(crate) fn order_rows(&mut self, plan: &ReadPlan<'_>) {
        let targets = &plan.bound.targets;
        let revised = targets.iter().position(|bound| bound.target.name == "revised");
        let keys = self.sort_keys(plan);
        let sorted = keys.sort_rows();
        let mut clashes = Vec::new();
        let mut repeated = false;
        let mut order = Vec::with_capacity(sorted.len());
        let mut from = 0;
        while from < sorted.len() {
            let mut to = from + 1;
            while to < sorted.len() && keys.compare_rows(sorted[from], sorted[to]).is_eq() {
                to += 1;
            }
            if to == from + 1 {
                order.push(sorted[from]);
            } else {
                let group = &sorted[from..to];
                let settled = self.settle_same_key(group, revised);
                repeated |= settled.kept.len() > 1;
                order.extend(settled.kept);
                clashes.extend(settled.clashes);
            }
            from = to;
        }
        self.order = order;
        self.clashes = clashes;
        self.repeated = repeated;
    }

    /// Decides between rows of one file that have the same key. They are in the order of the file.
    fn settle_same_key(&self, group: &[RowAt], revised: Option<usize>) -> SettledGroup {
        let mut settled = SettledGroup::default();
        for at in group {
            let same = settled.kept.iter().find(|kept| self.have_same_content(**kept, *at));
            if let Some(first) = same {
                let line = self.line_of(*first);
                settled.clashes.push((*at, RefusalReason::Duplicate { line }));
            } else if let (Some(first), None) = (settled.kept.first(), revised) {
                let line = self.line_of(*first);
                settled.clashes.push((*at, RefusalReason::Conflict { line }));
            } else {
                settled.kept.push(*at);
            }
        }
        let Some(revised) = revised else {
            return settled;
        };
        let time = |at: &RowAt| match &self.fragments[at.fragment as usize].columns[revised] {
            ColumnData::Integer(values) => values[at.row as usize],
            ColumnData::Label(_)
            | ColumnData::Text(_)
            | ColumnData::Number(_)
            | ColumnData::Boolean(_) => i64::MIN,
        };
        settled.kept.sort_by_key(|at| (time(at), self.line_of(*at)));
        // Of two states given for the same moment, neither is the later one.
        while let [.., before, last] = settled.kept[..] {
            if time(&before) != time(&last) {
                break;
            }
            let line = self.line_of(before);
            settled.clashes.push((last, RefusalReason::Conflict { line }));
            settled.kept.pop();
        }
        settled
    }

    pub(crate) fn line_of(&self, at: RowAt) -> u64 {
        self.fragments[at.fragment as usize].lines[at.row as usize] as u64
    }

    /// Whether two rows have the same content, apart from bookkeeping.
    fn have_same_content(&self, a: RowAt, b: RowAt) -> bool {
        let (left, right) =
            (&self.fragments[a.fragment as usize], &self.fragments[b.fragment as usize]);
        let columns = left.columns.iter().zip(&right.columns).enumerate();
        let mut columns = columns.map(|(slot, (l, r))| {
            are_same_value(
                (l, left.thread, a.row as usize),
                (r, right.thread, b.row as usize),
                || &self.labels[slot],
            )
        });
        columns.all(|same| same)
            && (0..left.lists.len()).all(|list| self.have_same_records(list, a, b))
    }

    fn have_same_records(&self, list: usize, a: RowAt, b: RowAt) -> bool {
        let (left, right) =
            (&self.fragments[a.fragment as usize], &self.fragments[b.fragment as usize]);
        let (l, r) = (&left.lists[list], &right.lists[list]);
        let (from, to) = (l.record_range(a.row as usize), r.record_range(b.row as usize));
        from.len() == to.len()
            && from.zip(to).all(|(i, j)| {
                l.columns.iter().zip(&r.columns).enumerate().all(|(at, (x, y))| {
                    let slot = self.list_slots[list] + at;
                    are_same_value((x, left.thread, i), (y, right.thread, j), || &self.labels[slot])
                })
            })
    }
}

#[derive(Default)]
struct SettledGroup {
    kept: Vec<RowAt>,
    clashes: Vec<(RowAt, RefusalReason)>,
}

fn are_same_value<'a>(
    left: (&ColumnData, usize, usize),
    right: (&ColumnData, usize, usize),
    labels: impl Fn() -> &'a JoinedLabels,
) -> bool {
    let ((l, l_thread, l_row), (r, r_thread, r_row)) = (left, right);
    match (l, r) {
        (ColumnData::Label(l), ColumnData::Label(r)) => {
            labels().code_of(l_thread, l[l_row]) == labels().code_of(r_thread, r[r_row])
        }
        (ColumnData::Text(l), ColumnData::Text(r)) => l.get(l_row) == r.get(r_row),
        (ColumnData::Integer(l), ColumnData::Integer(r)) => l[l_row] == r[r_row],
        (ColumnData::Number(l), ColumnData::Number(r)) => l[l_row] == r[r_row],
        (ColumnData::Boolean(l), ColumnData::Boolean(r)) => l[l_row] == r[r_row],
        _ => false,
    }
}

impl SourceRows {
    /// All refused rows in the order of the file, including those that clash.
    pub(crate) fn collect_refused(&self) -> RefusedRows {
        let mut refused = RefusedRows::new();
        for (index, fragment) in self.fragments.iter().enumerate() {
            for row in &fragment.refused {
                refused.insert((index as u32, row.row), row.clone());
            }
        }
        for (at, reason) in &self.clashes {
            let clash = RefusedRow {
                row: at.row,
                line: self.line_of(*at),
                record: Box::default(),
                sheet: None,
                problems: vec![(String::new(), String::new(), *reason)],
            };
            refused.insert((at.fragment, at.row), clash);
        }
        refused
    }
}
