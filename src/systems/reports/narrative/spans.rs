//! From runs of Markdown text to spans: references filled in, literals checked.

use trueline_language::{Text, phrase, text};

use super::figures;
use super::literals::{self, Literal};
use super::marks::{self, MarkKind, TextMark};
use super::{
    NarrativeMistake, NarrativeSpan, NotFromRecords, ReferenceContext, SectionKind, TextOrigin,
    Weight,
};

/// A run of text as Markdown gave it.
#[derive(Debug, Clone)]
pub(super) struct MarkdownRun {
    pub(super) text: String,
    pub(super) weight: Weight,
    pub(super) line: usize,
}

/// Fills in references and collects what is wrong and what is not from records.
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

    pub(super) fn mistake(&mut self, line: usize, says: impl Into<Text>, instead: Option<Text>) {
        self.mistakes.push(NarrativeMistake { line, says: says.into(), instead });
    }

    pub(super) fn close(self) -> (Vec<NotFromRecords>, Vec<NarrativeMistake>) {
        (self.not_from_records, self.mistakes)
    }

    /// The spans of one paragraph, heading or cell.
    pub(super) fn spans(&mut self, runs: &[MarkdownRun]) -> Vec<NarrativeSpan> {
        let flat: String = runs.iter().map(|run| run.text.as_str()).collect();
        let marks = marks::find(&flat);
        let literals = self.literals(&flat, &marks, runs);
        let mut spans = Vec::new();
        let mut at = 0;
        for mark in &marks {
            Self::words(&mut spans, runs, at..mark.from, &literals);
            at = mark.to;
            let (line, weight) = (line_at(runs, mark.from), weight_at(runs, mark.from));
            match &mark.kind {
                MarkKind::Reference(reference) => {
                    let text = match figures::evaluate(reference, self.context) {
                        Ok(text) => text,
                        Err(unknown) => {
                            self.mistake(line, unknown.says, unknown.instead);
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
                MarkKind::Broken(says) => self.mistake(line, says.clone(), None),
            }
        }
        Self::words(&mut spans, runs, at..flat.len(), &literals);
        spans
    }

    /// The literals outside marks, each with its source in the annex or reported as a mistake.
    fn literals(
        &mut self,
        flat: &str,
        marks: &[TextMark],
        runs: &[MarkdownRun],
    ) -> Vec<(Literal, usize)> {
        let mut sourced = Vec::new();
        let mut from = 0;
        let ends = marks.iter().map(|mark| (mark.from, Some(mark)));
        for (to, mark) in ends.chain([(flat.len(), None)]) {
            let found = literals::find(&flat[from..to], &self.units);
            let last = found.len();
            for (index, hit) in found.into_iter().enumerate() {
                let literal = Literal { from: from + hit.from, to: from + hit.to };
                let text = &flat[literal.from..literal.to];
                let line = line_at(runs, literal.from);
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
                    None => self.mistake(
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
                    let line = line_at(runs, mark.from);
                    let says = phrase!(
                        "来源须紧跟其所注的数字和单位",
                        "a source must stand right after the number and unit it is for"
                    );
                    self.mistake(line, says, None);
                }
                from = mark.to;
            }
        }
        sourced
    }

    /// The author's own words of a stretch, cut where their look or origin changes.
    fn words(
        spans: &mut Vec<NarrativeSpan>,
        runs: &[MarkdownRun],
        stretch: std::ops::Range<usize>,
        literals: &[(Literal, usize)],
    ) {
        let mut start = 0;
        for run in runs {
            let (from, to) = (start.max(stretch.start), (start + run.text.len()).min(stretch.end));
            let mut at = from;
            while at < to {
                let inside = literals.iter().find(|(hit, _)| hit.from <= at && at < hit.to);
                let next = match inside {
                    Some((hit, _)) => hit.to.min(to),
                    None => {
                        let starts = literals.iter().map(|(hit, _)| hit.from);
                        starts.filter(|&hit| hit > at).min().unwrap_or(to).min(to)
                    }
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

fn run_at(runs: &[MarkdownRun], at: usize) -> Option<&MarkdownRun> {
    let mut end = 0;
    runs.iter().find(|run| {
        end += run.text.len();
        at < end
    })
}

fn line_at(runs: &[MarkdownRun], at: usize) -> usize {
    run_at(runs, at).or(runs.last()).map_or(1, |run| run.line)
}

fn weight_at(runs: &[MarkdownRun], at: usize) -> Weight {
    run_at(runs, at).map_or(Weight::Regular, |run| run.weight)
}
