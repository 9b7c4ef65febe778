//! Values that others published, and comparison with another period.
//!
//! A published value is printed as it was published, never recomputed. Where a definition changed
//! between two values there is no difference to state: the comparison shows a break.

use jiff::Timestamp;
use serde::Serialize;
use trueline_figures::{Period, Slice};
use trueline_numbers::Fraction;

use super::compute::{FigureResults, parse_figure_id};
use super::counts::{CountRow, CountTable, to_millionths};
use super::dimensions::cut_region;
use super::model::{BilingualText, Indicator, Pack, Statistic};
use super::row::{FigureRow, FigureStatus};

/// The published values of a period, as figures of the pack.
///
/// `measure` of a count row with the role `published` is the id of a figure, such as
/// `fixed.install.mean`, or with a slice `fixed.install.mean[area=urban]`; `scope` may give the
/// segment's value alone. Rows that name no figure of the pack are left out.
pub fn published_figures(pack: &Pack, period: &Period, counts: &CountTable) -> Vec<FigureRow> {
    counts
        .published_rows()
        .filter(|row| row.period == period.name)
        .filter_map(|row| as_figure(pack, row))
        .collect()
}

fn as_figure(pack: &Pack, row: &CountRow) -> Option<FigureRow> {
    let (name, mut slice) = parse_figure_id(&row.measure)?;
    let (indicator, statistic) = pack.find_figure(name)?;
    if !row.scope.is_empty() {
        let segment = segment_of(pack, indicator, &row.scope)?;
        slice.insert(segment.0, segment.1);
    }
    if !row.region.is_empty() {
        let level =
            pack.levels.iter().find(|level| cut_region(level, &row.region) == row.region)?;
        slice.insert(level.name.clone(), row.region.clone());
    }
    let exact = Fraction::new(to_millionths(row.value), 1_000_000);
    let printed = exact.map(|value| match statistic.unit.as_str() {
        "%" => value.print_percent(statistic.decimals),
        _ => value.print_rounded(statistic.decimals),
    });
    Some(FigureRow {
        value: Some(row.value),
        printed: printed.unwrap_or_else(|| "—".to_owned()),
        definition: row.definition.clone(),
        note: Some(BilingualText {
            zh: format!("据{}公布，未重新计算", row.source),
            en: format!("as published by {}, not recomputed", row.source),
        }),
        ..blank_figure(indicator, statistic, slice, row)
    })
}

/// `scope` as `area=urban`, `urban` or 城市.
fn segment_of(pack: &Pack, indicator: &Indicator, scope: &str) -> Option<(String, String)> {
    if let Some((name, value)) = scope.split_once('=') {
        return Some((name.to_owned(), value.to_owned()));
    }
    indicator.segments.iter().find_map(|segment| {
        let labels = pack.labels.get(segment)?;
        let (value, _) = labels
            .iter()
            .find(|(value, words)| *value == scope || words.zh == scope || words.en == scope)?;
        Some((segment.clone(), value.clone()))
    })
}

fn blank_figure(
    indicator: &Indicator,
    statistic: &Statistic,
    slice: Slice,
    row: &CountRow,
) -> FigureRow {
    FigureRow {
        indicator: indicator.id.clone(),
        statistic: statistic.id.clone(),
        slice,
        period: row.period.clone(),
        definition: String::new(),
        value: None,
        printed: String::new(),
        unit: statistic.unit.clone(),
        measured_in: String::new(),
        n: 0,
        limited: 0,
        sum: None,
        longest: None,
        shortest: None,
        late: 0,
        percentiles: None,
        unmeasurable: 0,
        excluded: Vec::new(),
        without_exclusions: None,
        without_pauses: None,
        subtracted: Vec::new(),
        interval: None,
        bound: None,
        open: None,
        limits: Vec::new(),
        status: FigureStatus::Published,
        note: None,
        basis: None,
    }
}

/// How a figure stands to its predecessor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PublishedComparison {
    /// Both were measured the same way.
    Difference {
        previous: f64,
        previous_printed: String,
        difference: f64,
        /// In percent of the previous value; null where that is 0.
        percent: Option<f64>,
        /// Whether the previous value is as published, not recomputed.
        is_published: bool,
    },
    /// The definition changed in between.
    Break { previous_printed: String, says: BilingualText },
    /// One of the two has no value.
    Nothing,
}

/// Compares a figure with the same figure of an earlier period.
///
/// `previous` holds its rows, computed or published; a computed value is preferred.
pub fn compare_figures(
    pack: &Pack,
    current: &FigureResults,
    figure: &FigureRow,
    previous: &[FigureRow],
) -> PublishedComparison {
    let same = |row: &&FigureRow| {
        row.indicator == figure.indicator
            && row.statistic == figure.statistic
            && row.slice == figure.slice
            && row.value.is_some()
    };
    let computed = previous.iter().filter(same).find(|row| row.status == FigureStatus::Computed);
    let Some(earlier) = computed.or_else(|| previous.iter().find(same)) else {
        return PublishedComparison::Nothing;
    };
    let (Some(now), Some(before)) = (figure.value, earlier.value) else {
        return PublishedComparison::Nothing;
    };
    if let Some(says) = break_between(pack, current, figure, earlier) {
        return PublishedComparison::Break { previous_printed: earlier.printed.clone(), says };
    }
    PublishedComparison::Difference {
        previous: before,
        previous_printed: earlier.printed.clone(),
        difference: now - before,
        percent: (before.abs() > 0.0).then(|| (now - before) / before * 100.0),
        is_published: earlier.status == FigureStatus::Published,
    }
}

fn break_between(
    pack: &Pack,
    current: &FigureResults,
    figure: &FigureRow,
    earlier: &FigureRow,
) -> Option<BilingualText> {
    let indicator = pack.find_indicator(&figure.indicator)?;
    let zone = pack.zone.rules();
    let day = |second: i64| {
        let instant = Timestamp::from_second(second).ok()?;
        Some(zone.to_datetime(instant).date())
    };
    let from = day(Period::parse(&earlier.period, zone).ok()?.from)?;
    let until = day(current.period.to - 1)?;
    let changed = indicator.changed.iter().find(|change| change.on > from && change.on <= until);
    if let Some(change) = changed {
        return Some(change.says.clone());
    }
    // A published value says which definition it followed, by the pack's id with or without its
    // version; one that says nothing is taken at its word.
    let given = earlier.definition.as_str();
    let follows = given.is_empty()
        || figure.definition == given
        || figure.definition.split(' ').next() == Some(given);
    (!follows).then(|| BilingualText {
        zh: format!("定义不同：前期按{given}，本期按{}", figure.definition),
        en: format!("another definition: {given} then, {} now", figure.definition),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::datasets;
    use crate::systems::indicators::{FigureQuestion, MemoryRecords, compute_figures, load_pack};

    fn count(measure: &str, scope: &str, value: f64, definition: &str) -> CountRow {
        CountRow {
            source: "省通信管理局".to_owned(),
            period: "2019H2".to_owned(),
            measure: measure.to_owned(),
            scope: scope.to_owned(),
            value,
            role: "published".to_owned(),
            definition: definition.to_owned(),
            ..CountRow::default()
        }
    }

    fn current(
        pack: &Pack,
        indicator: &str,
        statistic: &str,
        period: &str,
    ) -> (FigureResults, FigureRow) {
        let zone = pack.zone.rules().clone();
        let question =
            FigureQuestion::about_period(Period::parse(period, &zone).expect("a period"));
        let results = compute_figures(pack, &question, &MemoryRecords::default()).expect("figures");
        let row = results
            .rows
            .iter()
            .find(|row| row.indicator == indicator && row.statistic == statistic)
            .expect("the figure");
        let row = FigureRow { value: Some(1.0), ..row.clone() };
        (results, row)
    }

    #[test]
    fn a_published_value_prints_as_published_and_finds_its_segment() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let zone = pack.zone.rules().clone();
        let period = Period::parse("2019H2", &zone).expect("a period");
        let counts = CountTable::from_rows(vec![
            count("fixed.install.mean", "城市", 0.9, "cn-miit"),
            count("mobile.change.on_time", "", 100.0, ""),
            count("no.such.figure", "", 1.0, ""),
        ]);
        let rows = published_figures(&pack, &period, &counts);
        let shown: Vec<(&str, &str, String)> = rows
            .iter()
            .map(|row| (row.statistic.as_str(), row.printed.as_str(), format!("{:?}", row.slice)))
            .collect();
        assert_eq!(
            shown,
            [
                ("mean", "0.90", "{\"area\": \"urban\"}".to_owned()),
                ("on_time", "100", "{}".to_owned()),
            ]
        );
        assert!(rows.iter().all(|row| row.status == FigureStatus::Published));
    }

    #[test]
    fn a_changed_definition_is_a_break_and_not_a_difference() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let zone = pack.zone.rules().clone();
        let period = Period::parse("2019H2", &zone).expect("a period");
        let (results, row) = current(&pack, "mobile.change", "mean", "2020H1");
        let compared = |definition: &str| {
            let counts =
                CountTable::from_rows(vec![count("mobile.change.mean", "", 0.5, definition)]);
            compare_figures(&pack, &results, &row, &published_figures(&pack, &period, &counts))
        };
        assert!(matches!(
            compared("cn-miit"),
            PublishedComparison::Difference { is_published: true, percent: Some(percent), .. }
                if (percent - 100.0).abs() < 1e-9
        ));
        assert!(matches!(compared(""), PublishedComparison::Difference { .. }));
        assert!(matches!(compared("group standard 2018"), PublishedComparison::Break { .. }));
        assert_eq!(compare_figures(&pack, &results, &row, &[]), PublishedComparison::Nothing);
    }

    #[test]
    fn a_day_of_change_between_two_periods_breaks_the_comparison() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let earlier = |period: &str| {
            let (_, row) = current(&pack, "complaint.appeals", "rate", period);
            FigureRow { status: FigureStatus::Computed, ..row }
        };
        let (results, row) = current(&pack, "complaint.appeals", "rate", "2022Q1");
        let before = compare_figures(&pack, &results, &row, &[earlier("2021Q4")]);
        assert!(matches!(before, PublishedComparison::Break { .. }));
        let (results, row) = current(&pack, "complaint.appeals", "rate", "2022Q2");
        let after = compare_figures(&pack, &results, &row, &[earlier("2022Q1")]);
        assert!(matches!(after, PublishedComparison::Difference { .. }));
    }
}
