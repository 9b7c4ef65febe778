//! `mapping suggest`: a draft of a mapping from a file's headers and values.
//!
//! The draft imports as it stands. Comments say what was seen and what was guessed; questions mark
//! what a person must decide. What looks like a telephone number, a name, an identity card, an
//! address or free text is left out or replaced by a pseudonym until somebody decides otherwise.

mod draft;
mod look;
mod plan;
mod roles;
mod secrets;
mod values;
mod write;
mod write_columns;
mod write_head;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;

use trueline_lake::{DatasetSchema, FileEncoding, SourceLayout, SourceReadError, SourceReader};

pub use draft::MappingDraft;

use self::look::ColumnCounts;
use self::plan::{ColumnSample, ROWS_KEPT};
use self::roles::ColumnRole;
use self::writer::{Declared, MappingWriter};
use super::quality::{QualityFinding, SourceProfile};

/// The most rows that are looked at.
const ROWS_MAX: u64 = 100_000;
/// How many characters of a cell are kept, to see the order of moments.
const CELL_KEPT_MAX: usize = 40;

/// The result of looking at a file.
#[derive(Debug)]
pub struct Suggestion {
    /// The draft; `render_toml` gives it in the reader's language.
    pub draft: MappingDraft,
    /// How many rows were looked at.
    pub rows: u64,
    /// Problems that the source itself shows.
    pub findings: Vec<QualityFinding>,
}

/// Looks at a file and drafts a mapping from it to the columns of `schema`, the dataset of cases.
pub(crate) fn suggest_mapping(
    path: &Path,
    schema: &DatasetSchema,
) -> Result<Suggestion, SourceReadError> {
    let (mut source, declared) = open_source(path)?;
    let headers = source.headers().to_vec();
    let mut sample = ColumnSample {
        looks: headers.iter().map(|header| start_counts(header)).collect(),
        kept: Vec::new(),
    };
    let mut profile = SourceProfile::new(&headers, find_key_by_name(&headers));
    let mut rows = 0;
    'file: while let Some(chunk) = source.next_chunk()? {
        for row in 0..chunk.row_count() {
            if chunk.shape_of(row).is_some() {
                continue;
            }
            let cells: Vec<_> = (0..headers.len())
                .map(|column| chunk.cell_text(row, column).unwrap_or_default())
                .collect();
            for (look, cell) in sample.looks.iter_mut().zip(&cells) {
                look.add_value(cell);
            }
            let texts: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
            profile.observe_row(chunk.line_of(row) as i64, &texts);
            if sample.kept.len() < ROWS_KEPT {
                let short = |cell: &&str| cell.chars().take(CELL_KEPT_MAX).collect();
                sample.kept.push(texts.iter().map(short).collect());
            }
            rows += 1;
            if rows == ROWS_MAX {
                break 'file;
            }
        }
    }
    let plan = sample.plan_roles();
    let draft = MappingWriter::new(&sample, &plan, source.file_name(), rows)
        .with_source(&source, declared)
        .write_draft(schema);
    Ok(Suggestion { draft, rows, findings: profile.list_findings() })
}

/// Opens a file. If nothing shows its encoding, reads it as Western text, which a person must
/// confirm.
fn open_source(path: &Path) -> Result<(SourceReader, Declared), SourceReadError> {
    match SourceReader::open(path, &SourceLayout::default()) {
        Ok(source) => Ok((source, Declared::Detected)),
        Err(SourceReadError::UnclearEncoding { .. }) => {
            let encoding = FileEncoding::from_name("windows-1252");
            let layout = SourceLayout { encoding, ..SourceLayout::default() };
            Ok((SourceReader::open(path, &layout)?, Declared::Guessed))
        }
        Err(error) => Err(error),
    }
}

fn start_counts(header: &str) -> ColumnCounts {
    let mut look = ColumnCounts::new(header);
    look.names_moment = roles::find_candidates(header).iter().any(|(_, role)| role.is_moment());
    look
}

/// The column whose name fits the number of a case best.
fn find_key_by_name(headers: &[String]) -> Option<usize> {
    let rank = |header: &String| {
        let found = roles::find_candidates(header);
        let key = found.iter().find(|(_, role)| *role == ColumnRole::Column("source_key"));
        key.map(|&(rank, _)| rank)
    };
    (0..headers.len())
        .filter_map(|column| rank(&headers[column]).map(|rank| (rank, column)))
        .min()
        .map(|(_, column)| column)
}
