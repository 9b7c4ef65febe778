//! Runs a request: every source is read once, on all cores, with one partial per worker.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_array::RecordBatch;

use crate::answer::Answer;
use crate::definition::Request;
use crate::partial::Partial;
use crate::plan::RequestPlan;
use crate::run_error::{RunError, SourceError, clock_error};
use crate::worker::Worker;

/// A part of the rows, read on one core from beginning to end: a file, or a few row groups of one.
pub trait BatchSource: Send + Sync {
    /// The rows, with the columns of [`crate::columns_needed`] that exist.
    fn read_batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_>;
}

/// Batches in memory.
impl BatchSource for Vec<RecordBatch> {
    fn read_batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.iter().cloned().map(Ok))
    }
}

/// Answers a request from all sources.
pub fn answer_request(
    request: &Request,
    sources: &[Box<dyn BatchSource>],
) -> Result<Answer, RunError> {
    let plan = RequestPlan::new(request)?;
    let partial = add_up_plan(&plan, sources)?;
    Ok(Answer::new(&plan, partial))
}

/// Adds up some of the sources, to be merged with the partials of the others.
pub fn add_up_sources(
    request: &Request,
    sources: &[Box<dyn BatchSource>],
) -> Result<Partial, RunError> {
    add_up_plan(&RequestPlan::new(request)?, sources)
}

/// Answers a request from the merged partials of all sources.
pub fn finish_partial(request: &Request, partial: Partial) -> Result<Answer, RunError> {
    Ok(Answer::new(&RequestPlan::new(request)?, partial))
}

fn add_up_plan(plan: &RequestPlan, sources: &[Box<dyn BatchSource>]) -> Result<Partial, RunError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let merged = Mutex::new(Ok(Partial::default()));
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(sources.len()) {
            scope.spawn(|_| {
                let made = count_sources(plan, sources, &next, &failed);
                failed.fetch_or(made.is_err(), Ordering::Relaxed);
                let mut merged = merged.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match (merged.as_mut(), made) {
                    (Ok(merged), Ok(made)) => merged.merge_with(made),
                    (Ok(_), Err(error)) => *merged = Err(error),
                    (Err(_), _) => {}
                }
            });
        }
    });
    merged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Counts source after source until none is left.
fn count_sources(
    plan: &RequestPlan,
    sources: &[Box<dyn BatchSource>],
    next: &AtomicUsize,
    failed: &AtomicBool,
) -> Result<Partial, RunError> {
    let mut worker = Worker::new(std::slice::from_ref(plan));
    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
        for batch in source.read_batches() {
            if failed.load(Ordering::Relaxed) {
                return Ok(Partial::default());
            }
            worker.load_batch(batch.map_err(RunError::Source)?);
            worker.add_up().map_err(|why| clock_error(plan, why))?;
        }
    }
    Ok(worker.finish_partials().pop().unwrap_or_default())
}
