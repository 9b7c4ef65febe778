//! A log only grows: what a case of events may become when its log is imported once more.
//!
//! The lake keeps cases, not events. So a file that holds only some of a case's events cannot be
//! added to what is known of it, but it can be told: with all earlier events in it the case would
//! still have every value, its first moments would not lie later, nor its last ones earlier.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, TimeUnit};

use super::digest::is_content;
use super::error::ImportError;
use super::layout::Layout;
use super::order::At;
use super::plan::Plan;
use super::rows::Rows;
use crate::mapping::{From, TakeEvent};
use crate::scan::key_text;
use crate::schema::{Kind, List};

/// Whether one of two states of a case can come from a log that holds the other's events too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    /// The state in the file from that in the lake.
    pub(super) forward: bool,
    /// The state in the lake from that in the file.
    pub(super) backward: bool,
}

impl Default for Growth {
    fn default() -> Growth {
        Growth { forward: true, backward: true }
    }
}

/// How the columns of a log may change while it grows.
pub(crate) struct Log<'a> {
    columns: Vec<(String, Rule)>,
    lists: &'a [List],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// May become less, never more.
    Down,
    Up,
    /// May change only if earlier events came to light.
    Keep,
    /// May change, but not vanish.
    Change,
}

impl<'a> Log<'a> {
    /// `None` unless the rows of the plan are events.
    pub(crate) fn new(plan: &Plan<'a>) -> Option<Log<'a>> {
        plan.bound.events.as_ref()?;
        // What the mapping says itself is no matter of the log.
        let told = |from: &From| !matches!(from, From::Constant(_) | From::Line);
        let columns = plan.bound.targets.iter().filter(|bound| told(&bound.target.from));
        let rule = |take: TakeEvent, kind: Kind| match (take, kind) {
            (TakeEvent::Min, _) | (TakeEvent::First, Kind::Moment) => Rule::Down,
            (TakeEvent::Max, _) | (TakeEvent::Last, Kind::Moment) => Rule::Up,
            (TakeEvent::Any | TakeEvent::First, _) => Rule::Keep,
            (TakeEvent::Last | TakeEvent::LastPresent, _) => Rule::Change,
        };
        let columns = columns
            .map(|bound| (bound.target.name.clone(), rule(bound.target.take, bound.target.kind)));
        Some(Log { columns: columns.collect(), lists: &plan.schema.lists })
    }

    /// Compares rows of the file with rows of a batch.
    pub(super) fn growth(
        &self,
        rows: &Rows,
        layout: &Layout<'_>,
        batch: &RecordBatch,
        pairs: &[(At, usize)],
    ) -> Result<Vec<Growth>, ImportError> {
        let own: Vec<At> = pairs.iter().map(|(at, _)| *at).collect();
        let mut columns = Vec::new();
        let mut lists = Vec::new();
        for (index, field) in layout.schema.fields().iter().enumerate() {
            let Some(old) = batch.column_by_name(field.name()) else {
                continue;
            };
            if !is_content(field.name()) {
                continue;
            }
            if let Some((_, rule)) = self.columns.iter().find(|(name, _)| name == field.name()) {
                columns.push((*rule, layout.column(rows, &own, index)?, old));
            } else if let Some(list) = self.lists.iter().find(|list| list.name == field.name()) {
                lists.push((list, layout.column(rows, &own, index)?, old));
            }
        }
        let grown = |new: usize, old: usize, swap: bool| {
            let cells = columns.iter().map(|(rule, ours, theirs)| {
                let pair = [(ours, new), (*theirs, old)];
                (*rule, if swap { [pair[1], pair[0]] } else { pair })
            });
            let cells: Vec<(Rule, [Cell<'_>; 2])> = cells.collect();
            let earlier = cells.iter().any(|(rule, [new, old])| {
                *rule == Rule::Down && compare(*new, *old) == Some(Ordering::Less)
            });
            cells.iter().all(|(rule, [new, old])| may_follow(*rule, *new, *old, earlier))
                && lists.iter().all(|(list, ours, theirs)| {
                    let (ours, theirs) = (records(ours, new), records(theirs, old));
                    let (new, old) = if swap { (theirs, ours) } else { (ours, theirs) };
                    covers(list, new.as_ref(), old.as_ref())
                })
        };
        let both = pairs.iter().enumerate().map(|(new, (_, old))| Growth {
            forward: grown(new, *old, false),
            backward: grown(new, *old, true),
        });
        Ok(both.collect())
    }
}

/// A column and a row in it.
type Cell<'a> = (&'a ArrayRef, usize);

fn may_follow(rule: Rule, new: Cell<'_>, old: Cell<'_>, earlier: bool) -> bool {
    if old.0.is_null(old.1) {
        return true;
    }
    let Some(found) = compare(new, old) else {
        return false;
    };
    match rule {
        Rule::Down => found.is_le(),
        Rule::Up => found.is_ge(),
        Rule::Keep => earlier || found.is_eq(),
        Rule::Change => true,
    }
}

/// `None` when one of the two is null, or they are of different types.
fn compare((left, l): Cell<'_>, (right, r): Cell<'_>) -> Option<Ordering> {
    if left.is_null(l) || right.is_null(r) {
        return None;
    }
    match (left.data_type(), right.data_type()) {
        (DataType::Int64, DataType::Int64) => {
            let value = |array: &ArrayRef, row| array.as_primitive::<Int64Type>().value(row);
            Some(value(left, l).cmp(&value(right, r)))
        }
        (DataType::Timestamp(TimeUnit::Second, _), DataType::Timestamp(TimeUnit::Second, _)) => {
            let value =
                |array: &ArrayRef, row| array.as_primitive::<TimestampSecondType>().value(row);
            Some(value(left, l).cmp(&value(right, r)))
        }
        (DataType::Float64, DataType::Float64) => {
            let value = |array: &ArrayRef, row| array.as_primitive::<Float64Type>().value(row);
            Some(value(left, l).total_cmp(&value(right, r)))
        }
        (DataType::Boolean, DataType::Boolean) => {
            Some(left.as_boolean().value(l).cmp(&right.as_boolean().value(r)))
        }
        (DataType::Dictionary(..) | DataType::Utf8, DataType::Dictionary(..) | DataType::Utf8) => {
            Some(key_text(left, l).cmp(key_text(right, r)))
        }
        _ => None,
    }
}

fn records(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    let lists = array.as_list_opt::<i32>()?;
    lists.is_valid(row).then(|| lists.value(row))
}

/// Whether every record of the old state lies inside one of the new: an open one may have closed.
fn covers(list: &List, new: Option<&ArrayRef>, old: Option<&ArrayRef>) -> bool {
    let records = |of: Option<&ArrayRef>| of.and_then(|array| array.as_struct_opt().cloned());
    let Some(old) = records(old).filter(|old| old.len() > 0) else {
        return true;
    };
    let Some(new) = records(new) else {
        return false;
    };
    (0..old.len()).all(|o| (0..new.len()).any(|n| covers_one(list, (&new, n), (&old, o))))
}

fn covers_one(
    list: &List,
    (new, n): (&StructArray, usize),
    (old, o): (&StructArray, usize),
) -> bool {
    let mut moments = 0;
    list.columns.iter().all(|column| {
        let (Some(ours), Some(theirs)) =
            (new.column_by_name(column.name), old.column_by_name(column.name))
        else {
            return true;
        };
        let found = compare((ours, n), (theirs, o));
        if column.kind != Kind::Moment {
            return !column.required || found.is_none_or(Ordering::is_eq);
        }
        moments += 1;
        // The first moment of a record is its start, the second its end.
        match moments {
            1 => found.is_none_or(Ordering::is_le),
            2 => theirs.is_null(o) || found.is_some_and(Ordering::is_ge),
            _ => true,
        }
    })
}
