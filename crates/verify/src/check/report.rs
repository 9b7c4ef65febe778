//! Compares the data of a report with its evidence, number by number.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::charts::compare_charts;
use super::difference::difference_finding;
use super::figure::{FigureComparison, FigureIndex};
use super::reference::{PrintedReference, print_reference};
use super::shape::{ShownLine, ShownReport, ShownSlice, SliceKey};
use crate::evidence::{CommitmentLag, Evidence};
use crate::figures::figure_name;
use crate::verdict::{FindingKind, VerdictFinding};
use trueline_language::Text;

/// What was compared.
pub(crate) struct ComparedNumbers {
    pub(crate) findings: Vec<VerdictFinding>,
    pub(crate) figures: usize,
    pub(crate) spans: usize,
    /// Figures that others published, so nothing was computed.
    pub(crate) published: Vec<String>,
}

/// Compares all numbers of a report with the evidence.
pub(crate) fn compare_report(report: &ShownReport, evidence: &Evidence) -> ComparedNumbers {
    let index = FigureIndex::new(evidence);
    let mut comparison =
        ReportComparison { index: &index, seen: BTreeSet::new(), found: Vec::new() };
    let mut published = Vec::new();
    for line in report.groups.iter().flat_map(|group| &group.lines) {
        if line.figure.status == "published" {
            let figure = &line.figure;
            published.push(figure_name(&line.id(), &figure.slice, &figure.period));
        } else {
            comparison.compare_line(report, line);
        }
    }
    for row in &report.slices {
        comparison.compare_slice(&report.period.name, row);
    }
    compare_lags(report, evidence, &mut comparison.found);
    compare_charts(report, &mut comparison.found);
    let spans = compare_narrative(report, &mut comparison.found);
    ComparedNumbers { figures: comparison.seen.len(), findings: comparison.found, spans, published }
}

/// The figures that were looked up, and what was found.
struct ReportComparison<'a> {
    index: &'a FigureIndex<'a>,
    seen: BTreeSet<String>,
    found: Vec<VerdictFinding>,
}

impl<'a> ReportComparison<'a> {
    /// Looks a figure up in the evidence. That it is not there is a finding.
    fn find_figure(
        &mut self,
        id: &str,
        slice: &SliceKey,
        period: &str,
    ) -> Option<FigureComparison<'a, '_>> {
        let name = figure_name(id, slice, period);
        self.seen.insert(name.clone());
        let Some((used, cell)) = self.index.find_figure(id, slice, period) else {
            let says = Text::new(
                format!("{name}：证据中没有该指标"),
                format!("{name}: the evidence has no such figure"),
            );
            self.found.push(
                VerdictFinding::new(FindingKind::Figure, says)
                    .about_figure(&name)
                    .at_place("report"),
            );
            return None;
        };
        Some(FigureComparison { name, used, cell, found: &mut self.found })
    }

    /// A line with its change, and the same figure in the period before.
    fn compare_line(&mut self, report: &ShownReport, line: &ShownLine) {
        let (id, figure) = (line.id(), &line.figure);
        if let Some(mut known) = self.find_figure(&id, &figure.slice, &figure.period) {
            known.compare_line(figure);
            known.compare_change(line);
        }
        let before = report.previous.as_ref().zip(line.previous.as_ref());
        if let Some((period, before)) = before.filter(|(_, before)| !before.as_published)
            && let Some(mut known) = self.find_figure(&id, &figure.slice, &period.name)
        {
            known.compare_printed("previous", &before.printed);
            known.compare_value(before.value);
            known.compare_count(("件数", "n"), before.n, "n");
        }
    }

    fn compare_slice(&mut self, period: &str, row: &ShownSlice) {
        let id = format!("{}.{}", row.indicator, row.statistic);
        if let Some(mut known) = self.find_figure(&id, &row.slice, period) {
            known.compare_printed("slices", &row.printed);
            known.compare_value(row.value);
            known.compare_count(("件数", "n"), row.n, "n");
            known.compare_count(("超限", "late"), row.late, "late");
            known.compare_if_shown(("最长", "longest"), row.longest, "longest");
            known.compare_percentiles(row.percentiles);
        }
    }
}

/// Compares how late records were committed to, by the report and by the evidence.
fn compare_lags(report: &ShownReport, evidence: &Evidence, found: &mut Vec<VerdictFinding>) {
    let period = &report.period.name;
    let proved = evidence.populations.iter().filter(|one| one.period == *period);
    let proved: BTreeMap<&str, &CommitmentLag> =
        proved.filter_map(|one| Some((one.dataset.as_str(), one.lag.as_ref()?))).collect();
    let shown: BTreeMap<&str, &CommitmentLag> =
        report.lags.iter().map(|one| (one.dataset.as_str(), &one.lag)).collect();
    let datasets: BTreeSet<&&str> = proved.keys().chain(shown.keys()).collect();
    for dataset in datasets {
        let (shown, proved) = (shown.get(*dataset), proved.get(*dataset));
        if shown == proved {
            continue;
        }
        let name = format!("{dataset} {period} lag");
        let text = |lag: Option<&&CommitmentLag>| {
            lag.map_or("—".to_owned(), std::string::ToString::to_string)
        };
        let field = ("入账时滞", "commitment lag");
        found.push(difference_finding(&name, "report", field, &text(shown), &text(proved)));
    }
}

/// Compares every figure in the words with the lines beside them. Returns how many there are.
fn compare_narrative(report: &ShownReport, found: &mut Vec<VerdictFinding>) -> usize {
    let mut all = Vec::new();
    collect_references(&report.narrative, &mut all);
    let mut compared = 0;
    for (reference, text) in &all {
        let Some(expected) = PrintedReference::parse_reference(reference)
            .and_then(|one| print_reference(&one, report))
        else {
            continue;
        };
        compared += 1;
        if expected != *text {
            found.push(difference_finding(
                reference,
                "narrative",
                ("正文", "narrative"),
                text,
                &expected,
            ));
        }
    }
    compared
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        Value::Object(members) => {
            let origin = members.get("origin").filter(|origin| origin["from"] == "figure");
            let reference = origin.and_then(|origin| origin["reference"].as_str());
            let text = members.get("text").and_then(Value::as_str);
            match reference.zip(text) {
                Some(pair) => found.push(pair),
                None => members.values().for_each(|value| collect_references(value, found)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
