//! The annexes: what the figures mean and what stands behind them.

use serde::Serialize;

use super::table::{ReportColumn, ReportTable};
use super::titles::find_line_title;
use crate::systems::reports::model::{
    Language, QualityReport, ReportLine, ReportedDefinition, ReportedLimit,
};
use crate::systems::reports::print;
use crate::systems::reports::words::{ReportWords, pick_words, reading_in_words};

/// An annex: an opening sentence, and tables.
#[derive(Debug, Serialize)]
pub(crate) struct Annex {
    pub(crate) id: String,
    pub(crate) heading: String,
    pub(crate) lead: Option<String>,
    pub(crate) tables: Vec<ReportTable>,
    pub(crate) note: Option<String>,
}

/// The index of "numbers not from records" among the titles.
const SOURCED: usize = 4;

pub(super) fn write_annexes(report: &QualityReport) -> Vec<Annex> {
    let t = pick_words(report.language);
    let mut all = Vec::new();
    push_annex(&mut all, report, 0, None, tabulate_definitions(report, t));
    push_annex(&mut all, report, 1, None, tabulate_exclusions(report, t));
    push_annex(&mut all, report, 2, Some(t.open_lead), vec![tabulate_backlog(report, t)]);
    push_annex(&mut all, report, 3, Some(t.data_lead), tabulate_data_sources(report, t));
    let none = report.not_from_records.is_empty();
    let lead = if none { t.no_sourced } else { t.not_from_records_lead };
    push_annex(&mut all, report, SOURCED, Some(lead), tabulate_sourced_numbers(report, t));
    let others = tabulate_other_figures(report, t);
    if !others.rows.is_empty() {
        push_annex(&mut all, report, 5, Some(t.others_lead), vec![others]);
    }
    if !report.not_answered.is_empty() {
        push_annex(&mut all, report, 6, None, vec![tabulate_unanswered(report, t)]);
    }
    all
}

/// Figures that are not among the main indicators.
fn tabulate_other_figures(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let lines = report.lines().filter(|line| !line.main && line.figure.value.is_some());
    let rows = lines.map(|line| {
        let figure = &line.figure;
        let limits: Vec<String> = figure
            .limits
            .iter()
            .map(|limit| format!("{}{}", limit.printed, mark_unverified(limit, report.language)))
            .collect();
        let separator = report.language.pick("；", "; ");
        vec![
            name_in_full(report, line),
            print::with_unit(&figure.printed, &line.unit_title, report.language),
            print::format_count(figure.n),
            limits.join(separator),
            line.previous.as_ref().map_or(print::NOTHING.to_owned(), |one| one.printed.clone()),
        ]
    });
    ReportTable {
        title: None,
        rows: rows.collect(),
        columns: vec![
            ReportColumn::for_words(t.indicator, 5),
            ReportColumn::for_numbers(t.value),
            ReportColumn::for_numbers(t.n),
            ReportColumn::for_words(t.limit, 4),
            ReportColumn::for_numbers(t.previous),
        ],
    }
}

/// Adds an annex under the next letter; `title` is the index of its title in the words.
fn push_annex(
    all: &mut Vec<Annex>,
    report: &QualityReport,
    title: usize,
    lead: Option<&str>,
    tables: Vec<ReportTable>,
) {
    let t = pick_words(report.language);
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

fn tabulate_definitions(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let columns = vec![
        ReportColumn::for_words(t.indicator, 3),
        ReportColumn::for_words(t.definition, 6),
        ReportColumn::for_words(t.measure, 5),
        ReportColumn::for_words(t.sources, 4),
    ];
    let rows = report.definitions.iter().map(|one| write_definition_row(one, report.language));
    let mut tables = vec![ReportTable { title: None, columns, rows: rows.collect() }];
    let columns = vec![
        ReportColumn::for_words(t.legal, 4),
        ReportColumn::for_words(t.citation, 6),
        ReportColumn::for_words(t.how_known, 3),
    ];
    let rows = report.legal_sources.iter().map(|source| {
        let known = reading_in_words(&source.read, report.language).to_owned();
        vec![source.title.clone(), source.citation.clone(), known]
    });
    tables.push(ReportTable { title: Some(t.legal.to_owned()), columns, rows: rows.collect() });
    let columns = vec![
        ReportColumn::for_words(t.pack, 4),
        ReportColumn::for_words(t.version, 2),
        ReportColumn::for_words(t.digest, 7),
    ];
    let rows = report.pack.lineage.iter().map(|one| {
        vec![format!("{}\n{}", one.title, one.id), one.version.clone(), group_digest(&one.digest)]
    });
    tables.push(ReportTable { title: Some(t.pack.to_owned()), columns, rows: rows.collect() });
    tables
}

fn write_definition_row(one: &ReportedDefinition, language: Language) -> Vec<String> {
    let t = pick_words(language);
    let (colon, comma) = language.pick(("：", "、"), (": ", ", "));
    let mut says = vec![one.says.clone()];
    if !one.exclusions.is_empty() {
        says.push(format!("{}{colon}{}", t.exclusions, one.exclusions.join(comma)));
    }
    says.push(one.population.clone());
    let mut measure = vec![one.measure.clone()];
    if !one.subtract.is_empty() {
        measure.push(format!("{}{colon}{}", t.subtracts, one.subtract.join(comma)));
    }
    measure.extend(
        one.limits
            .iter()
            .map(|limit| format!("{}{}", limit.printed, mark_unverified(limit, language))),
    );
    let title = format!("{} {}\n{}", one.group, one.title, one.indicator);
    vec![title, says.join("\n"), measure.join("\n"), one.sources.join("\n")]
}

/// Marks a limit whose rule nobody has read; empty for the others.
fn mark_unverified(limit: &ReportedLimit, language: Language) -> String {
    let unverified = pick_words(language).unverified;
    match (limit.verified, language) {
        (true, _) => String::new(),
        (false, Language::Chinese) => format!("（{unverified}）"),
        (false, Language::English) => format!(" ({unverified})"),
    }
}

/// A digest in groups of eight, so that it can break across lines and be read aloud.
fn group_digest(digest: &str) -> String {
    let signs: Vec<char> = digest.chars().collect();
    let groups = signs.chunks(8).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

/// The name of a line where its group is not printed above it.
fn name_in_full(report: &QualityReport, line: &ReportLine) -> String {
    let group = report.groups.iter().find(|group| group.lines.contains(line));
    let group = group.map(|group| group.title.as_str()).unwrap_or_default();
    let segment = line.segment.as_deref();
    match report.language {
        Language::Chinese => {
            let segment = segment.map(|segment| format!("（{segment}）")).unwrap_or_default();
            format!("{group}　{}{segment}", find_line_title(report, line))
        }
        Language::English => {
            let segment = segment.map(|segment| format!(" ({segment})")).unwrap_or_default();
            format!("{group}: {}{segment}", find_line_title(report, line))
        }
    }
}

/// The first line of each indicator and segment: the notes are the same for all its statistics.
pub(crate) fn find_first_lines(report: &QualityReport) -> Vec<&ReportLine> {
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

fn print_optional(value: Option<f64>, line: &ReportLine) -> String {
    value.map_or_else(
        || print::NOTHING.to_owned(),
        |value| print::format_like(value, &line.figure.printed),
    )
}

fn tabulate_exclusions(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let mut left_out = ReportTable {
        title: Some(t.excluded_lead.to_owned()),
        columns: vec![
            ReportColumn::for_words(t.indicator, 5),
            ReportColumn::for_words(t.reason, 3),
            ReportColumn::for_numbers(t.excluded),
            ReportColumn::for_numbers(t.without_approver),
            ReportColumn::for_numbers(t.published_value),
            ReportColumn::for_numbers(t.without_exclusions),
        ],
        rows: Vec::new(),
    };
    let mut paused = ReportTable {
        title: Some(t.paused_lead.to_owned()),
        columns: vec![
            ReportColumn::for_words(t.indicator, 5),
            ReportColumn::for_words(t.reason, 3),
            ReportColumn::for_numbers(t.cases),
            ReportColumn::for_numbers(t.hours_subtracted),
            ReportColumn::for_numbers(t.share_without_approver),
            ReportColumn::for_numbers(t.published_value),
            ReportColumn::for_numbers(t.without_pauses),
        ],
        rows: Vec::new(),
    };
    for line in find_first_lines(report) {
        let figure = &line.figure;
        let value = print::with_unit(&figure.printed, &line.unit_title, report.language);
        for one in &figure.excluded {
            left_out.rows.push(vec![
                name_in_full(report, line),
                one.title.clone(),
                print::format_count(one.n),
                print::format_count(one.without_approver),
                value.clone(),
                print_optional(figure.without_exclusions, line),
            ]);
        }
        for one in &figure.subtracted {
            paused.rows.push(vec![
                name_in_full(report, line),
                one.title.clone(),
                print::format_count(one.cases),
                print::format_decimals(one.seconds as f64 / 3600.0, 1),
                print_share(one.seconds_without_approver, one.seconds),
                value.clone(),
                print_optional(figure.without_pauses, line),
            ]);
        }
    }
    vec![left_out, paused]
}

/// A part of a whole in percent; 100 % and 0 % only where they are exact.
fn print_share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return print::NOTHING.to_owned();
    }
    let percent = part as f64 / whole as f64 * 100.0;
    let text = print::format_decimals(percent, 1);
    match text.as_str() {
        "100.0" if part < whole => ">99.9%".to_owned(),
        "0.0" if part > 0 => "<0.1%".to_owned(),
        "100.0" => "100%".to_owned(),
        "0.0" => "0%".to_owned(),
        _ => format!("{text}%"),
    }
}

fn tabulate_backlog(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let is_listed =
        |line: &&ReportLine| line.main || line.figure.open.is_some_and(|open| open.n > 0);
    let rows = find_first_lines(report).into_iter().filter(is_listed).filter_map(|line| {
        let open = line.figure.open?;
        let oldest = open.oldest.map(|seconds| seconds as f64);
        Some(vec![
            name_in_full(report, line),
            print::format_count(open.n),
            print::format_count(open.past_limit),
            print::format_wait(oldest, line.clock.as_ref(), report.language),
        ])
    });
    ReportTable {
        title: None,
        rows: rows.collect(),
        columns: vec![
            ReportColumn::for_words(t.indicator, 5),
            ReportColumn::for_numbers(t.open),
            ReportColumn::for_numbers(t.past_limit),
            ReportColumn::for_numbers(t.oldest),
        ],
    }
}

fn tabulate_data_sources(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
    let batches = report.data.batches.iter().map(|one| {
        vec![
            one.dataset.clone(),
            format!("{}\n{}", one.source, one.batch),
            print::format_count(one.read),
            print::format_count(one.accepted),
            print::format_count(one.quarantined),
        ]
    });
    let findings = report.data.findings.iter().map(|one| {
        let place = one.column.as_ref().map(|column| format!(" · {column}")).unwrap_or_default();
        vec![
            format!("{}\n{}{place}", one.kind, one.dataset),
            print::format_count(one.rows),
            one.explanation.clone(),
            one.remedy.clone(),
        ]
    });
    let mut tables = vec![ReportTable {
        title: None,
        columns: vec![
            ReportColumn::for_words(t.dataset, 2),
            ReportColumn::for_words(t.source, 5),
            ReportColumn::for_numbers(t.read),
            ReportColumn::for_numbers(t.accepted),
            ReportColumn::for_numbers(t.quarantined),
        ],
        rows: batches.collect(),
    }];
    let rows: Vec<Vec<String>> = findings.collect();
    if rows.is_empty() {
        tables.push(ReportTable {
            title: None,
            columns: vec![ReportColumn::for_words(t.finding, 1)],
            rows: vec![vec![t.no_findings.to_owned()]],
        });
    } else {
        tables.push(ReportTable {
            title: Some(t.finding.to_owned()),
            columns: vec![
                ReportColumn::for_words(t.finding, 3),
                ReportColumn::for_numbers(t.rows),
                ReportColumn::for_words(t.explanation, 6),
                ReportColumn::for_words(t.remedy, 5),
            ],
            rows,
        });
    }
    tables
}

fn tabulate_sourced_numbers(report: &QualityReport, t: &ReportWords) -> Vec<ReportTable> {
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
            ReportColumn::for_numbers(t.number),
            ReportColumn::for_words(t.value, 2),
            ReportColumn::for_words(t.source, 5),
            ReportColumn::for_words(t.place, 4),
        ],
        rows: rows.collect(),
    }]
}

fn tabulate_unanswered(report: &QualityReport, t: &ReportWords) -> ReportTable {
    let rows = report.not_answered.iter();
    ReportTable {
        title: None,
        columns: vec![
            ReportColumn::for_words(t.indicator, 4),
            ReportColumn::for_words(t.missing, 7),
        ],
        rows: rows.map(|one| vec![one.title.clone(), one.missing.clone()]).collect(),
    }
}
