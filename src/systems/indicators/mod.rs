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

pub(crate) use columns::{moments as column_moments, texts as column_texts};
pub use compute::{
    ComputeError, Question, Results, compute, compute_with, load_counts, parse_figure_id,
};
pub(crate) use compute::{find_indicator, request};
pub use count_dataset::COUNT;
pub use counts::{CountRow, Counts};
pub use dimensions::{DimensionError, Filter, dimensions, known_names};
pub use distribution::{Distribution, distributions};
pub(crate) use duration_text::span;
pub use inquiry::{Inquiry, InquiryError, InquiryRequest};
pub use load::{load, parse};
pub use mistake::{Mistake, PackError, Place};
pub use model::{
    Ancestor, Approver, Change, ClockSpec, CountKind, Cut, Denominator, Direction, Exclusion,
    Group, Indicator, Interval, LegalSource, Level, Limit, LimitKind, Measure, Method, NotAnswered,
    Pack, PerSpec, Read, Reason, Statistic, StatisticKind, TimeUnit, Words, Written, Zone,
};
pub use published::{Comparison, compare, published};
pub use records::{LakeRecords, MemoryRecords, Records};
pub use row::{
    Basis, BoundRow, ExcludedRow, FigureRow, IntervalRow, LimitRow, OpenRow, Percentiles, Status,
    SubtractedRow,
};
pub use shipped::{shipped_pack_text, shipped_packs};
pub use sql::{ExplainError, explain_sql};

#[cfg(test)]
pub(crate) mod tables;
#[cfg(test)]
mod tests;
