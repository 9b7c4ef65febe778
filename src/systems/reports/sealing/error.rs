//! Why a report could not be sealed.

use rust_xlsxwriter::XlsxError;
use trueline_clock::CalendarError;
use trueline_lake::LakeError;
use trueline_language::Text;
use trueline_verify::{SealError, WorkbookError};

use crate::files::FileError;
use crate::ledger::{LedgerError, PolicyError};
use crate::systems::indicators::ComputeError;
use crate::systems::indicators::evidence::FigureEvidenceError;

/// Why a report could not be sealed.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SealReportError {
    #[error("the report cannot be sealed: {0}")]
    #[zh("报告不能封印：{0}")]
    Disagrees(Text),
    #[error("the statement is recorded, but not published: {0}")]
    #[zh("声明已入账，但未发布：{0}")]
    NotPublished(Text),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Evidence(#[from] FigureEvidenceError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("the report cannot be written as JSON")]
    #[zh("报告无法写成 JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    File(#[from] FileError),
}
