//! Indicators: packs of definitions, and the figures they give with their evidence.
//!
//! [`load`] reads a pack with everything it inherits; a pack that loads has no unknown name, no
//! expression of the wrong type and no limit that is looser than its parent's without an approval.

mod expressions;
mod file;
mod inherit;
mod load;
mod mistake;
mod model;
mod resolve;
mod resolve_indicator;
mod resolve_limit;
mod shipped;

pub use load::{load, parse};
pub use mistake::{Mistake, PackError, Place};
pub use model::{
    Ancestor, Approver, Change, ClockSpec, CountKind, Cut, Dataset, Denominator, Direction,
    Exclusion, Group, Indicator, Interval, LegalSource, Level, Limit, LimitKind, Measure, Method,
    NotAnswered, Pack, PerSpec, Read, Reason, Statistic, StatisticKind, TimeUnit, Words, Written,
};
pub use shipped::{shipped_pack_text, shipped_packs};

#[cfg(test)]
mod tests;
