//! Why there is no evidence of figures.

use trueline_lake::LakeError;

use crate::systems::indicators::compute::ComputeError;

/// Why there is no evidence.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum FigureEvidenceError {
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error("the records cannot be read in order")]
    #[zh("无法按次序读取记录")]
    Lake(#[from] LakeError),
    #[error("the figures of a block cannot be computed")]
    #[zh("无法计算分块的指标值")]
    Run(#[from] trueline_figures::RunError),
    #[error("a definition has no canonical form")]
    #[zh("统计口径没有规范形式")]
    Json(#[from] trueline_verify::JsonError),
}
