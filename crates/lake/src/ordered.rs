//! The newest revision of every row as of a point in time, in key order, in blocks of equal size.
//!
//! The rows of a batch are already in key order, so a block is a range of rows of each batch. With
//! one batch the ranges are known at once; with several the keys are merged first.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection};

use crate::keys::RowKeys;
use crate::lake::Lake;
use crate::lake_error::LakeError;
use crate::manifest::LakeBatch;
use crate::scan::{ROWS, ScanBatches, ScanTask, find_fields};
use crate::schema::DatasetSchema;

/// How many rows a walk reads at once: few enough for what is computed from them to stay in the
/// processor's cache.
const AT_ONCE: usize = 8192;

/// Live rows in key order.
#[derive(Debug)]
pub struct OrderedRows {
    schema: DatasetSchema,
    sources: Vec<OrderedBatch>,
    blocks: Vec<OrderedBlock>,
    rows: u64,
}

/// A block: for each batch, a range of its live rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedBlock {
    rows: u64,
    live: Vec<Range<u64>>,
}

/// The rows of one batch in a block, in key order.
#[derive(Debug)]
pub struct BlockPart {
    /// The position of the batch in [`Ordered::batches`].
    pub batch: usize,
    /// The row numbers in the batch, ascending; as many as there are in `rows`.
    pub places: Vec<Range<u64>>,
    pub rows: Vec<RecordBatch>,
}

/// A batch, and which of its rows are superseded.
#[derive(Debug)]
struct OrderedBatch {
    batch: LakeBatch,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    dead: Vec<u64>,
    live: u64,
}

impl Lake {
    /// The newest revision of every row as of a point in time, in key order. `block_rows` gives the
    /// number of rows per block from the number of all rows.
    pub fn order_rows(
        &self,
        schema: &DatasetSchema,
        as_of: Option<i64>,
        block_rows: impl Fn(u64) -> u64,
    ) -> Result<OrderedRows, LakeError> {
        let manifest = self.read_manifest(schema.name)?;
        let cut = as_of.unwrap_or(i64::MAX);
        let batches: Vec<&LakeBatch> =
            manifest.batches.iter().filter(|batch| batch.recorded <= cut).collect();
        let mut dead = self.superseded(schema, &batches)?;
        let mut sources = Vec::new();
        for batch in batches {
            for file in &batch.files {
                let (path, metadata) = self.open_file(schema, &file.name)?;
                let dead = dead.remove(&batch.id).unwrap_or_default();
                let live = batch.rows - dead.len() as u64;
                sources.push(OrderedBatch { batch: batch.clone(), path, metadata, dead, live });
            }
        }
        let rows = sources.iter().map(|source| source.live).sum();
        let mut ordered = OrderedRows { schema: schema.clone(), sources, blocks: Vec::new(), rows };
        ordered.blocks = ordered.cut_blocks(block_rows(rows).max(1))?;
        Ok(ordered)
    }
}

impl OrderedRows {
    /// How many rows there are.
    pub fn row_count(&self) -> u64 {
        self.rows
    }

    pub fn blocks(&self) -> &[OrderedBlock] {
        &self.blocks
    }

    /// The batches that the rows come from.
    pub fn batches(&self) -> impl Iterator<Item = &LakeBatch> {
        self.sources.iter().map(|source| &source.batch)
    }

    /// Walks along neighbouring blocks and reads these columns; a column that a batch lacks is
    /// null. Each batch is read once, from front to back.
    pub fn walk_blocks(
        &self,
        blocks: Range<usize>,
        columns: &[&str],
    ) -> Result<BlockWalk<'_>, LakeError> {
        let files = self.sources.iter().map(|source| &source.metadata);
        let fields = find_fields(&self.schema, columns, &files)?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let blocks = self.blocks.get(blocks).unwrap_or_default();
        let reading = self.sources.iter().enumerate().map(|(number, source)| {
            let from = blocks.first().map_or(0, |block| block.live[number].start);
            let to = blocks.last().map_or(0, |block| block.live[number].end);
            let mut tasks =
                source.scan_tasks(&source.live_places(from..to), &schema, self.schema.name);
            for task in &mut tasks {
                task.at_once = AT_ONCE;
            }
            BatchReading { tasks: tasks.into_iter(), part: None, rest: None }
        });
        Ok(BlockWalk { sources: &self.sources, blocks: blocks.iter(), reading: reading.collect() })
    }

    /// The rows that are no longer the newest, with these columns: for each task, the position of
    /// its batch in [`Ordered::batches`].
    pub fn superseded_tasks(&self, columns: &[&str]) -> Result<Vec<(usize, ScanTask)>, LakeError> {
        let files = self.sources.iter().map(|source| &source.metadata);
        let fields = find_fields(&self.schema, columns, &files)?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let mut tasks = Vec::new();
        for (batch, source) in self.sources.iter().enumerate() {
            let dead = source.dead.chunk_by(|one, next| one + 1 == *next);
            let places: Vec<Range<u64>> =
                dead.map(|run| run[0]..run[0] + run.len() as u64).collect();
            let own = source.scan_tasks(&places, &schema, self.schema.name);
            tasks.extend(own.into_iter().map(|task| (batch, task)));
        }
        Ok(tasks)
    }

    fn cut_blocks(&self, block_rows: u64) -> Result<Vec<OrderedBlock>, LakeError> {
        let mut ends = Vec::new();
        if let [only] = self.sources.as_slice() {
            let whole = (1..=only.live / block_rows).map(|block| vec![block * block_rows]);
            ends.extend(whole);
        } else {
            self.merge_keys(block_rows, &mut ends)?;
        }
        let all: Vec<u64> = self.sources.iter().map(|source| source.live).collect();
        if !self.rows.is_multiple_of(block_rows) {
            ends.push(all);
        }
        let mut from = vec![0; self.sources.len()];
        let mut blocks = Vec::new();
        for to in ends {
            let live: Vec<Range<u64>> = from.iter().zip(&to).map(|(a, b)| *a..*b).collect();
            blocks.push(OrderedBlock {
                rows: live.iter().map(|part| part.end - part.start).sum(),
                live,
            });
            from = to;
        }
        Ok(blocks)
    }

    /// Walks the keys of all batches at once and notes how far each has come at the end of a block.
    fn merge_keys(&self, block_rows: u64, ends: &mut Vec<Vec<u64>>) -> Result<(), LakeError> {
        let fields = find_fields(&self.schema, self.schema.key, &std::iter::empty())?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let mut walks = Vec::new();
        for source in &self.sources {
            let tasks =
                source.scan_tasks(&source.live_places(0..source.live), &schema, self.schema.name);
            let reading = BatchReading { tasks: tasks.into_iter(), part: None, rest: None };
            let mut walk = KeyWalk {
                reading,
                keys: RowKeys::from_batch(&self.schema, &empty_batch()),
                row: 0,
            };
            walk.fill_rows(&self.schema)?;
            walks.push(walk);
        }
        // The batches that have rows left, ordered by their next keys.
        let mut heads: Vec<usize> = (0..walks.len()).filter(|at| walks[*at].has_row()).collect();
        heads.sort_by(|one, other| walks[*one].compare_keys(&walks[*other]));
        let mut taken = vec![0; self.sources.len()];
        let mut total: u64 = 0;
        while let Some(number) = heads.first().copied() {
            taken[number] += 1;
            total += 1;
            if total.is_multiple_of(block_rows) {
                ends.push(taken.clone());
            }
            walks[number].row += 1;
            walks[number].fill_rows(&self.schema)?;
            let walk = &walks[number];
            if !walk.has_row() {
                heads.remove(0);
                continue;
            }
            let comes_before =
                |other: &usize| walks[*other].compare_keys(walk).then(other.cmp(&number));
            let behind = heads[1..].partition_point(|other| comes_before(other).is_lt());
            heads[..=behind].rotate_left(1);
        }
        Ok(())
    }
}

fn empty_batch() -> RecordBatch {
    RecordBatch::new_empty(Arc::new(arrow_schema::Schema::empty()))
}

impl OrderedBlock {
    pub fn row_count(&self) -> u64 {
        self.rows
    }
}

impl OrderedBatch {
    /// The row numbers in the batch of a range of live rows.
    fn live_places(&self, live: Range<u64>) -> Vec<Range<u64>> {
        let mut places = Vec::new();
        if live.is_empty() {
            return places;
        }
        // Before dead row number `i` there are `dead[i] - i` live rows.
        let mut next = self.dead_before(live.start);
        let mut at = live.start + next as u64;
        let mut left = live.end - live.start;
        while left > 0 {
            let stop = self.dead.get(next).copied().unwrap_or(u64::MAX);
            let length = (stop - at).min(left);
            if length > 0 {
                places.push(at..at + length);
            }
            left -= length;
            at = stop.saturating_add(1);
            next += 1;
        }
        places
    }

    fn dead_before(&self, live: u64) -> usize {
        let (mut low, mut high) = (0, self.dead.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.dead[middle] - middle as u64 <= live {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn scan_tasks(
        &self,
        places: &[Range<u64>],
        schema: &SchemaRef,
        dataset: &'static str,
    ) -> Vec<ScanTask> {
        let mut tasks = Vec::new();
        let mut first = 0;
        for (group, info) in self.metadata.metadata().row_groups().iter().enumerate() {
            let rows = info.num_rows() as u64;
            let from = places.partition_point(|place| place.end <= first);
            let inside: Vec<Range<usize>> = places[from..]
                .iter()
                .take_while(|place| place.start < first + rows)
                .map(|place| place.start.max(first)..place.end.min(first + rows))
                .filter(|place| place.start < place.end)
                .map(|place| (place.start - first) as usize..(place.end - first) as usize)
                .collect();
            first += rows;
            let count: usize = inside.iter().map(Range::len).sum();
            if count == 0 {
                continue;
            }
            let live = (count as u64 != rows)
                .then(|| RowSelection::from_consecutive_ranges(inside.into_iter(), rows as usize));
            tasks.push(ScanTask {
                dataset,
                path: self.path.clone(),
                metadata: self.metadata.clone(),
                group,
                schema: Arc::clone(schema),
                live,
                rows: count as u64,
                at_once: ROWS,
            });
        }
        tasks
    }
}

/// Neighbouring blocks, one after the other.
#[derive(Debug)]
pub struct BlockWalk<'a> {
    sources: &'a [OrderedBatch],
    blocks: std::slice::Iter<'a, OrderedBlock>,
    reading: Vec<BatchReading>,
}

impl Iterator for BlockWalk<'_> {
    type Item = Result<Vec<BlockPart>, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.blocks.next()?;
        let mut parts = Vec::new();
        for (batch, live) in block.live.iter().enumerate().filter(|(_, live)| !live.is_empty()) {
            let places = self.sources[batch].live_places(live.clone());
            match self.reading[batch].take_rows(live.end - live.start) {
                Ok(rows) => parts.push(BlockPart { batch, places, rows }),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(parts))
    }
}

/// Some rows of one batch, read from front to back.
#[derive(Debug)]
struct BatchReading {
    tasks: std::vec::IntoIter<ScanTask>,
    part: Option<ScanBatches>,
    /// Rows that were read and not yet taken.
    rest: Option<RecordBatch>,
}

impl BatchReading {
    /// The next rows, however many were read together; `None` at the end.
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(rest));
        }
        loop {
            match self.part.as_mut().and_then(Iterator::next) {
                Some(part) => return part.map(Some),
                None => match self.tasks.next() {
                    Some(task) => self.part = Some(task.read_batches()),
                    None => return Ok(None),
                },
            }
        }
    }

    /// The next `rows` rows, or fewer at the end.
    fn take_rows(&mut self, rows: u64) -> Result<Vec<RecordBatch>, LakeError> {
        let mut left = rows as usize;
        let mut taken = Vec::new();
        while left > 0 {
            let Some(part) = self.next_batch()? else {
                break;
            };
            let own = part.num_rows().min(left);
            if own < part.num_rows() {
                self.rest = Some(part.slice(own, part.num_rows() - own));
            }
            taken.push(part.slice(0, own));
            left -= own;
        }
        Ok(taken)
    }
}

/// A walk along the keys of one batch.
struct KeyWalk {
    reading: BatchReading,
    keys: RowKeys,
    row: usize,
}

impl KeyWalk {
    /// Reads the next part if all rows of the current one are used.
    fn fill_rows(&mut self, schema: &DatasetSchema) -> Result<(), LakeError> {
        while self.row >= self.keys.row_count() {
            let Some(part) = self.reading.next_batch()? else {
                return Ok(());
            };
            self.keys = RowKeys::from_batch(schema, &part);
            self.row = 0;
        }
        Ok(())
    }

    fn has_row(&self) -> bool {
        self.row < self.keys.row_count()
    }

    fn compare_keys(&self, other: &KeyWalk) -> Ordering {
        self.keys.compare_rows(self.row, &other.keys, other.row)
    }
}
