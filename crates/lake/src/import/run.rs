//! The course of an import, from files to the manifest.

use std::path::{Path, PathBuf};

use super::error::ImportError;
use super::layout::BatchLayout;
use super::log::EventLog;
use super::options::ImportOptions;
use super::own;
use super::plan::ReadPlan;
use super::quarantine;
use super::read::read_rows;
use super::read_file::{ReadFile, check_same_columns, count_reasons, split_by_file};
use super::reason::RefusalReason;
use super::refused::RefusedRows;
use super::revise::{LakeComparison, RevisionCounts, Revisions};
use super::rows::SourceRows;
use super::summary::{FileSummary, ImportSummary};
use super::write::DatasetWriter;
use crate::lake::Lake;
use crate::manifest::{BatchFile, LakeBatch, Manifest, MappingUsed, RowCounts};
use crate::mapping::{Mapping, Pseudonymise, SourceHeaders};
use crate::schema::DatasetSchema;
use crate::source::{SourceFormat, SourceReader};

/// Imports files through a mapping. Each file becomes one batch; either all are imported or none.
pub fn import_through_mapping(
    lake: &Lake,
    schema: &DatasetSchema,
    files: &[PathBuf],
    mapping: &Mapping,
    options: &ImportOptions<'_>,
) -> Result<ImportSummary, ImportError> {
    let pseudonymises = mapping.columns.iter().any(|c| c.pseudonymise == Pseudonymise::Yes);
    if pseudonymises && options.pseudonym_key.is_none() {
        return Err(ImportError::NoKey);
    }
    let run = ImportRun { lake, schema, mapping: Some(mapping), options };
    run.import_files(files)
}

/// Imports files that are already in the dataset's own layout: Parquet such as a lake's or an
/// archive's, or text with the same column names. Each file becomes one batch; either all are
/// imported or none.
pub fn import_own_layout(
    lake: &Lake,
    schema: &DatasetSchema,
    files: &[PathBuf],
    options: &ImportOptions<'_>,
) -> Result<ImportSummary, ImportError> {
    let run = ImportRun { lake, schema, mapping: None, options };
    run.import_files(files)
}

struct ImportRun<'a> {
    lake: &'a Lake,
    schema: &'a DatasetSchema,
    /// `None` for files in the dataset's own layout.
    mapping: Option<&'a Mapping>,
    options: &'a ImportOptions<'a>,
}

impl ImportRun<'_> {
    fn import_files(&self, files: &[PathBuf]) -> Result<ImportSummary, ImportError> {
        if files.is_empty() {
            return Err(ImportError::NothingToDo);
        }
        let _lock = self.lake.lock_for_writing()?;
        let mut manifest = self.lake.read_manifest(self.schema.name)?;
        self.lake.sweep_folder(&manifest)?;
        if let Some(last) = manifest.batches.last().map(|batch| batch.recorded)
            && last > self.options.recorded
        {
            let given = self.options.recorded;
            return Err(ImportError::ClockWentBack { given, last });
        }
        let mut summary = ImportSummary::default();
        let before = manifest.batches.len();
        // The events of a case may lie in several files, so a log is read whole.
        let is_log = self.mapping.is_some_and(|mapping| mapping.events.is_some());
        let together = if is_log { files.len() } else { 1 };
        for part in files.chunks(together) {
            match self.import_batch(part, &mut manifest) {
                Ok(files) => files.into_iter().for_each(|file| summary.add_file(file)),
                Err(error) => {
                    // No manifest lists what was written so far, so it can be deleted now.
                    manifest.batches.truncate(before);
                    let _ = self.lake.sweep_folder(&manifest);
                    return Err(error);
                }
            }
        }
        if manifest.batches.len() > before {
            self.dataset_writer().replace_manifest(&manifest)?;
        }
        Ok(summary)
    }

    fn dataset_writer(&self) -> DatasetWriter<'_> {
        DatasetWriter { lake: self.lake, dataset: self.schema.name }
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

    fn source_layout(&self) -> crate::source::SourceLayout {
        self.mapping.map(|mapping| mapping.layout.clone()).unwrap_or_default()
    }

    /// Imports files that become one batch.
    fn import_batch(
        &self,
        paths: &[PathBuf],
        manifest: &mut Manifest,
    ) -> Result<Vec<FileSummary>, ImportError> {
        let mut files = Vec::new();
        let mut all = Vec::new();
        let mut plans = Vec::new();
        for path in paths {
            let (source, plan, rows) = self.read_path(path)?;
            files.push(ReadFile::new(source, &plan, &rows)?);
            plans.push(plan);
            all.push(rows);
        }
        let first = &plans[0];
        for (plan, file) in plans.iter().zip(&files) {
            check_same_columns(first, plan, file.source.file_name())?;
        }
        let rows = match all.len() {
            1 => all.remove(0),
            _ => SourceRows::merge_files(first, all),
        };
        self.finish_batch(files, first, rows, manifest)
    }

    fn read_path(
        &self,
        path: &Path,
    ) -> Result<(SourceReader, ReadPlan<'_>, SourceRows), ImportError> {
        let mut source = SourceReader::open(path, &self.source_layout())?;
        if self.mapping.is_none() && source.format() == SourceFormat::Parquet {
            let (plan, rows) = own::read_own_layout(&source, self.schema, self.options)?;
            return Ok((source, plan, rows));
        }
        let own;
        let mapping = if let Some(mapping) = self.mapping {
            mapping
        } else {
            own = Mapping::for_own_layout(self.schema)?;
            &own
        };
        let headers = source.headers().to_vec();
        let bound = mapping.bind_to_source(&SourceHeaders {
            file: source.file_name(),
            names: &headers,
            sparse: source.is_sparse(),
        })?;
        let plan = ReadPlan::new(self.schema, bound, source.file_name().to_owned(), headers);
        let rows = read_rows(&mut source, &plan, self.options)?;
        Ok((source, plan, rows))
    }

    /// Compares the rows of some files with the lake, writes them as a batch if they bring anything
    /// new, and quarantines those that are refused.
    fn finish_batch(
        &self,
        mut files: Vec<ReadFile>,
        plan: &ReadPlan<'_>,
        mut rows: SourceRows,
        manifest: &mut Manifest,
    ) -> Result<Vec<FileSummary>, ImportError> {
        let digests: Vec<&str> = files.iter().map(|file| file.digest.sha256.as_str()).collect();
        let known_in = find_known_batch(manifest, &digests, &self.mapping_used().digest);
        let layout = BatchLayout::new(plan, &digests);
        let folded = rows.fold_events(plan);
        rows.order_rows(plan);
        let mut revisions = Revisions::default();
        if known_in.is_none() {
            revisions = self.compare_with_lake(&rows, &layout, manifest, files.len())?;
            let torn = std::mem::take(&mut revisions.torn);
            rows.order.retain(|at| !torn.contains(at));
            rows.clashes.extend(torn.into_iter().map(|at| (at, RefusalReason::EarlierEvents)));
        }
        let refused = match &folded {
            Some(folded) => rows.collect_refused_events(folded),
            None => rows.collect_refused(),
        };
        let mut refused = split_by_file(&files, refused);
        for at in &rows.order {
            files[rows.file_of(*at)].summary.counts.cases += 1;
        }
        for (index, (file, refused)) in files.iter_mut().zip(&mut refused).enumerate() {
            let outcome = revisions.counts.get(index).copied();
            file.summary.known_in.clone_from(&known_in);
            self.settle_file(file, outcome, refused)?;
        }
        files[0].summary.missing = std::mem::take(&mut revisions.missing);
        if !revisions.order.is_empty() {
            rows.order = std::mem::take(&mut revisions.order);
            let id = format!("{:06}", manifest.batches.len() + 1);
            let written = self.dataset_writer().write_rows(&id, &layout, &rows)?;
            let batch = self.record_batch(id, written, &revisions, &files)?;
            for file in &mut files {
                file.summary.batch = Some(batch.id.clone());
            }
            manifest.batches.push(batch);
        }
        Ok(files.into_iter().map(|file| file.summary).collect())
    }

    fn compare_with_lake(
        &self,
        rows: &SourceRows,
        layout: &BatchLayout<'_>,
        manifest: &Manifest,
        files: usize,
    ) -> Result<Revisions, ImportError> {
        let full_export = self.mapping.is_some_and(|mapping| mapping.full_export);
        let plan = layout.plan;
        let targets = &plan.bound.targets;
        let comparison = LakeComparison {
            lake: self.lake,
            schema: self.schema,
            manifest,
            rows,
            keys: rows.sort_keys(plan),
            layout,
            revised: targets.iter().position(|bound| bound.target.name == "revised"),
            full_export,
            // If the mapping says that a log is complete, no event can be elsewhere.
            log: if full_export { None } else { EventLog::new(plan) },
            files,
        };
        comparison.find_revisions()
    }

    /// Counts what became of the rows of one file, and quarantines those that are refused.
    fn settle_file(
        &self,
        file: &mut ReadFile,
        outcome: Option<RevisionCounts>,
        refused: &mut RefusedRows,
    ) -> Result<(), ImportError> {
        file.check_encoding(refused)?;
        let counts = &mut file.summary.counts;
        counts.quarantined = refused.len() as u64;
        counts.accepted = counts.read - counts.quarantined;
        // A file that was imported before brings nothing new.
        let known = RevisionCounts { unchanged: counts.cases, ..RevisionCounts::default() };
        let outcome = outcome.unwrap_or(known);
        (counts.new, counts.revised, counts.unchanged) =
            (outcome.new, outcome.revised, outcome.unchanged);
        if !counts.add_up() {
            let (file, counts) = (file.summary.file.clone(), *counts);
            return Err(ImportError::Counts { file, counts });
        }
        file.summary.reasons = count_reasons(refused);
        if !refused.is_empty() {
            // Parquet in the dataset's own layout is not read in the chunks of the text reader.
            let by_chunk = self.mapping.is_some() || file.source.format() != SourceFormat::Parquet;
            file.fetch_records(&self.source_layout(), by_chunk, refused)?;
            file.summary.quarantine = Some(self.write_quarantine(file, refused)?);
        }
        Ok(())
    }

    fn write_quarantine(
        &self,
        file: &ReadFile,
        refused: &RefusedRows,
    ) -> Result<PathBuf, ImportError> {
        let name = format!("{}-{}", &file.digest.sha256[..8], file.source.file_name());
        let written = quarantine::write_quarantine(
            &self.options.quarantine.join(self.schema.name),
            &name,
            (&file.source.file_preamble(), self.options.language),
            refused.values(),
        );
        written.map_err(|error| ImportError::Write {
            file: "the quarantine file".to_owned(),
            source: Box::new(error),
        })
    }

    /// The batch as the manifest records it; writes what it supersedes.
    fn record_batch(
        &self,
        id: String,
        written: BatchFile,
        revisions: &Revisions,
        files: &[ReadFile],
    ) -> Result<LakeBatch, ImportError> {
        let mut counts = RowCounts::default();
        for file in files {
            counts.add_counts(&file.summary.counts);
        }
        Ok(LakeBatch {
            recorded: self.options.recorded,
            rows: written.rows,
            files: vec![written],
            superseded: self.dataset_writer().write_superseded(&id, revisions)?,
            sources: files.iter().map(ReadFile::source_file).collect(),
            mapping: self.mapping_used(),
            counts,
            id,
        })
    }
}

/// The batch that holds the same files, read by the same mapping.
fn find_known_batch(manifest: &Manifest, sha256: &[&str], mapping: &str) -> Option<String> {
    let holds =
        |batch: &LakeBatch, sha: &str| batch.sources.iter().any(|source| source.sha256 == sha);
    let same = |batch: &&LakeBatch| {
        batch.mapping.digest == mapping && sha256.iter().all(|sha| holds(batch, sha))
    };
    manifest.batches.iter().find(same).map(|batch| batch.id.clone())
}
