//! Turns runs of Markdown text into spans: fills references in and checks literals.

use trueline_language::{Text, phrase, text};

use super::context::ReferenceContext;
use super::figures;
use super::literals::{self, Literal};
use super::marks::{self, MarkKind, TextMark};
use super::mistakes::NarrativeMistake;
use crate::systems::reports::prose::{
    NarrativeSpan, NotFromRecords, SectionKind, TextOrigin, Weight,
};

/// A run of text as it comes from Markdown.
#[derive(Debug, Clone)]
pub(super) struct MarkdownRun {
    pub(super) text: String,
    pub(super) weight: Weight,
    pub(super) line: usize,
}

/// Fills in references, and collects mistakes and numbers that are not from records.
pub(super) struct ReferenceResolver<'a> {
    context: &'a ReferenceContext<'a>,
    units: Vec<String>,
    pub(super) place: SectionKind,
    not_from_records: Vec<NotFromRecords>,
    mistakes: Vec<NarrativeMistake>,
}

impl<'a> ReferenceResolver<'a> {
    pub(super) fn new(context: &'a ReferenceContext<'a>) -> Self {
        let lines = context.groups.iter().flat_map(|group| &group.lines);
        let mut units: Vec<String> = lines.map(|line| line.unit_title.clone()).collect();
        units.retain(|unit| !unit.is_empty());
        units.sort();
        units.dedup();
        ReferenceResolver {
            context,
            units,
            place: SectionKind::Company,
            not_from_records: Vec::new(),
            mistakes: Vec::new(),
        }
    }

    pub(super) fn context(&self) -> &'a ReferenceContext<'a> {
        self.context
    }

    pub(super) fn add_mistake(
        &mut self,
        line: usize,
        says: impl Into<Text>,
        instead: Option<Text>,
    ) {
        self.mistakes.push(NarrativeMistake { line, says: says.into(), instead });
    }

    pub(super) fn into_results(self) -> (Vec<NotFromRecords>, Vec<NarrativeMistake>) {
        (self.not_from_records, self.mistakes)
    }

    /// The spans of one paragraph, heading or cell.
    pub(super) fn make_spans(&mut self, runs: &[MarkdownRun]) -> Vec<NarrativeSpan> {
        let flat: String = runs.iter().map(|run| run.text.as_str()).collect();
        let marks = marks::find_marks(&flat);
        let literals = self.check_literals(&flat, &marks, runs);
        let mut spans = Vec::new();
        let mut at = 0;
        for mark in &marks {
            Self::push_words(&mut spans, runs, at..mark.from, &literals);
            at = mark.to;
            let (line, weight) = (find_line(runs, mark.from), find_weight(runs, mark.from));
            match &mark.kind {
                MarkKind::Reference(reference) => {
                    let text = match figures::evaluate_reference(reference, self.context) {
                        Ok(text) => text,
                        Err(unknown) => {
                            self.add_mistake(line, unknown.says, unknown.instead);
                            continue;
                        }
                    };
                    spans.push(NarrativeSpan {
                        text,
                        weight,
                        origin: TextOrigin::Figure { reference: reference.written.clone() },
                    });
                }
                MarkKind::Source(_) => {}
                MarkKind::Broken(says) => self.add_mistake(line, says.clone(), None),
            }
        }
        Self::push_words(&mut spans, runs, at..flat.len(), &literals);
        spans
    }

    /// The literals outside marks that name a source, with their numbers in the annex. A literal
    /// without a source is a mistake.
    fn check_literals(
        &mut self,
        flat: &str,
        marks: &[TextMark],
        runs: &[MarkdownRun],
    ) -> Vec<(Literal, usize)> {
        let mut sourced = Vec::new();
        let mut from = 0;
        let ends = marks.iter().map(|mark| (mark.from, Some(mark)));
        for (to, mark) in ends.chain([(flat.len(), None)]) {
            let found = literals::find_literals(&flat[from..to], &self.units);
            let last = found.len();
            for (index, hit) in found.into_iter().enumerate() {
                let literal = Literal { from: from + hit.from, to: from + hit.to };
                let text = &flat[literal.from..literal.to];
                let line = find_line(runs, literal.from);
                let source = mark.and_then(|mark| match &mark.kind {
                    MarkKind::Source(source) if index + 1 == last && literal.to == to => {
                        Some(source.clone())
                    }
                    MarkKind::Source(_) | MarkKind::Reference(_) | MarkKind::Broken(_) => None,
                });
                match source {
                    Some(source) => {
                        self.not_from_records.push(NotFromRecords {
                            text: text.to_owned(),
                            source,
                            place: self.place,
                            line,
                        });
                        sourced.push((literal, self.not_from_records.len()));
                    }
                    None => self.add_mistake(
                        line,
                        text!(
                            "`{text}` 为手工填写，可能与记录不符",
                            "`{text}` is typed, so it may disagree with the records"
                        ),
                        Some(text!(
                            "请引用指标值，或注明来源：`{text}[^source: …]`",
                            "refer to a figure, or name its source: `{text}[^source: …]`"
                        )),
                    ),
                }
            }
            if let Some(mark) = mark {
                let lonely = matches!(mark.kind, MarkKind::Source(_))
                    && sourced.last().is_none_or(|(literal, _)| literal.to != mark.from);
                if lonely {
                    let line = find_line(runs, mark.from);
                    let says = phrase!(
                        "来源须紧跟其所注的数字和单位",
                        "a source must stand right after the number and unit it is for"
                    );
                    self.add_mistake(line, says, None);
                }
                from = mark.to;
            }
        }
        sourced
    }

    /// Adds the author's own words in a range of bytes, cut where their weight or origin changes.
    fn push_words(
        spans: &mut Vec<NarrativeSpan>,
        runs: &[MarkdownRun],
        range: std::ops::Range<usize>,
        literals: &[(Literal, usize)],
    ) {
        let mut start = 0;
        for run in runs {
            let (from, to) = (start.max(range.start), (start + run.text.len()).min(range.end));
            let mut at = from;
            while at < to {
                let inside = literals.iter().find(|(hit, _)| hit.from <= at && at < hit.to);
                let next = if let Some((hit, _)) = inside {
                    hit.to.min(to)
                } else {
                    let starts = literals.iter().map(|(hit, _)| hit.from);
                    starts.filter(|&hit| hit > at).min().unwrap_or(to).min(to)
                };
                spans.push(NarrativeSpan {
                    text: run.text[at - start..next - start].to_owned(),
                    weight: run.weight,
                    origin: match inside {
                        Some((_, number)) => TextOrigin::Source { number: *number },
                        None => TextOrigin::Author,
                    },
                });
                at = next;
            }
            start += run.text.len();
        }
    }
}

fn find_run(runs: &[MarkdownRun], at: usize) -> Option<&MarkdownRun> {
    let mut end = 0;
    runs.iter().find(|run| {
        end += run.text.len();
        at < end
    })
}

fn find_line(runs: &[MarkdownRun], at: usize) -> usize {
    find_run(runs, at).or(runs.last()).map_or(1, |run| run.line)
}

fn find_weight(runs: &[MarkdownRun], at: usize) -> Weight {
    find_run(runs, at).map_or(Weight::Regular, |run| run.weight)
}
