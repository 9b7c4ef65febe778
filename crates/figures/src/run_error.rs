//! Why a request has no answer: the request, a source or a clock.

use trueline_clock::Unmeasurable;
use trueline_language::AnyError;

use crate::plan::{PlanError, RequestPlan};

/// Why a source could not be read, in the words of whoever reads it.
pub type SourceError = AnyError;

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

/// The error of a family whose clock cannot be read.
pub(crate) fn clock_error(plan: &RequestPlan, (family, source): (usize, Unmeasurable)) -> RunError {
    let of = plan.definitions.iter().find(|known| known.1 == family);
    RunError::Clock { definition: of.map(|(id, ..)| id.clone()).unwrap_or_default(), source }
}
