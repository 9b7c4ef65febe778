//! Indicators: packs of definitions, and the figures they give with their evidence.
//!
//! [`load`] reads a pack with everything it inherits; a pack that loads has no unknown name, no
//! expression of the wrong type and no limit that is looser than its parent's without an approval.

mod columns;
mod compile;
mod compute;
mod count_dataset;
mod counts;
mod defaults;
mod dimensions;
mod distribution;
mod duration_text;
pub mod evidence;
mod expressions;
mod figures;
mod file;
mod formula;
#[doc(hidden)]
pub mod fuzz;
pub mod http;
mod inherit;
mod inquiry;
mod limits;
mod load;
mod mistake;
mod model;
mod published;
mod rates;
mod records;
mod resolve;
mod resolve_indicator;
mod resolve_limit;
mod row;
mod sheet;
mod shipped;
mod sql;
mod words;

pub(crate) use columns::{read_moments, read_texts};
pub use compute::{
    ComputeError, FigureQuestion, FigureResults, compute_figures, compute_with, load_counts,
    parse_figure_id,
};
pub(crate) use compute::{build_request, find_indicator};
pub use count_dataset::COUNT;
pub use counts::{CountRow, CountTable};
pub use dimensions::{DimensionError, Filter, find_dimensions, known_names};
pub use distribution::{Distribution, compute_distributions};
pub(crate) use duration_text::format_span;
pub use inquiry::{Inquiry, InquiryError, InquiryRequest};
pub use load::{load_pack, parse_pack};
pub use mistake::{FilePosition, PackError, PackMistake};
pub use model::{
    Approver, BilingualText, ClockSpec, CountKind, DefinitionChange, Denominator, Direction,
    ExclusionReason, Indicator, IndicatorExclusion, IndicatorGroup, IndicatorLimit,
    IndicatorMeasure, IntervalSetting, Level, LimitKind, Pack, PackAncestor, PackExpression,
    PerSpec, ProportionInterval, Read, RegionCut, RuleSource, Statistic, StatisticKind, TimeUnit,
    UnansweredIndicator, Zone,
};
pub use published::{PublishedComparison, compare_figures, published_figures};
pub use records::{LakeRecords, MemoryRecords, RecordSource};
pub use row::{
    Basis, BoundRow, ExcludedRow, FigurePercentiles, FigureRow, FigureStatus, IntervalRow,
    LimitRow, OpenRow, SubtractedRow,
};
pub use shipped::{shipped_pack_text, shipped_packs};
pub use sql::{ExplainError, explain_sql};

#[cfg(test)]
pub(crate) mod tables;
#[cfg(test)]
mod tests;
