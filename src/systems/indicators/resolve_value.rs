//! Single values of a pack file, checked where they stand: columns, days and units.

use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::value::Datetime;
use trueline_language::{phrase, text};

use super::mistake::{Manuscript, PackResult};
use super::model::{Indicator, Pack, TimeUnit};
use crate::datasets::Dataset;

const BUILT_IN_UNITS: [&str; 8] = ["s", "min", "h", "d", "wh", "wd", "%", "1"];

/// Refuses the name of a column that the dataset does not have; extras may have any name.
pub(super) fn check_column(
    manuscript: &Manuscript,
    name: &Spanned<String>,
    dataset: Dataset,
) -> PackResult<()> {
    let schema = dataset.schema();
    let known = schema.columns.iter().map(|column| column.name);
    if name.get_ref().starts_with("x_") || known.clone().any(|column| column == name.get_ref()) {
        return Ok(());
    }
    let problem = text!("`{}` 没有列 `{}`", "`{}` has no column `{}`", schema.name, name.get_ref());
    Err(manuscript.mistake_at(&name.span(), problem).or_one_of(name.get_ref(), known).into())
}

/// Reads a day as TOML writes it. `near` is the place of a mistake.
pub(super) fn resolve_date(
    manuscript: &Manuscript,
    datetime: Datetime,
    near: &Range<usize>,
) -> PackResult<Date> {
    let date = match datetime {
        Datetime { date: Some(date), time: None, offset: None } => {
            Date::new(date.year as i16, date.month as i8, date.day as i8).ok()
        }
        Datetime { .. } => None,
    };
    date.ok_or_else(|| {
        manuscript
            .mistake_at(near, text!("`{datetime}` 不是日期", "`{datetime}` is not a day"))
            .or_write(phrase!(
                "请写 2005-04-20 这样的日期，不加引号",
                "write a date such as 2005-04-20, without quotes"
            ))
            .into()
    })
}

/// Lists the units in which values of an indicator may be given: those of its clock, else those of
/// amounts.
pub(super) fn list_value_units<'a>(indicator: &Indicator, pack: &'a Pack) -> Vec<&'a str> {
    match indicator.clock_spec() {
        Some(clock) if is_working_time(clock.unit) => vec!["wh", "wd"],
        Some(_) => vec!["s", "min", "h", "d"],
        None => list_own_units(pack, &["%"]),
    }
}

/// Lists the units that a pack names itself, after some that are built in.
pub(super) fn list_own_units<'a>(pack: &'a Pack, built_in: &[&'a str]) -> Vec<&'a str> {
    built_in
        .iter()
        .copied()
        .chain(pack.units.keys().map(String::as_str).filter(|unit| !BUILT_IN_UNITS.contains(unit)))
        .collect()
}

pub(super) fn is_working_time(unit: TimeUnit) -> bool {
    match unit {
        TimeUnit::WorkingHours | TimeUnit::WorkingDays => true,
        TimeUnit::Seconds | TimeUnit::Minutes | TimeUnit::Hours | TimeUnit::Days => false,
    }
}
