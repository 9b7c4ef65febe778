//! Writing the cases: which days make a row group, which row groups a file.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::SchemaRef;
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use parquet::errors::ParquetError;
use rayon::prelude::*;

use super::calibration::Calibration;
use super::classes::Source;
use super::columns::{Columns, Export};
use super::days::{Carried, Day};
use super::files::{Encoder, Output};
use super::plan::Plan;
use super::story::Teller;
use super::{Progress, SimulationError};
use crate::systems::cases::CASE;

/// A row group closes before a day that would take it past this.
const GROUP_ROWS: u64 = 65_536 * 8;
/// How many row groups a file holds.
const FILE_GROUPS: usize = 8;
/// How many rows are told before they are encoded.
const BATCH_ROWS: usize = 8192;
/// No more row groups than this are held in memory, however many cores there are.
const MOST_AT_ONCE: usize = 8;

/// A run, ready to be written.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) before: &'a Plan,
    pub(super) carried: &'a [Carried],
    pub(super) calibration: &'a Calibration,
    pub(super) export: Export,
}

/// The rows of one row group.
#[derive(Debug, Clone)]
struct Group<'a> {
    source: Source,
    carried: &'a [Carried],
    days: Range<usize>,
}

struct Counted<'a> {
    done: AtomicU64,
    total: u64,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Run<'_> {
    /// Writes the dataset `case` below `out`.
    pub(super) fn write(
        &self,
        out: &Path,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), SimulationError> {
        let schema = CASE.schema().arrow();
        let tellers =
            [self.plan, self.before].map(|plan| Teller::new(plan, self.calibration, self.plan));
        let new: u64 = self.plan.cells.iter().map(|cell| cell.size).sum();
        let total = new + self.carried.len() as u64;
        let counted = Counted { done: AtomicU64::new(0), total, progress };
        let folder = out.join("case");
        for source in Source::ALL {
            let groups = self.groups(source);
            for (number, groups) in groups.chunks(FILE_GROUPS).enumerate() {
                let name = format!("{}-{}-{number:03}", source.name(), self.plan.stretch.name);
                let notes = self.notes();
                let mut output = Output::begin(&folder, &name, &schema, &notes)?;
                self.write_groups(&mut output, groups, (&schema, &tellers), &counted)
                    .map_err(SimulationError::Parquet)?;
                output.finish()?;
            }
        }
        Ok(())
    }

    fn notes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("trueline.simulated", "true".into()),
            ("trueline.period", self.plan.stretch.name.clone()),
            ("trueline.seed", self.plan.seed.to_string()),
        ]
    }

    /// Cuts the days of a source into row groups. The carried cases lead, for their keys come
    /// first.
    fn groups(&self, source: Source) -> Vec<Group<'_>> {
        let from = self.carried.partition_point(|case| case.source < source);
        let to = self.carried.partition_point(|case| case.source <= source);
        let mut groups = Vec::new();
        let mut group = Group { source, carried: &self.carried[from..to], days: 0..0 };
        let mut rows = group.carried.len() as u64;
        for day in 0..self.plan.stretch.days {
            let before = self.plan.cases_before(source, day);
            let today = self.plan.cases_before(source, day + 1) - before;
            if rows > 0 && rows + today > GROUP_ROWS {
                groups.push(std::mem::replace(
                    &mut group,
                    Group { source, carried: &[], days: day..day },
                ));
                rows = 0;
            }
            group.days.end = day + 1;
            rows += today;
        }
        if rows > 0 {
            groups.push(group);
        }
        groups
    }

    fn write_groups(
        &self,
        output: &mut Output,
        groups: &[Group<'_>],
        (schema, tellers): (&SchemaRef, &[Teller<'_>; 2]),
        counted: &Counted<'_>,
    ) -> Result<(), ParquetError> {
        let at_once = rayon::current_num_threads().clamp(1, MOST_AT_ONCE);
        for (wave, groups) in groups.chunks(at_once).enumerate() {
            let encode = |(place, group): (usize, &Group<'_>)| {
                let encoder = output.encoder(wave * at_once + place)?;
                let columns = Columns::new(SchemaRef::clone(schema), self.export.clone());
                self.encode(group, (columns, encoder), tellers, counted)
            };
            let encoded: Result<Vec<_>, ParquetError> =
                groups.par_iter().enumerate().map(encode).collect();
            for chunks in encoded? {
                output.append(chunks)?;
            }
        }
        Ok(())
    }

    fn encode(
        &self,
        group: &Group<'_>,
        (mut columns, mut encoder): (Columns, Encoder),
        [teller, teller_before]: &[Teller<'_>; 2],
        counted: &Counted<'_>,
    ) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let prefix = prefix(self.before);
        for case in group.carried {
            let story = teller_before.tell(case.cell as usize, case.course(self.before));
            columns.push(&story, (&prefix, case.number));
            flush(&mut columns, &mut encoder, BATCH_ROWS, counted)?;
        }
        let prefix = self::prefix(self.plan);
        for day in group.days.clone() {
            let numbers = self.plan.cases_before(group.source, day)..;
            let drawn = Day::draw(self.plan, group.source, day);
            for (case, number) in drawn.in_order().zip(numbers) {
                let story = teller.tell(case.cell as usize, case.course.clone());
                columns.push(&story, (&prefix, number));
                flush(&mut columns, &mut encoder, BATCH_ROWS, counted)?;
            }
        }
        flush(&mut columns, &mut encoder, 1, counted)?;
        encoder.finish()
    }
}

/// What a run's keys begin with. The tag keeps runs of another seed or size apart.
fn prefix(plan: &Plan) -> String {
    format!("{}-{:04x}-", plan.stretch.name, plan.tag)
}

/// Encodes what has been told once it is at least so many rows.
fn flush(
    columns: &mut Columns,
    encoder: &mut Encoder,
    rows: usize,
    counted: &Counted<'_>,
) -> Result<(), ParquetError> {
    if columns.rows() < rows {
        return Ok(());
    }
    let told = columns.rows() as u64;
    encoder.write(&columns.take()?)?;
    let done = counted.done.fetch_add(told, Ordering::Relaxed) + told;
    (counted.progress)(Progress::Writing { done, total: counted.total });
    Ok(())
}
