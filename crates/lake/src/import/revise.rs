//! Revisions: the rows of a file against those that the lake holds already.
//!
//! Both sides are in key order, so they are walked side by side. A row with the content of the
//! newest revision is unchanged and not written again; another is a new revision, and of the two
//! the one with the earlier `revised` is from then on superseded.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampSecondType;
use arrow_array::{Array, ArrayRef, RecordBatch};

use super::column::{Data, NULL_INTEGER};
use super::digest::{Digests, is_content};
use super::error::ImportError;
use super::layout::Layout;
use super::log::{Growth, Log};
use super::order::{At, Keys};
use super::rows::Rows;
use super::summary::Missing;
use crate::lake::Lake;
use crate::manifest::{Batch, Manifest};
use crate::scan::{ScanTask, key_text};
use crate::schema::Schema;

/// What is known of a file's rows once they were compared.
#[derive(Debug, Default)]
pub(crate) struct Revisions {
    /// By file.
    pub(crate) counts: Vec<Outcome>,
    /// The rows to write, in order.
    pub(crate) order: Vec<At>,
    /// Rows of earlier batches that are superseded now.
    pub(crate) older: BTreeMap<String, Vec<u64>>,
    /// Positions in `order` of rows that are superseded at once.
    pub(crate) own: Vec<u64>,
    pub(crate) missing: Missing,
    /// Cases whose events lie in part in files that are not imported with these.
    pub(crate) torn: Vec<At>,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    pub(crate) new: u64,
    pub(crate) revised: u64,
    pub(crate) unchanged: u64,
}

/// A row of an earlier batch with the same key as a row of the file.
#[derive(Debug, Clone, Copy)]
struct Old {
    batch: usize,
    row: u64,
    digest: u64,
    revised: i64,
    live: bool,
    growth: Growth,
}

/// Everything the comparison needs.
pub(crate) struct Comparison<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) schema: &'a Schema,
    pub(crate) manifest: &'a Manifest,
    pub(crate) rows: &'a Rows,
    pub(crate) keys: Keys<'a>,
    pub(crate) layout: &'a Layout<'a>,
    /// The slot of `revised`, if the mapping fills it.
    pub(crate) revised: Option<usize>,
    pub(crate) full_export: bool,
    /// How the rows of a log may differ from those that the lake has.
    pub(crate) log: Option<Log<'a>>,
    /// How many files the rows are from.
    pub(crate) files: usize,
}

impl Comparison<'_> {
    pub(crate) fn revisions(&self) -> Result<Revisions, ImportError> {
        let digests = Digests::default();
        let mut missing = Missing::default();
        let olds = self.join(&digests, &mut missing)?;
        if olds.is_empty() && !self.rows.repeated {
            // Most imports bring rows that nobody has seen before.
            let mut out = self.nothing_yet(missing);
            out.order.clone_from(&self.rows.order);
            for at in &self.rows.order {
                out.counts[self.rows.file(*at)].new += 1;
            }
            return Ok(out);
        }
        let own = self.own_digests(&digests, &olds)?;
        let mut out = self.nothing_yet(missing);
        let order = &self.rows.order;
        out.order.reserve(order.len());
        let mut from = 0;
        while from < order.len() {
            let mut to = from + 1;
            while to < order.len() && self.keys.compare(order[from], order[to]).is_eq() {
                to += 1;
            }
            match (to - from, olds.get(&from)) {
                (1, None) => {
                    out.counts[self.rows.file(order[from])].new += 1;
                    out.order.push(order[from]);
                }
                (_, found) => {
                    let found = found.map_or(&[][..], Vec::as_slice);
                    self.group(from..to, found, &own, &mut out);
                }
            }
            from = to;
        }
        out.older.values_mut().for_each(|rows| rows.sort_unstable());
        out.own.sort_unstable();
        Ok(out)
    }

    fn nothing_yet(&self, missing: Missing) -> Revisions {
        let counts = vec![Outcome::default(); self.files];
        Revisions { counts, missing, ..Revisions::default() }
    }

    /// Settles the rows of one key, which come in the order of `revised`.
    fn group(
        &self,
        range: std::ops::Range<usize>,
        olds: &[Old],
        own: &HashMap<usize, u64>,
        out: &mut Revisions,
    ) {
        // The newest revision so far: content, `revised`, and where to note that it is superseded.
        let mut newest: Option<(u64, i64, Place)> = olds
            .iter()
            .find(|old| old.live)
            .map(|old| (old.digest, old.revised, Place::Earlier(old.batch, old.row)));
        for index in range {
            let at = self.rows.order[index];
            let digest = own.get(&index).copied().unwrap_or_default();
            let revised = self.revised_of(at);
            let outcome = &mut out.counts[self.rows.file(at)];
            let retold = |old: &Old| {
                revised != NULL_INTEGER && old.revised == revised && old.digest == digest
            };
            let Some((content, since, place)) = newest else {
                outcome.new += 1;
                newest = Some((digest, revised, Place::Own(out.order.len() as u64)));
                out.order.push(at);
                continue;
            };
            if content == digest || olds.iter().any(retold) {
                outcome.unchanged += 1;
                continue;
            }
            let late = revised != NULL_INTEGER && since != NULL_INTEGER && revised < since;
            if torn(olds, late) {
                out.torn.push(at);
                continue;
            }
            outcome.revised += 1;
            let position = Place::Own(out.order.len() as u64);
            out.order.push(at);
            let dead = if late { position } else { place };
            if !late {
                newest = Some((digest, revised, position));
            }
            match dead {
                Place::Own(position) => out.own.push(position),
                Place::Earlier(batch, row) => {
                    let id = self.manifest.batches[batch].id.clone();
                    out.older.entry(id).or_default().push(row);
                }
            }
        }
    }

    fn revised_of(&self, at: At) -> i64 {
        let Some(slot) = self.revised else {
            return NULL_INTEGER;
        };
        match &self.rows.fragments[at.fragment as usize].columns[slot] {
            Data::Integer(values) => values[at.row as usize],
            Data::Label(_) | Data::Text(_) | Data::Number(_) | Data::Boolean(_) => NULL_INTEGER,
        }
    }

    /// Finds the earlier rows of every key in the file, by the position of the key's first row.
    fn join(
        &self,
        digests: &Digests,
        missing: &mut Missing,
    ) -> Result<HashMap<usize, Vec<Old>>, ImportError> {
        let mut olds: HashMap<usize, Vec<Old>> = HashMap::new();
        if self.rows.order.is_empty() {
            return Ok(olds);
        }
        let batches: Vec<&Batch> = self.manifest.batches.iter().collect();
        let dead = self.lake.superseded(self.schema, &batches)?;
        let sources = self.sources();
        for (index, batch) in batches.iter().enumerate() {
            let dead: HashSet<u64> = dead.get(&batch.id).into_iter().flatten().copied().collect();
            let mut walk = Walk {
                comparison: self,
                digests,
                batch: index,
                dead,
                sources: &sources,
                position: 0,
                row: 0,
            };
            for task in self.lake.batch_tasks(self.schema, batch)? {
                if !self.full_export && self.apart(&task) {
                    walk.row += task.rows();
                    continue;
                }
                for part in task.batches() {
                    walk.part(&part?, &mut olds, missing)?;
                }
            }
        }
        Ok(olds)
    }

    /// The values of the key's first column in the file.
    fn sources(&self) -> HashSet<String> {
        let Some(column) = self.keys.columns.first() else {
            return HashSet::new();
        };
        self.rows.labels[*column].texts.iter().cloned().collect()
    }

    /// Whether no key of the file can be in a row group, by the group's least and greatest values.
    fn apart(&self, task: &ScanTask) -> bool {
        let (Some(first), Some(last)) = (self.rows.order.first(), self.rows.order.last()) else {
            return true;
        };
        self.keys.columns.iter().zip(self.schema.key).any(|(column, name)| {
            // Beyond the first column of the key the file's own range is not that of its ends.
            let leading = self.keys.columns.first() == Some(column)
                || self.rows.labels[self.keys.columns[0]].texts.len() == 1
                    && self.keys.columns.get(1) == Some(column);
            if !leading {
                return false;
            }
            let (least, greatest) = (self.text(*column, *first), self.text(*column, *last));
            task.range(name).is_some_and(|(low, high)| {
                greatest.as_bytes() < low.as_slice() || least.as_bytes() > high.as_slice()
            })
        })
    }

    /// The text of a key column.
    fn text(&self, column: usize, at: At) -> &str {
        let fragment = &self.rows.fragments[at.fragment as usize];
        match &fragment.columns[column] {
            Data::Text(texts) => texts.get(at.row as usize).unwrap_or_default(),
            Data::Label(codes) => {
                let labels = &self.rows.labels[column];
                let code = labels.code(fragment.thread, codes[at.row as usize]);
                labels.texts.get(code as usize).map_or("", String::as_str)
            }
            Data::Integer(_) | Data::Number(_) | Data::Boolean(_) => "",
        }
    }

    /// The digests of all rows whose key occurs earlier or several times in the file.
    fn own_digests(
        &self,
        digests: &Digests,
        olds: &HashMap<usize, Vec<Old>>,
    ) -> Result<HashMap<usize, u64>, ImportError> {
        let order = &self.rows.order;
        let same = |a: usize, b: usize| self.keys.compare(order[a], order[b]).is_eq();
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
            let rows: Vec<At> = part.iter().map(|index| order[*index]).collect();
            let mut values = vec![0; rows.len()];
            for (column, field) in self.layout.schema.fields().iter().enumerate() {
                if is_content(field.name()) {
                    let array = self.layout.column(self.rows, &rows, column)?;
                    digests.add(field.name(), &array, &mut values);
                }
            }
            found.extend(part.iter().copied().zip(values));
        }
        Ok(found)
    }
}

/// Whether a case of a log and its newest revision cannot be states of one and the same log.
fn torn(olds: &[Old], late: bool) -> bool {
    olds.iter().any(|old| old.live && if late { !old.growth.backward } else { !old.growth.forward })
}

#[derive(Clone, Copy)]
enum Place {
    Earlier(usize, u64),
    /// A position among the rows to write.
    Own(u64),
}

/// The walk along one earlier batch.
struct Walk<'a> {
    comparison: &'a Comparison<'a>,
    digests: &'a Digests,
    batch: usize,
    dead: HashSet<u64>,
    sources: &'a HashSet<String>,
    /// How far along the file's rows.
    position: usize,
    /// How far along the batch's rows.
    row: u64,
}

impl Walk<'_> {
    fn part(
        &mut self,
        part: &RecordBatch,
        olds: &mut HashMap<usize, Vec<Old>>,
        missing: &mut Missing,
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
            match self.find(&keys, row) {
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
        let pairs: Vec<(At, usize)> =
            matches.iter().map(|(at, row, _)| (self.comparison.rows.order[*at], *row)).collect();
        let growth = match &self.comparison.log {
            Some(log) => log.growth(self.comparison.rows, self.comparison.layout, part, &pairs)?,
            None => vec![Growth::default(); pairs.len()],
        };
        let mut values = vec![0; part.num_rows()];
        for (field, column) in part.schema().fields().iter().zip(part.columns()) {
            if is_content(field.name()) {
                self.digests.add(field.name(), column, &mut values);
            }
        }
        let revised = part.column_by_name("revised");
        let revised = revised.map(|column| column.as_primitive::<TimestampSecondType>());
        for ((position, row, number), growth) in matches.into_iter().zip(growth) {
            let revised = revised.filter(|column| column.is_valid(row));
            olds.entry(position).or_default().push(Old {
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

    /// The position of the first row in the file with the key of an earlier row.
    fn find(&mut self, keys: &[&ArrayRef], row: usize) -> Option<usize> {
        let order = &self.comparison.rows.order;
        while self.position < order.len() {
            match self.compare(order[self.position], keys, row) {
                std::cmp::Ordering::Less => self.position += 1,
                std::cmp::Ordering::Equal => return Some(self.position),
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }

    fn compare(&self, own: At, keys: &[&ArrayRef], row: usize) -> std::cmp::Ordering {
        let columns = self.comparison.keys.columns.iter().zip(keys);
        let mut compared = columns
            .map(|(column, array)| self.comparison.text(*column, own).cmp(key_text(array, row)));
        compared.find(|found| found.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    }

    fn note_missing(&self, keys: &[&ArrayRef], row: usize, missing: &mut Missing) {
        let texts: Vec<&str> = keys.iter().map(|array| key_text(array, row)).collect();
        if texts.first().is_some_and(|source| self.sources.contains(*source)) {
            missing.rows += 1;
            if missing.examples.len() < 10 {
                missing.examples.push(texts.join("/"));
            }
        }
    }
}
