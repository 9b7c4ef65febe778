//! Indicators: packs of definitions, and the figures that they give, with their evidence.
//!
//! `load_pack` reads a pack with everything that it inherits. A pack that loads has no unknown
//! name, no expression of the wrong type, and no limit that is looser than its parent's without an
//! approval.

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
mod figure_inputs;
mod figures;
mod file;
mod formula;
#[cfg(test)]
mod fuzz;
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
mod resolve_due;
mod resolve_indicator;
mod resolve_limit;
mod resolve_statistic;
mod resolve_value;
mod row;
mod shipped;
mod sql;
mod written_text;

pub(crate) use columns::{read_moments, read_texts};
pub use compute::{ComputeError, FigureQuestion, FigureResults};
pub(crate) use compute::{RequestInputs, compute_figures, compute_with, find_indicator};
pub use count_dataset::COUNT;
pub use counts::{CountRow, CountTable};
pub use dimensions::{DimensionError, Filter};
pub(crate) use dimensions::{find_dimensions, known_names};
pub use distribution::Distribution;
pub(crate) use distribution::compute_distributions;
pub(crate) use duration_text::format_span;
pub use inquiry::{Inquiry, InquiryError, InquiryRequest};
pub(crate) use load::load_pack;
pub use mistake::{FilePosition, PackError, PackMistake};
pub use model::{
    Approver, ClockSpec, CountKind, DefinitionChange, Denominator, Direction, ExclusionReason,
    Indicator, IndicatorExclusion, IndicatorGroup, IndicatorLimit, IndicatorMeasure,
    IntervalSetting, Level, LimitKind, Pack, PackAncestor, PackExpression, PerSpec,
    ProportionInterval, Read, RegionCut, RuleSource, Statistic, StatisticKind, TimeUnit,
    UnansweredIndicator, Zone,
};
pub(crate) use published::compute_or_quote_figures;
pub use records::{LakeRecords, MemoryRecords, RecordSource};
pub use row::{
    Basis, BoundRow, ExcludedRow, FigurePercentiles, FigureRow, FigureStatus, IntervalRow,
    LimitRow, OpenRow, SubtractedRow,
};
pub(crate) use shipped::{shipped_pack_text, shipped_packs};
pub use sql::{ExplainError, explain_sql};

#[cfg(test)]
pub(crate) mod tables;
#[cfg(test)]
mod tests;
