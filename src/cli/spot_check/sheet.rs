//! The sheet that goes into the field: what was recorded of each case, and what to ask for.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use trueline_ledger::Hash;
use trueline_verify::{CanonicalRow, CaseFound, RowValue};

use super::columns::{CASE_HEADS, FOUND_HEADS};
use super::{Align, DrawnCase, Failure, Language, TextTable};
use crate::web::csv::quoted;

impl DrawnCase {
    pub(super) fn case_name(&self) -> String {
        self.checked.case.join("/")
    }

    fn case_row(&self) -> Option<&CanonicalRow> {
        match &self.checked.found {
            CaseFound::Counted { row, .. } => row.as_ref(),
            CaseFound::NotThere { .. } => None,
        }
    }

    /// A value of the row, with times on the clock of the pack's zone.
    fn format_column(&self, column: &str, zone: &TimeZone) -> String {
        self.case_row().map_or(String::new(), |row| format_value(row.find_value(column), zone))
    }

    fn counted_as(&self, indicator: Option<&str>, language: Language) -> String {
        let lines = self.checked.counted_as().into_iter().filter(|line| {
            indicator.is_none_or(|id| {
                line.as_str(trueline_verify::Language::English)
                    .split_once(": ")
                    .is_some_and(|(of, _)| of == id)
            })
        });
        let language =
            language.pick(trueline_verify::Language::Chinese, trueline_verify::Language::English);
        let texts: Vec<String> = lines.map(|line| line.as_str(language).to_owned()).collect();
        texts.join(language.pick("；", "; "))
    }

    /// The evidence outside the records that shows whether they are true.
    fn evidence_to_request(&self, language: Language) -> String {
        let Some(row) = self.case_row() else {
            return language
                .pick("该行已删除：删除的依据", "the row was deleted: on what ground")
                .to_owned();
        };
        let has = |column: &str| *row.find_value(column) != RowValue::Missing;
        let mut all = vec![
            language.pick("源系统工单及操作日志", "the order and its log in the source system"),
        ];
        if has("resolved") {
            all.push(language.pick(
                "用户侧佐证（通话、上门签字或回访）",
                "what the customer can confirm (call, signature of the visit, call-back)",
            ));
        }
        if matches!(row.find_value("intervals"), RowValue::List(records) if !records.is_empty()) {
            all.push(language.pick("各段暂停的审批单", "the approval of each pause"));
        }
        if has("excluded") {
            all.push(language.pick("排除的审批单", "the approval of the exclusion"));
        }
        if has("satisfaction") {
            all.push(
                language.pick("满意度回访录音或短信", "the recording or message of the survey"),
            );
        }
        all.join(language.pick("；", "; "))
    }
}

fn format_value(value: &RowValue, zone: &TimeZone) -> String {
    match value {
        RowValue::Moment(seconds) => Timestamp::from_second(*seconds).map_or_else(
            |_| seconds.to_string(),
            |moment| zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        ),
        RowValue::List(records) => {
            let pair = |(name, value): &(String, RowValue)| {
                format!("{name}={}", format_value(value, zone))
            };
            let known = |record: &CanonicalRow| -> Vec<String> {
                record.0.iter().filter(|(_, value)| *value != RowValue::Missing).map(pair).collect()
            };
            let records = records.iter().map(|record| known(record).join(", "));
            records.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// How the source wrote a row, not what it says.
const OF_THE_SOURCE: [&str; 4] = ["source", "source_key", "precision", "revised"];

/// The sheet that goes into the field.
pub(super) struct FieldSheet {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    pub(super) table: TextTable,
}

impl FieldSheet {
    /// With an indicator, the sheet tells only how that one counted a case.
    pub(super) fn new(
        drawn: &[DrawnCase],
        (zone, indicator): (&TimeZone, Option<&str>),
        language: Language,
    ) -> FieldSheet {
        let mut columns: Vec<String> = Vec::new();
        for (name, value) in drawn.iter().filter_map(DrawnCase::case_row).flat_map(|row| &row.0) {
            let is_told = !OF_THE_SOURCE.contains(&name.as_str())
                && *value != RowValue::Missing
                && *value != RowValue::List(Vec::new());
            if is_told && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let pick = |pair: [&str; 2]| language.pick(pair[0], pair[1]).to_owned();
        let mut head = vec![pick(["序号", "number"]), pick(["位置", "place"]), pick(CASE_HEADS)];
        head.extend(columns.iter().cloned());
        head.extend([["计入方式", "counted as"], ["索取的佐证", "ask for"]].map(pick));
        head.extend([FOUND_HEADS, ["说明", "note"]].map(pick));
        let mut table = TextTable::new(&[
            (language.pick("序号", "number"), Align::Right),
            (language.pick("工单", "case"), Align::Left),
            (language.pick("类别", "kind"), Align::Left),
            (language.pick("受理", "accepted"), Align::Left),
            (language.pick("办结", "resolved"), Align::Left),
            (language.pick("区域", "region"), Align::Left),
            (language.pick("计入方式", "counted as"), Align::Left),
        ]);
        let mut rows = Vec::new();
        for (at, one) in drawn.iter().enumerate() {
            let number = (at + 1).to_string();
            let of = |column: &str| one.format_column(column, zone);
            table.add_row(vec![
                number.clone(),
                one.case_name(),
                of("kind"),
                of("accepted"),
                of("resolved"),
                of("region"),
                one.counted_as(indicator, language),
            ]);
            let mut row = vec![number, one.place.to_string(), one.case_name()];
            row.extend(columns.iter().map(|column| of(column)));
            row.extend([one.counted_as(indicator, language), one.evidence_to_request(language)]);
            row.extend([String::new(), String::new()]);
            rows.push(row);
        }
        FieldSheet { head, rows, table }
    }

    /// The sheet as CSV, and the proof of each case.
    pub(super) fn write_files(&self, folder: &Path, drawn: &[DrawnCase]) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        let mut text = String::from('\u{feff}');
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        fs::write(folder.join("sheet.csv"), text)?;
        for (at, one) in drawn.iter().enumerate() {
            fs::write(folder.join(format!("{:03}.tlog-proof", at + 1)), &one.proof)?;
        }
        Ok(())
    }

    pub(super) fn to_json(&self, seed: Hash) -> Value {
        let row = |row: &Vec<String>| -> Value {
            let pairs = self.head.iter().cloned().zip(row.iter().map(|cell| json!(cell)));
            Value::Object(pairs.collect())
        };
        json!({ "seed": seed.to_hex(), "cases": self.rows.iter().map(row).collect::<Vec<_>>() })
    }
}
