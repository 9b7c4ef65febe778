//! Running a request: every source read once, all cores, one partial a worker.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use trueline_clock::Unmeasurable;

use crate::answer::Answer;
use crate::definition::Request;
use crate::partial::Partial;
use crate::period::Period;
use crate::plan::{Plan, PlanError};
use crate::verdict::Counter;
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
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum RunError {
    #[error("the request makes no sense")]
    #[zh("无法按此请求计算")]
    Plan(#[from] PlanError),
    #[error("a source cannot be read")]
    #[zh("无法读取数据来源")]
    Source(#[source] SourceError),
    #[error("the clock of `{definition}` cannot be read")]
    #[zh("无法确定 `{definition}` 的计时")]
    Clock { definition: String, source: Unmeasurable },
}

/// Answers a request from all sources.
pub fn run(request: &Request, sources: &[Box<dyn Source>]) -> Result<Answer, RunError> {
    let plan = Plan::new(request)?;
    let partial = run_partial(&plan, sources)?;
    Ok(Answer::new(&plan, partial))
}

/// A request made ready once for some periods, to be counted by many threads.
#[derive(Debug)]
pub struct Prepared {
    plans: Vec<Plan>,
}

impl Prepared {
    /// Takes the periods in place of the request's own.
    pub fn new(request: &Request, periods: &[Period]) -> Result<Prepared, PlanError> {
        let plans = periods.iter().map(|period| {
            let period = period.clone();
            Plan::new(&Request { period, ..request.clone() })
        });
        Ok(Prepared { plans: plans.collect::<Result<_, _>>()? })
    }

    /// One thread's work, begun.
    pub fn counter(&self) -> Counter<'_> {
        Counter::new(&self.plans)
    }

    /// The ids of the definitions of each family: definitions that differ in their limits alone.
    pub fn families(&self) -> Vec<Vec<String>> {
        let Some(plan) = self.plans.first() else {
            return Vec::new();
        };
        let mut families = vec![Vec::new(); plan.families.len()];
        for (id, family, _) in &plan.definitions {
            families[*family].push(id.clone());
        }
        families
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
    let mut worker = Worker::new(std::slice::from_ref(plan));
    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
        for batch in source.batches() {
            if failed.load(Ordering::Relaxed) {
                return Ok(Partial::default());
            }
            worker.load(batch.map_err(RunError::Source)?);
            worker.add_up().map_err(|why| stopped(plan, why))?;
        }
    }
    Ok(worker.finish().pop().unwrap_or_default())
}

/// The error of a family whose clock cannot be read.
pub(crate) fn stopped(plan: &Plan, (family, source): (usize, Unmeasurable)) -> RunError {
    let of = plan.definitions.iter().find(|known| known.1 == family);
    RunError::Clock { definition: of.map(|(id, ..)| id.clone()).unwrap_or_default(), source }
}
