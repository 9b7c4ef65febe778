//! The published lines, group by group, each beside the period before and its limits.

use jiff::civil::Date;
use trueline_figures::Slice;

use super::basis::ReportBasis;
use super::periods;
use crate::systems::indicators::{
    ExclusionReason, FigureResults, FigureRow, FigureStatus, Indicator, LimitRow, Pack, Statistic,
    StatisticKind, TimeUnit,
};
use crate::systems::reports::model::{
    self, ClockUnit, FigureChange, Language, OpenCases, PreviousFigure, ReportGroup, ReportLine,
    ReportedBound, ReportedExclusion, ReportedFigure, ReportedInterval, ReportedLimit,
    ReportedPercentiles, ReportedSubtraction, Trend,
};
use crate::systems::reports::print;
use crate::systems::reports::words::{limit_kind_in_words, reason_in_words, unit_in_words};

pub(super) fn list_groups(basis: &ReportBasis<'_>) -> Vec<ReportGroup> {
    let pack = basis.pack;
    let mut groups = Vec::new();
    for group in &pack.groups {
        let mut lines = Vec::new();
        for indicator in pack.in_group(&group.id) {
            for statistic in &indicator.publish {
                lines.extend(list_lines(basis, indicator, statistic));
            }
        }
        // Other indicators stand in an annex if there is something to say about them.
        lines.retain(|line| line.main || line.figure.value.is_some());
        if !lines.is_empty() {
            groups.push(ReportGroup {
                id: group.id.clone(),
                title: group.title.as_str(basis.language).to_owned(),
                lines,
            });
        }
    }
    groups
}

/// One line, or one for each value of the segment that the indicator is published by.
fn list_lines(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
    statistic: &Statistic,
) -> Vec<ReportLine> {
    let results = &basis.material.current;
    let mine = results
        .rows
        .iter()
        .filter(|row| row.indicator == indicator.id && row.statistic == statistic.id);
    let split = indicator.segments.first();
    let mut rows: Vec<&FigureRow> = mine
        .filter(|row| match split {
            Some(split) => row.slice.len() == 1 && row.slice.contains_key(split),
            None => row.slice.is_empty(),
        })
        .filter(|row| row.value.is_some() || row.slice.values().all(|value| !value.is_empty()))
        .collect();
    if let Some(split) = split {
        let order = |row: &&FigureRow| order_segments(&row.slice[split.as_str()]);
        rows.sort_by_key(order);
    }
    let lines = rows.into_iter().map(|row| make_line(basis, indicator, statistic, row));
    lines.collect()
}

/// Urban stands before rural, as regulators print it; a value that is not stated comes last.
fn order_segments(value: &str) -> (u8, String) {
    let rank = match value {
        "urban" => 0,
        "" => 2,
        _ => 1,
    };
    (rank, value.to_owned())
}

fn make_line(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
    statistic: &Statistic,
    row: &FigureRow,
) -> ReportLine {
    let (pack, language) = (basis.pack, basis.language);
    let previous = basis.material.previous.as_ref().and_then(|results| find_previous(results, row));
    let segment = row.slice.iter().next().map(|(dimension, value)| {
        let known =
            pack.find_label(dimension, value).map(|words| words.as_str(language).to_owned());
        known.unwrap_or_else(|| value.clone())
    });
    let notes = [statistic.note.as_ref(), row.note.as_ref()];
    let note: Vec<&str> = notes.into_iter().flatten().map(|words| words.as_str(language)).collect();
    ReportLine {
        title: statistic.title.as_str(language).to_owned(),
        segment,
        note: Some(note.join("；")).filter(|note| !note.is_empty()),
        unit_title: name_unit(pack, &statistic.unit, language),
        clock: find_clock_unit(indicator, basis),
        main: statistic.main,
        change: previous
            .and_then(|before| compare_rows(basis, indicator, statistic, [before, row])),
        previous: previous.map(|before| PreviousFigure {
            value: before.value,
            printed: before.printed.clone(),
            n: before.n,
            as_published: before.status == FigureStatus::Published,
        }),
        figure: make_figure(basis, indicator, row),
    }
}

fn find_previous<'a>(results: &'a FigureResults, row: &FigureRow) -> Option<&'a FigureRow> {
    results.rows.iter().find(|before| {
        before.indicator == row.indicator
            && before.statistic == row.statistic
            && before.slice == row.slice
            && before.value.is_some()
    })
}

/// How a unit of the pack is printed.
pub(super) fn name_unit(pack: &Pack, unit: &str, language: Language) -> String {
    // Prose needs "hours" where a pack's table may say "h".
    match (unit_in_words(unit, language), pack.units.get(unit)) {
        (same, Some(words)) if same == unit => words.as_str(language).to_owned(),
        (words, _) => words.to_owned(),
    }
}

/// The unit in which times of an indicator are printed.
pub(super) fn find_clock_unit(indicator: &Indicator, basis: &ReportBasis<'_>) -> Option<ClockUnit> {
    let unit = indicator.clock_spec()?.unit;
    let seconds = match unit {
        TimeUnit::Seconds => 1,
        TimeUnit::Minutes => 60,
        TimeUnit::Hours | TimeUnit::WorkingHours => 3600,
        TimeUnit::Days => 86_400,
        TimeUnit::WorkingDays => basis.material.current.working_day_seconds,
    };
    Some(ClockUnit { title: unit_in_words(unit.code(), basis.language).to_owned(), seconds })
}

/// How a figure changed. `None` where either value is missing or the two cannot be subtracted.
fn compare_rows(
    basis: &ReportBasis<'_>,
    indicator: &Indicator,
    statistic: &Statistic,
    rows: [&FigureRow; 2],
) -> Option<FigureChange> {
    let [before, now] = rows;
    if let Some(says) = describe_break(basis, indicator) {
        return Some(FigureChange::Break { says });
    }
    if matches!(statistic.kind, StatisticKind::Bound { .. }) {
        return None;
    }
    // From the printed values, so that a reader who subtracts them finds the same.
    let read = |row: &FigureRow| row.printed.replace(',', "").parse::<f64>().ok().or(row.value);
    let difference = read(now)? - read(before)?;
    let decimals = usize::from(statistic.decimals);
    let printed = print::format_signed(difference, decimals);
    let zero = printed.chars().all(|sign| matches!(sign, '0' | '.'));
    let trend = match (&statistic.kind, zero, difference < 0.0) {
        (_, true, _) => Trend::Same,
        (StatisticKind::Count | StatisticKind::Sum, ..) => Trend::Neutral,
        (
            StatisticKind::OnTime { .. }
            | StatisticKind::Within { .. }
            | StatisticKind::Share
            | StatisticKind::Response,
            _,
            less,
        ) => {
            if less {
                Trend::Worse
            } else {
                Trend::Better
            }
        }
        (
            StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::Median
            | StatisticKind::Percentile(_)
            | StatisticKind::Bound { .. }
            | StatisticKind::Rate,
            _,
            less,
        ) => {
            if less {
                Trend::Better
            } else {
                Trend::Worse
            }
        }
    };
    Some(FigureChange::Difference { value: difference, printed, trend })
}

/// In words, a change of the definition between the two periods.
fn describe_break(basis: &ReportBasis<'_>, indicator: &Indicator) -> Option<String> {
    let zone = basis.pack.zone.rules();
    let from = &basis.material.previous.as_ref()?.period;
    let first: Date = periods::describe_period(from, zone, basis.language).from.parse().ok()?;
    let last: Date = periods::describe_period(&basis.material.current.period, zone, basis.language)
        .to
        .parse()
        .ok()?;
    let changed = indicator.changed.iter().find(|one| first < one.on && one.on <= last)?;
    Some(match basis.language {
        Language::Chinese => format!("定义于{}变更，不可比", changed.on),
        Language::English => format!("definition changed on {}, not comparable", changed.on),
    })
}

/// The row as the report publishes it, with reasons and limits in words.
fn make_figure(basis: &ReportBasis<'_>, indicator: &Indicator, row: &FigureRow) -> ReportedFigure {
    let (pack, language) = (basis.pack, basis.language);
    ReportedFigure {
        indicator: row.indicator.clone(),
        statistic: row.statistic.clone(),
        slice: row.slice.clone(),
        period: row.period.clone(),
        value: row.value,
        printed: row.printed.clone(),
        unit: row.unit.clone(),
        measured_in: row.measured_in.clone(),
        n: row.n,
        limited: row.limited,
        sum: row.sum,
        longest: row.longest,
        shortest: row.shortest,
        late: row.late,
        percentiles: row.percentiles.map(|all| ReportedPercentiles {
            p50: all.p50,
            p80: all.p80,
            p95: all.p95,
            p99: all.p99,
        }),
        unmeasurable: row.unmeasurable,
        excluded: list_exclusions(indicator, row, language),
        without_exclusions: row.without_exclusions,
        without_pauses: row.without_pauses,
        subtracted: list_subtractions(pack, row, language),
        interval: row.interval.as_ref().map(|one| ReportedInterval {
            low: one.low,
            high: one.high,
            level: one.level,
            method: match one.method {
                crate::systems::indicators::ProportionInterval::Wilson => "wilson".to_owned(),
                crate::systems::indicators::ProportionInterval::ClopperPearson => {
                    "clopper_pearson".to_owned()
                }
            },
        }),
        bound: row.bound.as_ref().map(|one| ReportedBound {
            errors: one.errors,
            records: one.records,
            upper: one.upper,
            level: one.level,
            claim: one.claim,
            claim_holds: one.claim_holds,
            records_needed: one.records_needed,
        }),
        open: row.open.as_ref().map(|one| OpenCases {
            n: one.n,
            past_limit: one.past_limit,
            oldest: one.oldest,
        }),
        limits: row.limits.iter().map(|one| make_limit(pack, one, &row.slice, language)).collect(),
        status: match row.status {
            FigureStatus::Computed => model::ReportedStatus::Computed,
            FigureStatus::Nothing => model::ReportedStatus::Nothing,
            FigureStatus::MissingInput => model::ReportedStatus::MissingInput,
            FigureStatus::Published => model::ReportedStatus::Published,
        },
    }
}

fn list_exclusions(
    indicator: &Indicator,
    row: &FigureRow,
    language: Language,
) -> Vec<ReportedExclusion> {
    let title = |reason: &str| {
        let named = indicator.exclusions.iter().find(|one| match &one.reason {
            ExclusionReason::Fixed(fixed) => fixed == reason,
            ExclusionReason::From(_) => false,
        });
        match named {
            Some(exclusion) => exclusion.title.as_str(language).to_owned(),
            None => reason_in_words(reason, language),
        }
    };
    let rows = row.excluded.iter().map(|one| ReportedExclusion {
        title: title(&one.reason),
        reason: one.reason.clone(),
        n: one.n,
        without_approver: one.without_approver,
    });
    rows.collect()
}

fn list_subtractions(pack: &Pack, row: &FigureRow, language: Language) -> Vec<ReportedSubtraction> {
    let title = |reason: &str| match pack.find_label("reason", reason) {
        Some(words) => words.as_str(language).to_owned(),
        None => reason_in_words(reason, language),
    };
    let rows = row.subtracted.iter().map(|one| ReportedSubtraction {
        kind: one.kind.clone(),
        title: title(&one.reason),
        reason: one.reason.clone(),
        cases: one.cases,
        seconds: one.seconds,
        seconds_without_approver: one.seconds_without_approver,
    });
    rows.collect()
}

/// The segment that a limit holds for, unless the slice beside it says so already.
fn name_segment(pack: &Pack, row: &LimitRow, slice: &Slice, language: Language) -> String {
    let unsaid = row.segment.iter().filter(|(dimension, _)| !slice.contains_key(*dimension));
    let values = unsaid.flat_map(|(dimension, values)| {
        values.iter().map(move |value| (dimension, value)).filter(|(_, value)| !value.is_empty())
    });
    let names: Vec<&str> = values
        .map(|(dimension, value)| {
            pack.find_label(dimension, value).map_or(value.as_str(), |words| words.as_str(language))
        })
        .collect();
    match (names.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::Chinese) => names.join("、"),
        (false, Language::English) => format!("{} ", names.join(", ")),
    }
}

/// A limit in words: `城市最长≤48小时`.
pub(super) fn make_limit(
    pack: &Pack,
    row: &LimitRow,
    slice: &Slice,
    language: Language,
) -> ReportedLimit {
    let promise = row.read == crate::systems::indicators::Read::OwnDesign;
    let sign = match row.direction {
        crate::systems::indicators::Direction::AtMost => "≤",
        crate::systems::indicators::Direction::AtLeast => "≥",
    };
    let value = if row.kind == "bound" && row.value > 0.0 {
        print::format_bound(row.value)
    } else {
        let unit = name_unit(pack, &row.unit, language);
        print::with_unit(&print::format_shortest(row.value), &unit, language)
    };
    let by = pack.lineage.iter().find(|one| one.id == row.by);
    ReportedLimit {
        kind: row.kind.to_owned(),
        value: row.value,
        unit: row.unit.clone(),
        printed: format!(
            "{}{}{sign}{value}",
            name_segment(pack, row, slice, language),
            limit_kind_in_words(row.kind, promise, language)
        ),
        by: row.by.clone(),
        by_title: by.map_or_else(|| row.by.clone(), |one| one.title.as_str(language).to_owned()),
        source: row.source.as_ref().map(|id| {
            let known = pack.sources.get(id);
            known.map_or_else(|| id.clone(), |source| source.title.as_str(language).to_owned())
        }),
        verified: row.verified || promise,
        late: row.late,
        met: row.met,
        promise,
    }
}
