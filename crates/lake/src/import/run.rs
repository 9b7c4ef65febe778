//! The course of an import, from files to the manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field};

use super::fragment::{Plan, Refused};
use super::layout::Layout;
use super::log::Log;
use super::own;
use super::quarantine::{self, masked};
use super::reason::Reason;
use super::revise::{Comparison, Outcome, Revisions};
use super::rows::{Rows, read};
use super::{FileSummary, ImportError, Options, ReasonCount, Summary, Unread};
use crate::lake::{Lake, LakeError};
use crate::manifest::{self, Batch, BatchFile, Counts, Manifest, MappingUsed, SourceFile};
use crate::mapping::{Headers, Mapping, Pseudonymise};
use crate::schema::Schema;
use crate::source::{Digest, Format, ReadError, Source};
use crate::table::{GROUP, TableWriter};

/// Imports files through a mapping, each as one batch, all of them or none.
pub fn import(
    lake: &Lake,
    schema: &Schema,
    files: &[PathBuf],
    mapping: &Mapping,
    options: &Options<'_>,
) -> Result<Summary, ImportError> {
    let pseudonymises = mapping.columns.iter().any(|c| c.pseudonymise == Pseudonymise::Yes);
    if pseudonymises && options.pseudonym_key.is_none() {
        return Err(ImportError::NoKey);
    }
    let run = Run { lake, schema, mapping: Some(mapping), options };
    run.files(files)
}

/// Imports files that are in the dataset's own layout already: Parquet such as a lake's or an
/// archive's, or text with the same column names. Each becomes one batch, all of them or none.
pub fn import_own(
    lake: &Lake,
    schema: &Schema,
    files: &[PathBuf],
    options: &Options<'_>,
) -> Result<Summary, ImportError> {
    let run = Run { lake, schema, mapping: None, options };
    run.files(files)
}

impl Summary {
    fn add(&mut self, file: FileSummary) {
        self.counts.add(&file.counts);
        self.files.push(file);
    }
}

struct Run<'a> {
    lake: &'a Lake,
    schema: &'a Schema,
    /// `None` for files in the dataset's own layout.
    mapping: Option<&'a Mapping>,
    options: &'a Options<'a>,
}

impl Run<'_> {
    fn files(&self, files: &[PathBuf]) -> Result<Summary, ImportError> {
        if files.is_empty() {
            return Err(ImportError::NothingToDo);
        }
        let _lock = self.lake.lock()?;
        let mut manifest = self.lake.manifest(self.schema.name)?;
        self.lake.sweep(&manifest)?;
        if let Some(last) = manifest.batches.last().map(|batch| batch.recorded)
            && last > self.options.recorded
        {
            let given = self.options.recorded;
            return Err(ImportError::ClockWentBack { given, last });
        }
        let mut summary = Summary::default();
        let before = manifest.batches.len();
        // The events of a case may lie in several files, so a log is read whole.
        let is_log = self.mapping.is_some_and(|mapping| mapping.events.is_some());
        let together = if is_log { files.len() } else { 1 };
        for part in files.chunks(together) {
            match self.part(part, &mut manifest) {
                Ok(files) => files.into_iter().for_each(|file| summary.add(file)),
                Err(error) => {
                    // What was written so far is listed nowhere; it may as well go now.
                    manifest.batches.truncate(before);
                    let _ = self.lake.sweep(&manifest);
                    return Err(error);
                }
            }
        }
        if manifest.batches.len() > before {
            self.commit(&manifest)?;
        }
        Ok(summary)
    }

    fn mapping_used(&self) -> MappingUsed {
        match self.mapping {
            Some(mapping) => {
                MappingUsed { name: mapping.name.clone(), digest: mapping.digest.clone() }
            }
            None => {
                MappingUsed { name: "the dataset's own layout".to_owned(), digest: String::new() }
            }
        }
    }

    fn source_layout(&self) -> crate::source::Layout {
        self.mapping.map(|mapping| mapping.layout.clone()).unwrap_or_default()
    }

    /// Imports files that become one batch.
    fn part(
        &self,
        paths: &[PathBuf],
        manifest: &mut Manifest,
    ) -> Result<Vec<FileSummary>, ImportError> {
        let mut files = Vec::new();
        let mut all = Vec::new();
        let mut plans = Vec::new();
        for path in paths {
            let (source, plan, rows) = self.read(path)?;
            files.push(Opened::new(source, &plan, &rows)?);
            plans.push(plan);
            all.push(rows);
        }
        let first = &plans[0];
        for (plan, file) in plans.iter().zip(&files) {
            same_columns(first, plan, file.source.file())?;
        }
        let rows = match all.len() {
            1 => all.remove(0),
            _ => Rows::merged(first, all),
        };
        self.finish(files, first, rows, manifest)
    }

    fn read(&self, path: &Path) -> Result<(Source, Plan<'_>, Rows), ImportError> {
        let mut source = Source::open(path, &self.source_layout())?;
        if self.mapping.is_none() && source.format() == Format::Parquet {
            let (plan, rows) = own::read(&source, self.schema, self.options)?;
            return Ok((source, plan, rows));
        }
        let own;
        let mapping = match self.mapping {
            Some(mapping) => mapping,
            None => {
                own = Mapping::own(self.schema)?;
                &own
            }
        };
        let headers = source.headers().to_vec();
        let bound = mapping.bind(&Headers {
            file: source.file(),
            names: &headers,
            sparse: source.is_sparse(),
        })?;
        let plan = Plan::new(self.schema, bound, source.file().to_owned(), headers);
        let rows = read(&mut source, &plan, self.options)?;
        Ok((source, plan, rows))
    }

    fn finish(
        &self,
        mut files: Vec<Opened>,
        plan: &Plan<'_>,
        mut rows: Rows,
        manifest: &mut Manifest,
    ) -> Result<Vec<FileSummary>, ImportError> {
        let digests: Vec<&str> = files.iter().map(|file| file.digest.sha256.as_str()).collect();
        let known_in = known(manifest, &digests, &self.mapping_used().digest);
        let layout = Layout::new(plan, &digests);
        let folded = rows.fold(plan);
        rows.arrange(plan);
        let mut revisions = Revisions::default();
        if known_in.is_none() {
            revisions = self.compare(plan, &rows, &layout, manifest, files.len())?;
            let torn = std::mem::take(&mut revisions.torn);
            rows.order.retain(|at| !torn.contains(at));
            rows.clashes.extend(torn.into_iter().map(|at| (at, Reason::EarlierEvents)));
        }
        let refused = match &folded {
            Some(folded) => rows.refused_events(folded),
            None => rows.refused(),
        };
        let mut refused = by_file(&files, refused);
        for at in &rows.order {
            files[rows.file(*at)].summary.counts.cases += 1;
        }
        for (index, (file, refused)) in files.iter_mut().zip(&mut refused).enumerate() {
            let outcome = revisions.counts.get(index).copied();
            file.summary.known_in.clone_from(&known_in);
            self.settle(file, outcome, refused)?;
        }
        files[0].summary.missing = std::mem::take(&mut revisions.missing);
        if !revisions.order.is_empty() {
            rows.order = std::mem::take(&mut revisions.order);
            let batch = self.write(&layout, &rows, &revisions, &files, manifest)?;
            for file in &mut files {
                file.summary.batch = Some(batch.id.clone());
            }
            manifest.batches.push(batch);
        }
        Ok(files.into_iter().map(|file| file.summary).collect())
    }

    /// Counts what became of one file, and writes its refused rows.
    fn settle(
        &self,
        file: &mut Opened,
        outcome: Option<Outcome>,
        refused: &mut BTreeMap<(u32, u32), Refused>,
    ) -> Result<(), ImportError> {
        let counts = &mut file.summary.counts;
        self.check_encoding(&file.source, refused, counts.read)?;
        counts.quarantined = refused.len() as u64;
        counts.accepted = counts.read - counts.quarantined;
        // A file that was imported before brings nothing.
        let known = Outcome { unchanged: counts.cases, ..Outcome::default() };
        let outcome = outcome.unwrap_or(known);
        (counts.new, counts.revised, counts.unchanged) =
            (outcome.new, outcome.revised, outcome.unchanged);
        if !counts.add_up() {
            let (file, counts) = (file.summary.file.clone(), *counts);
            return Err(ImportError::Counts { file, counts });
        }
        file.summary.reasons = reasons(refused);
        if !refused.is_empty() {
            self.fetch(&file.source, refused)?;
            let written = self.quarantine(&file.source, refused, &file.digest.sha256)?;
            file.summary.quarantine = Some(written);
        }
        Ok(())
    }

    fn compare(
        &self,
        plan: &Plan<'_>,
        rows: &Rows,
        layout: &Layout<'_>,
        manifest: &Manifest,
        files: usize,
    ) -> Result<Revisions, ImportError> {
        let full_export = self.mapping.is_some_and(|mapping| mapping.full_export);
        let targets = &plan.bound.targets;
        let comparison = Comparison {
            lake: self.lake,
            schema: self.schema,
            manifest,
            rows,
            keys: rows.keys(plan),
            layout,
            revised: targets.iter().position(|bound| bound.target.name == "revised"),
            full_export,
            // Of a log that is whole by the mapping's own word nothing can lie elsewhere.
            log: if full_export { None } else { Log::new(plan) },
            files,
        };
        comparison.revisions()
    }

    fn check_encoding(
        &self,
        source: &Source,
        refused: &BTreeMap<(u32, u32), Refused>,
        read: u64,
    ) -> Result<(), ImportError> {
        let no_text = refused.values().filter(|row| {
            let mut reasons = row.problems.iter().map(|(_, _, reason)| *reason);
            reasons.any(|reason| reason == Reason::NoText)
        });
        let lines: Vec<u64> = no_text.map(|row| row.line).collect();
        if lines.len() as u64 * 20 > read && lines.len() > 10 {
            return Err(ImportError::WrongEncoding {
                file: source.file().to_owned(),
                refused: lines.len() as u64,
                read,
                line: lines[0],
                encoding: source.preamble().encoding.name(),
            });
        }
        Ok(())
    }

    /// Reads the file once more for the rows whose text was not kept.
    fn fetch(
        &self,
        source: &Source,
        refused: &mut BTreeMap<(u32, u32), Refused>,
    ) -> Result<(), ImportError> {
        if refused.values().all(|row| !row.record.is_empty()) {
            return Ok(());
        }
        let mut missing: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
        let lacking = refused.iter().filter(|(_, row)| row.record.is_empty());
        missing.extend(lacking.map(|(at, row)| (row.line, *at)));
        let mut again = Source::open(source.path(), &self.source_layout())?;
        // Files in the dataset's own layout are not read in the chunks of the text reader.
        let by_chunk = self.mapping.is_some() || source.format() != Format::Parquet;
        let mut number = 0;
        while let Some(block) = again.next_block()? {
            let own = by_chunk
                && refused.range((number, 0)..(number + 1, 0)).all(|(_, r)| !r.record.is_empty());
            number += 1;
            if own {
                continue;
            }
            let chunk = block.into_chunk();
            for row in 0..chunk.rows() {
                let at = if by_chunk {
                    Some((number - 1, row as u32))
                } else {
                    missing.get(&chunk.line(row)).copied()
                };
                if let Some(row_refused) = at.and_then(|at| refused.get_mut(&at))
                    && row_refused.record.is_empty()
                {
                    row_refused.record = chunk.record(row).into();
                }
            }
        }
        Ok(())
    }

    fn quarantine(
        &self,
        source: &Source,
        refused: &BTreeMap<(u32, u32), Refused>,
        sha256: &str,
    ) -> Result<PathBuf, ImportError> {
        let name = format!("{}-{}", &sha256[..8], source.file());
        let written = quarantine::write(
            &self.options.quarantine.join(self.schema.name),
            &name,
            (&source.preamble(), self.options.language),
            refused.values(),
        );
        written.map_err(|error| ImportError::Write {
            file: "the quarantine file".to_owned(),
            source: Box::new(error),
        })
    }

    fn write(
        &self,
        layout: &Layout<'_>,
        rows: &Rows,
        revisions: &Revisions,
        files: &[Opened],
        manifest: &Manifest,
    ) -> Result<Batch, ImportError> {
        let id = format!("{:06}", manifest.batches.len() + 1);
        let folder = self.lake.dataset_folder(self.schema.name);
        let path = folder.join(format!("{id}.parquet"));
        let mut writer = TableWriter::create(&self.lake.disk, &path, Arc::clone(&layout.schema))?;
        for part in rows.order.chunks(GROUP) {
            writer.group::<ImportError>(part.len(), |index| layout.column(rows, part, index))?;
        }
        let file: BatchFile = writer.finish()?;
        let mut counts = Counts::default();
        for file in files {
            counts.add(&file.summary.counts);
        }
        Ok(Batch {
            recorded: self.options.recorded,
            rows: rows.order.len() as u64,
            files: vec![file],
            superseded: self.write_superseded(&id, revisions)?,
            sources: files.iter().map(Opened::source_file).collect(),
            mapping: self.mapping_used(),
            counts,
            id,
        })
    }

    /// The side file: which rows of which batches are no longer the newest from this batch on.
    fn write_superseded(
        &self,
        id: &str,
        revisions: &Revisions,
    ) -> Result<Option<BatchFile>, ImportError> {
        let own = (id.to_owned(), &revisions.own);
        let older = revisions.older.iter().map(|(batch, rows)| (batch.clone(), rows));
        let all: Vec<(String, &Vec<u64>)> =
            older.chain([own]).filter(|(_, rows)| !rows.is_empty()).collect();
        let total = all.iter().map(|(_, rows)| rows.len()).sum::<usize>();
        if total == 0 {
            return Ok(None);
        }
        let label = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
        let schema = Arc::new(arrow_schema::Schema::new(vec![
            Field::new("batch", label, false),
            Field::new("row", DataType::Int64, false),
        ]));
        let name = format!("{id}.superseded");
        let path = self.lake.dataset_folder(self.schema.name).join(name);
        let mut writer = TableWriter::create(&self.lake.disk, &path, schema)?;
        writer.group::<ImportError>(total, |index| {
            let rows = all.iter().enumerate();
            if index == 0 {
                let keys: Int32Array = rows
                    .flat_map(|(at, (_, rows))| std::iter::repeat_n(at as i32, rows.len()))
                    .collect::<Vec<i32>>()
                    .into();
                let values = StringArray::from_iter_values(all.iter().map(|(batch, _)| batch));
                let array = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values))?;
                return Ok(Arc::new(array) as ArrayRef);
            }
            let numbers = rows.flat_map(|(_, (_, rows))| rows.iter().map(|row| *row as i64));
            Ok(Arc::new(Int64Array::from_iter_values(numbers)) as ArrayRef)
        })?;
        Ok(Some(writer.finish()?))
    }

    fn commit(&self, manifest: &Manifest) -> Result<(), ImportError> {
        let folder = self.lake.dataset_folder(self.schema.name);
        let failed = |error| LakeError::io("write the manifest of", self.schema.name, error);
        self.lake.disk.sync_folder(&folder).map_err(failed)?;
        let mut text = serde_json::to_vec_pretty(manifest).map_err(|source| {
            ImportError::Write { file: manifest::NAME.to_owned(), source: Box::new(source) }
        })?;
        text.push(b'\n');
        let path = folder.join(manifest::NAME);
        self.lake.disk.replace(&path, &text).map_err(failed)?;
        Ok(())
    }
}

/// A file of an import, read to its end.
struct Opened {
    source: Source,
    digest: Digest,
    summary: FileSummary,
    /// The fragments into which it was read, each with the sheet of a workbook that it is from.
    sheets: Vec<Option<Arc<str>>>,
}

impl Opened {
    fn new(mut source: Source, plan: &Plan<'_>, rows: &Rows) -> Result<Opened, ReadError> {
        Ok(Opened {
            digest: source.digest()?,
            summary: FileSummary {
                file: source.file().to_owned(),
                unread: unread(plan, rows),
                unread_sheets: source.unread_sheets().to_vec(),
                encoding: source.text_layout().map(|(encoding, _)| encoding.name()),
                counts: Counts { read: rows.read, ..Counts::default() },
                ..FileSummary::default()
            },
            source,
            sheets: rows.fragments.iter().map(|fragment| fragment.sheet.clone()).collect(),
        })
    }

    fn source_file(&self) -> SourceFile {
        SourceFile {
            name: self.summary.file.clone(),
            sha256: self.digest.sha256.clone(),
            bytes: self.digest.bytes,
            lines: self.digest.lines,
        }
    }
}

/// Refuses files that are to be read together but would not fill the same columns.
fn same_columns(first: &Plan<'_>, other: &Plan<'_>, file: &str) -> Result<(), ReadError> {
    let names = |plan: &Plan<'_>| -> Vec<String> {
        plan.bound.targets.iter().map(|bound| bound.target.name.clone()).collect()
    };
    if names(first) == names(other) {
        return Ok(());
    }
    Err(ReadError::Unusable {
        file: file.to_owned(),
        problem: format!("`rest = \"keep\"` would keep other columns of it than of {}", first.file),
        remedy: "name in the mapping, under `keep`, what both have".to_owned(),
    })
}

/// The refused rows of each file, by fragment and row of the file.
fn by_file(
    files: &[Opened],
    mut refused: BTreeMap<(u32, u32), Refused>,
) -> Vec<BTreeMap<(u32, u32), Refused>> {
    let mut start = 0;
    let mut out = Vec::new();
    for file in files {
        let count = file.sheets.len() as u32;
        let rest = refused.split_off(&(start + count, 0));
        let own = std::mem::replace(&mut refused, rest).into_iter().map(|((at, row), refused)| {
            let at = at - start;
            ((at, row), Refused { sheet: file.sheets[at as usize].clone(), ..refused })
        });
        out.push(own.collect());
        start += count;
    }
    out
}

/// The batch that holds the same files, read by the same mapping.
fn known(manifest: &Manifest, sha256: &[&str], mapping: &str) -> Option<String> {
    let holds = |batch: &Batch, sha: &str| batch.sources.iter().any(|source| source.sha256 == sha);
    let same = |batch: &&Batch| {
        batch.mapping.digest == mapping && sha256.iter().all(|sha| holds(batch, sha))
    };
    manifest.batches.iter().find(same).map(|batch| batch.id.clone())
}

/// What expressions left unread, by column.
fn unread(plan: &Plan<'_>, rows: &Rows) -> Vec<Unread> {
    let mut found: BTreeMap<usize, Unread> = BTreeMap::new();
    for (slot, line) in rows.fragments.iter().flat_map(|fragment| &fragment.unread) {
        let column = &plan.bound.targets[*slot].target.name;
        let entry = found.entry(*slot).or_insert_with(|| Unread {
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

fn reasons(refused: &BTreeMap<(u32, u32), Refused>) -> Vec<ReasonCount> {
    let mut found: BTreeMap<(&'static str, &str, Option<&str>), ReasonCount> = BTreeMap::new();
    for row in refused.values() {
        for (column, value, reason) in &row.problems {
            let key = (reason.kind(), column.as_str(), row.sheet.as_deref());
            let entry = found.entry(key).or_insert_with(|| ReasonCount {
                sheet: row.sheet.as_deref().map(str::to_owned),
                reason: *reason,
                column: column.clone(),
                rows: 0,
                examples: Vec::new(),
            });
            entry.rows += 1;
            if entry.examples.len() < 5 {
                // An error of a spreadsheet tells nobody anything.
                let plain = matches!(reason, Reason::CellError { .. });
                let shown = if plain { value.clone() } else { masked(value) };
                entry.examples.push((row.line, shown));
            }
        }
    }
    let mut reasons: Vec<ReasonCount> = found.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
    reasons
}
