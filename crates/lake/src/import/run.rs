//! The course of an import, from files to the manifest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field};

use super::fragment::{Plan, Refused};
use super::quarantine::{self, masked};
use super::rows::{Rows, read};
use super::revise::{Comparison, Revisions};
use super::layout::Layout;
use super::{FileSummary, ImportError, Options, ReasonCount, Summary};
use crate::lake::{Lake, LakeError};
use crate::manifest::{self, Batch, BatchFile, Counts, Manifest, MappingUsed, SourceFile};
use crate::mapping::{Headers, Mapping, Pseudonymise};
use crate::schema::Schema;
use crate::source::{Block, Source};
use crate::table::{GROUP, TableWriter};

/// Imports files, each as one batch, all of them or none.
pub fn import(
    lake: &Lake,
    schema: &Schema,
    files: &[PathBuf],
    mapping: &Mapping,
    options: &Options<'_>,
) -> Result<Summary, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NothingToDo);
    }
    let pseudonymises = mapping.columns.iter().any(|c| c.pseudonymise == Pseudonymise::Yes);
    if pseudonymises && options.pseudonym_key.is_none() {
        return Err(ImportError::NoKey);
    }
    let _lock = lake.lock()?;
    let mut manifest = lake.manifest(schema.name)?;
    lake.sweep(&manifest)?;
    if let Some(last) = manifest.batches.last().map(|batch| batch.recorded)
        && last > options.recorded
    {
        let given = options.recorded;
        return Err(ImportError::ClockWentBack { given, last });
    }
    let run = Run {
        lake,
        schema,
        mapping,
        options,
    };
    let mut summary = Summary::default();
    let before = manifest.batches.len();
    for file in files {
        match run.file(file, &mut manifest) {
            Ok(file) => summary.add(file),
            Err(error) => {
                // What was written for this import is listed nowhere; it may as well go now.
                manifest.batches.truncate(before);
                let _ = lake.sweep(&manifest);
                return Err(error);
            }
        }
    }
    if manifest.batches.len() > before {
        run.commit(&manifest)?;
    }
    Ok(summary)
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
    mapping: &'a Mapping,
    options: &'a Options<'a>,
}

impl Run<'_> {
    fn file(&self, path: &PathBuf, manifest: &mut Manifest) -> Result<FileSummary, ImportError> {
        let mut source = Source::open(path, &self.mapping.layout)?;
        let headers = source.headers().to_vec();
        let bound = self.mapping.bind(&Headers {
            file: source.file(),
            names: &headers,
            sparse: source.is_sparse(),
        })?;
        let plan = Plan::new(self.schema, bound, source.file().to_owned(), headers);
        let mut rows = read(&mut source, &plan, self.options)?;
        let digest = source.digest()?;
        let mut summary = FileSummary {
            file: source.file().to_owned(),
            ..FileSummary::default()
        };
        summary.known_in = known(manifest, &digest.sha256, &self.mapping.digest);
        rows.arrange(&plan);
        let mut refused = rows.refused();
        self.check_encoding(&source, &refused, rows.read)?;
        let mut counts = Counts {
            read: rows.read,
            accepted: rows.read - refused.len() as u64,
            quarantined: refused.len() as u64,
            cases: rows.order.len() as u64,
            ..Counts::default()
        };
        summary.reasons = reasons(&refused);
        let layout = Layout::new(&plan, &digest.sha256);
        let mut revisions = Revisions::default();
        if summary.known_in.is_some() {
            counts.unchanged = counts.cases;
        } else {
            revisions = self.compare(&plan, &rows, &layout, manifest)?;
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
            self.fetch(&source, &mut refused)?;
            summary.quarantine = Some(self.quarantine(&source, &refused, &digest.sha256)?);
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
            full_export: self.mapping.full_export,
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
        let mut again = Source::open(source.path(), &self.mapping.layout)?;
        let mut number = 0;
        while let Some(block) = again.next_block()? {
            let mut chunk = None;
            let block = &mut Some(block);
            for (at, row) in refused.range_mut((number, 0)..(number + 1, 0)) {
                if row.record.is_empty() {
                    let chunk = chunk.get_or_insert_with(|| block.take().map(Block::into_chunk));
                    let record = chunk.as_ref().map(|chunk| chunk.record(at.1 as usize));
                    row.record = record.unwrap_or_default().into();
                }
            }
            number += 1;
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
            &source.preamble(),
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
            mapping: MappingUsed {
                name: self.mapping.name.clone(),
                digest: self.mapping.digest.clone(),
            },
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
        let mut text = serde_json::to_vec_pretty(manifest).map_err(|source| ImportError::Write {
            file: manifest::NAME.to_owned(),
            source: Box::new(source),
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
                kind: reason.kind(),
                column: column.clone(),
                rows: 0,
                examples: Vec::new(),
                reason: reason.text(),
                remedy: reason.remedy(),
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
