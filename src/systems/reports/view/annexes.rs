//! The annexes: what the figures mean and what stands behind them.

use super::{Annex, ReportColumn, ReportTable, line_title};
use crate::systems::reports::model::{
    Language, QualityReport, ReportLine, ReportedDefinition, ReportedLimit,
};
use crate::systems::reports::print;
use crate::systems::reports::words::{ReportWords, how_known, words};

/// The place of "numbers not from records" among the titles.
const SOURCED: usize = 4;

pub(super) fn annexes(report: &QualityReport) -> Vec<Annex> {
    let t = words(report.language);
    let mut all = Vec::new();
    push(&mut all, report, 0, None, definitions(report, t));
    push(&mut all, report, 1, None, exclusions(report, t));
    push(&mut all, report, 2, Some(t.open_lead), vec![backlog(report, t)]);
    push(&mut all, report, 3, Some(t.data_lead), data(report, t));
    let none = report.not_from_records.is_empty();
    let lead = if none { t.no_sourced } else { t.not_from_records_lead };
    push(&mut all, report, SOURCED, Some(lead), sourced(report, t));
    let others = others(report, t);
    if !others.rows.is_empty() {
        push(&mut all, report, 5, Some(t.others_lead), vec![others]);
    }
    if !report.not_answered.is_empty() {
        push(&mut all, report, 6, None, vec![not_answered(report, t)]);
    }
    all
}

/// Figures that are not among the main indicators.
fn others(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let lines = report.lines().filter(|line| !line.main && line.figure.value.is_some());
    let rows = lines.map(|line| {
        let figure = &line.figure;
        let limits: Vec<String> = figure
            .limits
            .iter()
            .map(|limit| format!("{}{}", limit.printed, mark(limit, t)))
            .collect();
        let apart = if report.language == Language::Chinese { "；" } else { "; " };
        vec![
            full_name(report, line),
            print::with_unit(&figure.printed, &line.unit_title, report.language),
            print::count(figure.n),
            limits.join(apart),
            line.previous.as_ref().map_or(print::NOTHING.to_owned(), |one| one.printed.clone()),
        ]
    });
    ReportTable {
        title: None,
        rows: rows.collect(),
        columns: vec![
            ReportColumn::words(t.indicator, 5),
            ReportColumn::number(t.value),
            ReportColumn::number(t.n),
            ReportColumn::words(t.limit, 4),
            ReportColumn::number(t.previous),
        ],
    }
}

/// Adds an annex under the next letter; `title` is its place in the words.
fn push(
    all: &mut Vec<Annex>,
    report: &QualityReport,
    title: usize,
    lead: Option<&str>,
    tables: Vec<ReportTable>,
) {
    let t = words(report.language);
    let letter = t.annex_letters[all.len()];
    let heading = match report.language {
        Language::Chinese => format!("{}{letter}　{}", t.annex, t.annexes[title]),
        Language::English => format!("{} {letter}  {}", t.annex, t.annexes[title]),
    };
    let empty = tables.iter().all(|table| table.rows.is_empty());
    all.push(Annex {
        id: format!("annex-{}", title + 1),
        heading,
        lead: lead.map(str::to_owned),
        tables: tables.into_iter().filter(|table| !table.rows.is_empty()).collect(),
        note: (empty && title != SOURCED).then(|| t.none.to_owned()),
    });
}

fn definitions(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let columns = vec![
        ReportColumn::words(t.indicator, 3),
        ReportColumn::words(t.definition, 6),
        ReportColumn::words(t.measure, 5),
        ReportColumn::words(t.sources, 4),
    ];
    let rows = report.definitions.iter().map(|one| definition_row(one, t));
    let mut tables = vec![ReportTable { title: None, columns, rows: rows.collect() }];
    let columns = vec![
        ReportColumn::words(t.legal, 4),
        ReportColumn::words(t.citation, 6),
        ReportColumn::words(t.how_known, 3),
    ];
    let rows = report.legal_sources.iter().map(|source| {
        let known = how_known(&source.read, report.language).to_owned();
        vec![source.title.clone(), source.citation.clone(), known]
    });
    tables.push(ReportTable { title: Some(t.legal.to_owned()), columns, rows: rows.collect() });
    let columns = vec![
        ReportColumn::words(t.pack, 4),
        ReportColumn::words(t.version, 2),
        ReportColumn::words(t.digest, 7),
    ];
    let rows = report.pack.lineage.iter().map(|one| {
        vec![format!("{}\n{}", one.title, one.id), one.version.clone(), in_fours(&one.digest)]
    });
    tables.push(ReportTable { title: Some(t.pack.to_owned()), columns, rows: rows.collect() });
    tables
}

fn definition_row(one: &ReportedDefinition, t: &ReportWords) -> Vec<String> {
    let chinese = t.annex == "附录";
    let (colon, comma) = if chinese { ("：", "、") } else { (": ", ", ") };
    let mut says = vec![one.says.clone()];
    if !one.exclusions.is_empty() {
        says.push(format!("{}{colon}{}", t.exclusions, one.exclusions.join(comma)));
    }
    says.push(one.population.clone());
    let mut measure = vec![one.measure.clone()];
    if !one.subtract.is_empty() {
        measure.push(format!("{}{colon}{}", t.subtracts, one.subtract.join(comma)));
    }
    measure.extend(one.limits.iter().map(|limit| format!("{}{}", limit.printed, mark(limit, t))));
    let title = format!("{} {}\n{}", one.group, one.title, one.indicator);
    vec![title, says.join("\n"), measure.join("\n"), one.sources.join("\n")]
}

/// Says of a limit that nobody has read its rule.
fn mark(limit: &ReportedLimit, t: &ReportWords) -> String {
    match (limit.verified, t.annex == "附录") {
        (true, _) => String::new(),
        (false, true) => format!("（{}）", t.unverified),
        (false, false) => format!(" ({})", t.unverified),
    }
}

/// A digest in groups, so that it can break and be read aloud.
fn in_fours(digest: &str) -> String {
    let signs: Vec<char> = digest.chars().collect();
    let groups = signs.chunks(8).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

/// A name for a line where no group stands above it.
fn full_name(report: &QualityReport, line: &ReportLine) -> String {
    let group = report.groups.iter().find(|group| group.lines.contains(line));
    let group = group.map(|group| group.title.as_str()).unwrap_or_default();
    let segment = line.segment.as_deref();
    match report.language {
        Language::Chinese => {
            let segment = segment.map(|segment| format!("（{segment}）")).unwrap_or_default();
            format!("{group}　{}{segment}", line_title(report, line))
        }
        Language::English => {
            let segment = segment.map(|segment| format!(" ({segment})")).unwrap_or_default();
            format!("{group}: {}{segment}", line_title(report, line))
        }
    }
}

/// The first line of each indicator and segment: side notes are the same for its statistics.
pub(in crate::systems::reports) fn firsts(report: &QualityReport) -> Vec<&ReportLine> {
    let mut seen: Vec<(&str, &std::collections::BTreeMap<String, String>)> = Vec::new();
    let mut lines = Vec::new();
    for line in report.lines() {
        let key = (line.figure.indicator.as_str(), &line.figure.slice);
        if !seen.contains(&key) {
            seen.push(key);
            lines.push(line);
        }
    }
    lines
}

fn optional(value: Option<f64>, line: &ReportLine) -> String {
    value
        .map_or_else(|| print::NOTHING.to_owned(), |value| print::like(value, &line.figure.printed))
}

fn exclusions(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let mut left_out = ReportTable {
        title: Some(t.excluded_lead.to_owned()),
        columns: vec![
            ReportColumn::words(t.indicator, 5),
            ReportColumn::words(t.reason, 3),
            ReportColumn::number(t.excluded),
            ReportColumn::number(t.without_approver),
            ReportColumn::number(t.published_value),
            ReportColumn::number(t.without_exclusions),
        ],
        rows: Vec::new(),
    };
    let mut paused = ReportTable {
        title: Some(t.paused_lead.to_owned()),
        columns: vec![
            ReportColumn::words(t.indicator, 5),
            ReportColumn::words(t.reason, 3),
            ReportColumn::number(t.cases),
            ReportColumn::number(t.hours_subtracted),
            ReportColumn::number(t.share_without_approver),
            ReportColumn::number(t.published_value),
            ReportColumn::number(t.without_pauses),
        ],
        rows: Vec::new(),
    };
    for line in firsts(report) {
        let figure = &line.figure;
        let value = print::with_unit(&figure.printed, &line.unit_title, report.language);
        for one in &figure.excluded {
            left_out.rows.push(vec![
                full_name(report, line),
                one.title.clone(),
                print::count(one.n),
                print::count(one.without_approver),
                value.clone(),
                optional(figure.without_exclusions, line),
            ]);
        }
        for one in &figure.subtracted {
            paused.rows.push(vec![
                full_name(report, line),
                one.title.clone(),
                print::count(one.cases),
                print::fixed(one.seconds as f64 / 3600.0, 1),
                share(one.seconds_without_approver, one.seconds),
                value.clone(),
                optional(figure.without_pauses, line),
            ]);
        }
    }
    vec![left_out, paused]
}

/// A part of a whole in percent; never 100 % or 0 % unless it is.
fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return print::NOTHING.to_owned();
    }
    let percent = part as f64 / whole as f64 * 100.0;
    let text = print::fixed(percent, 1);
    match text.as_str() {
        "100.0" if part < whole => ">99.9%".to_owned(),
        "0.0" if part > 0 => "<0.1%".to_owned(),
        "100.0" => "100%".to_owned(),
        "0.0" => "0%".to_owned(),
        _ => format!("{text}%"),
    }
}

fn backlog(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let told = |line: &&ReportLine| line.main || line.figure.open.is_some_and(|open| open.n > 0);
    let rows = firsts(report).into_iter().filter(told).filter_map(|line| {
        let open = line.figure.open?;
        let oldest = open.oldest.map(|seconds| seconds as f64);
        Some(vec![
            full_name(report, line),
            print::count(open.n),
            print::count(open.past_limit),
            print::waited(oldest, line.clock.as_ref(), report.language),
        ])
    });
    ReportTable {
        title: None,
        rows: rows.collect(),
        columns: vec![
            ReportColumn::words(t.indicator, 5),
            ReportColumn::number(t.open),
            ReportColumn::number(t.past_limit),
            ReportColumn::number(t.oldest),
        ],
    }
}

fn data(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let batches = report.data.batches.iter().map(|one| {
        vec![
            one.dataset.clone(),
            format!("{}\n{}", one.source, one.batch),
            print::count(one.read),
            print::count(one.accepted),
            print::count(one.quarantined),
        ]
    });
    let findings = report.data.findings.iter().map(|one| {
        let place = one.column.as_ref().map(|column| format!(" · {column}")).unwrap_or_default();
        vec![
            format!("{}\n{}{place}", one.kind, one.dataset),
            print::count(one.rows),
            one.explanation.clone(),
            one.remedy.clone(),
        ]
    });
    let mut tables = vec![ReportTable {
        title: None,
        columns: vec![
            ReportColumn::words(t.dataset, 2),
            ReportColumn::words(t.source, 5),
            ReportColumn::number(t.read),
            ReportColumn::number(t.accepted),
            ReportColumn::number(t.quarantined),
        ],
        rows: batches.collect(),
    }];
    let rows: Vec<Vec<String>> = findings.collect();
    if rows.is_empty() {
        tables.push(ReportTable {
            title: None,
            columns: vec![ReportColumn::words(t.finding, 1)],
            rows: vec![vec![t.no_findings.to_owned()]],
        });
    } else {
        tables.push(ReportTable {
            title: Some(t.finding.to_owned()),
            columns: vec![
                ReportColumn::words(t.finding, 3),
                ReportColumn::number(t.rows),
                ReportColumn::words(t.explanation, 6),
                ReportColumn::words(t.remedy, 5),
            ],
            rows,
        });
    }
    tables
}

fn sourced(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let rows = report.not_from_records.iter().enumerate().map(|(index, one)| {
        vec![
            (index + 1).to_string(),
            one.text.clone(),
            one.source.clone(),
            one.place.title(report.language).to_owned(),
        ]
    });
    vec![ReportTable {
        title: None,
        columns: vec![
            ReportColumn::number(t.number),
            ReportColumn::words(t.value, 2),
            ReportColumn::words(t.source, 5),
            ReportColumn::words(t.place, 4),
        ],
        rows: rows.collect(),
    }]
}

fn not_answered(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let rows = report.not_answered.iter();
    ReportTable {
        title: None,
        columns: vec![ReportColumn::words(t.indicator, 4), ReportColumn::words(t.missing, 7)],
        rows: rows.map(|one| vec![one.title.clone(), one.missing.clone()]).collect(),
    }
}
