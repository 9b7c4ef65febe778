//! The indicator engine: Arrow batches in, mergeable partial figures out.
//!
//! It is given definitions and knows nothing of what they are about. Every number it gives can be
//! added up from its parts: counts and sums are integers, percentiles are exact.
//!
//! [`run`] answers a [`Request`] from [`Source`]s; an [`Answer`] holds a [`Tally`] for every slice.

mod answer;
mod batch_view;
mod cell;
mod columns;
mod compiled;
mod definition;
mod family_rules;
mod intervals;
mod keys;
mod label_table;
mod members;
mod partial;
mod pass;
mod period;
mod plan;
mod prepared;
mod programs;
mod run;
mod run_error;
mod sql;
mod tally;
mod texts;
mod trace;
mod values;
mod verdict;
mod worker;

pub use answer::Answer;
pub use definition::{
    Dimension, DimensionKey, ExclusionRule, FigureDefinition, FigureMeasure, INTERVAL_FIELDS,
    INTERVALS, LateAfter, LimitSource, Request,
};
pub use partial::Partial;
pub use period::{Period, PeriodError};
pub use plan::{PlanError, columns_needed};
pub use prepared::Prepared;
pub use run::{BatchSource, add_up_sources, answer_request, finish_partial};
pub use run_error::{RunError, SourceError};
pub use sql::{SqlError, explain_sql};
pub use tally::{Amount, Backlog, ExcludedRows, Slice, SubtractedTime, Tally};
pub use trace::{LimitStanding, RowOutcome, TracedRow, trace_rows};
pub use values::Values;
pub use verdict::{BatchVerdicts, Counter, RowVerdict, Ruling, StatedMoment};
