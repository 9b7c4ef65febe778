//! Writes the cases: decides which days form a row group, and which row groups form a file.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::SchemaRef;
use parquet::arrow::arrow_writer::ArrowColumnChunk;
use parquet::errors::ParquetError;
use rayon::prelude::*;

use super::calibration::Calibration;
use super::classes::SourceSystem;
use super::columns::{CaseColumns, RecordOrigin};
use super::days::{CarriedCase, SourceDay};
use super::error::SimulationError;
use super::files::{Encoder, ParquetOutput};
use super::plan::SimulationPlan;
use super::progress::SimulationProgress;
use super::record::RecordMaker;
use crate::systems::cases::CASE;

/// A row group closes before a day that would take it past this.
const GROUP_ROWS: u64 = 65_536 * 8;
/// How many row groups a file holds.
const FILE_GROUPS: usize = 8;
/// How many rows are collected before they are encoded.
const BATCH_ROWS: usize = 8192;
/// The most row groups held in memory, however many cores there are.
const MOST_AT_ONCE: usize = 8;

/// A run, ready to be written.
#[derive(Debug)]
pub(super) struct SimulationRun<'a> {
    pub(super) plan: &'a SimulationPlan,
    pub(super) before: &'a SimulationPlan,
    pub(super) carried: &'a [CarriedCase],
    pub(super) calibration: &'a Calibration,
    pub(super) export: RecordOrigin,
}

/// The rows of one row group.
#[derive(Debug, Clone)]
struct CaseRowGroup<'a> {
    source: SourceSystem,
    carried: &'a [CarriedCase],
    days: Range<usize>,
}

struct CaseProgress<'a> {
    done: AtomicU64,
    total: u64,
    progress: &'a (dyn Fn(SimulationProgress) + Sync),
}

impl SimulationRun<'_> {
    /// Writes the dataset `case` below `out`.
    pub(super) fn write_cases(
        &self,
        out: &Path,
        progress: &(dyn Fn(SimulationProgress) + Sync),
    ) -> Result<(), SimulationError> {
        let schema = CASE.schema().to_arrow();
        let makers = [self.plan, self.before]
            .map(|plan| RecordMaker::new(plan, self.calibration, self.plan));
        let new: u64 = self.plan.cells.iter().map(|cell| cell.size).sum();
        let total = new + self.carried.len() as u64;
        let counted = CaseProgress { done: AtomicU64::new(0), total, progress };
        let folder = out.join("case");
        for source in SourceSystem::ALL {
            let groups = self.plan_row_groups(source);
            for (number, groups) in groups.chunks(FILE_GROUPS).enumerate() {
                let name = format!("{}-{}-{number:03}", source.name(), self.plan.stretch.name);
                let notes = self.make_file_notes();
                let mut output = ParquetOutput::begin_file(&folder, &name, &schema, &notes)?;
                self.write_groups(&mut output, groups, (&schema, &makers), &counted)
                    .map_err(SimulationError::Parquet)?;
                output.finish_file()?;
            }
        }
        Ok(())
    }

    fn make_file_notes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("trueline.simulated", "true".into()),
            ("trueline.period", self.plan.stretch.name.clone()),
            ("trueline.seed", self.plan.seed.to_string()),
        ]
    }

    /// Splits the days of a source into row groups. The carried cases come first, because their
    /// keys do.
    fn plan_row_groups(&self, source: SourceSystem) -> Vec<CaseRowGroup<'_>> {
        let from = self.carried.partition_point(|case| case.source < source);
        let to = self.carried.partition_point(|case| case.source <= source);
        let mut groups = Vec::new();
        let mut group = CaseRowGroup { source, carried: &self.carried[from..to], days: 0..0 };
        let mut rows = group.carried.len() as u64;
        for day in 0..self.plan.stretch.days {
            let before = self.plan.cases_before(source, day);
            let today = self.plan.cases_before(source, day + 1) - before;
            if rows > 0 && rows + today > GROUP_ROWS {
                groups.push(std::mem::replace(
                    &mut group,
                    CaseRowGroup { source, carried: &[], days: day..day },
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
        output: &mut ParquetOutput,
        groups: &[CaseRowGroup<'_>],
        (schema, makers): (&SchemaRef, &[RecordMaker<'_>; 2]),
        counted: &CaseProgress<'_>,
    ) -> Result<(), ParquetError> {
        let at_once = rayon::current_num_threads().clamp(1, MOST_AT_ONCE);
        for (wave, groups) in groups.chunks(at_once).enumerate() {
            let encode = |(place, group): (usize, &CaseRowGroup<'_>)| {
                let encoder = output.make_encoder(wave * at_once + place)?;
                let columns = CaseColumns::new(SchemaRef::clone(schema), self.export.clone());
                self.encode_group(group, (columns, encoder), makers, counted)
            };
            let encoded: Result<Vec<_>, ParquetError> =
                groups.par_iter().enumerate().map(encode).collect();
            for chunks in encoded? {
                output.append_group(chunks)?;
            }
        }
        Ok(())
    }

    fn encode_group(
        &self,
        group: &CaseRowGroup<'_>,
        (mut columns, mut encoder): (CaseColumns, Encoder),
        [maker, maker_before]: &[RecordMaker<'_>; 2],
        counted: &CaseProgress<'_>,
    ) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let prefix = make_key_prefix(self.before);
        for case in group.carried {
            let record =
                maker_before.make_record(case.cell as usize, case.draw_course(self.before));
            columns.push_record(&record, (&prefix, case.number));
            flush_rows(&mut columns, &mut encoder, BATCH_ROWS, counted)?;
        }
        let prefix = self::make_key_prefix(self.plan);
        for day in group.days.clone() {
            let numbers = self.plan.cases_before(group.source, day)..;
            let drawn = SourceDay::draw(self.plan, group.source, day);
            for (case, number) in drawn.in_order().zip(numbers) {
                let record = maker.make_record(case.cell as usize, case.course.clone());
                columns.push_record(&record, (&prefix, number));
                flush_rows(&mut columns, &mut encoder, BATCH_ROWS, counted)?;
            }
        }
        flush_rows(&mut columns, &mut encoder, 1, counted)?;
        encoder.close_writers()
    }
}

/// The beginning of the keys of a run. The tag keeps runs of another seed or size apart.
fn make_key_prefix(plan: &SimulationPlan) -> String {
    format!("{}-{:04x}-", plan.stretch.name, plan.tag)
}

/// Encodes the collected rows once there are at least this many.
fn flush_rows(
    columns: &mut CaseColumns,
    encoder: &mut Encoder,
    rows: usize,
    counted: &CaseProgress<'_>,
) -> Result<(), ParquetError> {
    if columns.row_count() < rows {
        return Ok(());
    }
    let told = columns.row_count() as u64;
    encoder.write_batch(&columns.take_batch()?)?;
    let done = counted.done.fetch_add(told, Ordering::Relaxed) + told;
    (counted.progress)(SimulationProgress::Writing { done, total: counted.total });
    Ok(())
}
