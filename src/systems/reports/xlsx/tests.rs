//! The workbook read back: every cell of every sheet against the report it was made from.

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};

use super::render;
use crate::systems::reports::charts::ChartBody;
use crate::systems::reports::model::{
    FigureChange, Language, QualityReport, ReportGroup, ReportLine, ReportedLimit, ReportedStatus,
    Trend,
};
use crate::systems::reports::narrative::{NotFromRecords, SectionKind};
use crate::systems::reports::tests::province;
use crate::systems::reports::{print, view, words};

type Book = Xlsx<Cursor<Vec<u8>>>;

fn open(report: &QualityReport) -> Book {
    Xlsx::new(Cursor::new(render(report, None).unwrap())).unwrap()
}

/// A report with one of everything that a cell can say.
fn full(language: Language) -> QualityReport {
    let mut report = province(language);
    let lines = &mut report.groups[0].lines;
    lines[0].title = "=1+1".into();
    lines[0].note = Some("@note".into());
    lines[1].figure.limits[0].met = Some(false);
    lines[1].figure.limits[1].verified = true;
    lines[2].figure.status = ReportedStatus::Published;
    lines[3].previous.as_mut().unwrap().as_published = true;
    lines[3].change = None;
    lines[4].change = Some(FigureChange::Break { says: "break".into() });
    lines[5].figure.value = None;
    lines[5].figure.printed = print::NOTHING.into();
    lines[5].figure.status = ReportedStatus::Nothing;
    lines[5].previous = None;
    lines[5].change = None;
    lines[6].figure.limits[0].promise = true;
    lines[6].figure.limits[0].source = None;
    report.slices[0].slice.insert("month".into(), "2020-03".into());
    report.slices[1].line_less();
    report.not_from_records.push(NotFromRecords {
        text: "12个".into(),
        source: "工程管理系统".into(),
        place: SectionKind::Measures,
        line: 3,
    });
    report.data.batches[0].digest = Some("9f86d081".into());
    report.filing.late_reason = Some("late".into());
    report.filing.due = Some("2020-07-15".into());
    report
}

trait LineLess {
    fn line_less(&mut self);
}

impl LineLess for crate::systems::reports::model::ReportedSlice {
    /// A slice of a figure that has no line of its own.
    fn line_less(&mut self) {
        self.statistic = "within_promise".into();
        self.value = Some(97.25);
        self.printed = "97.25".into();
        self.unit = "%".into();
        self.longest = None;
        self.percentiles = None;
    }
}

/// What a cell must hold.
#[derive(Debug, Clone)]
enum Want {
    Empty,
    Text(String),
    Number(f64),
}

fn text(words: impl AsRef<str>) -> Want {
    let words = words.as_ref();
    if words.is_empty() { Want::Empty } else { Want::Text(words.to_owned()) }
}

fn maybe(words: Option<&String>) -> Want {
    words.map_or(Want::Empty, text)
}

fn whole(n: u64) -> Want {
    Want::Number(n as f64)
}

fn number(value: Option<f64>) -> Want {
    value.map_or(Want::Empty, Want::Number)
}

/// A value of a unit: shares are fractions that are shown in percent.
fn in_unit(value: Option<f64>, unit: &str) -> Want {
    number(value.map(|value| if unit == "%" { value / 100.0 } else { value }))
}

fn waited(line: &ReportLine, seconds: Option<f64>) -> Want {
    number(line.clock.as_ref().and_then(|clock| Some(seconds? / clock.seconds as f64)))
}

fn check_sheet(book: &mut Book, name: &str, heads: &[&str], rows: &[Vec<Want>]) {
    let range = book.worksheet_range(name).unwrap();
    assert_eq!(range.start(), Some((0, 0)), "{name}");
    for (column, head) in heads.iter().enumerate() {
        let found = range.get_value((0, column as u32)).map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(*head), "{name}: head {column}");
    }
    let size = (rows.len() as u32, heads.len() as u32 - 1);
    assert_eq!(range.end(), Some(size), "{name} has another size");
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.len(), heads.len(), "{name}: the test has another width");
        for (column, want) in row.iter().enumerate() {
            let cell = range.get_value((index as u32 + 1, column as u32));
            let same = match (want, cell) {
                (Want::Empty, None | Some(Data::Empty)) => true,
                (Want::Text(want), Some(Data::String(found))) => want == found,
                (Want::Number(want), Some(Data::Float(found))) => {
                    (want - found).abs() <= want.abs() * 1e-12
                }
                _ => false,
            };
            let head = heads[column];
            assert!(same, "{name}, row {index}, {head}: {cell:?} should be {want:?}");
        }
    }
}

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
        text(view::notes(line, language).join("\n")),
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

/// Told beside the rate of the same cases, if there is one.
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

fn marked(limit: &ReportedLimit) -> String {
    format!("{}{}", limit.printed, if limit.verified { "" } else { "（未核实）" })
}

fn met(limit: &ReportedLimit) -> &'static str {
    match limit.met {
        Some(true) => "达到",
        Some(false) => "未达到",
        None => "—",
    }
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
    let mut names = std::collections::BTreeMap::new();
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

#[test]
fn every_point_of_a_chart_has_its_row() {
    let report = full(Language::Chinese);
    let mut rows = Vec::new();
    for chart in &report.charts {
        let group = report.groups.iter().find(|group| group.id == chart.group).unwrap();
        let unit = chart.unit_title.as_str();
        let mut push = |series: &str, label: &str, rest: [Want; 8]| {
            let start = [&group.title, &chart.title, unit, series, label].map(text);
            rows.push(start.into_iter().chain(rest).collect::<Vec<Want>>());
        };
        let value = |value, n: Option<u64>| {
            let n = n.map_or(Want::Empty, whole);
            let mut cells = [const { Want::Empty }; 8];
            (cells[2], cells[3]) = (in_unit(value, unit), n);
            cells
        };
        let role = |rule: &crate::systems::reports::ChartRule| match rule.role {
            crate::systems::reports::RuleRole::Limit => "限值",
            crate::systems::reports::RuleRole::Promise => "企业承诺",
            crate::systems::reports::RuleRole::Percentile => "分位",
        };
        match &chart.body {
            ChartBody::Trend { series, rules } => {
                for one in series {
                    for point in &one.points {
                        push(&one.title, &point.label, value(point.value, Some(point.n)));
                    }
                }
                for rule in rules {
                    push(role(rule), &rule.title, value(Some(rule.value), None));
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
                    push(role(rule), &rule.title, value(Some(rule.value), None));
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
                    push(role(rule), &rule.title, value(Some(rule.value), None));
                }
            }
        }
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

#[test]
fn every_cell_of_the_annexes_is_what_the_report_says() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    let rows = report.definitions.iter().map(|one| {
        let limits: Vec<String> = one.limits.iter().map(marked).collect();
        vec![
            text(&one.group),
            text(&one.title),
            text(&one.says),
            text(&one.population),
            text(&one.measure),
            maybe(one.period_moment.as_ref()),
            text(one.subtract.join("\n")),
            text(one.exclusions.join("\n")),
            text(limits.join("\n")),
            text(one.sources.join("\n")),
            text(&one.set_by),
            text(&one.indicator),
        ]
    });
    let heads = [
        "业务",
        "名称",
        "定义",
        "统计范围",
        "计量",
        "入期时刻",
        "扣除",
        "排除",
        "限值",
        "依据",
        "定义出处",
        "编号",
    ];
    check_sheet(&mut book, "指标定义", &heads, &rows.collect::<Vec<_>>());

    let rows = report.legal_sources.iter().map(|one| {
        let known = words::how_known(&one.read, report.language);
        vec![text(&one.title), text(&one.citation), text(known), text(&one.id)]
    });
    let heads = ["依据文件", "文号与日期", "查证程度", "编号"];
    check_sheet(&mut book, "依据文件", &heads, &rows.collect::<Vec<_>>());

    let rows =
        report.pack.lineage.iter().map(|one| {
            vec![text(&one.title), text(&one.id), text(&one.version), text(&one.digest)]
        });
    let heads = ["指标包", "编号", "版本", "摘要（SHA-256）"];
    check_sheet(&mut book, "指标包", &heads, &rows.collect::<Vec<_>>());

    let rows = report.data.batches.iter().map(|one| {
        vec![
            text(&one.dataset),
            text(&one.source),
            text(&one.batch),
            maybe(one.imported.as_ref()),
            whole(one.read),
            whole(one.accepted),
            whole(one.quarantined),
            maybe(one.digest.as_ref()),
        ]
    });
    let heads =
        ["数据集", "来源文件", "批次", "导入时间", "读取", "接受", "隔离", "摘要（SHA-256）"];
    check_sheet(&mut book, "数据来源", &heads, &rows.collect::<Vec<_>>());

    let rows = report.data.findings.iter().map(|one| {
        vec![
            text(&one.kind),
            text(&one.dataset),
            maybe(one.column.as_ref()),
            whole(one.rows),
            text(&one.explanation),
            text(&one.remedy),
        ]
    });
    let heads = ["发现", "数据集", "列", "行数", "说明", "处理建议"];
    check_sheet(&mut book, "质量发现", &heads, &rows.collect::<Vec<_>>());

    let rows = report.not_from_records.iter().enumerate().map(|(index, one)| {
        let place = one.place.title(report.language);
        vec![whole(index as u64 + 1), text(&one.text), text(&one.source), text(place)]
    });
    let heads = ["序号", "数值", "来源", "出现位置"];
    check_sheet(&mut book, "非记录数据", &heads, &rows.collect::<Vec<_>>());

    let rows = report.not_answered.iter();
    let rows = rows.map(|one| vec![text(&one.title), text(&one.missing), text(&one.id)]);
    let heads = ["指标", "所缺数据", "编号"];
    check_sheet(&mut book, "无法回答的指标", &heads, &rows.collect::<Vec<_>>());
}

#[test]
fn exclusions_and_pauses_stand_once_with_what_the_figure_would_be() {
    let report = full(Language::Chinese);
    let (mut left_out, mut paused) = (Vec::new(), Vec::new());
    let mut seen = Vec::new();
    for group in &report.groups {
        for line in &group.lines {
            let key = (&line.figure.indicator, &line.figure.slice);
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let start =
                || vec![text(&group.title), text(&line.title), maybe(line.segment.as_ref())];
            let (figure, unit) = (&line.figure, line.unit_title.as_str());
            for one in &figure.excluded {
                let mut row = start();
                row.extend([
                    text(&one.title),
                    whole(one.n),
                    whole(one.without_approver),
                    in_unit(figure.value, unit),
                    in_unit(figure.without_exclusions, unit),
                    text(unit),
                    text(&one.reason),
                    text(line.id()),
                ]);
                left_out.push(row);
            }
            for one in &figure.subtracted {
                let mut row = start();
                row.extend([
                    text(words::kind_in_words(&one.kind, report.language)),
                    text(&one.title),
                    whole(one.cases),
                    Want::Number(one.seconds as f64 / 3600.0),
                    Want::Number(one.seconds_without_approver as f64 / 3600.0),
                    in_unit(figure.value, unit),
                    in_unit(figure.without_pauses, unit),
                    text(unit),
                    text(&one.reason),
                    text(line.id()),
                ]);
                paused.push(row);
            }
        }
    }
    assert!(!left_out.is_empty() && !paused.is_empty(), "the fixture has none");
    let mut book = open(&report);
    let heads = [
        "业务",
        "指标",
        "分类",
        "原因",
        "排除件数",
        "无审批人",
        "公布值",
        "不作排除",
        "单位",
        "原因代码",
        "编号",
    ];
    check_sheet(&mut book, "排除", &heads, &left_out);
    let heads = [
        "业务",
        "指标",
        "分类",
        "种类",
        "原因",
        "件数",
        "扣除时长（小时）",
        "其中无审批人（小时）",
        "公布值",
        "不扣暂停",
        "单位",
        "原因代码",
        "编号",
    ];
    check_sheet(&mut book, "暂停", &heads, &paused);
}

#[test]
fn the_words_of_the_report_are_in_the_workbook() {
    for (language, sheets) in
        [(Language::Chinese, ["文字说明", "比较"]), (Language::English, ["Text", "Comparison"])]
    {
        let report = full(language);
        let mut book = open(&report);
        let range = book.worksheet_range(sheets[0]).unwrap();
        let written: Vec<String> =
            range.rows().skip(1).map(|row| row.last().unwrap().to_string()).collect();
        for part in &report.narrative {
            for said in crate::systems::reports::tests::sentences(&part.blocks) {
                assert!(written.iter().any(|text| text.contains(&said)), "{said}");
            }
        }
        let range = book.worksheet_range(sheets[1]).unwrap();
        let written: Vec<String> = range.rows().skip(1).map(|row| row[0].to_string()).collect();
        assert_eq!(written, view::compared(&report));
    }
}

/// Both languages have the same sheets, columns and numbers; only the words differ.
#[test]
fn the_english_workbook_has_the_same_numbers() {
    let (mut zh, mut en) = (open(&full(Language::Chinese)), open(&full(Language::English)));
    let (chinese, english) = (zh.sheet_names(), en.sheet_names());
    assert_eq!(chinese.len(), english.len());
    for (chinese, english) in chinese.iter().zip(&english).skip(1) {
        assert!(english.is_ascii(), "{english}");
        if english == "Text" || english == "Comparison" {
            continue;
        }
        let (zh, en) = (zh.worksheet_range(chinese).unwrap(), en.worksheet_range(english).unwrap());
        assert_eq!(zh.get_size(), en.get_size(), "{english}");
        for (zh, en) in zh.rows().zip(en.rows()).flat_map(|(zh, en)| zh.iter().zip(en)) {
            match (zh, en) {
                (Data::String(_), Data::String(_)) | (Data::Empty, Data::Empty) => {}
                // The charts of the two fixtures are drawn from different numbers.
                (Data::Float(_), Data::Float(_)) if english == "Chart data" => {}
                (zh, en) => assert_eq!(zh, en, "{english}"),
            }
        }
        for head in en.rows().next().unwrap() {
            assert!(head.to_string().is_ascii(), "{english}: {head}");
        }
    }
}

#[test]
fn the_cover_says_whose_report_it_is_with_dates_as_dates() {
    let report = full(Language::Chinese);
    let mut book = open(&report);
    let range = book.worksheet_range("封面").unwrap();
    let said = |label: &str| {
        let row = range.rows().find(|row| row[0] == *label).unwrap();
        row[1].clone()
    };
    assert_eq!(range.get_value((1, 0)).unwrap().to_string(), report.title());
    assert!(range.get_value((2, 0)).unwrap().to_string().contains("模拟数据"));
    for (label, text) in [
        ("企业", &report.company.name),
        ("统计期", &report.period.title),
        ("报送单位", &report.filing.addressee),
        ("逾期原因", report.filing.late_reason.as_ref().unwrap()),
        ("受理投诉电话", report.company.complaint_phone.as_ref().unwrap()),
    ] {
        assert_eq!(said(label).to_string(), *text, "{label}");
    }
    for (label, day) in [
        ("自", &report.period.from),
        ("至", &report.period.to),
        ("报告日期", &report.filing.date),
        ("应报日期", report.filing.due.as_ref().unwrap()),
    ] {
        let Data::DateTime(date) = said(label) else {
            panic!("{label} is no date: {:?}", said(label));
        };
        let (year, month, dom, ..) = date.to_ymd_hms_milli();
        assert_eq!(format!("{year}-{month:02}-{dom:02}"), *day, "{label}");
    }
    // Each other sheet is named in the contents.
    for name in book.sheet_names().iter().skip(1) {
        assert!(range.rows().any(|row| row[1].to_string() == *name), "{name}");
    }
}

/// A part of the package as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    package.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn every_printed_page_names_the_report_and_that_it_is_simulated() {
    let mut report = full(Language::Chinese);
    report.company.name = "A&B".repeat(80);
    for simulated in [true, false] {
        report.simulated = simulated;
        let bytes = render(&report, None).unwrap();
        for sheet in 1..=open(&report).sheet_names().len() {
            let xml = part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml"));
            let header = xml.split("<oddHeader>").nth(1).unwrap().split('<').next().unwrap();
            assert!(header.contains("A&amp;&amp;B"), "sheet {sheet}: {header}");
            assert!(header.contains("2020年上半年"), "sheet {sheet}: {header}");
            assert_eq!(header.contains("模拟数据"), simulated, "sheet {sheet}: {header}");
            assert!(xml.contains("<oddFooter>"), "sheet {sheet}");
            if sheet > 1 {
                assert!(xml.contains("state=\"frozen\""), "sheet {sheet} does not hold its head");
            }
        }
        let names = part(&bytes, "xl/workbook.xml");
        let titles = names.matches("_xlnm.Print_Titles").count();
        assert_eq!(titles, open(&report).sheet_names().len() - 1);
    }
}

#[test]
fn a_share_is_shown_in_percent_with_the_rounding_of_its_indicator() {
    let report = full(Language::Chinese);
    let bytes = render(&report, None).unwrap();
    let styles = part(&bytes, "xl/styles.xml");
    let formats: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").collect();
    let attribute = |text: &str, name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let place = report.groups.iter().position(|group| group.id == "complaint").unwrap();
    let group = &report.groups[place];
    let row = group.lines.iter().position(|line| line.figure.printed == "88.14").unwrap();
    let xml = part(&bytes, &format!("xl/worksheets/sheet{}.xml", place + 2));
    let shown = |cell: &str| {
        let cell = xml.split(&format!("<c r=\"{cell}\"")).nth(1).unwrap();
        let style: usize = attribute(cell, "s").parse().unwrap();
        let id = attribute(formats[style + 1], "numFmtId");
        if id == "10" {
            return "0.00%".to_owned();
        }
        let format = styles.split(&format!("<numFmt numFmtId=\"{id}\"")).nth(1).unwrap();
        attribute(format, "formatCode")
    };
    assert_eq!(shown(&format!("C{}", row + 2)), "0.00%");
    assert!(shown(&format!("L{}", row + 2)).contains("个百分点"));
}

#[test]
fn an_empty_report_still_has_every_sheet() {
    let mut report = full(Language::English);
    report.slices.clear();
    report.charts.clear();
    report.narrative.clear();
    report.not_from_records.clear();
    report.data.findings.clear();
    for line in report.groups.iter_mut().flat_map(|group| &mut group.lines) {
        line.figure.limits.clear();
        line.figure.open = None;
    }
    let mut book = open(&report);
    for (name, says) in [
        ("Slices", "none"),
        ("Limits", "none"),
        ("Still open at the end", "none"),
        ("Chart data", "no data"),
        ("Text", "No text was submitted for this period."),
        ("Numbers not from records", "Every number in the text is computed from records."),
        ("Quality findings", "Nothing was found wrong with the records."),
    ] {
        let range = book.worksheet_range(name).unwrap();
        assert_eq!(range.get_value((1, 0)).unwrap().to_string(), says, "{name}");
    }
}

#[test]
fn groups_of_the_same_name_and_texts_like_formulas_do_no_harm() {
    let mut report = full(Language::Chinese);
    let long = "很长的名称".repeat(40);
    for group in &mut report.groups {
        group.title.clone_from(&long);
        group.lines[0].title = "=1+1".into();
    }
    report.company.name.clone_from(&long);
    let bytes = render(&report, None).unwrap();
    assert!(bytes == render(&report, None).unwrap(), "the bytes differ");
    let mut book = open(&report);
    let first = book.sheet_names()[1].clone();
    let sheet = book.worksheet_range(&first).unwrap();
    assert_eq!(sheet.get_value((1, 0)).unwrap().to_string(), "=1+1");
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
}
