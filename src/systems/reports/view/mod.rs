//! A report as its templates need it: every text ready to print, every table as rows.
//!
//! The PDF, the page and the Word draft all start here, so that they say the same. Templates lay
//! out; they neither compute nor round.

mod annexes;
mod charts;
mod indicators;
mod lags;
mod narrative;
mod sections;
mod summary;
mod table;
mod titles;

use serde::Serialize;

use super::model::{Language, QualityReport};
use super::words::{ReportWords, pick_words};
use annexes::Annex;
use sections::Section;
use summary::FigureTile;

pub(super) use annexes::find_first_lines;
pub(super) use indicators::{late_stands_below, list_notes};
pub(super) use summary::list_comparison_sentences;
#[cfg(test)]
pub(super) use table::ReportColumn;
pub(super) use table::ReportTable;
pub(super) use titles::find_line_title;

/// All that a template prints.
#[derive(Debug, Serialize)]
pub(super) struct ReportView<'a> {
    pub(super) t: &'static ReportWords,
    pub(super) lang: &'static str,
    pub(super) language: Language,
    pub(super) title: String,
    pub(super) company: &'a str,
    pub(super) short_name: &'a str,
    pub(super) period: &'a str,
    pub(super) days: String,
    pub(super) simulated: bool,
    /// The name of the logo's file inside the document.
    pub(super) logo: Option<String>,
    /// Labels and texts for the cover.
    pub(super) filing: Vec<[String; 2]>,
    pub(super) signatures: Vec<[String; 2]>,
    pub(super) tiles: Vec<FigureTile>,
    pub(super) sections: Vec<Section>,
    pub(super) annexes: Vec<Annex>,
    /// Which program made the report, by which pack, and from which records.
    pub(super) made: Vec<[String; 2]>,
}

/// Prepares a report for its templates.
pub(super) fn prepare_view(report: &QualityReport, logo: Option<String>) -> ReportView<'_> {
    let t = pick_words(report.language);
    ReportView {
        t,
        lang: report.language.language_tag(),
        language: report.language,
        title: report.title(),
        company: &report.company.name,
        short_name: &report.company.short_name,
        period: &report.period.title,
        days: format!("{} – {}", report.period.from, report.period.to),
        simulated: report.simulated,
        logo,
        filing: list_filing(report, t),
        signatures: list_signatures(report, t),
        tiles: summary::choose_tiles(report),
        sections: sections::write_sections(report, t),
        annexes: annexes::write_annexes(report),
        made: list_provenance(report, t),
    }
}

fn list_provenance(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let made = &report.made;
    let as_of = made.as_of.clone().unwrap_or_else(|| t.everything.to_owned());
    vec![
        [t.made.to_owned(), format!("{} {}", made.program, made.version)],
        [t.pack.to_owned(), format!("{} {}", report.pack.id, report.pack.version)],
        [t.as_of.to_owned(), as_of],
    ]
}

fn list_filing(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let filing = &report.filing;
    let mut rows = vec![
        [t.addressee.to_owned(), filing.addressee.clone()],
        [t.date.to_owned(), format_long_date(&filing.date, report.language)],
    ];
    if let Some(reason) = &filing.late_reason {
        if let Some(due) = &filing.due {
            rows.push([t.due.to_owned(), format_long_date(due, report.language)]);
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

fn list_signatures(report: &QualityReport, t: &ReportWords) -> Vec<[String; 2]> {
    let filing = &report.filing;
    let named = [
        (t.prepared_by, &filing.prepared_by),
        (t.reviewed_by, &filing.reviewed_by),
        (t.signed_by, &filing.signed_by),
    ];
    let name = |person: &Option<String>| person.clone().unwrap_or_default();
    named.map(|(label, person)| [label.to_owned(), name(person)]).into()
}

/// `2020年7月10日`, `10 July 2020`; a text that is not a date stays as it is.
pub(super) fn format_long_date(date: &str, language: Language) -> String {
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
