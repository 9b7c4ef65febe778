//! The indicator engine: Arrow batches in, mergeable partial figures out.
//!
//! It is given definitions and knows nothing of what they are about. Every number it gives can be
//! added up from its parts: counts and sums are integers, percentiles are exact.

mod definition;
mod tally;

pub use definition::{
    Bound, Definition, Dimension, DimensionKey, Exclusion, LateAfter, Measure, Period, Segment,
};
pub use tally::{Amount, Backlog, Excluded, Slice, Subtracted, Tally};
