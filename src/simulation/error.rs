//! Why no province was made.

use std::path::PathBuf;

use parquet::errors::ParquetError;

/// The most cases that one run makes.
pub const MOST_CASES: u64 = 999_999_999;

/// Why no province was made.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SimulationError {
    #[error("the period {0} is not made of 1 to 1100 whole days in Beijing time since 2000")]
    #[zh("统计期 {0} 须由 2000 年以来北京时间的 1 至 1100 个整日组成")]
    Period(String),
    #[error("{0} cases: ask for 1 to {MOST_CASES}")]
    #[zh("{0} 件工单：请写 1 至 {MOST_CASES}", MOST_CASES = MOST_CASES)]
    Cases(u64),
    #[error("the file {} is there already; choose another folder or remove it", .path.display())]
    #[zh("文件 {} 已经存在；请另选文件夹，或将其移走", .path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {}", .path.display())]
    #[zh("无法写入 {}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot encode the records")]
    #[zh("无法编码记录")]
    Parquet(#[source] ParquetError),
}
