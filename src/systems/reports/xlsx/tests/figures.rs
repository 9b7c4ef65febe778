//! The sheets of the groups, limits, open cases and slices.

use std::collections::BTreeMap;

use super::expected::{Want, check_sheet, in_unit, marked, maybe, met, open, text, waited, whole};
use super::full_report::full;
use crate::systems::reports::charts::ChartBody;
use crate::systems::reports::model::{
    FigureChange, Language, ReportGroup, ReportLine, ReportedStatus, Trend,
};
use crate::systems::reports::{view, words};

const GROUP: [&str; 33] = [
    "指标",
    "分类",
    "完成值",
    "单位",
    "件数",
    "超限",
    "最长",
    "计时单位",
    "限值",
    "是否达到",
    "上期",
    "变化",
    "趋势",
    "期末未办结",
    "未办结已超限",
    "未办结最长",
    "说明",
    "编号",
    "主要指标",
    "取得方式",
    "印刷值",
    "中位",
    "80%分位",
    "95%分位",
    "99%分位",
    "区间下限",
    "区间上限",
    "无法计量",
    "排除",
    "不作排除",
    "不扣暂停",
    "上期件数",
    "上期取得方式",
];

fn line_cells(line: &ReportLine, group: &ReportGroup, language: Language) -> Vec<Want> {
    let (figure, unit) = (&line.figure, line.unit_title.as_str());
    let open = figure.open.as_ref();
    let percentiles = figure.percentiles.as_ref();
    let limits: Vec<String> = figure.limits.iter().map(marked).collect();
    let met: Vec<&str> = figure.limits.iter().map(|limit| met(limit)).collect();
    let before = line.previous.as_ref();
    let (change, trend) = match &line.change {
        Some(FigureChange::Difference { value, trend, .. }) => (
            Want::Number(*value),
            text(match trend {
                Trend::Better => "改善",
                Trend::Worse => "变差",
                Trend::Same => "持平",
                Trend::Neutral => "",
            }),
        ),
        Some(FigureChange::Break { says }) => (text(says), Want::Empty),
        None if before.is_some_and(|before| before.as_published) => {
            (text("引自已公布数据，未经重算"), Want::Empty)
        }
        None => (Want::Empty, Want::Empty),
    };
    vec![
        text(&line.title),
        maybe(line.segment.as_ref()),
        in_unit(figure.value, unit),
        text(unit),
        if figure.status == ReportedStatus::Published { Want::Empty } else { whole(figure.n) },
        late(line, group),
        waited(line, figure.longest.map(|seconds| seconds as f64)),
        text(line.clock.as_ref().map_or("", |clock| &clock.title)),
        text(limits.join("\n")),
        text(met.join("\n")),
        in_unit(before.and_then(|before| before.value), unit),
        change,
        trend,
        open.map_or(Want::Empty, |open| whole(open.n)),
        open.map_or(Want::Empty, |open| whole(open.past_limit)),
        waited(line, open.and_then(|open| open.oldest).map(|seconds| seconds as f64)),
        text(view::list_notes(line, language).join("\n")),
        text(line.id()),
        text(if line.main { "是" } else { "否" }),
        text(match figure.status {
            ReportedStatus::Computed => "由记录计算",
            ReportedStatus::Nothing => "本期无记录",
            ReportedStatus::MissingInput => "缺少计算所需的除数",
            ReportedStatus::Published => "引自已公布数据，未经重算",
        }),
        text(&figure.printed),
        waited(line, percentiles.map(|p| p.p50)),
        waited(line, percentiles.map(|p| p.p80 as f64)),
        waited(line, percentiles.map(|p| p.p95 as f64)),
        waited(line, percentiles.map(|p| p.p99 as f64)),
        in_unit(figure.interval.as_ref().map(|interval| interval.low), unit),
        in_unit(figure.interval.as_ref().map(|interval| interval.high), unit),
        whole(figure.unmeasurable),
        whole(figure.excluded.iter().map(|one| one.n).sum()),
        in_unit(figure.without_exclusions, unit),
        in_unit(figure.without_pauses, unit),
        before.map_or(Want::Empty, |before| whole(before.n)),
        text(match before.map(|before| before.as_published) {
            Some(true) => "引自已公布数据，未经重算",
            Some(false) => "由记录计算",
            None => "",
        }),
    ]
}

/// The late cases stand beside the rate of the same cases, if there is one.
fn late(line: &ReportLine, group: &ReportGroup) -> Want {
    let rate = group.lines.iter().any(|other| {
        (&other.figure.indicator, &other.figure.slice)
            == (&line.figure.indicator, &line.figure.slice)
            && (other.main, other.unit_title.as_str()) == (true, "%")
            && other.figure.limited > 0
    });
    let told = line.figure.limited > 0 && (line.unit_title == "%" || !rate);
    if told { whole(line.figure.late) } else { Want::Empty }
}

#[test]
fn every_cell_of_the_groups_is_what_the_report_says() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    for group in &report.groups {
        let rows: Vec<_> =
            group.lines.iter().map(|l| line_cells(l, group, report.language)).collect();
        check_sheet(&mut book, &group.title, &GROUP, &rows);
    }
}

#[test]
fn every_limit_and_every_case_still_open_has_its_row() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    let mut limits = Vec::new();
    let mut still_open = Vec::new();
    let mut seen = Vec::new();
    for group in &report.groups {
        for line in &group.lines {
            for limit in &line.figure.limits {
                limits.push(vec![
                    text(&group.title),
                    text(&line.title),
                    maybe(line.segment.as_ref()),
                    in_unit(line.figure.value, &line.unit_title),
                    text(&line.unit_title),
                    text(&limit.printed),
                    in_unit(Some(limit.value), &limit.unit),
                    text(words::unit_in_words(&limit.unit, report.language)),
                    text(met(limit)),
                    limit.late.map_or(Want::Empty, whole),
                    text(if limit.promise { "企业承诺" } else { "规定" }),
                    text(if limit.verified { "已核实" } else { "未核实" }),
                    maybe(limit.source.as_ref()),
                    text(&limit.by_title),
                    text(line.id()),
                ]);
            }
            let key = (&line.figure.indicator, &line.figure.slice);
            let Some(open) = line.figure.open.filter(|_| !seen.contains(&key)) else {
                continue;
            };
            seen.push(key);
            still_open.push(vec![
                text(&group.title),
                text(&line.title),
                maybe(line.segment.as_ref()),
                whole(open.n),
                whole(open.past_limit),
                waited(line, open.oldest.map(|seconds| seconds as f64)),
                text(line.clock.as_ref().map_or("", |clock| &clock.title)),
                text(&line.figure.indicator),
            ]);
        }
    }
    assert!(limits.len() > 10 && still_open.len() > 5, "the fixture has too little");
    let heads = [
        "业务",
        "指标",
        "分类",
        "完成值",
        "单位",
        "限值",
        "限值数",
        "限值单位",
        "是否达到",
        "超限件数",
        "性质",
        "核实",
        "依据",
        "定义出处",
        "编号",
    ];
    check_sheet(&mut book, "限值", &heads, &limits);
    let heads = ["业务", "指标", "分类", "未办结", "已超限", "最长已历时", "计时单位", "编号"];
    check_sheet(&mut book, "期末未办结", &heads, &still_open);
}

#[test]
fn slices_have_a_column_for_each_dimension() {
    let report = full(Language::Chinese);
    let mut names = BTreeMap::new();
    for chart in &report.charts {
        if let ChartBody::Regions { rows, .. } = &chart.body {
            names.extend(rows.iter().map(|row| (row.code.clone(), row.name.clone())));
        }
    }
    let line = |indicator: &str, statistic: &str| {
        report
            .groups
            .iter()
            .flat_map(|group| group.lines.iter().map(move |line| (group, line)))
            .find(|(_, line)| {
                line.figure.indicator == indicator
                    && (statistic.is_empty() || line.figure.statistic == statistic)
            })
    };
    let rows = report.slices.iter().map(|row| {
        let known = line(&row.indicator, &row.statistic);
        let (_, clocked) = line(&row.indicator, "").unwrap();
        let unit = known.map_or(row.unit.as_str(), |(_, line)| &line.unit_title);
        let percentiles = row.percentiles.as_ref();
        let prefecture = row.slice.get("prefecture");
        vec![
            text(known.map_or("", |(group, _)| &group.title)),
            text(known.map_or(row.indicator.as_str(), |(_, line)| &line.title)),
            maybe(row.slice.get("month")),
            maybe(prefecture),
            maybe(prefecture.and_then(|code| names.get(code))),
            in_unit(row.value, unit),
            text(unit),
            whole(row.n),
            whole(row.late),
            waited(clocked, row.longest.map(|seconds| seconds as f64)),
            waited(clocked, percentiles.map(|p| p.p50)),
            waited(clocked, percentiles.map(|p| p.p80 as f64)),
            waited(clocked, percentiles.map(|p| p.p95 as f64)),
            waited(clocked, percentiles.map(|p| p.p99 as f64)),
            text(clocked.clock.as_ref().map_or("", |clock| &clock.title)),
            text(&row.printed),
            text(format!("{}.{}", row.indicator, row.statistic)),
        ]
    });
    let heads = [
        "业务",
        "指标",
        "月份",
        "地市",
        "地区名称",
        "值",
        "单位",
        "件数",
        "超限",
        "最长",
        "中位",
        "80%分位",
        "95%分位",
        "99%分位",
        "计时单位",
        "印刷值",
        "编号",
    ];
    check_sheet(&mut open(&report), "切片", &heads, &rows.collect::<Vec<_>>());
}
