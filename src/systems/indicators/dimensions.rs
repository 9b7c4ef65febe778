//! Names that people slice and filter by: `prefecture`, `month`, `area`, `x_priority` and the like.

use std::collections::BTreeMap;

use trueline_expression::{Expr, Function};
use trueline_figures::{Dimension, DimensionKey, Period, PeriodError};
use trueline_lake::ValueKind;
use trueline_language::Text;

use super::compile::{join_conditions, match_values};
use super::mistake::{offer_one_of, offer_text};
use super::model::{Level, Pack, RegionCut};
use crate::datasets::Dataset;
use crate::language::Language;

/// Why a slice or a filter makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum DimensionError {
    #[error("there is no dimension `{name}`{}", offer_text(.instead.as_ref()))]
    #[zh("没有维度 `{name}`{}", offer_text(.instead.as_ref()))]
    Unknown { name: String, instead: Option<Text> },
    #[error("`{text}` is no filter; write a name, `=` and a value, such as prefecture=141100")]
    #[zh("“{text}”不是筛选条件；请写名称、`=` 和取值，例如 prefecture=141100")]
    NotAFilter { text: String },
    #[error(transparent)]
    Period(#[from] PeriodError),
    #[error("{name}={value} lies outside the period {period}")]
    #[zh("{name}={value} 不在统计期 {period} 之内")]
    OutsidePeriod { name: String, value: String, period: String },
    #[error("only one stretch of time can be asked for at once")]
    #[zh("一次只能查询一段时间")]
    SeveralTimes,
}

const TIMES: [&str; 3] = ["month", "quarter", "day"];

/// Finds a dimension by its name.
pub(super) fn find_dimension(pack: &Pack, name: &str) -> Result<Dimension, DimensionError> {
    let zone = || pack.zone.name().to_owned();
    let column = || "region".to_owned();
    let key = if let Some(level) = pack.levels.iter().find(|level| level.name == name) {
        match &level.cut {
            RegionCut::Digits { length, pad } => {
                DimensionKey::Prefix { column: column(), length: *length, pad: pad.clone() }
            }
            RegionCut::Parts { count, separator } => {
                DimensionKey::Parts { column: column(), separator: *separator, count: *count }
            }
        }
    } else {
        match name {
            "month" => DimensionKey::Month { zone: zone() },
            "quarter" => DimensionKey::Quarter { zone: zone() },
            "day" => DimensionKey::Day { zone: zone() },
            _ if is_column(pack, name) => DimensionKey::Column(name.to_owned()),
            _ => {
                let known = known_names(pack);
                return Err(DimensionError::Unknown {
                    name: name.to_owned(),
                    instead: offer_one_of(name, known.iter().map(String::as_str)),
                });
            }
        }
    };
    Ok(Dimension { name: name.to_owned(), key })
}

/// Finds dimensions by their names, each once, in the order asked for.
pub(crate) fn find_dimensions(
    pack: &Pack,
    names: &[String],
) -> Result<Vec<Dimension>, DimensionError> {
    let mut found: Vec<Dimension> = Vec::new();
    for name in names {
        let one = find_dimension(pack, name.trim())?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

/// Every name that can be sliced by, except extras.
pub(crate) fn known_names(pack: &Pack) -> Vec<String> {
    let mut names: Vec<String> = pack.levels.iter().map(|level| level.name.clone()).collect();
    names.extend(TIMES.iter().map(|name| (*name).to_owned()));
    for dataset in pack.datasets.iter() {
        for column in dataset.schema().columns {
            let name = column.name.to_owned();
            if is_sliceable(column.kind) && !dataset.holds_counts() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn is_sliceable(kind: ValueKind) -> bool {
    match kind {
        ValueKind::Label | ValueKind::Boolean | ValueKind::Integer | ValueKind::Text => true,
        ValueKind::Number | ValueKind::Moment => false,
    }
}

fn is_column(pack: &Pack, name: &str) -> bool {
    name.starts_with("x_") || pack.datasets.iter().any(|dataset| has_column(dataset, name))
}

/// Whether rows of a dataset can be sliced by a column.
pub(super) fn has_column(dataset: Dataset, name: &str) -> bool {
    name.starts_with("x_")
        || dataset
            .schema()
            .columns
            .iter()
            .any(|column| column.name == name && is_sliceable(column.kind))
}

/// Whether a dataset can be sliced by a dimension.
pub(super) fn suits_dataset(dataset: Dataset, dimension: &Dimension) -> bool {
    match &dimension.key {
        DimensionKey::Column(column)
        | DimensionKey::Prefix { column, .. }
        | DimensionKey::Parts { column, .. } => has_column(dataset, column),
        DimensionKey::Month { .. } | DimensionKey::Quarter { .. } | DimensionKey::Day { .. } => {
            true
        }
    }
}

/// Which rows to look at: values of dimensions, and a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Dimension → any of these values.
    pub values: BTreeMap<String, Vec<String>>,
    /// From `month=…`, `quarter=…` or `day=…`.
    pub time: Option<String>,
}

impl Filter {
    /// Reads `prefecture=141100,month=2020-05`. A region may be given by its name; one dimension
    /// given twice means either.
    pub fn parse(pack: &Pack, text: &str) -> Result<Filter, DimensionError> {
        let mut filter = Filter::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| DimensionError::NotAFilter { text: part.to_owned() })?;
            filter.add_condition(pack, name.trim(), value.trim())?;
        }
        Ok(filter)
    }

    fn add_condition(
        &mut self,
        pack: &Pack,
        name: &str,
        value: &str,
    ) -> Result<(), DimensionError> {
        find_dimension(pack, name)?;
        if TIMES.contains(&name) {
            if self.time.as_deref().is_some_and(|time| time != value) {
                return Err(DimensionError::SeveralTimes);
            }
            self.time = Some(value.to_owned());
            return Ok(());
        }
        let value = find_code(pack, name, value);
        self.values.entry(name.to_owned()).or_default().push(value);
        Ok(())
    }

    /// The part of `period` that the filter leaves.
    pub fn narrow_period(&self, pack: &Pack, period: &Period) -> Result<Period, DimensionError> {
        let Some(time) = &self.time else {
            return Ok(period.clone());
        };
        let zone = pack.zone.rules();
        let part = Period::parse(time, zone)?;
        if part.from >= period.from && part.to <= period.to {
            return Ok(part);
        }
        Err(DimensionError::OutsidePeriod {
            name: "time".to_owned(),
            value: time.clone(),
            period: period.name.clone(),
        })
    }

    /// The condition on rows; `None` if the dataset lacks a column that it needs.
    pub(super) fn row_condition(&self, pack: &Pack, dataset: Dataset) -> Option<Expr> {
        let mut parts = Vec::new();
        for (name, values) in &self.values {
            let level = pack.levels.iter().find(|level| level.name == *name);
            let column = if level.is_some() { "region" } else { name };
            if !has_column(dataset, column) {
                return None;
            }
            parts.push(match level {
                Some(level) => match_regions(level, values),
                None if is_text(dataset, name) => match_values(name, values),
                None => compare_as_text(name, values),
            });
        }
        Some(join_conditions(parts))
    }
}

/// The code of a value that is given by its code or its label.
fn find_code(pack: &Pack, name: &str, value: &str) -> String {
    let says = |words: &Text| {
        words.as_str(Language::Chinese) == value
            || words.as_str(Language::English).eq_ignore_ascii_case(value)
    };
    let labels: Box<dyn Iterator<Item = (&String, &Text)>> =
        match pack.levels.iter().find(|level| level.name == name) {
            Some(level) => {
                Box::new(pack.regions.iter().filter(|(code, _)| cut_region(level, code) == **code))
            }
            None => Box::new(pack.labels.get(name).into_iter().flatten()),
        };
    let mut found = labels.filter(|(_, words)| says(words));
    match found.next() {
        Some((code, _)) => code.clone(),
        None => value.to_owned(),
    }
}

/// The code that a level gives a region.
pub(super) fn cut_region(level: &Level, code: &str) -> String {
    match &level.cut {
        RegionCut::Digits { length, pad } => match code.char_indices().nth(*length) {
            Some((at, _)) => format!("{}{pad}", &code[..at]),
            None => code.to_owned(),
        },
        RegionCut::Parts { count, separator } => {
            let parts: Vec<&str> = code.split(*separator).take(*count).collect();
            parts.join(&separator.to_string())
        }
    }
}

fn match_regions(level: &Level, values: &[String]) -> Expr {
    let region = || Expr::Name("region".to_owned());
    let starts =
        |prefix: String| Expr::Call(Function::StartsWith, vec![region(), Expr::Text(prefix)]);
    let mut parts: Vec<Expr> = Vec::new();
    for value in values {
        if value.is_empty() {
            parts.push(Expr::Call(Function::Missing, vec![region()]));
            continue;
        }
        match &level.cut {
            RegionCut::Digits { length, .. } => {
                parts.push(starts(value.chars().take(*length).collect()));
            }
            RegionCut::Parts { separator, .. } => {
                parts.push(match_values("region", std::slice::from_ref(value)));
                parts.push(starts(format!("{value}{separator}")));
            }
        }
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Expr::Or(parts),
    }
}

fn is_text(dataset: Dataset, name: &str) -> bool {
    dataset.schema().columns.iter().any(|column| {
        column.name == name && matches!(column.kind, ValueKind::Label | ValueKind::Text)
    })
}

/// The condition for values of a column that need not hold text: they are compared as they print.
fn compare_as_text(name: &str, values: &[String]) -> Expr {
    let column = || Expr::Name(name.to_owned());
    let given: Vec<Expr> = values
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| Expr::Text(value.clone()))
        .collect();
    let mut parts = Vec::new();
    if !given.is_empty() {
        let text = Expr::Call(Function::ToText, vec![column()]);
        parts.push(Expr::In(Box::new(text), given));
    }
    if values.iter().any(String::is_empty) {
        parts.push(Expr::Call(Function::Missing, vec![column()]));
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => Expr::Or(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::datasets;
    use crate::systems::indicators::load_pack;

    fn load_national_pack() -> Pack {
        load_pack("cn-miit", &[], &datasets()).expect("it loads")
    }

    #[test]
    fn a_region_may_be_named_in_either_language() {
        let pack = load_national_pack();
        let check = |text: &str, expected: &[&str]| {
            let filter = Filter::parse(&pack, text).expect("a filter");
            assert_eq!(filter.values["prefecture"], expected, "{text}");
        };
        check("prefecture=141100", &["141100"]);
        check("prefecture=吕梁", &["141100"]);
        check("prefecture=lüliang", &["141100"]);
        check("prefecture=140100, prefecture=吕梁", &["140100", "141100"]);
    }

    #[test]
    fn a_filter_on_time_shortens_the_period_and_never_leaves_it() {
        let pack = load_national_pack();
        let zone = pack.zone.rules().clone();
        let half = Period::parse("2020H1", &zone).expect("a period");
        let left = |text: &str| Filter::parse(&pack, text)?.narrow_period(&pack, &half);
        assert_eq!(left("month=2020-05").expect("inside").name, "2020-05");
        assert_eq!(left("area=urban").expect("all of it"), half);
        assert!(matches!(left("month=2020-07"), Err(DimensionError::OutsidePeriod { .. })));
        assert!(matches!(left("month=2020-05,month=2020-06"), Err(DimensionError::SeveralTimes)));
    }

    #[test]
    fn a_misspelt_dimension_is_offered_the_right_one() {
        let pack = load_national_pack();
        let said = |text: &str| Filter::parse(&pack, text).expect_err("wrong").to_string();
        assert_eq!(
            said("prefectur=141100"),
            "there is no dimension `prefectur`; did you mean `prefecture`?"
        );
        assert_eq!(
            said("prefecture"),
            "`prefecture` is no filter; write a name, `=` and a value, such as prefecture=141100"
        );
    }

    #[test]
    fn a_dataset_without_the_column_gives_no_condition() {
        let pack = load_national_pack();
        let filter = Filter::parse(&pack, "area=urban").expect("a filter");
        assert!(filter.row_condition(&pack, crate::systems::cases::CASE).is_some());
        assert_eq!(filter.row_condition(&pack, crate::systems::rollout::SITE), None);
    }
}
