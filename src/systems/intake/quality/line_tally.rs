//! The lines of a source file that show a problem: how many there are, and the first of them.

use trueline_language::Text;

use super::finding::{Certainty, FindingExample, ProblemKind, QualityFinding};

/// How many lines a finding names.
const EXAMPLES_MAX: usize = 3;

#[derive(Debug, Clone, Default)]
pub(super) struct LineTally {
    pub(super) rows: u64,
    /// The first few lines.
    pub(super) examples: Vec<i64>,
}

impl LineTally {
    pub(super) fn add_line(&mut self, line: i64) {
        self.rows += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(line);
        }
    }

    /// The finding that these lines show in a column.
    pub(super) fn make_finding(
        &self,
        (kind, certainty): (ProblemKind, Certainty),
        column: &str,
        explanation: Text,
        remedy: Text,
    ) -> QualityFinding {
        QualityFinding {
            kind,
            column: column.to_owned(),
            rows: self.rows,
            examples: self
                .examples
                .iter()
                .map(|&line| FindingExample { case: String::new(), line })
                .collect(),
            certainty,
            explanation,
            remedy,
            effect: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_counted_and_the_first_three_are_named() {
        let mut tally = LineTally::default();
        (2..=6).for_each(|line| tally.add_line(line));
        assert_eq!((tally.rows, tally.examples), (5, vec![2, 3, 4]));
    }
}
