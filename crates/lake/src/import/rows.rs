//! All rows of one file, or of files that are read together, and their order.

use super::column::Data;
use super::fragment::Fragment;
use super::labels::Joined;
use super::order::{At, Keys};
use super::plan::Plan;
use super::reason::Reason;
use super::refused::{Refused, RefusedRows};

/// The rows of a file.
pub(crate) struct Rows {
    pub(crate) fragments: Vec<Fragment>,
    /// By column slot of the plan.
    pub(crate) labels: Vec<Joined>,
    /// The rows to keep, in the order of their keys.
    pub(crate) order: Vec<At>,
    /// Whether several of them have the same key.
    pub(crate) repeated: bool,
    pub(crate) read: u64,
    /// Rows refused because of others in the same file.
    pub(crate) clashes: Vec<(At, Reason)>,
    list_slots: Vec<usize>,
    pub(crate) threads: usize,
}

impl Rows {
    pub(crate) fn new(
        plan: &Plan<'_>,
        fragments: Vec<Fragment>,
        labels: Vec<Joined>,
        threads: usize,
        read: u64,
    ) -> Rows {
        Rows {
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
    pub(crate) fn merged(plan: &Plan<'_>, files: Vec<Rows>) -> Rows {
        let mut labels: Vec<Vec<Joined>> = (0..plan.slots).map(|_| Vec::new()).collect();
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
        let labels = labels.into_iter().map(Joined::merged).collect();
        Rows::new(plan, fragments, labels, threads, read)
    }

    pub(crate) fn keys(&self, plan: &Plan<'_>) -> Keys<'_> {
        let targets = &plan.bound.targets;
        let slot = |name: &&str| targets.iter().position(|bound| bound.target.name == **name);
        Keys {
            fragments: &self.fragments,
            columns: plan.schema.key.iter().filter_map(slot).collect(),
            labels: &self.labels,
        }
    }

    /// The file that a row is from.
    pub(crate) fn file(&self, at: At) -> usize {
        self.fragments[at.fragment as usize].file
    }

    /// Puts the rows in order and takes out those that clash with another in the same file.
    pub(crate) fn arrange(&mut self, plan: &Plan<'_>) {
        let targets = &plan.bound.targets;
        let revised = targets.iter().position(|bound| bound.target.name == "revised");
        let keys = self.keys(plan);
        let sorted = keys.sorted();
        let mut clashes = Vec::new();
        let mut repeated = false;
        let mut order = Vec::with_capacity(sorted.len());
        let mut from = 0;
        while from < sorted.len() {
            let mut to = from + 1;
            while to < sorted.len() && keys.compare(sorted[from], sorted[to]).is_eq() {
                to += 1;
            }
            if to == from + 1 {
                order.push(sorted[from]);
            } else {
                let group = &sorted[from..to];
                let settled = self.settle(group, revised);
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

    /// Decides between rows of one file that have the same key. They come in the file's order.
    fn settle(&self, group: &[At], revised: Option<usize>) -> Settled {
        let mut settled = Settled::default();
        for at in group {
            let same = settled.kept.iter().find(|kept| self.same(**kept, *at));
            if let Some(first) = same {
                let line = self.line(*first);
                settled.clashes.push((*at, Reason::Duplicate { line }));
            } else if let (Some(first), None) = (settled.kept.first(), revised) {
                let line = self.line(*first);
                settled.clashes.push((*at, Reason::Conflict { line }));
            } else {
                settled.kept.push(*at);
            }
        }
        let Some(revised) = revised else {
            return settled;
        };
        let time = |at: &At| match &self.fragments[at.fragment as usize].columns[revised] {
            Data::Integer(values) => values[at.row as usize],
            Data::Label(_) | Data::Text(_) | Data::Number(_) | Data::Boolean(_) => i64::MIN,
        };
        settled.kept.sort_by_key(|at| (time(at), self.line(*at)));
        // Of two states given for the same moment none is the later one.
        while let [.., before, last] = settled.kept[..] {
            if time(&before) != time(&last) {
                break;
            }
            let line = self.line(before);
            settled.clashes.push((last, Reason::Conflict { line }));
            settled.kept.pop();
        }
        settled
    }

    pub(crate) fn line(&self, at: At) -> u64 {
        self.fragments[at.fragment as usize].lines[at.row as usize] as u64
    }

    /// Whether two rows have the same content, bookkeeping aside.
    fn same(&self, a: At, b: At) -> bool {
        let (left, right) =
            (&self.fragments[a.fragment as usize], &self.fragments[b.fragment as usize]);
        let columns = left.columns.iter().zip(&right.columns).enumerate();
        let mut columns = columns.map(|(slot, (l, r))| {
            same_value((l, left.thread, a.row as usize), (r, right.thread, b.row as usize), || {
                &self.labels[slot]
            })
        });
        columns.all(|same| same) && (0..left.lists.len()).all(|list| self.same_records(list, a, b))
    }

    fn same_records(&self, list: usize, a: At, b: At) -> bool {
        let (left, right) =
            (&self.fragments[a.fragment as usize], &self.fragments[b.fragment as usize]);
        let (l, r) = (&left.lists[list], &right.lists[list]);
        let (from, to) = (l.range(a.row as usize), r.range(b.row as usize));
        from.len() == to.len()
            && from.zip(to).all(|(i, j)| {
                l.columns.iter().zip(&r.columns).enumerate().all(|(at, (x, y))| {
                    let slot = self.list_slots[list] + at;
                    same_value((x, left.thread, i), (y, right.thread, j), || &self.labels[slot])
                })
            })
    }
}

#[derive(Default)]
struct Settled {
    kept: Vec<At>,
    clashes: Vec<(At, Reason)>,
}

fn same_value<'a>(
    left: (&Data, usize, usize),
    right: (&Data, usize, usize),
    labels: impl Fn() -> &'a Joined,
) -> bool {
    let ((l, l_thread, l_row), (r, r_thread, r_row)) = (left, right);
    match (l, r) {
        (Data::Label(l), Data::Label(r)) => {
            labels().code(l_thread, l[l_row]) == labels().code(r_thread, r[r_row])
        }
        (Data::Text(l), Data::Text(r)) => l.get(l_row) == r.get(r_row),
        (Data::Integer(l), Data::Integer(r)) => l[l_row] == r[r_row],
        (Data::Number(l), Data::Number(r)) => l[l_row] == r[r_row],
        (Data::Boolean(l), Data::Boolean(r)) => l[l_row] == r[r_row],
        _ => false,
    }
}

impl Rows {
    /// Every refused row of the file in its order, those that clash included.
    pub(crate) fn refused(&self) -> RefusedRows {
        let mut refused = RefusedRows::new();
        for (index, fragment) in self.fragments.iter().enumerate() {
            for row in &fragment.refused {
                refused.insert((index as u32, row.row), row.clone());
            }
        }
        for (at, reason) in &self.clashes {
            let clash = Refused {
                row: at.row,
                line: self.line(*at),
                record: Box::default(),
                sheet: None,
                problems: vec![(String::new(), String::new(), *reason)],
            };
            refused.insert((at.fragment, at.row), clash);
        }
        refused
    }
}
