//! The numbered sections of the report, and what stands in each of them.

use serde::Serialize;

use super::indicators::{self, GroupView};
use super::lags;
use super::narrative::{find_part, number_headings};
use super::summary;
use super::table::ReportTable;
use super::titles::{number_title, number_title_below};
use crate::systems::reports::model::QualityReport;
use crate::systems::reports::narrative::{NarrativeBlock, SectionKind};
use crate::systems::reports::words::{ReportWords, pick_words};

/// A numbered part of the report.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) heading: String,
    pub(crate) blocks: Vec<NarrativeBlock>,
    /// Printed when there is no text.
    pub(crate) empty: Option<&'static str>,
    pub(crate) groups: Vec<GroupView>,
    /// What is said below the groups.
    pub(crate) passages: Vec<Subsection>,
}

/// A numbered part below the groups: an opening sentence, and points or a table.
#[derive(Debug, Serialize)]
pub(crate) struct Subsection {
    pub(crate) id: &'static str,
    pub(crate) heading: String,
    /// The heading without its number.
    pub(crate) title: &'static str,
    pub(crate) lead: String,
    pub(crate) points: Vec<String>,
    pub(crate) table: Option<ReportTable>,
}

pub(super) fn write_sections(report: &QualityReport, t: &'static ReportWords) -> Vec<Section> {
    let mut sections = Vec::new();
    for place in SectionKind::ALL {
        let part = find_part(report, place, None);
        let number = sections.len();
        let mut section = Section {
            id: name_section(place),
            heading: number_title(number, place.title(report.language), report.language),
            blocks: part
                .map(|part| number_headings(part, number, report.language))
                .unwrap_or_default(),
            empty: None,
            groups: Vec::new(),
            passages: Vec::new(),
        };
        match place {
            SectionKind::Indicators => {
                section.groups = indicators::view_groups(report, number);
                section.passages = write_subsections(report, number, section.groups.len());
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

/// What is said of all groups: the comparison, and how late the records were committed to. These
/// parts are numbered after the groups of the section.
fn write_subsections(report: &QualityReport, above: usize, groups: usize) -> Vec<Subsection> {
    let t = pick_words(report.language);
    let (lead, points) = summary::compare_periods(report);
    let passage = |at: usize, (id, title): (&'static str, &'static str), lead: String| Subsection {
        id,
        heading: number_title_below(above, groups + at, title, report.language),
        title,
        lead,
        points: Vec::new(),
        table: None,
    };
    let mut all = vec![Subsection { points, ..passage(0, ("comparison", t.comparison), lead) }];
    if !report.lags.is_empty() {
        let table = Some(lags::tabulate_lags(report));
        all.push(Subsection { table, ..passage(1, ("lag", t.lag), lags::introduce_lags(report)) });
    }
    all
}

fn name_section(place: SectionKind) -> &'static str {
    match place {
        SectionKind::Company => "company",
        SectionKind::State => "state",
        SectionKind::Indicators => "indicators",
        SectionKind::Measures => "measures",
        SectionKind::Outages => "outages",
        SectionKind::Declaration => "declaration",
    }
}
