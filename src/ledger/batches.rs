//! Commitments to batches: one fact each, over the salted leaves of their rows.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use rayon::prelude::*;
use trueline_lake::{
    Batch, BatchFile, BlockPart, CanonicalColumn, CanonicalRows, Lake, Schema, canonical_columns,
};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::{BATCH, BatchFact, FileDigest, RowColumn, SourceDigest, canonical_json};

use super::{Ledger, LedgerError};

/// Random bytes in front of each row.
pub(super) const SALT_BYTES: usize = 16;
/// Leaves whose root is kept, so that damage can be told by block.
const BLOCK: usize = 65_536;

/// A batch with the number of its fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub entry: u64,
    pub fact: BatchFact,
}

impl Ledger {
    /// Commits to every batch of these datasets that has no fact yet; gives those that it did.
    pub fn commit_batches(
        &mut self,
        lake: &Lake,
        schemas: &[Schema],
    ) -> Result<Vec<Committed>, LedgerError> {
        let known: Vec<BatchFact> = self.batches().into_iter().map(|one| one.fact).collect();
        let mut facts = Vec::new();
        for schema in schemas {
            for batch in lake.manifest(schema.name)?.batches {
                let same = |fact: &BatchFact| fact.dataset == schema.name && fact.batch == batch.id;
                if !known.iter().any(same) {
                    facts.push(commit(lake, schema, &batch)?);
                }
            }
        }
        let entries = facts.iter().map(canonical_json).collect::<Result<Vec<_>, _>>()?;
        let numbers = self.record(entries.into_iter().map(String::into_bytes).collect())?;
        let made = numbers.into_iter().zip(facts);
        Ok(made.map(|(entry, fact)| Committed { entry, fact }).collect())
    }

    /// Every batch that was committed to.
    pub fn batches(&self) -> Vec<Committed> {
        let facts = self.entries.iter().enumerate().filter_map(|(entry, bytes)| {
            Some(Committed { entry: entry as u64, fact: BatchFact::from_entry(bytes)? })
        });
        facts.collect()
    }
}

fn commit(lake: &Lake, schema: &Schema, batch: &Batch) -> Result<BatchFact, LedgerError> {
    let folder = lake.dataset_folder(schema.name);
    let salts = salts(&folder.join(format!("{}.salts", batch.id)), batch.rows)?;
    let mut columns = Vec::new();
    let mut leaves: Vec<Hash> = Vec::with_capacity(batch.rows as usize);
    for task in lake.batch_tasks(schema, batch)? {
        let named = canonical_columns(task.schema().fields());
        columns = named.map_err(|source| no_form(batch, source))?;
        let parts = task.batches().collect::<Result<Vec<RecordBatch>, _>>()?;
        for part in parts {
            let from = leaves.len() * SALT_BYTES;
            let own = &salts[from..from + part.num_rows() * SALT_BYTES];
            let made = row_leaves(&part, own).map_err(|source| no_form(batch, source))?;
            leaves.extend(made);
        }
    }
    let blocks: Vec<Hash> = leaves.par_chunks(BLOCK).map(tree_root).collect();
    let path = folder.join(format!("{}.blocks", batch.id));
    let bytes: Vec<u8> = blocks.iter().flat_map(|hash| hash.0).collect();
    write(&path, &bytes)?;
    let source = |file: &trueline_lake::SourceFile| SourceDigest {
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        lines: file.lines,
    };
    Ok(BatchFact {
        format: BATCH.to_owned(),
        dataset: schema.name.to_owned(),
        batch: batch.id.clone(),
        recorded: batch.recorded,
        columns: columns.iter().map(row_column).collect(),
        rows: batch.rows,
        root: tree_root(&blocks).to_hex(),
        files: batch.files.iter().map(file_digest).collect(),
        superseded: batch.superseded.as_ref().map(file_digest),
        sources: batch.sources.iter().map(source).collect(),
        mapping: Some(batch.mapping.digest.clone()).filter(|digest| !digest.is_empty()),
        read: batch.counts.read,
        accepted: batch.counts.accepted,
        quarantined: batch.counts.quarantined,
    })
}

/// The leaves of rows, each salted with its own 16 bytes.
pub fn row_leaves(rows: &RecordBatch, salts: &[u8]) -> Result<Vec<Hash>, trueline_lake::NoForm> {
    let canonical = CanonicalRows::new(rows)?;
    let numbers: Vec<usize> = (0..rows.num_rows()).collect();
    let parts = numbers.par_chunks(4096).map(|part| {
        let mut leaf = Vec::with_capacity(512);
        let hash = |row: &usize| {
            leaf.clear();
            leaf.extend_from_slice(&salts[row * SALT_BYTES..][..SALT_BYTES]);
            canonical.write(*row, &mut leaf);
            leaf_hash(&leaf)
        };
        part.iter().map(hash).collect::<Vec<Hash>>()
    });
    Ok(parts.flatten_iter().collect())
}

/// The leaves of the rows of one part of a block, which have all columns of their batch.
pub fn part_leaves(
    lake: &Lake,
    dataset: &str,
    batch: &str,
    part: &BlockPart,
) -> Result<Vec<Hash>, LedgerError> {
    let path = lake.dataset_folder(dataset).join(format!("{batch}.salts"));
    let mut file = File::open(&path).map_err(|source| failed("open", &path, source))?;
    let mut salts = Vec::new();
    for place in &part.places {
        let from = salts.len();
        salts.resize(from + (place.end - place.start) as usize * SALT_BYTES, 0);
        file.seek(SeekFrom::Start(place.start * SALT_BYTES as u64))
            .and_then(|_| file.read_exact(&mut salts[from..]))
            .map_err(|source| failed("read", &path, source))?;
    }
    let mut leaves = Vec::new();
    for rows in &part.rows {
        let own = &salts[leaves.len() * SALT_BYTES..];
        let file = format!("{batch}.parquet");
        let made = row_leaves(rows, own);
        leaves.extend(made.map_err(|source| LedgerError::Rows { file, source })?);
    }
    Ok(leaves)
}

/// The salts of a batch: made once, and kept if an earlier commitment was interrupted.
fn salts(path: &Path, rows: u64) -> Result<Vec<u8>, LedgerError> {
    let length = rows as usize * SALT_BYTES;
    match fs::read(path) {
        Ok(salts) if salts.len() == length => return Ok(salts),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(failed("read", path, source)),
    }
    let mut salts = vec![0; length];
    for part in salts.chunks_mut(1 << 20) {
        getrandom::fill(part).map_err(|_| trueline_ledger::KeyError::Random)?;
    }
    write(path, &salts)?;
    Ok(salts)
}

/// Writes a file so that it is there whole and durably, or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let beside = path.with_extension("new");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder_of(path))?.sync_all()
    });
    written.map_err(|source| failed("write", path, source))
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn failed(doing: &'static str, path: &Path, source: std::io::Error) -> LedgerError {
    LedgerError::File { doing, file: path.display().to_string(), source }
}

fn no_form(batch: &Batch, source: trueline_lake::NoForm) -> LedgerError {
    let file = batch.files.first().map(|file| file.name.clone());
    LedgerError::Rows { file: file.unwrap_or_default(), source }
}

fn file_digest(file: &BatchFile) -> FileDigest {
    FileDigest { name: file.name.clone(), sha256: file.sha256.clone(), bytes: file.bytes }
}

fn row_column(column: &CanonicalColumn) -> RowColumn {
    let inner = (column.kind == "list").then(|| column.columns.iter().map(row_column).collect());
    RowColumn { name: column.name.clone(), kind: column.kind.to_owned(), columns: inner }
}
