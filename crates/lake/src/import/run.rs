//! The course of an import, from files to the manifest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_schema::{Field, SchemaRef};

use super::fragment::{Plan, Refused};
use super::quarantine::{self, masked};
use super::rows::{Rows, read};
use super::{FileSummary, ImportError, Options, ReasonCount, Summary, gather};
use crate::lake::{Lake, LakeError};
use crate::manifest::{self, Batch, BatchFile, Counts, Manifest, MappingUsed, SourceFile};
use crate::mapping::{Headers, Mapping, Pseudonymise};
use crate::schema::{Kind, Schema};
use crate::source::Source;
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
        let refused = rows.refused();
        self.check_encoding(&source, &refused, rows.read)?;
        let accepted = rows.read - refused.len() as u64;
        let mut counts = Counts {
            read: rows.read,
            accepted,
            quarantined: refused.len() as u64,
            cases: rows.order.len() as u64,
            ..Counts::default()
        };
        summary.reasons = reasons(&refused);
        if summary.known_in.is_some() {
            counts.unchanged = counts.cases;
            rows.order.clear();
        } else {
            counts.new = counts.cases - rows.older.len() as u64;
            counts.revised = rows.older.len() as u64;
        }
        if !counts.add_up() {
            let file = summary.file;
            return Err(ImportError::Counts { file, counts });
        }
        if !refused.is_empty() {
            summary.quarantine = Some(self.quarantine(&source, &refused, &digest.sha256)?);
        }
        if !rows.order.is_empty() {
            let source = SourceFile {
                name: summary.file.clone(),
                sha256: digest.sha256,
                bytes: digest.bytes,
                lines: digest.lines,
            };
            let batch = self.write(&plan, &rows, source, counts, manifest)?;
            summary.batch = Some(batch.id.clone());
            manifest.batches.push(batch);
        }
        summary.counts = counts;
        Ok(summary)
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
        plan: &Plan<'_>,
        rows: &Rows,
        source: SourceFile,
        counts: Counts,
        manifest: &Manifest,
    ) -> Result<Batch, ImportError> {
        let id = format!("{:06}", manifest.batches.len() + 1);
        let folder = self.lake.dataset_folder(self.schema.name);
        let path = folder.join(format!("{id}.parquet"));
        let layout = Layout::new(plan, &source.sha256);
        let mut writer = TableWriter::create(&self.lake.disk, &path, Arc::clone(&layout.schema))?;
        for part in rows.order.chunks(GROUP) {
            writer.group::<ImportError>(part.len(), |index| layout.column(rows, part, index))?;
        }
        let file: BatchFile = writer.finish()?;
        Ok(Batch {
            id,
            recorded: self.options.recorded,
            rows: rows.order.len() as u64,
            files: vec![file],
            superseded: None,
            sources: vec![source],
            mapping: MappingUsed {
                name: self.mapping.name.clone(),
                digest: self.mapping.digest.clone(),
            },
            counts,
        })
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

/// Which column of a batch comes from where.
struct Layout<'a> {
    plan: &'a Plan<'a>,
    schema: SchemaRef,
    origins: Vec<Origin>,
    file: String,
}

#[derive(Clone, Copy)]
enum Origin {
    /// A slot of the plan.
    Slot(usize, Kind),
    /// A column that the mapping leaves out.
    Null(Kind),
    List(usize),
    Precision,
    File,
    Line,
    Text,
}

impl<'a> Layout<'a> {
    fn new(plan: &'a Plan<'a>, sha256: &str) -> Layout<'a> {
        let targets = &plan.bound.targets;
        let slot = |name: &str| targets.iter().position(|bound| bound.target.name == name);
        let from = |name: &str, kind| slot(name).map_or(Origin::Null(kind), |s| Origin::Slot(s, kind));
        let schema = plan.schema;
        let mut origins: Vec<Origin> =
            schema.columns.iter().map(|c| from(c.name, c.kind)).collect();
        origins.extend((0..schema.lists.len()).map(Origin::List));
        if schema.moments().next().is_some() {
            origins.push(Origin::Precision);
        }
        origins.push(from("revised", Kind::Moment));
        origins.extend([Origin::File, Origin::Line, Origin::Text]);
        let mut fields: Vec<Field> =
            schema.arrow().fields().iter().map(|field| field.as_ref().clone()).collect();
        for (at, bound) in targets.iter().enumerate() {
            if bound.target.name.starts_with("x_") {
                let kind = bound.target.kind;
                fields.push(Field::new(&bound.target.name, kind.data_type(), true));
                origins.push(Origin::Slot(at, kind));
            }
        }
        Layout {
            plan,
            schema: Arc::new(arrow_schema::Schema::new(fields)),
            origins,
            file: format!("sha256:{}", &sha256[..16]),
        }
    }

    fn column(
        &self,
        rows: &Rows,
        part: &[super::order::At],
        index: usize,
    ) -> Result<ArrayRef, ImportError> {
        let fragments = &rows.fragments;
        let gathered = match self.origins[index] {
            Origin::Slot(slot, kind) => {
                gather::column(fragments, |f| &f.columns[slot], part, kind, &rows.labels[slot])
            }
            Origin::List(at) => {
                let list = &self.plan.schema.lists[at];
                let first = self.plan.list_slot(at, 0);
                let labels = &rows.labels[first..first + list.columns.len()];
                gather::list(fragments, at, part, list, labels)
            }
            Origin::Precision => {
                let labels = &rows.labels[self.plan.precision_slot()];
                gather::column(fragments, |f| &f.precision, part, Kind::Label, labels)
            }
            Origin::Null(kind) => {
                Ok(arrow_array::new_null_array(&kind.data_type(), part.len()))
            }
            Origin::File => constant_label(&self.file, part.len()),
            Origin::Line => {
                let lines = part.iter().map(|at| rows.line(*at) as i64);
                Ok(Arc::new(Int64Array::from_iter_values(lines)) as ArrayRef)
            }
            Origin::Text => Ok(Arc::new(notes(rows, part)) as ArrayRef),
        };
        Ok(gathered?)
    }
}

fn constant_label(text: &str, rows: usize) -> Result<ArrayRef, arrow_schema::ArrowError> {
    let keys = Int32Array::from(vec![0; rows]);
    let values = Arc::new(StringArray::from(vec![text]));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
}

/// The source's own words where their reading was ambiguous.
fn notes(rows: &Rows, part: &[super::order::At]) -> StringArray {
    let note = |at: &super::order::At| {
        let notes = &rows.fragments[at.fragment as usize].notes;
        let from = notes.partition_point(|(row, _)| *row < at.row);
        let own = notes[from..].iter().take_while(|(row, _)| *row == at.row);
        let texts: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    };
    part.iter().map(note).collect()
}

