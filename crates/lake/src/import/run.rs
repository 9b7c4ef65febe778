//! The course of an import, from files to the manifest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field};

use super::fragment::{Plan, Refused};
use super::layout::Layout;
use super::own;
use super::quarantine::{self, masked};
use super::revise::{Comparison, Revisions};
use super::rows::{Rows, read};
use super::{FileSummary, ImportError, Options, ReasonCount, Summary};
use crate::lake::{Lake, LakeError};
use crate::manifest::{self, Batch, BatchFile, Counts, Manifest, MappingUsed, SourceFile};
use crate::mapping::{Headers, Mapping, Pseudonymise};
use crate::schema::Schema;
use crate::source::{Digest, Format, Source};
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
        for file in files {
            match self.file(file, &mut manifest) {
                Ok(file) => summary.add(file),
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

    fn file(&self, path: &PathBuf, manifest: &mut Manifest) -> Result<FileSummary, ImportError> {
        let mut source = Source::open(path, &self.source_layout())?;
        if self.mapping.is_none() && source.format() == Format::Parquet {
            let (plan, rows) = own::read(&source, self.schema, self.options)?;
            let digest = source.digest()?;
            return self.finish(&source, digest, &plan, rows, manifest);
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
        let digest = source.digest()?;
        self.finish(&source, digest, &plan, rows, manifest)
    }

    fn finish(
        &self,
        source: &Source,
        digest: Digest,
        plan: &Plan<'_>,
        mut rows: Rows,
        manifest: &mut Manifest,
    ) -> Result<FileSummary, ImportError> {
        let mut summary = FileSummary { file: source.file().to_owned(), ..FileSummary::default() };
        summary.known_in = known(manifest, &digest.sha256, &self.mapping_used().digest);
        let folded = rows.fold(plan);
        rows.arrange(plan);
        let mut refused = match &folded {
            Some(folded) => rows.refused_events(folded),
            None => rows.refused(),
        };
        self.check_encoding(source, &refused, rows.read)?;
        let mut counts = Counts {
            read: rows.read,
            accepted: rows.read - refused.len() as u64,
            quarantined: refused.len() as u64,
            cases: rows.order.len() as u64,
            ..Counts::default()
        };
        summary.reasons = reasons(&refused);
        let layout = Layout::new(plan, &digest.sha256);
        let mut revisions = Revisions::default();
        if summary.known_in.is_some() {
            counts.unchanged = counts.cases;
        } else {
            revisions = self.compare(plan, &rows, &layout, manifest)?;
            counts.new = revisions.new;
            counts.revised = revisions.revised;
            counts.unchanged = revisions.unchanged;
            summary.missing = std::mem::take(&mut revisions.missing);
        }
        if !counts.add_up() {
            let file = summary.file;
            return Err(ImportError::Counts { file, counts });
        }
        if !refused.is_empty() {
            self.fetch(source, &mut refused)?;
            summary.quarantine = Some(self.quarantine(source, &refused, &digest.sha256)?);
        }
        if !revisions.order.is_empty() {
            let source = SourceFile {
                name: summary.file.clone(),
                sha256: digest.sha256,
                bytes: digest.bytes,
                lines: digest.lines,
            };
            rows.order = std::mem::take(&mut revisions.order);
            let batch = self.write(&layout, &rows, &revisions, source, manifest)?;
            let batch = Batch { counts, ..batch };
            summary.batch = Some(batch.id.clone());
            manifest.batches.push(batch);
        }
        summary.counts = counts;
        Ok(summary)
    }

    fn compare(
        &self,
        plan: &Plan<'_>,
        rows: &Rows,
        layout: &Layout<'_>,
        manifest: &Manifest,
    ) -> Result<Revisions, ImportError> {
        let targets = &plan.bound.targets;
        let comparison = Comparison {
            lake: self.lake,
            schema: self.schema,
            manifest,
            rows,
            keys: rows.keys(plan),
            layout,
            revised: targets.iter().position(|bound| bound.target.name == "revised"),
            full_export: self.mapping.is_some_and(|mapping| mapping.full_export),
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
            reasons.any(|reason| reason == super::reason::Reason::NoText)
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
        source: SourceFile,
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
        Ok(Batch {
            recorded: self.options.recorded,
            rows: rows.order.len() as u64,
            files: vec![file],
            superseded: self.write_superseded(&id, revisions)?,
            sources: vec![source],
            mapping: self.mapping_used(),
            counts: Counts::default(),
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

/// The batch that holds the same file, read by the same mapping.
fn known(manifest: &Manifest, sha256: &str, mapping: &str) -> Option<String> {
    let same = |batch: &&Batch| {
        batch.mapping.digest == mapping
            && batch.sources.iter().any(|source| source.sha256 == sha256)
    };
    manifest.batches.iter().find(same).map(|batch| batch.id.clone())
}

fn reasons(refused: &BTreeMap<(u32, u32), Refused>) -> Vec<ReasonCount> {
    let mut found: BTreeMap<(&'static str, &str), ReasonCount> = BTreeMap::new();
    for row in refused.values() {
        for (column, value, reason) in &row.problems {
            let entry = found.entry((reason.kind(), column)).or_insert_with(|| ReasonCount {
                reason: *reason,
                column: column.clone(),
                rows: 0,
                examples: Vec::new(),
            });
            entry.rows += 1;
            if entry.examples.len() < 5 {
                entry.examples.push((row.line, masked(value)));
            }
        }
    }
    let mut reasons: Vec<ReasonCount> = found.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
    reasons
}
