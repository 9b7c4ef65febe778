//! The newest revision of every row at a cut in the order of the key, in blocks of equal size.
//!
//! The rows of a batch stand in the order of their key already, so a block is a stretch of rows of
//! each batch. With one batch that is known at once; with several the keys are merged first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection};

use crate::lake::{Lake, LakeError};
use crate::manifest::Batch;
use crate::scan::{ScanBatches, ScanTask, key_text, wanted};
use crate::schema::Schema;

/// Live rows in the order of the key.
#[derive(Debug)]
pub struct Ordered {
    schema: Schema,
    sources: Vec<Source>,
    blocks: Vec<Block>,
    rows: u64,
}

/// A stretch of rows: for each batch, which of its live rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    rows: u64,
    live: Vec<Range<u64>>,
}

/// The rows of one batch in a block, in the order of the key.
#[derive(Debug)]
pub struct BlockPart {
    /// Which of [`Ordered::batches`].
    pub batch: usize,
    /// Rows of the batch, ascending; as many as `rows` have.
    pub places: Vec<Range<u64>>,
    pub rows: Vec<RecordBatch>,
}

/// A batch with what is dead in it.
#[derive(Debug)]
struct Source {
    batch: Batch,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    dead: Vec<u64>,
    live: u64,
}

impl Lake {
    /// The newest revision of every row at a cut, in the order of the key. `block_rows` says how
    /// many rows a block has, given how many there are in all.
    pub fn ordered(
        &self,
        schema: &Schema,
        as_of: Option<i64>,
        block_rows: impl Fn(u64) -> u64,
    ) -> Result<Ordered, LakeError> {
        let manifest = self.manifest(schema.name)?;
        let cut = as_of.unwrap_or(i64::MAX);
        let batches: Vec<&Batch> =
            manifest.batches.iter().filter(|batch| batch.recorded <= cut).collect();
        let mut dead = self.superseded(schema, &batches)?;
        let mut sources = Vec::new();
        for batch in batches {
            for file in &batch.files {
                let (path, metadata) = self.open_file(schema, &file.name)?;
                let dead = dead.remove(&batch.id).unwrap_or_default();
                let live = batch.rows - dead.len() as u64;
                sources.push(Source { batch: batch.clone(), path, metadata, dead, live });
            }
        }
        let rows = sources.iter().map(|source| source.live).sum();
        let mut ordered = Ordered { schema: schema.clone(), sources, blocks: Vec::new(), rows };
        ordered.blocks = ordered.cut(block_rows(rows).max(1))?;
        Ok(ordered)
    }
}

impl Ordered {
    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The batches that the rows are from.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.sources.iter().map(|source| &source.batch)
    }

    /// Reads a block with these columns, nulls where a batch has none of them.
    pub fn read(&self, block: &Block, columns: &[&str]) -> Result<Vec<BlockPart>, LakeError> {
        let files = self.sources.iter().map(|source| &source.metadata);
        let fields = wanted(&self.schema, columns, files)?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let mut parts = Vec::new();
        for (batch, live) in block.live.iter().enumerate().filter(|(_, live)| !live.is_empty()) {
            let source = &self.sources[batch];
            let places = source.places(live.clone());
            let mut rows = Vec::new();
            for task in source.tasks(&places, &schema, self.schema.name) {
                for part in task.batches() {
                    rows.push(part?);
                }
            }
            parts.push(BlockPart { batch, places, rows });
        }
        Ok(parts)
    }

    /// The rows that are no longer the newest, with these columns: which of
    /// [`Ordered::batches`] they are from, and where to read them.
    pub fn superseded(&self, columns: &[&str]) -> Result<Vec<(usize, ScanTask)>, LakeError> {
        let files = self.sources.iter().map(|source| &source.metadata);
        let fields = wanted(&self.schema, columns, files)?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let mut tasks = Vec::new();
        for (batch, source) in self.sources.iter().enumerate() {
            let dead = source.dead.chunk_by(|one, next| one + 1 == *next);
            let places: Vec<Range<u64>> =
                dead.map(|run| run[0]..run[0] + run.len() as u64).collect();
            let own = source.tasks(&places, &schema, self.schema.name);
            tasks.extend(own.into_iter().map(|task| (batch, task)));
        }
        Ok(tasks)
    }

    fn cut(&self, block_rows: u64) -> Result<Vec<Block>, LakeError> {
        let mut ends = Vec::new();
        if let [only] = self.sources.as_slice() {
            let whole = (1..=only.live / block_rows).map(|block| vec![block * block_rows]);
            ends.extend(whole);
        } else {
            self.merge(block_rows, &mut ends)?;
        }
        let all: Vec<u64> = self.sources.iter().map(|source| source.live).collect();
        if !self.rows.is_multiple_of(block_rows) {
            ends.push(all);
        }
        let mut from = vec![0; self.sources.len()];
        let mut blocks = Vec::new();
        for to in ends {
            let live: Vec<Range<u64>> = from.iter().zip(&to).map(|(a, b)| *a..*b).collect();
            blocks.push(Block { rows: live.iter().map(|part| part.end - part.start).sum(), live });
            from = to;
        }
        Ok(blocks)
    }

    /// Walks the keys of all batches at once and notes how far each is at the end of a block.
    fn merge(&self, block_rows: u64, ends: &mut Vec<Vec<u64>>) -> Result<(), LakeError> {
        let fields = wanted(&self.schema, self.schema.key, std::iter::empty())?;
        let schema: SchemaRef = Arc::new(arrow_schema::Schema::new(fields));
        let mut walks = Vec::new();
        let mut heads = BinaryHeap::new();
        for (number, source) in self.sources.iter().enumerate() {
            let tasks = source.tasks(&source.places(0..source.live), &schema, self.schema.name);
            let mut walk = Walk { tasks: tasks.into_iter(), part: None, keys: Vec::new(), row: 0 };
            if let Some(key) = walk.next()? {
                heads.push(Reverse((key, number)));
            }
            walks.push(walk);
        }
        let mut taken = vec![0; self.sources.len()];
        let mut total: u64 = 0;
        while let Some(Reverse((_, number))) = heads.pop() {
            taken[number] += 1;
            total += 1;
            if total.is_multiple_of(block_rows) {
                ends.push(taken.clone());
            }
            if let Some(key) = walks[number].next()? {
                heads.push(Reverse((key, number)));
            }
        }
        Ok(())
    }
}

impl Block {
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl Source {
    /// Where in the batch a stretch of live rows lies.
    fn places(&self, live: Range<u64>) -> Vec<Range<u64>> {
        let mut places = Vec::new();
        if live.is_empty() {
            return places;
        }
        // Before dead row `i` there are `dead[i] - i` live ones.
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

    fn tasks(
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
            });
        }
        tasks
    }
}

/// A walk along the keys of one batch.
struct Walk {
    tasks: std::vec::IntoIter<ScanTask>,
    part: Option<ScanBatches>,
    keys: Vec<ArrayRef>,
    row: usize,
}

impl Walk {
    fn next(&mut self) -> Result<Option<Vec<String>>, LakeError> {
        loop {
            if self.keys.first().is_some_and(|column| self.row < column.len()) {
                let text = |column: &ArrayRef| key_text(column, self.row).to_owned();
                let key = self.keys.iter().map(text).collect();
                self.row += 1;
                return Ok(Some(key));
            }
            match self.part.as_mut().and_then(Iterator::next) {
                Some(part) => {
                    self.keys = part?.columns().to_vec();
                    self.row = 0;
                }
                None => match self.tasks.next() {
                    Some(task) => self.part = Some(task.batches()),
                    None => return Ok(None),
                },
            }
        }
    }
}
