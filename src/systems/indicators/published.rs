//! Values that others published: they are printed as published, never recomputed.

use trueline_figures::{Period, Slice};
use trueline_language::text;
use trueline_numbers::Fraction;

use super::compute::{
    ComputeError, FigureQuestion, FigureResults, compute_figures, load_counts, parse_figure_id,
};
use super::counts::{CountRow, CountTable, to_millionths};
use super::dimensions::cut_region;
use super::model::{Indicator, Pack, Statistic};
use super::records::RecordSource;
use super::row::{FigureRow, FigureStatus};
use crate::language::Language;

/// Computes the figures. One that cannot be computed from records is given as others published it,
/// if they did and agree.
///
/// What was published is about all of its population, so nothing is quoted under a filter.
pub(crate) fn compute_or_quote_figures(
    pack: &Pack,
    question: &FigureQuestion,
    records: &dyn RecordSource,
) -> Result<FigureResults, ComputeError> {
    let mut results = compute_figures(pack, question, records)?;
    let is_filtered = !question.filter.values.is_empty() || question.filter.time.is_some();
    if is_filtered || results.rows.iter().all(|row| row.value.is_some()) {
        return Ok(results);
    }
    let published = list_published_figures(pack, &results.period, &load_counts(records)?);
    for row in results.rows.iter_mut().filter(|row| row.value.is_none()) {
        let mut same = published.iter().filter(|quoted| {
            quoted.indicator == row.indicator
                && quoted.statistic == row.statistic
                && quoted.slice == row.slice
        });
        if let Some(first) = same.next()
            && same.all(|other| other.value == first.value)
        {
            *row = first.clone();
        }
    }
    Ok(results)
}

/// Lists the published values of a period as figures of the pack.
///
/// `measure` of a count row with the role `published` is the id of a figure, such as
/// `fixed.install.mean`, or with a slice `fixed.install.mean[area=urban]`; `scope` may give the
/// segment's value alone. Rows that name no figure of the pack, or another unit, are left out.
fn list_published_figures(pack: &Pack, period: &Period, counts: &CountTable) -> Vec<FigureRow> {
    counts
        .list_published_rows()
        .filter(|row| row.period == period.name)
        .filter_map(|row| build_figure(pack, row))
        .collect()
}

fn build_figure(pack: &Pack, row: &CountRow) -> Option<FigureRow> {
    let (name, mut slice) = parse_figure_id(&row.measure)?;
    let (indicator, statistic) = pack.find_figure(name)?;
    if !row.unit.is_empty() && row.unit != statistic.unit {
        return None;
    }
    if !row.scope.is_empty() {
        let segment = find_segment(pack, indicator, &row.scope)?;
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
        note: Some(text!("据{}公布，未重新计算", "as published by {}, not recomputed", row.source)),
        ..make_blank_figure(indicator, statistic, slice, row)
    })
}

/// Finds the segment that `scope` names: as `area=urban`, `urban` or 城市.
fn find_segment(pack: &Pack, indicator: &Indicator, scope: &str) -> Option<(String, String)> {
    if let Some((name, value)) = scope.split_once('=') {
        return Some((name.to_owned(), value.to_owned()));
    }
    indicator.segments.iter().find_map(|segment| {
        let labels = pack.labels.get(segment)?;
        let (value, _) = labels.iter().find(|(value, words)| {
            *value == scope || Language::BOTH.iter().any(|one| words.as_str(*one) == scope)
        })?;
        Some((segment.clone(), value.clone()))
    })
}

fn make_blank_figure(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::datasets;
    use crate::systems::cases::CASE;
    use crate::systems::indicators::tables::build_batch;
    use crate::systems::indicators::{COUNT, Filter, MemoryRecords, load_pack};

    fn make_count(measure: &str, scope: &str, value: f64, definition: &str) -> CountRow {
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

    #[test]
    fn a_published_value_prints_as_published_and_finds_its_segment() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let zone = pack.zone.rules().clone();
        let period = Period::parse("2019H2", &zone).expect("a period");
        let counts = CountTable::from_rows(vec![
            make_count("fixed.install.mean", "城市", 0.9, "cn-miit"),
            make_count("mobile.change.on_time", "", 100.0, ""),
            make_count("no.such.figure", "", 1.0, ""),
        ]);
        let rows = list_published_figures(&pack, &period, &counts);
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
    fn a_value_in_another_unit_is_not_quoted() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let period = Period::parse("2019H2", pack.zone.rules()).expect("a period");
        let in_unit = |unit: &str| {
            let row = make_count("mobile.change.on_time", "", 100.0, "");
            let counts = CountTable::from_rows(vec![CountRow { unit: unit.to_owned(), ..row }]);
            list_published_figures(&pack, &period, &counts).len()
        };
        assert_eq!((in_unit("%"), in_unit(""), in_unit("h")), (1, 1, 0));
    }

    /// Mobile changes were recorded; two sources disagree about restoring.
    #[test]
    fn a_figure_is_quoted_only_where_records_give_none_and_sources_agree() {
        let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
        let zone = pack.zone.name();
        let mut records = MemoryRecords::default();
        let cases = [
            "kind | service | region | accepted | resolved",
            "change | mobile | 140100 | 2019-11-01T00:00 | 2019-11-01T06:00",
        ];
        records.batches.insert(CASE, vec![build_batch(CASE, &cases, zone).expect("cases")]);
        let counts = [
            "source | period | region | measure | scope | value | role",
            "省通信管理局 | 2019H2 | | mobile.change.mean | | 0.5 | published",
            "省通信管理局 | 2019H2 | | broadband.repair.mean | | 7.5 | published",
            "省通信管理局 | 2019H1 | | mobile.opening.mean | | 7.5 | published",
            "省通信管理局 | 2019H2 | | mobile.restore.mean | | 7.5 | published",
            "集团公司 | 2019H2 | | mobile.restore.mean | | 7.6 | published",
        ];
        records.batches.insert(COUNT, vec![build_batch(COUNT, &counts, zone).expect("counts")]);
        let period = Period::parse("2019H2", pack.zone.rules()).expect("a period");
        let question = FigureQuestion::about_period(period);
        let shown = |question: &FigureQuestion| -> Vec<(String, FigureStatus)> {
            let results = compute_or_quote_figures(&pack, question, &records).expect("figures");
            let rows = results.rows.iter().filter(|row| {
                row.value.is_some() && row.statistic == "mean" && row.slice.is_empty()
            });
            rows.map(|row| (format!("{}={}", row.indicator, row.printed), row.status)).collect()
        };
        let filter = Filter::parse(&pack, "prefecture=140100").expect("a filter");
        let filtered = FigureQuestion { filter, ..question.clone() };
        assert_eq!(shown(&filtered), [("mobile.change=6.00".to_owned(), FigureStatus::Computed)]);
        assert_eq!(
            shown(&question),
            [
                ("mobile.change=6.00".to_owned(), FigureStatus::Computed),
                ("broadband.repair=7.50".to_owned(), FigureStatus::Published),
            ]
        );
    }
}
