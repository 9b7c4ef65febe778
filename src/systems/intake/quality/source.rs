//! What only a source file shows: its header, its raw values, repeated rows.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use trueline_lake::{ColumnReading, Mapping, ValueKind};
use trueline_language::text;

use super::codes::{NumberColumn, coordinate_limit, is_empty_word, is_impossible_coordinate};
use super::day_order::DayOrders;
use super::finding::{Certainty, ProblemKind, QualityFinding};
use super::line_tally::LineTally;

/// Row digests kept; past that, every second one, then every fourth and so on, and the count is
/// scaled.
const ROWS_KEPT_MAX: usize = 1 << 21;
/// Keys whose flags are remembered.
const KEYS_KEPT_MAX: usize = 1 << 20;
/// A column with at most this many different values may be a flag.
const FLAG_VALUES_MAX: usize = 2;

#[derive(Debug, Clone, Default)]
struct RawColumn {
    words: BTreeMap<String, LineTally>,
    orders: DayOrders,
    coordinate: Option<f64>,
    numbers: NumberColumn,
    texts: u64,
    impossible: LineTally,
    /// The different values, as long as they may be those of a flag.
    values: Vec<String>,
    flips: LineTally,
}

/// What the rows of one file show, read as text in file order.
#[derive(Debug, Clone)]
pub struct SourceProfile {
    headers: Vec<String>,
    key: Option<usize>,
    columns: Vec<RawColumn>,
    rows: u64,
    digests: HashMap<u64, u32>,
    /// Only digests that end in this many zero bits are kept.
    sampled_bits: u32,
    repeats: LineTally,
    /// The flags of each key as last seen, one bit per column; the second word says which are
    /// known.
    flags: HashMap<u64, (u128, u128)>,
}

fn hash_value(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl SourceProfile {
    /// A profile of a file with this header. `key` is the column that names the case, where rows
    /// are events; only with it does the profile look for flags that flip.
    pub fn new(headers: &[String], key: Option<usize>) -> Self {
        Self {
            headers: headers.to_vec(),
            key,
            columns: headers.iter().map(|header| RawColumn::new(header)).collect(),
            rows: 0,
            digests: HashMap::new(),
            sampled_bits: 0,
            repeats: LineTally::default(),
            flags: HashMap::new(),
        }
    }

    /// Counts one row. Values past the header are ignored, missing ones are empty.
    pub fn observe_row(&mut self, line: i64, values: &[&str]) {
        self.rows += 1;
        self.note_row(line, hash_value(values));
        for (value, column) in values.iter().zip(&mut self.columns) {
            column.add_value(value.trim(), line);
        }
        if let Some(key) = self.key.and_then(|key| values.get(key)) {
            self.note_flags(hash_value(key), line, values);
        }
    }

    /// Counts a row of which only some values follow, each by `observe_value`.
    pub(super) fn count_row(&mut self) {
        self.rows += 1;
    }

    pub(super) fn observe_record(&mut self, line: i64, record: &[u8]) {
        self.note_row(line, hash_value(record));
    }

    pub(super) fn observe_value(&mut self, line: i64, column: usize, value: &str) {
        self.columns[column].add_value(value.trim(), line);
    }

    fn note_row(&mut self, line: i64, digest: u64) {
        if digest.trailing_zeros() < self.sampled_bits {
            return;
        }
        let times = self.digests.entry(digest).or_default();
        *times = times.saturating_add(1);
        if *times > 1 {
            self.repeats.add_line(line);
        }
        if self.digests.len() > ROWS_KEPT_MAX {
            self.sampled_bits += 1;
            let bits = self.sampled_bits;
            self.digests.retain(|digest, _| digest.trailing_zeros() >= bits);
            self.repeats.rows = self.digests.values().map(|&times| u64::from(times) - 1).sum();
        }
    }

    fn note_flags(&mut self, key: u64, line: i64, values: &[&str]) {
        let mut bits = 0_u128;
        let mut known = 0_u128;
        for (at, (value, column)) in values.iter().zip(&self.columns).enumerate().take(128) {
            if Some(at) == self.key || column.values.len() > FLAG_VALUES_MAX {
                continue;
            }
            if let Some(which) = column.values.iter().position(|known| known == value.trim()) {
                bits |= (which as u128 & 1) << at;
                known |= 1 << at;
            }
        }
        if let Some(&(bits_before, known_before)) = self.flags.get(&key) {
            let changed = (bits ^ bits_before) & known & known_before;
            for (at, column) in self.columns.iter_mut().enumerate().take(128) {
                if changed >> at & 1 == 1 {
                    column.flips.add_line(line);
                }
            }
            known |= known_before;
        } else if self.flags.len() >= KEYS_KEPT_MAX {
            return;
        }
        self.flags.insert(key, (bits, known));
    }

    /// The findings, by kind and column.
    pub fn list_findings(&self) -> Vec<QualityFinding> {
        let mut findings = self.find_duplicate_headers();
        findings.extend(self.find_identical_rows());
        for (header, column) in self.headers.iter().zip(&self.columns) {
            findings.extend(column.find_missing_codes(header, |_| false));
            findings.extend(column.find_impossible_positions(header));
            findings.extend(column.orders.find_uncertainty(header, None));
            if column.flips.rows > 0 && column.is_flag() {
                findings.push(report_flips(header, &column.flips));
            }
        }
        sort_findings(findings)
    }

    /// The findings about columns that a mapping reads, without those that it already answers.
    pub fn list_findings_under(&self, mapping: &Mapping) -> Vec<QualityFinding> {
        let mut findings = self.find_duplicate_headers();
        findings.retain(|found| {
            let second = format!("{}#2", found.column);
            mapping.find_readings(&found.column).next().is_some()
                && !mapping.mentions_column(&second)
        });
        // Where rows have their own keys, repeats are already in quarantine.
        findings.extend(self.find_identical_rows().into_iter().filter(|_| mapping.keys_by_line()));
        for (header, column) in self.headers.iter().zip(&self.columns) {
            let readings = || mapping.find_readings(header);
            let is_moment = |reading: &ColumnReading<'_>| reading.kind() == ValueKind::Moment;
            if readings().next().is_none() {
                continue;
            }
            let named = |value: &str| readings().any(|reading| reading.names_value(value));
            findings.extend(column.find_missing_codes(header, named));
            findings.extend(column.find_impossible_positions(header));
            let said = readings().filter(is_moment).find_map(|reading| reading.day_order());
            findings
                .extend(said.and_then(|said| column.orders.find_uncertainty(header, Some(said))));
        }
        sort_findings(findings)
    }

    /// A header without the `#2` that a reader added because another column has the same name.
    fn strip_number<'a>(&self, header: &'a str) -> &'a str {
        let numbered = header.rsplit_once('#').filter(|(name, number)| {
            let counts = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            counts && self.headers.iter().any(|other| other == name)
        });
        numbered.map_or(header.trim(), |(name, _)| name)
    }

    fn find_duplicate_headers(&self) -> Vec<QualityFinding> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, header) in self.headers.iter().enumerate() {
            places.entry(self.strip_number(header)).or_default().push(at + 1);
        }
        places
            .into_iter()
            .filter(|(_, at)| at.len() > 1)
            .map(|(header, at)| {
                let at: Vec<String> = at.iter().map(usize::to_string).collect();
                let at = at.join(", ");
                let rows = LineTally { rows: self.rows, examples: vec![1] };
                rows.make_finding(
                    (ProblemKind::DuplicateHeader, Certainty::Certain),
                    header,
                    text!(
                        "第 {at} 列同名，按名取列会取错",
                        "columns {at} have the same name; by name the wrong one is read"
                    ),
                    text!(
                        "在映射中用序号区分（名称#2 为第二列）",
                        "tell them apart in the mapping (name#2 is the second one)"
                    ),
                )
            })
            .collect()
    }

    fn find_identical_rows(&self) -> Option<QualityFinding> {
        let scaled = LineTally {
            rows: self.repeats.rows << self.sampled_bits,
            examples: self.repeats.examples.clone(),
        };
        let (rows, all) = (scaled.rows, self.rows);
        let explanation = if self.sampled_bits > 0 {
            text!(
                "{all} 行中约 有 {rows} 行与前面某行完全相同",
                "of {all} rows, {rows} repeat an earlier row in every column"
            )
        } else {
            text!(
                "{all} 行中有 {rows} 行与前面某行完全相同",
                "of {all} rows, {rows} repeat an earlier row in every column"
            )
        };
        (rows > 0).then(|| {
            scaled.make_finding(
                (ProblemKind::IdenticalRows, Certainty::Certain),
                "",
                explanation,
                text!(
                    "有唯一编号时重复行进隔离区；没有编号则分不清重复与巧合，请向来源索取",
                    "with a case number the repeats go to quarantine; without one, repeats \
                         and coincidence cannot be told apart: ask the source for a number"
                ),
            )
        })
    }
}

impl RawColumn {
    fn new(header: &str) -> Self {
        Self { coordinate: coordinate_limit(header), ..Self::default() }
    }

    fn add_value(&mut self, value: &str, line: i64) {
        if value.is_empty() {
            return;
        }
        if is_empty_word(value) {
            self.words.entry(value.to_owned()).or_default().add_line(line);
            return;
        }
        if self.values.len() <= FLAG_VALUES_MAX && !self.values.iter().any(|known| known == value) {
            self.values.push(value.to_owned());
        }
        // Everything that parses as a number begins with one of these; most texts do not.
        let starts = matches!(
            value.as_bytes()[0],
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'i' | b'I' | b'n' | b'N'
        );
        let number = if starts { value.parse::<f64>().ok() } else { None };
        match (number, self.coordinate) {
            (Some(number), Some(limit)) => {
                if is_impossible_coordinate(number, limit) {
                    self.impossible.add_line(line);
                }
            }
            (Some(number), None) => self.numbers.add_value(number),
            (None, _) => {
                self.texts += 1;
                self.orders.add_value(value, line);
            }
        }
    }

    fn find_impossible_positions(&self, header: &str) -> Option<QualityFinding> {
        (self.impossible.rows > 0).then(|| {
            self.impossible.make_finding(
                (ProblemKind::ImpossiblePosition, Certainty::Likely),
                header,
                text!(
                    "坐标超出范围，或为 0、-1 等代替值",
                    "coordinates out of range, or 0 or −1 for “unknown”"
                ),
                text!(
                    "在映射中把这些坐标当作缺失",
                    "let the mapping read these coordinates as missing"
                ),
            )
        })
    }

    fn is_flag(&self) -> bool {
        let yes_or_no = |value: &String| {
            let value = value.to_lowercase();
            ["true", "false", "yes", "no", "y", "n", "0", "1", "是", "否", "t", "f"]
                .contains(&value.as_str())
        };
        self.values.len() == FLAG_VALUES_MAX && self.values.iter().all(yes_or_no)
    }

    /// Codes for "no value", except those that `named` knows.
    fn find_missing_codes(
        &self,
        header: &str,
        named: impl Fn(&str) -> bool,
    ) -> Option<QualityFinding> {
        let mut shown = Vec::new();
        let mut rows = LineTally::default();
        for (word, seen) in self.words.iter().filter(|(word, _)| !named(word)) {
            shown.push(format!("{word} × {}", seen.rows));
            seen.examples.iter().for_each(|line| rows.add_line(*line));
            rows.rows += seen.rows - seen.examples.len() as u64;
        }
        // Among texts, a number is a name like any other.
        if self.texts == 0 {
            for (code, count) in self.numbers.find_suspect_codes() {
                if !named(&code.to_string()) {
                    shown.push(format!("{code} × {count}"));
                    rows.rows += count;
                }
            }
        }
        let shown = shown.join("、");
        (!shown.is_empty()).then(|| {
            rows.make_finding(
                (ProblemKind::MissingCode, Certainty::Likely),
                header,
                text!("{shown}：像是“无值”的代码", "{shown}: looks like a code for “no value”"),
                text!("在映射中把这些代码列为缺失", "list these codes as missing in the mapping"),
            )
        })
    }
}

fn sort_findings(mut findings: Vec<QualityFinding>) -> Vec<QualityFinding> {
    findings.sort_by(|a, b| (a.kind, &a.column).cmp(&(b.kind, &b.column)));
    findings
}

fn report_flips(header: &str, flips: &LineTally) -> QualityFinding {
    flips.make_finding(
        (ProblemKind::FlagFlips, Certainty::Certain),
        header,
        text!("同一工单的各行中，此标志前后不一", "this flag changes between the rows of one case"),
        text!(
            "在映射中写明取哪一行（通常取最后一行），不要逐行统计",
            "let the mapping say which row counts (mostly the last); do not count rows"
        ),
    )
}
