//! The indicator engine: Arrow batches in, mergeable partial figures out.
//!
//! It is given definitions and knows nothing of what they are about. Every number it gives can be
//! added up from its parts: counts and sums are integers, percentiles are exact.
//!
//! [`run`] answers a [`Request`] from [`Source`]s; an [`Answer`] holds a [`Tally`] for every slice.

mod answer;
mod cell;
mod columns;
mod compiled;
mod definition;
mod intervals;
mod judge;
mod keys;
mod label_table;
mod members;
mod partial;
mod pass;
mod period;
mod plan;
mod programs;
mod run;
mod sql;
mod tally;
mod texts;
mod trace;
mod values;
mod verdict;
mod worker;

pub use answer::Answer;
pub use definition::{
    Bound, Definition, Dimension, DimensionKey, Exclusion, INTERVAL_FIELDS, INTERVALS, LateAfter,
    Measure, Request, Segment,
};
pub use partial::Partial;
pub use period::{Period, PeriodError};
pub use plan::{PlanError, columns_needed};
pub use run::{Prepared, RunError, Source, SourceError, finish, partial, run};
pub use sql::{SqlError, explain_sql};
pub use tally::{Amount, Backlog, Excluded, Slice, Subtracted, Tally};
pub use trace::{Against, Outcome, Traced, trace};
pub use values::Values;
pub use verdict::{Counter, RowVerdicts, Ruling, Stated, Verdict};
