//! Codes for "no value" that are read as values, and impossible coordinates.

use std::collections::BTreeMap;
use std::sync::Arc;

use trueline_language::text;

use super::evidence::Suspicion;
use super::finding::{Certainty, ProblemKind};
use super::rows::CaseRows;

/// Texts that mean "nothing" wherever they stand.
pub(super) const EMPTY_WORDS: [&str; 22] = [
    "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "Null", "null", "None", "none", "NIL", "nil",
    "?", "-", "--", "—", "无", "空", "未知", "不详", "\\N",
];
/// Numbers that mean "nothing" where no true value comes near.
pub(super) const EMPTY_NUMBERS: [i64; 11] =
    [-999, -100, -99, -9, -1, 98, 99, 998, 999, 9_999, 99_999];
/// A number code is suspected only if this many rows, and this share of them, hold it.
const NUMBERS_MIN: u64 = 5;
const NUMBERS_SHARE_MIN: f64 = 0.001;
/// A code is isolated if all true values lie below half of it.
const GAP: f64 = 0.5;

/// One column of numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct NumberColumn {
    n: u64,
    codes: BTreeMap<i64, u64>,
    /// The least and the greatest value that is not a code.
    range: Option<(f64, f64)>,
}

impl NumberColumn {
    pub(super) fn add_value(&mut self, value: f64) {
        self.n += 1;
        if let Some(code) = code_of(value) {
            *self.codes.entry(code).or_default() += 1;
        } else if value.is_finite() {
            self.extend_range((value, value));
        }
    }

    fn extend_range(&mut self, (least, greatest): (f64, f64)) {
        let (low, high) = self.range.unwrap_or((least, greatest));
        self.range = Some((low.min(least), high.max(greatest)));
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.n += other.n;
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
        if let Some(range) = other.range {
            self.extend_range(range);
        }
    }

    /// The codes that no true value comes near, and how often each occurs.
    pub(super) fn find_suspect_codes(&self) -> Vec<(i64, u64)> {
        let Some((least, greatest)) = self.range else {
            return Vec::new();
        };
        self.codes
            .iter()
            .map(|(&code, &count)| (code, count))
            .filter(|&(code, count)| {
                let isolated = if code < 0 { least >= 0.0 } else { greatest <= GAP * code as f64 };
                isolated
                    && count >= NUMBERS_MIN
                    && count as f64 >= NUMBERS_SHARE_MIN * self.n as f64
            })
            .collect()
    }
}

/// The number code that equals a value exactly.
fn code_of(value: f64) -> Option<i64> {
    let exact = |&&code: &&i64| (code as f64).to_bits() == value.to_bits();
    EMPTY_NUMBERS.iter().find(exact).copied()
}

/// Whether a text means "nothing" in any column.
pub(crate) fn is_empty_word(value: &str) -> bool {
    EMPTY_WORDS.contains(&value.trim())
}

/// How far from zero a coordinate may lie, by the name of its column; `None` for other columns.
pub(super) fn coordinate_limit(name: &str) -> Option<f64> {
    let name = name.to_lowercase();
    let name = name.trim_start_matches("x_");
    if name == "lat" || name.contains("latitude") || name.contains("纬度") {
        Some(90.0)
    } else if ["lon", "lng"].contains(&name) || name.contains("longitude") || name.contains("经度")
    {
        Some(180.0)
    } else {
        None
    }
}

/// Whether a coordinate is out of range or one of the stand-ins 0 and −1.
pub(super) fn is_impossible_coordinate(value: f64, limit: f64) -> bool {
    value.abs() > limit || [0.0_f64, -0.0, -1.0].iter().any(|x| x.to_bits() == value.to_bits())
}

/// Codes by column.
#[derive(Debug, Clone, Default)]
pub(super) struct CodeProfile {
    texts: BTreeMap<String, TextCodes>,
    numbers: BTreeMap<String, NumberColumn>,
    impossible: BTreeMap<String, u64>,
}

/// The codes in one column of texts.
#[derive(Debug, Clone, Default)]
struct TextCodes {
    words: u64,
    /// Values that read as numbers. A code counts as one only if the other texts read as numbers
    /// too, or are words.
    numbers: NumberColumn,
    others: u64,
}

impl TextCodes {
    fn add_value(&mut self, value: &str) {
        if is_empty_word(value) {
            self.words += 1;
        } else if let Ok(number) = value.parse::<i64>() {
            self.numbers.add_value(number as f64);
        } else {
            self.others += 1;
        }
    }

    /// The number codes among texts. Among words, only a negative number is a code.
    fn find_suspect_codes(&self) -> Vec<(i64, u64)> {
        let mut numbers = self.numbers.clone();
        if numbers.range.is_none() && self.others > 0 {
            numbers.range = Some((0.0, 0.0));
            numbers.n += self.others;
        }
        numbers.find_suspect_codes()
    }
}

impl CodeProfile {
    pub(super) fn observe_rows(&mut self, rows: &CaseRows<'_>) {
        for (name, labels) in &rows.texts {
            let column = self.texts.entry((*name).to_owned()).or_default();
            for row in 0..rows.len {
                if let Some(value) = labels.get(row) {
                    column.add_value(value);
                }
            }
        }
        for (name, numbers) in &rows.numbers {
            let limit = coordinate_limit(name);
            for row in 0..rows.len {
                let Some(value) = numbers.get(row) else {
                    continue;
                };
                match limit {
                    Some(limit) if is_impossible_coordinate(value, limit) => {
                        *self.impossible.entry((*name).to_owned()).or_default() += 1;
                    }
                    Some(_) => {}
                    None => self.numbers.entry((*name).to_owned()).or_default().add_value(value),
                }
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (name, column) in other.texts {
            let mine = self.texts.entry(name).or_default();
            mine.words += column.words;
            mine.others += column.others;
            mine.numbers.merge(column.numbers);
        }
        for (name, column) in other.numbers {
            self.numbers.entry(name).or_default().merge(column);
        }
        for (name, count) in other.impossible {
            *self.impossible.entry(name).or_default() += count;
        }
    }

    pub(super) fn find_suspicions(&self) -> Vec<Suspicion> {
        // Columns of a questionnaire share their codes; one finding for all of them stays readable.
        let mut texts: BTreeMap<(Vec<i64>, EmptyWords), Vec<String>> = BTreeMap::new();
        for (name, column) in &self.texts {
            let codes: Vec<i64> =
                column.find_suspect_codes().iter().map(|&(code, _)| code).collect();
            let words = if column.words > 0 { EmptyWords::Some } else { EmptyWords::None };
            if words == EmptyWords::Some || !codes.is_empty() {
                texts.entry((codes, words)).or_default().push(name.clone());
            }
        }
        let mut numbers: BTreeMap<Vec<i64>, Vec<String>> = BTreeMap::new();
        for (name, column) in &self.numbers {
            let codes: Vec<i64> =
                column.find_suspect_codes().iter().map(|&(code, _)| code).collect();
            if !codes.is_empty() {
                numbers.entry(codes).or_default().push(name.clone());
            }
        }
        let worded = texts
            .into_iter()
            .map(|((codes, words), names)| suspect_text_codes(names, codes, words));
        let coded = numbers.into_iter().map(|(codes, names)| suspect_number_codes(names, codes));
        let misplaced = self.impossible.keys().map(|name| suspect_position(name));
        worded.chain(coded).chain(misplaced).collect()
    }
}

/// Whether a column holds any of the words for "nothing".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EmptyWords {
    None,
    Some,
}

/// The names of columns; past the third, only their number.
fn join_column_names(names: &[String]) -> String {
    const NAMED_MAX: usize = 3;
    let first = names[..names.len().min(NAMED_MAX)].join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => first,
        more => format!("{first} (+{more})"),
    }
}

fn suspect_missing_code(name: &str, shown: &str) -> Suspicion {
    Suspicion {
        kind: ProblemKind::MissingCode,
        column: name.to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "{shown} 表示“无值”，却被当作值读入",
            "{shown} stands for “no value” but is read as a value"
        ),
        remedy: text!("在映射中把这些代码列为缺失", "list these codes as missing in the mapping"),
        test: Arc::new(|_, _, _| false),
    }
}

fn join_codes(codes: &[i64]) -> String {
    let all: Vec<String> = codes.iter().map(i64::to_string).collect();
    all.join(", ")
}

fn suspect_text_codes(names: Vec<String>, codes: Vec<i64>, words: EmptyWords) -> Suspicion {
    let said = match words {
        EmptyWords::None => join_codes(&codes),
        EmptyWords::Some if codes.is_empty() => "NA / NULL / ?".to_owned(),
        EmptyWords::Some => format!("NA / NULL / ?, {}", join_codes(&codes)),
    };
    let column = join_column_names(&names);
    Suspicion {
        test: Arc::new(move |rows, row, _| {
            let mut chosen = rows.texts.iter().filter(|(name, _)| names.iter().any(|n| n == name));
            chosen.any(|(_, labels)| {
                labels.get(row).is_some_and(|value| {
                    is_empty_word(value)
                        || value.parse::<i64>().is_ok_and(|code| codes.contains(&code))
                })
            })
        }),
        ..suspect_missing_code(&column, &said)
    }
}

fn suspect_number_codes(names: Vec<String>, codes: Vec<i64>) -> Suspicion {
    let column = join_column_names(&names);
    let said = join_codes(&codes);
    Suspicion {
        test: Arc::new(move |rows, row, _| {
            let mut chosen =
                rows.numbers.iter().filter(|(name, _)| names.iter().any(|n| n == name));
            chosen.any(|(_, numbers)| {
                let code = numbers.get(row).and_then(code_of);
                code.is_some_and(|code| codes.contains(&code))
            })
        }),
        ..suspect_missing_code(&column, &said)
    }
}

fn suspect_position(name: &str) -> Suspicion {
    let column = name.to_owned();
    let limit = coordinate_limit(name).unwrap_or(180.0);
    Suspicion {
        kind: ProblemKind::ImpossiblePosition,
        column: name.to_owned(),
        certainty: Certainty::Likely,
        explanation: text!(
            "坐标超出范围，或为 0、-1 等代替值",
            "coordinates out of range, or 0 or −1 for “unknown”"
        ),
        remedy: text!(
            "在映射中把这些坐标当作缺失",
            "let the mapping read these coordinates as missing"
        ),
        test: Arc::new(move |rows, row, _| {
            let numbers = rows.numbers.iter().find(|(name, _)| *name == column);
            numbers
                .and_then(|(_, numbers)| numbers.get(row))
                .is_some_and(|value| is_impossible_coordinate(value, limit))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_code_only_beside_other_values() {
        let codes = |words: u64| {
            let mut column = TextCodes::default();
            (0..10).for_each(|_| column.add_value("-1"));
            (0..words).for_each(|_| column.add_value("yes"));
            column.find_suspect_codes()
        };
        assert_eq!(codes(0), []);
        assert_eq!(codes(10), [(-1, 10)]);
    }
}
