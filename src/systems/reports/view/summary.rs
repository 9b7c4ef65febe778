//! What stands out: tiles of figures, and sentences that compare with the period before and the
//! limits.
//!
//! Every sentence follows from figures; none is written by hand.

use serde::Serialize;

use super::indicators::name_trend;
use super::titles::find_line_title;
use crate::systems::reports::charts::{ChartBody, RegionRow};
use crate::systems::reports::model::{
    FigureChange, Language, QualityReport, ReportLine, ReportedLimit, Trend,
};
use crate::systems::reports::print;
use crate::systems::reports::words::pick_words;

/// One figure, printed large.
#[derive(Debug, Serialize)]
pub(crate) struct FigureTile {
    pub(crate) group: String,
    pub(crate) title: String,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) change: String,
    pub(crate) trend: &'static str,
    pub(crate) n: String,
}

const TILES: [&str; 6] = [
    "fixed.repair.mean",
    "mobile.repair.mean",
    "broadband.install.mean",
    "leased.repair.mean",
    "complaint.handling.mean",
    "complaint.satisfaction.share",
];

/// The figures that a reader looks for first; in another pack, the first of each group.
pub(super) fn choose_tiles(report: &QualityReport) -> Vec<FigureTile> {
    let mut chosen: Vec<&ReportLine> = Vec::new();
    for id in TILES {
        chosen.extend(report.lines().find(|line| line.id() == id));
    }
    if chosen.is_empty() {
        let first_lines = report.groups.iter().filter_map(|group| group.lines.first());
        chosen = first_lines.take(TILES.len()).collect();
    }
    chosen.into_iter().map(|line| make_tile(report, line)).collect()
}

fn make_tile(report: &QualityReport, line: &ReportLine) -> FigureTile {
    let t = pick_words(report.language);
    let group = report.groups.iter().find(|group| group.lines.contains(line));
    let (change, trend) = match &line.change {
        Some(FigureChange::Difference { value, printed, trend }) => {
            let size = printed.trim_start_matches(['+', '−']);
            let words = print::change_in_words(*value, size, line, report.language);
            (words, name_trend(*trend))
        }
        Some(FigureChange::Break { says }) => (says.clone(), "none"),
        None => (print::NOTHING.to_owned(), "none"),
    };
    let segment = line.segment.as_deref().map(|segment| match report.language {
        Language::Chinese => format!("（{segment}）"),
        Language::English => format!(", {segment}"),
    });
    FigureTile {
        group: group.map(|group| group.title.clone()).unwrap_or_default(),
        title: format!("{}{}", line.title, segment.unwrap_or_default()),
        value: line.figure.printed.clone(),
        unit: line.unit_title.clone(),
        change,
        trend,
        n: format!("{} {}", t.n, print::format_count(line.figure.n)),
    }
}

/// The sentences about the period before and the limits; the first one sums them up.
pub(crate) fn list_comparison_sentences(report: &QualityReport) -> Vec<String> {
    std::iter::once(write_lead(report)).chain(write_points(report)).collect()
}

/// The sentence that sums up, and those on single figures.
pub(super) fn compare_periods(report: &QualityReport) -> (String, Vec<String>) {
    (write_lead(report), write_points(report))
}

fn collect_trends(report: &QualityReport) -> Vec<(&ReportLine, Trend)> {
    let compared = report.lines().filter(|line| line.main).filter_map(|line| match &line.change {
        Some(FigureChange::Difference { trend, .. }) => Some((line, *trend)),
        Some(FigureChange::Break { .. }) | None => None,
    });
    compared.collect()
}

fn write_lead(report: &QualityReport) -> String {
    let all = collect_trends(report);
    let count = |wanted: Trend| all.iter().filter(|(_, trend)| *trend == wanted).count();
    let (better, worse, same) = (count(Trend::Better), count(Trend::Worse), count(Trend::Same));
    let missed = find_missed_lines(report).count();
    let previous = report.previous.as_ref().filter(|_| better + worse + same > 0);
    match (report.language, previous) {
        (Language::Chinese, Some(previous)) => format!(
            "与{}相比，可比指标{}项，其中改善{better}项、持平{same}项、变差{worse}项；{}。",
            previous.title,
            better + worse + same,
            write_limits_zh(missed)
        ),
        (Language::Chinese, None) => format!("没有可比的上期数据；{}。", write_limits_zh(missed)),
        (Language::English, Some(previous)) => format!(
            "Of {} figures that can be compared with the {}, {better} are better, {same} \
             unchanged and \
             {worse} worse; {}.",
            better + worse + same,
            previous.title,
            write_limits_en(missed)
        ),
        (Language::English, None) => {
            format!("There is no previous period to compare with; {}.", write_limits_en(missed))
        }
    }
}

fn write_limits_zh(missed: usize) -> String {
    if missed == 0 {
        "有限值的指标全部达到".to_owned()
    } else {
        format!("未达到限值的指标{missed}项")
    }
}

fn write_limits_en(missed: usize) -> String {
    match missed {
        0 => "every figure that has a limit keeps it".to_owned(),
        1 => "one figure misses its limit".to_owned(),
        n => format!("{n} figures miss their limits"),
    }
}

/// Whether a limit is missed that is a rule; the operator's own promises are not.
fn breaks_rule(limit: &ReportedLimit) -> bool {
    limit.met == Some(false) && !limit.promise
}

fn find_missed_lines(report: &QualityReport) -> impl Iterator<Item = &ReportLine> {
    report.lines().filter(|line| line.figure.limits.iter().any(breaks_rule))
}

/// One sentence for each figure that got worse or misses a limit, and for each slow region.
fn write_points(report: &QualityReport) -> Vec<String> {
    let mut points = Vec::new();
    for line in find_missed_lines(report) {
        let broken = line.figure.limits.iter().filter(|limit| breaks_rule(limit));
        let limits: Vec<&str> = broken.map(|limit| limit.printed.as_str()).collect();
        let value = print_value(line, report.language);
        points.push(match report.language {
            Language::Chinese => {
                format!("{}为{value}，限值{}。", name_line(report, line), limits.join("、"))
            }
            Language::English => {
                format!("{}: {value}, limit {}.", name_line(report, line), limits.join(", "))
            }
        });
    }
    for (line, _) in collect_trends(report).into_iter().filter(|(_, trend)| *trend == Trend::Worse)
    {
        points.extend(write_worse_sentence(report, line));
    }
    for chart in &report.charts {
        if let ChartBody::Regions { rows, whole, .. } = &chart.body {
            let slow = rows.iter().filter(|row| row.stands == Trend::Worse);
            let whole = whole.as_ref().map_or(print::NOTHING, |whole| &whole.printed);
            let group = report.groups.iter().find(|group| group.id == chart.group);
            let group = group.map(|group| group.title.as_str()).unwrap_or_default();
            let title = match report.language {
                Language::Chinese => format!("{group}·{}", chart.title),
                Language::English => format!("{group}, {}", chart.title),
            };
            for row in slow {
                points.push(write_region_sentence(report, row, &title, whole, &chart.unit_title));
            }
        }
    }
    points
}

fn write_worse_sentence(report: &QualityReport, line: &ReportLine) -> Option<String> {
    let Some(FigureChange::Difference { value, printed, .. }) = &line.change else {
        return None;
    };
    let size = printed.trim_start_matches(['+', '−']);
    let change = print::change_in_words(*value, size, line, report.language);
    let now = print_value(line, report.language);
    let before = line.previous.as_ref()?;
    let before = print::with_unit(&before.printed, &line.unit_title, report.language);
    Some(match report.language {
        Language::Chinese => format!("{}{now}，上期{before}，{change}。", name_line(report, line)),
        Language::English => {
            format!("{}: {now}, previously {before}, {change}.", name_line(report, line))
        }
    })
}

fn write_region_sentence(
    report: &QualityReport,
    row: &RegionRow,
    title: &str,
    whole: &str,
    unit: &str,
) -> String {
    let language = report.language;
    let mean = print::with_unit(&row.printed, unit, language);
    let whole = print::with_unit(whole, unit, language);
    let late = print::format_count(row.late);
    match (language, row.late_promise) {
        (Language::Chinese, Some(promise)) => format!(
            "{title}：{}为{mean}，全省{whole}；超过企业承诺{}件，超过法定限值{late}件。",
            row.name,
            print::format_count(promise)
        ),
        (Language::Chinese, None) => {
            format!("{title}：{}为{mean}，全省{whole}；超过限值{late}件。", row.name)
        }
        (Language::English, Some(promise)) => format!(
            "{title}: {} {mean} against {whole} overall; {} past the operator's promise, {late} \
             past the statutory limit.",
            row.name,
            print::format_count(promise)
        ),
        (Language::English, None) => {
            format!("{title}: {} {mean} against {whole} overall; {late} past the limit.", row.name)
        }
    }
}

fn print_value(line: &ReportLine, language: Language) -> String {
    print::with_unit(&line.figure.printed, &line.unit_title, language)
}

/// `固定电话障碍修复平均时限（城市）`
fn name_line(report: &QualityReport, line: &ReportLine) -> String {
    let group = report.groups.iter().find(|group| group.lines.contains(line));
    let group = group.map(|group| group.title.as_str()).unwrap_or_default();
    let title = find_line_title(report, line);
    match (report.language, &line.segment) {
        (Language::Chinese, Some(segment)) => format!("{group}·{title}（{segment}）"),
        (Language::Chinese, None) => format!("{group}·{title}"),
        (Language::English, Some(segment)) => format!("{group}, {title} ({segment})"),
        (Language::English, None) => format!("{group}, {title}"),
    }
}
