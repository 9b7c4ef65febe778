//! Commitments to batches: one fact each, over the salted leaves of their rows.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use rayon::prelude::*;
use trueline_lake::{
    BatchFile, CanonicalColumn, CanonicalRows, DatasetSchema, Lake, LakeBatch, canonical_columns,
};
use trueline_language::{Phrase, phrase};
use trueline_ledger::{Hash, leaf_hash, tree_root};
use trueline_verify::{BATCH, BatchEntry, FileDigest, RowColumn, SourceDigest, to_canonical_json};

use super::error::LedgerError;
use super::writer::Ledger;

/// Random bytes in front of each row.
pub(super) const SALT_BYTES: usize = 16;
/// How much of each leaf is kept beside the batch.
pub const FIRST_BYTES: usize = 8;
/// How many leaves share a kept root, so that damage can be told by block.
pub const BLOCK: usize = 65_536;

/// A batch with the number of its fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedBatch {
    pub entry: u64,
    pub fact: BatchEntry,
}

impl Ledger {
    /// Commits to every batch of these datasets that has no fact yet, and returns those.
    pub fn commit_batches(
        &mut self,
        lake: &Lake,
        schemas: &[DatasetSchema],
    ) -> Result<Vec<CommittedBatch>, LedgerError> {
        let known: Vec<BatchEntry> =
            self.committed_batches().into_iter().map(|one| one.fact).collect();
        let mut facts = Vec::new();
        for schema in schemas {
            for batch in lake.read_manifest(schema.name)?.batches {
                let same =
                    |fact: &BatchEntry| fact.dataset == schema.name && fact.batch == batch.id;
                if !known.iter().any(same) {
                    facts.push(commit_batch(lake, schema, &batch)?);
                }
            }
        }
        let entries = facts.iter().map(to_canonical_json).collect::<Result<Vec<_>, _>>()?;
        let entries: Vec<Vec<u8>> = entries.into_iter().map(String::into_bytes).collect();
        let numbers = self.record_entries(&entries)?;
        let made = numbers.into_iter().zip(facts);
        Ok(made.map(|(entry, fact)| CommittedBatch { entry, fact }).collect())
    }

    /// Every batch that was committed to.
    pub fn committed_batches(&self) -> Vec<CommittedBatch> {
        let facts = self.entries.iter().enumerate().filter_map(|(entry, bytes)| {
            Some(CommittedBatch { entry: entry as u64, fact: BatchEntry::from_entry(bytes)? })
        });
        facts.collect()
    }
}

fn commit_batch(
    lake: &Lake,
    schema: &DatasetSchema,
    batch: &LakeBatch,
) -> Result<BatchEntry, LedgerError> {
    let folder = lake.dataset_folder(schema.name);
    let salts = load_or_make_salts(&folder.join(format!("{}.salts", batch.id)), batch.rows)?;
    let columns = list_columns(lake, schema, batch)?;
    let leaves = compute_leaves(lake, schema, batch, &salts)?;
    let blocks: Vec<Hash> = leaves.par_chunks(BLOCK).map(tree_root).collect();
    let roots: Vec<u8> = blocks.iter().flat_map(|hash| hash.0).collect();
    write_durably(&folder.join(format!("{}.blocks", batch.id)), &roots)?;
    let firsts: Vec<u8> = leaves.iter().flat_map(first_bytes).collect();
    write_durably(&folder.join(format!("{}.leaves", batch.id)), &firsts)?;
    let source = |file: &trueline_lake::SourceFile| SourceDigest {
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        lines: file.lines,
    };
    Ok(BatchEntry {
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
fn hash_rows(rows: &RecordBatch, salts: &[u8]) -> Result<Vec<Hash>, trueline_lake::NoForm> {
    let canonical = CanonicalRows::new(rows)?;
    let numbers: Vec<usize> = (0..rows.num_rows()).collect();
    let parts = numbers.par_chunks(4096).map(|part| {
        let mut leaf = Vec::with_capacity(512);
        let hash = |row: &usize| {
            leaf.clear();
            leaf.extend_from_slice(&salts[row * SALT_BYTES..][..SALT_BYTES]);
            canonical.write_row(*row, &mut leaf);
            leaf_hash(&leaf)
        };
        part.iter().map(hash).collect::<Vec<Hash>>()
    });
    Ok(parts.flatten_iter().collect())
}

/// What is kept of each leaf, so that a changed row can be told from the others of its block.
pub fn first_bytes(leaf: &Hash) -> [u8; FIRST_BYTES] {
    let [a, b, c, d, e, f, g, h, ..] = leaf.0;
    [a, b, c, d, e, f, g, h]
}

/// The leaves of a batch, from its rows and salts as they are now.
pub(crate) fn batch_leaves(
    lake: &Lake,
    schema: &DatasetSchema,
    batch: &LakeBatch,
) -> Result<Vec<Hash>, LedgerError> {
    let path = lake.dataset_folder(schema.name).join(format!("{}.salts", batch.id));
    let salts =
        fs::read(&path).map_err(|source| file_error(phrase!("读取", "read"), &path, source))?;
    compute_leaves(lake, schema, batch, &salts)
}

fn compute_leaves(
    lake: &Lake,
    schema: &DatasetSchema,
    batch: &LakeBatch,
    salts: &[u8],
) -> Result<Vec<Hash>, LedgerError> {
    let tasks = lake.batch_tasks(schema, batch)?;
    let starts = tasks.iter().scan(0, |next, task| {
        let start = *next;
        *next += task.row_count() as usize;
        Some(start)
    });
    let starts: Vec<usize> = starts.collect();
    let parts = tasks.par_iter().zip(starts).map(|(task, start)| {
        let mut leaves = Vec::with_capacity(task.row_count() as usize);
        for part in task.read_batches() {
            let part = part?;
            let from = (start + leaves.len()) * SALT_BYTES;
            // Rows that were added have no salts: they get zeros, and nothing commits to their
            // leaves.
            let mut own = salts.get(from..).unwrap_or_default().to_vec();
            own.truncate(part.num_rows() * SALT_BYTES);
            own.resize(part.num_rows() * SALT_BYTES, 0);
            let made = hash_rows(&part, &own).map_err(|source| no_form(batch, source))?;
            leaves.extend(made);
        }
        Ok(leaves)
    });
    let parts = parts.collect::<Result<Vec<Vec<Hash>>, LedgerError>>()?;
    Ok(parts.concat())
}

/// The salt and canonical bytes of one row of a batch.
pub fn salted_row(
    lake: &Lake,
    schema: &DatasetSchema,
    batch: &LakeBatch,
    row: u64,
) -> Result<Option<Vec<u8>>, LedgerError> {
    let path = lake.dataset_folder(schema.name).join(format!("{}.salts", batch.id));
    let salts =
        fs::read(&path).map_err(|source| file_error(phrase!("读取", "read"), &path, source))?;
    let from = row as usize * SALT_BYTES;
    let Some(salt) = salts.get(from..from + SALT_BYTES) else {
        return Ok(None);
    };
    let mut first = 0;
    for task in lake.batch_tasks(schema, batch)? {
        if row >= first + task.row_count() {
            first += task.row_count();
            continue;
        }
        for part in task.read_batches() {
            let part = part?;
            let rows = part.num_rows() as u64;
            if row < first + rows {
                let canonical = CanonicalRows::new(&part);
                let canonical = canonical.map_err(|source| no_form(batch, source))?;
                let mut salted = salt.to_vec();
                canonical.write_row((row - first) as usize, &mut salted);
                return Ok(Some(salted));
            }
            first += rows;
        }
    }
    Ok(None)
}

fn list_columns(
    lake: &Lake,
    schema: &DatasetSchema,
    batch: &LakeBatch,
) -> Result<Vec<CanonicalColumn>, LedgerError> {
    let tasks = lake.batch_tasks(schema, batch)?;
    let Some(task) = tasks.first() else {
        return Ok(Vec::new());
    };
    canonical_columns(task.arrow_schema().fields()).map_err(|source| no_form(batch, source))
}

/// The salts of a batch: made once, and kept if an earlier commitment was interrupted.
fn load_or_make_salts(path: &Path, rows: u64) -> Result<Vec<u8>, LedgerError> {
    let length = rows as usize * SALT_BYTES;
    match fs::read(path) {
        Ok(salts) if salts.len() == length => return Ok(salts),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(file_error(phrase!("读取", "read"), path, source)),
    }
    let mut salts = vec![0; length];
    for part in salts.chunks_mut(1 << 20) {
        getrandom::fill(part).map_err(|_| trueline_ledger::KeyError::Random)?;
    }
    write_durably(path, &salts)?;
    Ok(salts)
}

/// Writes a file so that it is there whole and durably, or not at all.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let beside = path.with_extension("new");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder_of(path))?.sync_all()
    });
    written.map_err(|source| file_error(phrase!("写入", "write"), path, source))
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn file_error(doing: Phrase, path: &Path, source: std::io::Error) -> LedgerError {
    LedgerError::File { doing, file: path.display().to_string(), source }
}

fn no_form(batch: &LakeBatch, source: trueline_lake::NoForm) -> LedgerError {
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
