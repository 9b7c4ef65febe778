//! The points of the charts.

use super::expected::{Want, check_sheet, in_unit, number, open, text, whole};
use super::full_report::full;
use crate::systems::reports::charts::{Chart, ChartBody, RuleRole};
use crate::systems::reports::model::Language;

fn list_rows(chart: &Chart, group: &str) -> Vec<Vec<Want>> {
    let mut rows = Vec::new();
    let unit = chart.unit_title.as_str();
    let mut push = |series: &str, label: &str, rest: [Want; 8]| {
        let start = [group, &chart.title, unit, series, label].map(text);
        rows.push(start.into_iter().chain(rest).collect::<Vec<Want>>());
    };
    let value = |value, n: Option<u64>| {
        let n = n.map_or(Want::Empty, whole);
        let mut cells = [const { Want::Empty }; 8];
        (cells[2], cells[3]) = (in_unit(value, unit), n);
        cells
    };
    match &chart.body {
        ChartBody::Trend { series, rules } => {
            for one in series {
                for point in &one.points {
                    push(&one.title, &point.label, value(point.value, Some(point.n)));
                }
            }
            for rule in rules {
                push(name_role(rule.role), &rule.title, value(Some(rule.value), None));
            }
        }
        ChartBody::Regions { rows, whole: all, rules } => {
            for row in rows {
                let cells = [
                    Want::Empty,
                    Want::Empty,
                    in_unit(row.mean, unit),
                    whole(row.n),
                    number(row.p95),
                    number(row.longest),
                    whole(row.late),
                    row.late_promise.map_or(Want::Empty, whole),
                ];
                push("地市", &row.name, cells);
            }
            if let Some(point) = all {
                push("合计", &point.label, value(point.value, Some(point.n)));
            }
            for rule in rules {
                push(name_role(rule.role), &rule.title, value(Some(rule.value), None));
            }
        }
        ChartBody::Distribution { bins, marks, limit, near, past, n } => {
            for bin in bins {
                let mut cells = [const { Want::Empty }; 8];
                (cells[0], cells[1]) = (Want::Number(bin.from), Want::Number(bin.to));
                cells[3] = whole(bin.n);
                push("分布", "", cells);
            }
            push("合计", "全部", value(None, Some(*n)));
            push("合计", "临近限值", value(None, Some(*near)));
            push("合计", "超过限值", value(None, Some(*past)));
            for rule in marks.iter().chain(limit) {
                push(name_role(rule.role), &rule.title, value(Some(rule.value), None));
            }
        }
    }
    rows
}

fn name_role(role: RuleRole) -> &'static str {
    match role {
        RuleRole::Limit => "限值",
        RuleRole::Promise => "企业承诺",
        RuleRole::Percentile => "分位",
    }
}

#[test]
fn every_point_of_a_chart_has_its_row() {
    let report = full(Language::Chinese);
    let mut rows = Vec::new();
    for chart in &report.charts {
        let group = report.groups.iter().find(|group| group.id == chart.group).unwrap();
        rows.extend(list_rows(chart, &group.title));
    }
    let heads = [
        "业务",
        "图",
        "单位",
        "系列",
        "位置",
        "自",
        "至",
        "数值",
        "件数",
        "95%分位",
        "最长",
        "超限",
        "超承诺",
    ];
    check_sheet(&mut open(&report), "图表数据", &heads, &rows);
}
