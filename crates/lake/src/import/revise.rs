//! Revisions: compares the rows of a file with those that the lake already holds.
//!
//! Both sides are in key order, so they are walked side by side. A row with the content of the
//! newest revision is unchanged and not written again. Any other is a new revision, and of the two
//! the one with the earlier `revised` is superseded from then on.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, ArrayRef, RecordBatch};

use super::column::{ColumnData, NULL_INTEGER};
use super::digest::{RowDigests, is_content};
use super::error::ImportError;
use super::layout::BatchLayout;
use super::log::{EventLog, LogGrowth};
use super::order::{RowAt, SortKeys};
use super::rows::SourceRows;
use super::summary::MissingRows;
use crate::lake::Lake;
use crate::manifest::{LakeBatch, Manifest};
use crate::scan::{ScanTask, key_text};
use crate::schema::DatasetSchema;

/// What is known about the rows of a file after the comparison.
#[derive(Debug, Default)]
pub(crate) struct Revisions {
    /// By file.
    pub(crate) counts: Vec<RevisionCounts>,
    /// The rows to write, in order.
    pub(crate) order: Vec<RowAt>,
    /// Rows of earlier batches that are superseded now.
    pub(crate) older: BTreeMap<String, Vec<u64>>,
    /// Positions in `order` of rows that are superseded at once by others of the same file.
    pub(crate) own: Vec<u64>,
    pub(crate) missing: MissingRows,
    /// Cases whose events are partly in files that are not imported together with these.
    pub(crate) torn: Vec<RowAt>,
}

/// How many rows of one file are new, revised or unchanged.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RevisionCounts {
    pub(crate) new: u64,
    pub(crate) revised: u64,
    pub(crate) unchanged: u64,
}

/// A row of an earlier batch with the same key as a row of the file.
#[derive(Debug, Clone, Copy)]
struct EarlierRow {
    batch: usize,
    row: u64,
    digest: u64,
    revised: i64,
    live: bool,
    growth: LogGrowth,
}

/// Everything that the comparison needs.
pub(crate) struct LakeComparison<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) schema: &'a DatasetSchema,
    pub(crate) manifest: &'a Manifest,
    pub(crate) rows: &'a SourceRows,
    pub(crate) keys: SortKeys<'a>,
    pub(crate) layout: &'a BatchLayout<'a>,
    /// The slot of `revised`, if the mapping fills it.
    pub(crate) revised: Option<usize>,
    pub(crate) full_export: bool,
    /// How the rows of a log may differ from those in the lake.
    pub(crate) log: Option<EventLog<'a>>,
    /// How many files the rows come from.
    pub(crate) files: usize,
}

impl LakeComparison<'_> {
    pub(crate) fn find_revisions(&self) -> Result<Revisions, ImportError> {
        let digests = RowDigests::default();
        let mut missing = MissingRows::default();
        let olds = self.find_earlier_rows(&digests, &mut missing)?;
        if olds.is_empty() && !self.rows.repeated {
            // Most imports bring only rows that are new.
            let mut out = self.start_revisions(missing);
            out.order.clone_from(&self.rows.order);
            for at in &self.rows.order {
                out.counts[self.rows.file_of(*at)].new += 1;
            }
            return Ok(out);
        }
        let own = self.digest_own_rows(&digests, &olds)?;
        let mut out = self.start_revisions(missing);
        let order = &self.rows.order;
        out.order.reserve(order.len());
        let mut from = 0;
        while from < order.len() {
            let mut to = from + 1;
            while to < order.len() && self.keys.compare_rows(order[from], order[to]).is_eq() {
                to += 1;
            }
            match (to - from, olds.get(&from)) {
                (1, None) => {
                    out.counts[self.rows.file_of(order[from])].new += 1;
                    out.order.push(order[from]);
                }
                (_, found) => {
                    let found = found.map_or(&[][..], Vec::as_slice);
                    self.settle_key(from..to, found, &own, &mut out);
                }
            }
            from = to;
        }
        out.older.values_mut().for_each(|rows| rows.sort_unstable());
        out.own.sort_unstable();
        Ok(out)
    }

    fn start_revisions(&self, missing: MissingRows) -> Revisions {
        let counts = vec![RevisionCounts::default(); self.files];
        Revisions { counts, missing, ..Revisions::default() }
    }

    /// Settles the rows of one key, which are ordered by `revised`.
    fn settle_key(
        &self,
        range: std::ops::Range<usize>,
        olds: &[EarlierRow],
        own: &HashMap<usize, u64>,
        out: &mut Revisions,
    ) {
        // The newest revision so far: its content, its `revised`, and where it is stored.
        let mut newest: Option<(u64, i64, RevisionPlace)> = olds
            .iter()
            .find(|old| old.live)
            .map(|old| (old.digest, old.revised, RevisionPlace::Earlier(old.batch, old.row)));
        for index in range {
            let at = self.rows.order[index];
            let digest = own.get(&index).copied().unwrap_or_default();
            let revised = self.revised_of(at);
            let outcome = &mut out.counts[self.rows.file_of(at)];
            let retold = |old: &EarlierRow| {
                revised != NULL_INTEGER && old.revised == revised && old.digest == digest
            };
            let Some((content, since, place)) = newest else {
                outcome.new += 1;
                newest = Some((digest, revised, RevisionPlace::Own(out.order.len() as u64)));
                out.order.push(at);
                continue;
            };
            if content == digest || olds.iter().any(retold) {
                outcome.unchanged += 1;
                continue;
            }
            let late = revised != NULL_INTEGER && since != NULL_INTEGER && revised < since;
            if is_torn(olds, late) {
                out.torn.push(at);
                continue;
            }
            outcome.revised += 1;
            let position = RevisionPlace::Own(out.order.len() as u64);
            out.order.push(at);
            let dead = if late { position } else { place };
            if !late {
                newest = Some((digest, revised, position));
            }
            match dead {
                RevisionPlace::Own(position) => out.own.push(position),
                RevisionPlace::Earlier(batch, row) => {
                    let id = self.manifest.batches[batch].id.clone();
                    out.older.entry(id).or_default().push(row);
                }
            }
        }
    }

    fn revised_of(&self, at: RowAt) -> i64 {
        let Some(slot) = self.revised else {
            return NULL_INTEGER;
        };
        match &self.rows.fragments[at.fragment as usize].columns[slot] {
            ColumnData::Integer(values) => values[at.row as usize],
            ColumnData::Label(_)
            | ColumnData::Text(_)
            | ColumnData::Number(_)
            | ColumnData::Boolean(_) => NULL_INTEGER,
        }
    }

    /// Finds the earlier rows of every key in the file, keyed by the position of the first row with
    /// it.
    fn find_earlier_rows(
        &self,
        digests: &RowDigests,
        missing: &mut MissingRows,
    ) -> Result<HashMap<usize, Vec<EarlierRow>>, ImportError> {
        let mut olds: HashMap<usize, Vec<EarlierRow>> = HashMap::new();
        if self.rows.order.is_empty() {
            return Ok(olds);
        }
        let batches: Vec<&LakeBatch> = self.manifest.batches.iter().collect();
        let dead = self.lake.superseded(self.schema, &batches)?;
        let sources = self.key_sources();
        for (index, batch) in batches.iter().enumerate() {
            let dead: HashSet<u64> = dead.get(&batch.id).into_iter().flatten().copied().collect();
            let mut walk = BatchWalk {
                comparison: self,
                digests,
                batch: index,
                dead,
                sources: &sources,
                position: 0,
                row: 0,
            };
            for task in self.lake.batch_tasks(self.schema, batch)? {
                if !self.full_export && self.is_apart(&task) {
                    walk.row += task.row_count();
                    continue;
                }
                for part in task.read_batches() {
                    walk.join_part(&part?, &mut olds, missing)?;
                }
            }
        }
        Ok(olds)
    }

    /// The values of the first key column in the file.
    fn key_sources(&self) -> HashSet<String> {
        let Some(column) = self.keys.columns.first() else {
            return HashSet::new();
        };
        self.rows.labels[*column].texts.iter().cloned().collect()
    }

    /// Whether no key of the file can be in a row group, judged by the group's least and greatest
    /// values.
    fn is_apart(&self, task: &ScanTask) -> bool {
        let (Some(first), Some(last)) = (self.rows.order.first(), self.rows.order.last()) else {
            return true;
        };
        self.keys.columns.iter().zip(self.schema.key).any(|(column, name)| {
            // For other key columns the first and last row do not bound the file's values.
            let leading = self.keys.columns.first() == Some(column)
                || self.rows.labels[self.keys.columns[0]].texts.len() == 1
                    && self.keys.columns.get(1) == Some(column);
            if !leading {
                return false;
            }
            let (least, greatest) =
                (self.key_column_text(*column, *first), self.key_column_text(*column, *last));
            task.value_range(name).is_some_and(|(low, high)| {
                greatest.as_bytes() < low.as_slice() || least.as_bytes() > high.as_slice()
            })
        })
    }

    /// The text of a key column.
    fn key_column_text(&self, column: usize, at: RowAt) -> &str {
        let fragment = &self.rows.fragments[at.fragment as usize];
        match &fragment.columns[column] {
            ColumnData::Text(texts) => texts.get(at.row as usize).unwrap_or_default(),
            ColumnData::Label(codes) => {
                let labels = &self.rows.labels[column];
                let code = labels.code_of(fragment.thread, codes[at.row as usize]);
                labels.texts.get(code as usize).map_or("", String::as_str)
            }
            ColumnData::Integer(_) | ColumnData::Number(_) | ColumnData::Boolean(_) => "",
        }
    }

    /// The digests of all rows whose key is in the lake or occurs several times in the file.
    fn digest_own_rows(
        &self,
        digests: &RowDigests,
        olds: &HashMap<usize, Vec<EarlierRow>>,
    ) -> Result<HashMap<usize, u64>, ImportError> {
        let order = &self.rows.order;
        let same = |a: usize, b: usize| self.keys.compare_rows(order[a], order[b]).is_eq();
        let mut wanted = Vec::new();
        let mut known = false;
        for index in 0..order.len() {
            let starts = index == 0 || !same(index - 1, index);
            if starts {
                known =
                    olds.contains_key(&index) || index + 1 < order.len() && same(index, index + 1);
            }
            if known {
                wanted.push(index);
            }
        }
        let mut found = HashMap::with_capacity(wanted.len());
        for part in wanted.chunks(65_536) {
            let rows: Vec<RowAt> = part.iter().map(|index| order[*index]).collect();
            let mut values = vec![0; rows.len()];
            for (column, field) in self.layout.schema.fields().iter().enumerate() {
                if is_content(field.name()) {
                    let array = self.layout.build_column(self.rows, &rows, column)?;
                    digests.add_column(field.name(), &array, &mut values);
                }
            }
            found.extend(part.iter().copied().zip(values));
        }
        Ok(found)
    }
}

/// Whether a case and its newest revision cannot come from one and the same log.
fn is_torn(olds: &[EarlierRow], late: bool) -> bool {
    olds.iter().any(|old| old.live && if late { !old.growth.backward } else { !old.growth.forward })
}

#[derive(Clone, Copy)]
enum RevisionPlace {
    Earlier(usize, u64),
    /// A position among the rows to write.
    Own(u64),
}

/// A walk along the rows of one earlier batch.
struct BatchWalk<'a> {
    comparison: &'a LakeComparison<'a>,
    digests: &'a RowDigests,
    batch: usize,
    dead: HashSet<u64>,
    sources: &'a HashSet<String>,
    /// How far the walk has come in the rows of the file.
    position: usize,
    /// How far the walk has come in the rows of the batch.
    row: u64,
}

impl BatchWalk<'_> {
    fn join_part(
        &mut self,
        part: &RecordBatch,
        olds: &mut HashMap<usize, Vec<EarlierRow>>,
        missing: &mut MissingRows,
    ) -> Result<(), ImportError> {
        let keys: Vec<&ArrayRef> = self
            .comparison
            .schema
            .key
            .iter()
            .filter_map(|name| part.column_by_name(name))
            .collect();
        let mut matches = Vec::new();
        for row in 0..part.num_rows() {
            let number = self.row + row as u64;
            match self.find_position(&keys, row) {
                Some(position) => matches.push((position, row, number)),
                None if self.comparison.full_export && !self.dead.contains(&number) => {
                    self.note_missing(&keys, row, missing);
                }
                None => {}
            }
        }
        self.row += part.num_rows() as u64;
        if matches.is_empty() {
            return Ok(());
        }
        let pairs: Vec<(RowAt, usize)> =
            matches.iter().map(|(at, row, _)| (self.comparison.rows.order[*at], *row)).collect();
        let growth = match &self.comparison.log {
            Some(log) => {
                log.compare_with_batch(self.comparison.rows, self.comparison.layout, part, &pairs)?
            }
            None => vec![LogGrowth::default(); pairs.len()],
        };
        let mut values = vec![0; part.num_rows()];
        for (field, column) in part.schema().fields().iter().zip(part.columns()) {
            if is_content(field.name()) {
                self.digests.add_column(field.name(), column, &mut values);
            }
        }
        let revised = part.column_by_name("revised");
        let revised = revised.map(arrow_array::cast::AsArray::as_primitive::<TimestampSecondType>);
        for ((position, row, number), growth) in matches.into_iter().zip(growth) {
            let revised = revised.filter(|column| column.is_valid(row));
            olds.entry(position).or_default().push(EarlierRow {
                batch: self.batch,
                row: number,
                digest: values[row],
                revised: revised.map_or(NULL_INTEGER, |column| column.value(row)),
                live: !self.dead.contains(&number),
                growth,
            });
        }
        Ok(())
    }

    /// The position of the first row in the file with the key of this earlier row.
    fn find_position(&mut self, keys: &[&ArrayRef], row: usize) -> Option<usize> {
        let order = &self.comparison.rows.order;
        while self.position < order.len() {
            match self.compare_keys(order[self.position], keys, row) {
                std::cmp::Ordering::Less => self.position += 1,
                std::cmp::Ordering::Equal => return Some(self.position),
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }

    fn compare_keys(&self, own: RowAt, keys: &[&ArrayRef], row: usize) -> std::cmp::Ordering {
        let columns = self.comparison.keys.columns.iter().zip(keys);
        let mut compared = columns.map(|(column, array)| {
            self.comparison.key_column_text(*column, own).cmp(key_text(array, row))
        });
        compared.find(|found| found.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    }

    fn note_missing(&self, keys: &[&ArrayRef], row: usize, missing: &mut MissingRows) {
        let texts: Vec<&str> = keys.iter().map(|array| key_text(array, row)).collect();
        if texts.first().is_some_and(|source| self.sources.contains(*source)) {
            missing.rows += 1;
            if missing.examples.len() < 10 {
                missing.examples.push(texts.join("/"));
            }
        }
    }
}
