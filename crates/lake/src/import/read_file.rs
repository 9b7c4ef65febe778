//! A file of an import once it is read to its end, and what became of its rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use trueline_language::{phrase, text};

use super::error::ImportError;
use super::plan::ReadPlan;
use super::quarantine::mask_value;
use super::reason::RefusalReason;
use super::refused::{RefusedRow, RefusedRows};
use super::rows::SourceRows;
use super::summary::{FileSummary, ReasonCount, UnreadTexts};
use crate::manifest::{RowCounts, SourceFile};
use crate::source::{FileDigest, SourceLayout, SourceReadError, SourceReader};

/// A file of an import, read to its end.
pub(super) struct ReadFile {
    pub(super) source: SourceReader,
    pub(super) digest: FileDigest,
    pub(super) summary: FileSummary,
    /// The sheet of a workbook that each fragment of the file is from.
    sheets: Vec<Option<Arc<str>>>,
}

impl ReadFile {
    pub(super) fn new(
        mut source: SourceReader,
        plan: &ReadPlan<'_>,
        rows: &SourceRows,
    ) -> Result<ReadFile, SourceReadError> {
        Ok(ReadFile {
            digest: source.finish_digest()?,
            summary: FileSummary {
                file: source.file_name().to_owned(),
                unread: count_unread(plan, rows),
                unread_sheets: source.unread_sheets().to_vec(),
                encoding: source.text_layout().map(|(encoding, _)| encoding.name()),
                counts: RowCounts { read: rows.read, ..RowCounts::default() },
                ..FileSummary::default()
            },
            source,
            sheets: rows.fragments.iter().map(|fragment| fragment.sheet.clone()).collect(),
        })
    }

    /// The file as the manifest names it.
    pub(super) fn source_file(&self) -> SourceFile {
        SourceFile {
            name: self.summary.file.clone(),
            sha256: self.digest.sha256.clone(),
            bytes: self.digest.bytes,
            lines: self.digest.lines,
        }
    }

    /// Refuses the whole file if so many rows are not text that it must be in another encoding.
    pub(super) fn check_encoding(&self, refused: &RefusedRows) -> Result<(), ImportError> {
        let no_text = refused.values().filter(|row| {
            let mut reasons = row.problems.iter().map(|(_, _, reason)| *reason);
            reasons.any(|reason| reason == RefusalReason::NoText)
        });
        let lines: Vec<u64> = no_text.map(|row| row.line).collect();
        let read = self.summary.counts.read;
        if lines.len() as u64 * 20 > read && lines.len() > 10 {
            return Err(ImportError::WrongEncoding {
                file: self.source.file_name().to_owned(),
                refused: lines.len() as u64,
                read,
                line: lines[0],
                encoding: self.source.file_preamble().encoding.name(),
            });
        }
        Ok(())
    }

    /// Reads the file once more for the refused rows whose text was not kept.
    ///
    /// Rows are found by chunk, or by line if the file was not read in chunks.
    pub(super) fn fetch_records(
        &self,
        layout: &SourceLayout,
        by_chunk: bool,
        refused: &mut RefusedRows,
    ) -> Result<(), ImportError> {
        if refused.values().all(|row| !row.record.is_empty()) {
            return Ok(());
        }
        let mut missing: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
        let lacking = refused.iter().filter(|(_, row)| row.record.is_empty());
        missing.extend(lacking.map(|(at, row)| (row.line, *at)));
        let mut again = SourceReader::open(self.source.path(), layout)?;
        let mut number = 0;
        while let Some(block) = again.next_block()? {
            let complete = by_chunk
                && refused.range((number, 0)..(number + 1, 0)).all(|(_, r)| !r.record.is_empty());
            number += 1;
            if complete {
                continue;
            }
            let chunk = block.into_chunk();
            for row in 0..chunk.row_count() {
                let at = if by_chunk {
                    Some((number - 1, row as u32))
                } else {
                    missing.get(&chunk.line_of(row)).copied()
                };
                if let Some(row_refused) = at.and_then(|at| refused.get_mut(&at))
                    && row_refused.record.is_empty()
                {
                    row_refused.record = chunk.record_bytes(row).into();
                }
            }
        }
        Ok(())
    }
}

/// Refuses files that are to be read together but would not fill the same columns.
pub(super) fn check_same_columns(
    first: &ReadPlan<'_>,
    other: &ReadPlan<'_>,
    file: &str,
) -> Result<(), SourceReadError> {
    let names = |plan: &ReadPlan<'_>| -> Vec<String> {
        plan.bound.targets.iter().map(|bound| bound.target.name.clone()).collect()
    };
    if names(first) == names(other) {
        return Ok(());
    }
    Err(SourceReadError::Unusable {
        file: file.to_owned(),
        problem: text!(
            "`rest = \"keep\"` 在此文件保留的列与 {} 不同",
            "`rest = \"keep\"` would keep different columns of it than of {}",
            first.file
        ),
        remedy: phrase!(
            "请在映射的 `keep` 中写明两者共有的列",
            "list under `keep` in the mapping what both have"
        )
        .into(),
    })
}

/// The refused rows of each file, by fragment and row of the file.
pub(super) fn split_by_file(files: &[ReadFile], mut refused: RefusedRows) -> Vec<RefusedRows> {
    let mut start = 0;
    let mut out = Vec::new();
    for file in files {
        let count = file.sheets.len() as u32;
        let rest = refused.split_off(&(start + count, 0));
        let own = std::mem::replace(&mut refused, rest).into_iter().map(|((at, row), refused)| {
            let at = at - start;
            ((at, row), RefusedRow { sheet: file.sheets[at as usize].clone(), ..refused })
        });
        out.push(own.collect());
        start += count;
    }
    out
}

/// Counts the texts that expressions could not read, by column.
fn count_unread(plan: &ReadPlan<'_>, rows: &SourceRows) -> Vec<UnreadTexts> {
    let mut found: BTreeMap<usize, UnreadTexts> = BTreeMap::new();
    for (slot, line) in rows.fragments.iter().flat_map(|fragment| &fragment.unread) {
        let column = &plan.bound.targets[*slot].target.name;
        let entry = found.entry(*slot).or_insert_with(|| UnreadTexts {
            column: column.clone(),
            rows: 0,
            lines: Vec::new(),
        });
        entry.rows += 1;
        if entry.lines.len() < 5 {
            entry.lines.push(*line);
        }
    }
    found.into_values().collect()
}

/// Counts the reasons of refused rows by kind, column and sheet, the most frequent first.
pub(super) fn count_reasons(refused: &RefusedRows) -> Vec<ReasonCount> {
    let mut found: BTreeMap<(&'static str, &str, Option<&str>), ReasonCount> = BTreeMap::new();
    for row in refused.values() {
        for (column, value, reason) in &row.problems {
            let key = (reason.kind_name(), column.as_str(), row.sheet.as_deref());
            let entry = found.entry(key).or_insert_with(|| ReasonCount {
                sheet: row.sheet.as_deref().map(str::to_owned),
                reason: *reason,
                column: column.clone(),
                rows: 0,
                examples: Vec::new(),
            });
            entry.rows += 1;
            if entry.examples.len() < 5 {
                // A spreadsheet's error, such as `#N/A`, reveals nothing about anybody.
                let plain = matches!(reason, RefusalReason::CellError { .. });
                let shown = if plain { value.clone() } else { mask_value(value) };
                entry.examples.push((row.line, shown));
            }
        }
    }
    let mut reasons: Vec<ReasonCount> = found.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
    reasons
}
