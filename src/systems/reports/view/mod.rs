//! A report as its templates need it: every text ready to print, every table as rows.
//!
//! The PDF, the page and the Word draft all start here, so that they say the same. Templates lay
//! out; they neither compute nor round.

mod annexes;
mod indicators;
mod summary;

use serde::Serialize;

use super::charts::Chart;
use super::drawing::{Drawing, draw};
use super::lags;
use super::model::{Language, QualityReport, ReportLine, ReportedDefinition};
use super::narrative::{
    NarrativeBlock, NarrativePart, NarrativeSpan, SectionKind, TextOrigin, Weight,
};
use super::words::{ReportWords, words};

pub(super) use annexes::firsts;
pub(super) use indicators::{late_stands_below, notes};
pub(super) use summary::compared;

/// All that a template prints.
#[derive(Debug, Serialize)]
pub(super) struct ReportView<'a> {
    pub(super) t: &'static ReportWords,
    pub(super) lang: &'static str,
    pub(super) chinese: bool,
    pub(super) title: String,
    pub(super) company: &'a str,
    pub(super) short_name: &'a str,
    pub(super) period: &'a str,
    pub(super) days: String,
    pub(super) simulated: bool,
    /// The name of the logo's file inside the document.
    pub(super) logo: Option<String>,
    /// Label and text, for the cover.
    pub(super) filing: Vec<[String; 2]>,
    pub(super) signatures: Vec<[String; 2]>,
    pub(super) tiles: Vec<summary::FigureTile>,
    pub(super) sections: Vec<Section>,
    pub(super) annexes: Vec<Annex>,
    /// What made the report and from which records.
    pub(super) made: Vec<[String; 2]>,
}

/// A numbered part of the report.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) heading: String,
    pub(super) blocks: Vec<NarrativeBlock>,
    /// Printed when there is no text.
    pub(super) empty: Option<&'static str>,
    pub(super) groups: Vec<indicators::GroupView>,
    /// What is said below the groups.
    pub(super) passages: Vec<Subsection>,
}

/// A numbered part below the groups: a lead, and points or a table.
#[derive(Debug, Serialize)]
pub(super) struct Subsection {
    pub(super) id: &'static str,
    pub(super) heading: String,
    /// The heading without its number.
    pub(super) title: &'static str,
    pub(super) lead: String,
    pub(super) points: Vec<String>,
    pub(super) table: Option<ReportTable>,
}

/// An annex: a lead, and tables.
#[derive(Debug, Serialize)]
pub(super) struct Annex {
    pub(super) id: String,
    pub(super) heading: String,
    pub(super) lead: Option<String>,
    pub(super) tables: Vec<ReportTable>,
    pub(super) note: Option<String>,
}

/// A table of texts, with how each column stands.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ReportTable {
    pub(super) title: Option<String>,
    pub(super) columns: Vec<ReportColumn>,
    pub(super) rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ReportColumn {
    pub(super) head: String,
    pub(super) side: Side,
    /// Its share of the width; 0 takes what it needs.
    pub(super) share: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Side {
    Left,
    Right,
}

/// A chart ready to paint, with its numbers as a table.
#[derive(Debug, Serialize)]
pub(super) struct ChartView {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) alt: String,
    pub(super) drawing: Drawing,
    pub(super) table: ReportTable,
}

impl ReportColumn {
    pub(super) fn words(head: &str, share: u8) -> Self {
        ReportColumn { head: head.to_owned(), side: Side::Left, share }
    }

    pub(super) fn number(head: &str) -> Self {
        ReportColumn { head: head.to_owned(), side: Side::Right, share: 0 }
    }
}

/// Prepares a report for its templates.
pub(super) fn view(report: &QualityReport, logo: Option<String>) -> ReportView<'_> {
    let t = words(report.language);
    ReportView {
        t,
        lang: report.language.language_tag(),
        chinese: report.language == Language::Chinese,
        title: report.title(),
        company: &report.company.name,
        short_name: &report.company.short_name,
        period: &report.period.title,
        days: format!("{} – {}", report.period.from, report.period.to),
        simulated: report.simulated,
        logo,
        filing: filing(report, t),
        signatures: signatures(report, t),
        tiles: summary::tiles(report),
        sections: sections(report, t),
        annexes: annexes::annexes(report),
        made: made(report, t),
    }
}

fn made(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let made = &report.made;
    let as_of = made.as_of.clone().unwrap_or_else(|| t.everything.to_owned());
    vec![
        [t.made.to_owned(), format!("{} {}", made.program, made.version)],
        [t.pack.to_owned(), format!("{} {}", report.pack.id, report.pack.version)],
        [t.as_of.to_owned(), as_of],
    ]
}

fn filing(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let filing = &report.filing;
    let mut rows = vec![
        [t.addressee.to_owned(), filing.addressee.clone()],
        [t.date.to_owned(), long_date(&filing.date, report.language)],
    ];
    if let Some(reason) = &filing.late_reason {
        if let Some(due) = &filing.due {
            rows.push([t.due.to_owned(), long_date(due, report.language)]);
        }
        rows.push([t.late_reason.to_owned(), reason.clone()]);
    }
    if let Some(id) = &filing.restates {
        rows.push([t.restates.to_owned(), id.clone()]);
    }
    if let Some(reason) = &filing.restatement_reason {
        rows.push([t.restatement_reason.to_owned(), reason.clone()]);
    }
    rows
}

fn signatures(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let filing = &report.filing;
    let named = [
        (t.prepared_by, &filing.prepared_by),
        (t.reviewed_by, &filing.reviewed_by),
        (t.signed_by, &filing.signed_by),
    ];
    let name = |person: &Option<String>| person.clone().unwrap_or_default();
    named.map(|(label, person)| [label.to_owned(), name(person)]).into()
}

/// `2020年7月10日`, `10 July 2020`; a text that is no date stays as it is.
pub(super) fn long_date(date: &str, language: Language) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let Ok(day) = date.parse::<jiff::civil::Date>() else {
        return date.to_owned();
    };
    match language {
        Language::Chinese => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Language::English => {
            let month = MONTHS[usize::from(day.month().unsigned_abs()) - 1];
            format!("{} {month} {}", day.day(), day.year())
        }
    }
}

fn sections(report: &QualityReport, t: &'static ReportWords) -> Vec<Section> {
    let mut sections = Vec::new();
    for place in SectionKind::ALL {
        let part = find_part(report, place, None);
        let number = sections.len();
        let mut section = Section {
            id: section_id(place),
            heading: numbered(number, place.title(report.language), report.language),
            blocks: part
                .map(|part| number_headings(part, number, report.language))
                .unwrap_or_default(),
            empty: None,
            groups: Vec::new(),
            passages: Vec::new(),
        };
        match place {
            SectionKind::Indicators => {
                section.groups = indicators::groups(report, number);
                section.passages = passages(report, number, section.groups.len());
            }
            SectionKind::Outages if section.blocks.is_empty() => section.empty = Some(t.no_outages),
            SectionKind::Company | SectionKind::Declaration if section.blocks.is_empty() => {
                continue;
            }
            SectionKind::State | SectionKind::Measures if section.blocks.is_empty() => {
                section.empty = Some(t.no_text);
            }
            SectionKind::Company
            | SectionKind::State
            | SectionKind::Measures
            | SectionKind::Outages
            | SectionKind::Declaration => {}
        }
        if place == SectionKind::Declaration {
            place.title(report.language).clone_into(&mut section.heading);
        }
        sections.push(section);
    }
    sections
}

/// What is said of all groups: the comparison, and how late the records were committed to. They
/// are numbered below a section, after its groups.
fn passages(report: &QualityReport, above: usize, groups: usize) -> Vec<Subsection> {
    let t = words(report.language);
    let (lead, points) = summary::comparison(report);
    let passage = |at: usize, (id, title): (&'static str, &'static str), lead: String| Subsection {
        id,
        heading: numbered_below(above, groups + at, title, report.language),
        title,
        lead,
        points: Vec::new(),
        table: None,
    };
    let mut all = vec![Subsection { points, ..passage(0, ("comparison", t.comparison), lead) }];
    if !report.lags.is_empty() {
        let table = Some(lags::table(report));
        all.push(Subsection { table, ..passage(1, ("lag", t.lag), lags::lead(report)) });
    }
    all
}

/// The title of a line; with its indicator's own where another line of the group has the same.
pub(super) fn line_title(report: &QualityReport, line: &ReportLine) -> String {
    let mut groups = report.groups.iter();
    let group = groups.find(|group| group.lines.iter().any(|one| std::ptr::eq(one, line)));
    let same = |other: &ReportLine| {
        other.title == line.title && other.figure.indicator != line.figure.indicator
    };
    let ambiguous = group.is_some_and(|group| group.lines.iter().any(same));
    let of = |one: &&ReportedDefinition| one.indicator == line.figure.indicator;
    match report.definitions.iter().find(of).filter(|_| ambiguous) {
        Some(indicator) => match report.language {
            Language::Chinese => format!("{}{}", indicator.title, line.title),
            Language::English => format!("{}: {}", indicator.title, line.title),
        },
        None => line.title.clone(),
    }
}

fn section_id(place: SectionKind) -> &'static str {
    match place {
        SectionKind::Company => "company",
        SectionKind::State => "state",
        SectionKind::Indicators => "indicators",
        SectionKind::Measures => "measures",
        SectionKind::Outages => "outages",
        SectionKind::Declaration => "declaration",
    }
}

/// The text of a part, or the comment on a group within it.
pub(super) fn find_part<'a>(
    report: &'a QualityReport,
    place: SectionKind,
    group: Option<&str>,
) -> Option<&'a NarrativePart> {
    let parts = &report.narrative;
    parts.iter().find(|part| part.place == place && part.group.as_deref() == group)
}

const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// `三、主要服务指标完成情况`, `3  Main service indicators`
pub(super) fn numbered(index: usize, title: &str, language: Language) -> String {
    match (language, NUMERALS.get(index)) {
        (Language::Chinese, Some(numeral)) => format!("{numeral}、{title}"),
        (Language::Chinese, None) => format!("{}、{title}", index + 1),
        (Language::English, _) => format!("{}  {title}", index + 1),
    }
}

/// `（一）固定电话`, `3.1  Fixed telephone`
pub(super) fn numbered_below(
    above: usize,
    index: usize,
    title: &str,
    language: Language,
) -> String {
    match (language, NUMERALS.get(index)) {
        (Language::Chinese, Some(numeral)) => format!("（{numeral}）{title}"),
        (Language::Chinese, None) => format!("（{}）{title}", index + 1),
        (Language::English, _) => format!("{}.{}  {title}", above + 1, index + 1),
    }
}

/// The blocks with headings that go down one level at a time, as accessible documents must:
/// whoever writes a third level right under a first one meant the second.
pub(super) fn steady(blocks: &[NarrativeBlock], above: u8) -> Vec<NarrativeBlock> {
    let mut last = above;
    let mut blocks = blocks.to_vec();
    for block in &mut blocks {
        if let NarrativeBlock::Heading { level, .. } = block {
            *level = (*level).clamp(above + 1, last + 1);
            last = *level;
        }
    }
    blocks
}

/// The blocks of a part, its second-level headings numbered as the regulator's reports do.
fn number_headings(part: &NarrativePart, above: usize, language: Language) -> Vec<NarrativeBlock> {
    let mut count = 0;
    let mut blocks = steady(&part.blocks, 1);
    for block in &mut blocks {
        if let NarrativeBlock::Heading { level: 2, spans } = block {
            let text = numbered_below(above, count, "", language);
            count += 1;
            spans.insert(
                0,
                NarrativeSpan { text, weight: Weight::Regular, origin: TextOrigin::Author },
            );
        }
    }
    blocks
}

/// The charts of a group, painted.
pub(super) fn charts(report: &QualityReport, group: &str) -> Vec<ChartView> {
    let of_group = report.charts.iter().filter(|chart| chart.group == group);
    of_group.map(|chart| chart_view(chart, report.language)).collect()
}

fn chart_view(chart: &Chart, language: Language) -> ChartView {
    ChartView {
        id: chart.id.replace('.', "-"),
        kind: indicators::chart_kind(&chart.body),
        title: chart.title.clone(),
        alt: chart.alt.clone(),
        drawing: draw(chart, language),
        table: indicators::chart_table(chart, language),
    }
}
