//! A log only grows: how a case of events may change when its log is imported again.
//!
//! The lake keeps cases, not events, so a file with only some of a case's events cannot be added to
//! what is known of the case. But it can be recognised: with all earlier events in it, the case
//! would still have every value, its first moments would not be later, and its last ones not
//! earlier.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, TimeUnit};

use super::digest::is_content;
use super::error::ImportError;
use super::layout::BatchLayout;
use super::order::RowAt;
use super::plan::ReadPlan;
use super::rows::SourceRows;
use crate::mapping::{TakeEvent, ValueOrigin};
use crate::scan::key_text;
use crate::schema::{ListColumn, ValueKind};

/// Whether one of two states of a case can come from a log that also holds the events of the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogGrowth {
    /// The state in the file can follow the one in the lake.
    pub(super) forward: bool,
    /// The state in the lake can follow the one in the file.
    pub(super) backward: bool,
}

impl Default for LogGrowth {
    fn default() -> LogGrowth {
        LogGrowth { forward: true, backward: true }
    }
}

/// How the columns of a log may change while it grows.
pub(crate) struct EventLog<'a> {
    columns: Vec<(String, ChangeRule)>,
    lists: &'a [ListColumn],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeRule {
    /// May decrease, never increase.
    Down,
    Up,
    /// May change only if earlier events came to light.
    Keep,
    /// May change, but not vanish.
    Change,
}

impl<'a> EventLog<'a> {
    /// `None` unless the rows of the plan are events.
    pub(crate) fn new(plan: &ReadPlan<'a>) -> Option<EventLog<'a>> {
        plan.bound.events.as_ref()?;
        // A value that the mapping itself states does not depend on the log.
        let told =
            |from: &ValueOrigin| !matches!(from, ValueOrigin::Constant(_) | ValueOrigin::Line);
        let columns = plan.bound.targets.iter().filter(|bound| told(&bound.target.from));
        let rule = |take: TakeEvent, kind: ValueKind| match (take, kind) {
            (TakeEvent::Min, _) | (TakeEvent::First, ValueKind::Moment) => ChangeRule::Down,
            (TakeEvent::Max, _) | (TakeEvent::Last, ValueKind::Moment) => ChangeRule::Up,
            (TakeEvent::Any | TakeEvent::First, _) => ChangeRule::Keep,
            (TakeEvent::Last | TakeEvent::LastPresent, _) => ChangeRule::Change,
        };
        let columns = columns
            .map(|bound| (bound.target.name.clone(), rule(bound.target.take, bound.target.kind)));
        Some(EventLog { columns: columns.collect(), lists: &plan.schema.lists })
    }

    /// Compares rows of the file with rows of a batch.
    pub(super) fn compare_with_batch(
        &self,
        rows: &SourceRows,
        layout: &BatchLayout<'_>,
        batch: &RecordBatch,
        pairs: &[(RowAt, usize)],
    ) -> Result<Vec<LogGrowth>, ImportError> {
        let own: Vec<RowAt> = pairs.iter().map(|(at, _)| *at).collect();
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
                columns.push((*rule, layout.build_column(rows, &own, index)?, old));
            } else if let Some(list) = self.lists.iter().find(|list| list.name == field.name()) {
                lists.push((list, layout.build_column(rows, &own, index)?, old));
            }
        }
        let grown = |new: usize, old: usize, swap: bool| {
            let cells = columns.iter().map(|(rule, ours, theirs)| {
                let pair = [(ours, new), (*theirs, old)];
                (*rule, if swap { [pair[1], pair[0]] } else { pair })
            });
            let cells: Vec<(ChangeRule, [ArrayCell<'_>; 2])> = cells.collect();
            let earlier = cells.iter().any(|(rule, [new, old])| {
                *rule == ChangeRule::Down && compare_cells(*new, *old) == Some(Ordering::Less)
            });
            cells.iter().all(|(rule, [new, old])| may_follow(*rule, *new, *old, earlier))
                && lists.iter().all(|(list, ours, theirs)| {
                    let (ours, theirs) = (records_at(ours, new), records_at(theirs, old));
                    let (new, old) = if swap { (theirs, ours) } else { (ours, theirs) };
                    covers_records(list, new.as_ref(), old.as_ref())
                })
        };
        let both = pairs.iter().enumerate().map(|(new, (_, old))| LogGrowth {
            forward: grown(new, *old, false),
            backward: grown(new, *old, true),
        });
        Ok(both.collect())
    }
}

/// A column and a row in it.
type ArrayCell<'a> = (&'a ArrayRef, usize);

fn may_follow(rule: ChangeRule, new: ArrayCell<'_>, old: ArrayCell<'_>, earlier: bool) -> bool {
    if old.0.is_null(old.1) {
        return true;
    }
    let Some(found) = compare_cells(new, old) else {
        return false;
    };
    match rule {
        ChangeRule::Down => found.is_le(),
        ChangeRule::Up => found.is_ge(),
        ChangeRule::Keep => earlier || found.is_eq(),
        ChangeRule::Change => true,
    }
}

/// `None` if one of the two is null or their types differ.
fn compare_cells((left, l): ArrayCell<'_>, (right, r): ArrayCell<'_>) -> Option<Ordering> {
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

fn records_at(array: &ArrayRef, row: usize) -> Option<ArrayRef> {
    let lists = array.as_list_opt::<i32>()?;
    lists.is_valid(row).then(|| lists.value(row))
}

/// Whether every record of the old state lies inside one of the new state: an open record may have
/// closed.
fn covers_records(list: &ListColumn, new: Option<&ArrayRef>, old: Option<&ArrayRef>) -> bool {
    let records = |of: Option<&ArrayRef>| of.and_then(|array| array.as_struct_opt().cloned());
    let Some(old) = records(old).filter(|old| old.len() > 0) else {
        return true;
    };
    let Some(new) = records(new) else {
        return false;
    };
    (0..old.len()).all(|o| (0..new.len()).any(|n| covers_record(list, (&new, n), (&old, o))))
}

fn covers_record(
    list: &ListColumn,
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
        let found = compare_cells((ours, n), (theirs, o));
        if column.kind != ValueKind::Moment {
            return !column.required || found.is_none_or(Ordering::is_eq);
        }
        moments += 1;
        // The first moment of a record is its start, the second is its end.
        match moments {
            1 => found.is_none_or(Ordering::is_le),
            2 => theirs.is_null(o) || found.is_some_and(Ordering::is_ge),
            _ => true,
        }
    })
}
