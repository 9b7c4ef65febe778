//! A tally as columns that can be added up over blocks.

use trueline_figures::{Amount, Tally};
use trueline_verify::{CellColumns, WholeNumber};

/// The values at the printed percentiles of a tally. Evidence counts the rows below each of them
/// and up to it.
pub(super) fn list_quantiles(tally: &Tally) -> Vec<i64> {
    let (low, high) = tally.middle_values().unzip();
    let each = [
        low,
        high,
        tally.value_at_percentile(80.0),
        tally.value_at_percentile(95.0),
        tally.value_at_percentile(99.0),
    ];
    let mut values: Vec<i64> = each.into_iter().flatten().collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The columns of a tally that are not zero.
pub(super) fn list_tally_columns(tally: &Tally, quantiles: &[i64]) -> CellColumns {
    let mut columns = CellColumns::new();
    let mut put = |name: String, value: i128| {
        if value != 0 {
            columns.insert(name, WholeNumber(value));
        }
    };
    let count = i128::from;
    put("n".to_owned(), count(tally.n));
    put("sum".to_owned(), tally.sum);
    put("limited".to_owned(), count(tally.limited));
    put("late".to_owned(), count(tally.late));
    put("unmeasurable".to_owned(), count(tally.unmeasurable));
    for (view, amount) in [("all", &tally.without_exclusions), ("bare", &tally.without_pauses)] {
        put(format!("{view}.n"), count(amount.n));
        put(format!("{view}.sum"), amount.sum);
        put(format!("{view}.late"), count(amount.late));
        put(format!("{view}.unmeasurable"), count(amount.unmeasurable));
    }
    for excluded in &tally.excluded {
        put(format!("excluded.{}", excluded.reason), count(excluded.n));
        put(format!("unapproved.{}", excluded.reason), count(excluded.without_approver));
    }
    for paused in &tally.subtracted {
        let name = format!("paused.{}/{}", paused.kind, paused.reason);
        put(format!("{name}.cases"), count(paused.rows));
        put(format!("{name}.seconds"), paused.seconds.into());
        put(format!("{name}.unapproved"), paused.seconds_without_approver.into());
    }
    if let Some(open) = &tally.open {
        put("open.n".to_owned(), count(open.n));
        put("open.past".to_owned(), count(open.past_limit));
    }
    for value in quantiles {
        let upto = tally.values.count_at_most(*value);
        let below = value.checked_sub(1).map_or(0, |less| tally.values.count_at_most(less));
        put(format!("below.{value}"), count(below));
        put(format!("upto.{value}"), count(upto));
    }
    put_extremes(tally, &mut columns);
    columns
}

/// Adds the largest and smallest values. They may be 0, so they are left out only if there are
/// none.
fn put_extremes(tally: &Tally, columns: &mut CellColumns) {
    let longest = |amount: &Amount| amount.longest;
    let extremes = [
        ("longest", tally.longest),
        ("shortest", tally.shortest),
        ("all.longest", longest(&tally.without_exclusions)),
        ("bare.longest", longest(&tally.without_pauses)),
        ("open.oldest", tally.open.as_ref().and_then(|open| open.oldest)),
    ];
    for (name, value) in extremes {
        if let Some(value) = value {
            columns.insert(name.to_owned(), WholeNumber(value.into()));
        }
    }
}
