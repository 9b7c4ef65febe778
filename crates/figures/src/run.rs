//! Running a request: every source read once, all cores, one partial a worker.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use trueline_clock::Unmeasurable;

use crate::answer::Answer;
use crate::definition::Request;
use crate::partial::Partial;
use crate::plan::{Plan, PlanError};
use crate::verdict::Verdicts;
use crate::worker::Worker;

/// Why a source could not be read.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// A part of the rows, read on one core from beginning to end: a file, or a few row groups of one.
pub trait Source: Send + Sync {
    /// The rows, with the columns of [`crate::columns_needed`] that there are.
    fn batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_>;
}

/// Batches in memory.
impl Source for Vec<RecordBatch> {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        Box::new(self.iter().cloned().map(Ok))
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the request makes no sense")]
    Plan(#[from] PlanError),
    #[error("a source cannot be read")]
    Source(#[source] SourceError),
    #[error("the clock of `{definition}` cannot be read")]
    Clock { definition: String, source: Unmeasurable },
}

/// Answers a request from all sources.
pub fn run(request: &Request, sources: &[Box<dyn Source>]) -> Result<Answer, RunError> {
    let plan = Plan::new(request)?;
    let partial = run_partial(&plan, sources)?;
    Ok(Answer::new(&plan, partial))
}

/// A request made ready once, to be answered for many sets of sources.
#[derive(Debug)]
pub struct Prepared {
    plan: Plan,
}

impl Prepared {
    pub fn new(request: &Request) -> Result<Prepared, PlanError> {
        Ok(Prepared { plan: Plan::new(request)? })
    }

    /// Answers from all sources, on all cores.
    pub fn run(&self, sources: &[Box<dyn Source>]) -> Result<Answer, RunError> {
        Ok(Answer::new(&self.plan, run_partial(&self.plan, sources)?))
    }

    /// The same on this thread alone, for whoever keeps all cores busy with requests of their own.
    pub fn run_here(&self, sources: &[Box<dyn Source>]) -> Result<Answer, RunError> {
        let partial = work(&self.plan, sources, &AtomicUsize::new(0), &AtomicBool::new(false))?;
        Ok(Answer::new(&self.plan, partial))
    }

    /// What each definition makes of single rows.
    pub fn verdicts(&self) -> Verdicts<'_> {
        Verdicts::new(&self.plan)
    }
}

/// What some of the sources add up to, to be merged with the partials of the others.
pub fn partial(request: &Request, sources: &[Box<dyn Source>]) -> Result<Partial, RunError> {
    run_partial(&Plan::new(request)?, sources)
}

/// Answers a request from the merged partials of all sources.
pub fn finish(request: &Request, partial: Partial) -> Result<Answer, RunError> {
    Ok(Answer::new(&Plan::new(request)?, partial))
}

fn run_partial(plan: &Plan, sources: &[Box<dyn Source>]) -> Result<Partial, RunError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let merged = Mutex::new(Ok(Partial::default()));
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(sources.len()) {
            scope.spawn(|_| {
                let made = work(plan, sources, &next, &failed);
                failed.fetch_or(made.is_err(), Ordering::Relaxed);
                let mut merged = merged.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match (merged.as_mut(), made) {
                    (Ok(merged), Ok(made)) => merged.merge(made),
                    (Ok(_), Err(error)) => *merged = Err(error),
                    (Err(_), _) => {}
                }
            });
        }
    });
    merged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Takes sources until there are none left.
fn work(
    plan: &Plan,
    sources: &[Box<dyn Source>],
    next: &AtomicUsize,
    failed: &AtomicBool,
) -> Result<Partial, RunError> {
    let mut worker = Worker::new(plan);
    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
        for batch in source.batches() {
            if failed.load(Ordering::Relaxed) {
                return Ok(Partial::default());
            }
            let batch = batch.map_err(RunError::Source)?;
            worker.absorb(batch).map_err(|(family, source)| {
                let of = plan.definitions.iter().find(|known| known.1 == family);
                RunError::Clock {
                    definition: of.map(|(id, ..)| id.clone()).unwrap_or_default(),
                    source,
                }
            })?;
        }
    }
    Ok(worker.finish())
}
