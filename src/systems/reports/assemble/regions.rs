//! The chart of an indicator by region.

use super::basis::ReportBasis;
use super::case_limits::{is_promise, list_case_limits, list_rules};
use super::lines::find_clock_unit;
use super::selection::{add_unit_in_brackets, find_mean, select_rows};
use crate::systems::indicators::{FigureRow, Indicator, Pack};
use crate::systems::reports::charts::{Chart, ChartBody, Point, RegionRow};
use crate::systems::reports::model::{ClockUnit, Language, Trend};

/// More regions than this would not be read.
const REGIONS_MOST: usize = 24;
/// A region whose mean is this many times the whole stands out.
const SLOW: f64 = 1.25;

pub(super) fn make_region_chart(basis: &ReportBasis<'_>, indicator: &Indicator) -> Option<Chart> {
    let (pack, language) = (basis.pack, basis.language);
    let level = find_region_level(pack)?;
    let statistic = find_mean(indicator)?;
    let clock = find_clock_unit(indicator, basis)?;
    let results = &basis.material.current;
    let whole = select_rows(results, &indicator.id, &statistic.id, &[]).next()?;
    let mut rows: Vec<RegionRow> = select_rows(results, &indicator.id, &statistic.id, &[level])
        .filter(|row| row.n > 0)
        .map(|row| make_region_row(basis, row, whole, &clock))
        .collect();
    if rows.len() < 2 {
        return None;
    }
    rows.sort_by(|a, b| b.mean.unwrap_or(0.0).total_cmp(&a.mean.unwrap_or(0.0)));
    rows.truncate(REGIONS_MOST);
    let all =
        results.rows.iter().filter(|row| row.indicator == indicator.id && row.slice.is_empty());
    let limits = list_case_limits(all);
    let title = statistic.title.as_str(language);
    let title = match language {
        Language::Chinese => format!("{title}：各{}", name_level(pack, level, language)),
        Language::English => format!("{title}, by {}", name_level(pack, level, language)),
    };
    let title = add_unit_in_brackets(&title, &clock.title, language);
    let slowest = rows.first().map(|row| format!("{} {}", row.name, row.printed));
    let fastest = rows.last().map(|row| format!("{} {}", row.name, row.printed));
    let ends = [slowest.unwrap_or_default(), fastest.unwrap_or_default()];
    Some(Chart {
        id: format!("regions.{}", indicator.id),
        group: indicator.group.clone(),
        alt: match language {
            Language::Chinese => format!(
                "{title}。全部 {}；最慢 {}；最快 {}。横线到 95% 分位，圆圈为最长一件。",
                whole.printed, ends[0], ends[1]
            ),
            Language::English => format!(
                "{title}. All {}; slowest {}; fastest {}. The bar ends at the mean, the line at \
                 the 95th percentile, the ring at the longest case.",
                whole.printed, ends[0], ends[1]
            ),
        },
        title,
        unit_title: clock.title.clone(),
        body: ChartBody::Regions {
            whole: Some(Point {
                label: match language {
                    Language::Chinese => "全部".to_owned(),
                    Language::English => "all".to_owned(),
                },
                value: whole.value,
                printed: whole.printed.clone(),
                n: whole.n,
            }),
            rules: list_rules(&limits, &clock, language),
            rows,
        },
    })
}

fn name_level(pack: &Pack, level: &str, language: Language) -> String {
    let found = pack.levels.iter().find(|one| one.name == level);
    let title = found.map_or(level, |level| level.title.as_str(language));
    match language {
        Language::Chinese => title.to_owned(),
        Language::English => title.to_lowercase(),
    }
}

fn make_region_row(
    basis: &ReportBasis<'_>,
    row: &FigureRow,
    whole: &FigureRow,
    clock: &ClockUnit,
) -> RegionRow {
    let (pack, language) = (basis.pack, basis.language);
    let (dimension, code) = row.slice.iter().next().map_or(("", ""), |(d, c)| (d, c));
    let name = match pack.find_label(dimension, code) {
        Some(words) => words.as_str(language).to_owned(),
        None if code.is_empty() => match language {
            Language::Chinese => "未注明".to_owned(),
            Language::English => "not stated".to_owned(),
        },
        None => code.to_owned(),
    };
    let results = &basis.material.current;
    let same = results
        .rows
        .iter()
        .filter(|other| other.indicator == row.indicator && other.slice == row.slice);
    let limits = list_case_limits(same);
    let late = |promise: bool| {
        let of = limits.iter().filter(|limit| is_promise(limit) == promise);
        of.filter_map(|limit| limit.late).fold(None, |sum, late| Some(sum.unwrap_or(0) + late))
    };
    let slow = match (row.value, whole.value) {
        (Some(mean), Some(whole)) => mean > whole * SLOW,
        (None, _) | (_, None) => false,
    };
    RegionRow {
        code: code.to_owned(),
        name,
        mean: row.value,
        printed: row.printed.clone(),
        p95: row.percentiles.map(|all| clock.convert_seconds(all.p95 as f64)),
        longest: row.longest.map(|longest| clock.convert_seconds(longest as f64)),
        n: row.n,
        late: late(false).unwrap_or(0),
        late_promise: late(true),
        stands: if slow { Trend::Worse } else { Trend::Same },
    }
}

/// The name of the level of regions that reports compare.
fn find_region_level(pack: &Pack) -> Option<&str> {
    pack.levels.get(1).or(pack.levels.first()).map(|level| level.name.as_str())
}
