//! The finder of data-quality problems: what in the records would make a figure wrong.
//!
//! It looks twice. The first look ([`Profile`]) counts, in bounded memory, and ends with
//! suspicions. The second ([`SuspicionEvidence`]) tests every row against each suspicion, so that a
//! finding says exactly how many rows it is about, names some of them, and says how far the mean
//! would move without them. Both can be merged: the parts may come from any number of files,
//! threads or machines, in any order. What only a source file shows (its header, raw values,
//! repeated rows) is in [`SourceProfile`], which [`ImportWatcher`] fills during an import.
//! Thresholds are constants beside the test that uses them; `docs/quality.md` explains each.

mod by_name;
mod clockface;
mod closing;
mod codes;
mod dates;
mod day_order;
mod durations;
mod evidence;
mod finding;
mod intake;
mod limits;
mod line_tally;
mod local;
mod names;
mod rows;
mod segments;
mod source;
mod waits;

#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

pub(crate) use codes::is_empty_word;
pub use evidence::SuspicionEvidence;
pub use finding::{Certainty, Effect, FindingExample, ProblemKind, QualityFinding};
pub use intake::{FileObservation, ImportWatcher};
pub use source::SourceProfile;

use self::local::LocalTime;
use self::rows::CaseRows;

/// What the finder must be told.
#[derive(Debug, Clone)]
pub struct FinderOptions {
    /// The IANA name of the zone in which people wrote the times.
    pub zone: String,
    /// No true moment lies after this.
    pub as_of: i64,
    /// The limits in seconds that each kind of case had to keep, to find what happens just before
    /// one.
    pub limits: BTreeMap<String, Vec<i64>>,
}

/// Why the finder could not start.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum QualityError {
    #[error("no zone is called `{0}`; write an IANA name such as Asia/Shanghai")]
    #[zh("没有名为 `{0}` 的时区；请写 IANA 名称，例如 Asia/Shanghai")]
    UnknownZone(String),
}

/// The first look: counts over case batches.
#[derive(Debug, Clone)]
pub struct Profile {
    options: FinderOptions,
    local: LocalTime,
    dates: dates::DateProfile,
    waits: waits::WaitProfile,
    limits: limits::LimitProfile,
    closing: closing::ClosingProfile,
    clockface: clockface::TimeOfDayProfile,
    segments: segments::Segments,
    codes: codes::CodeProfile,
}

impl Profile {
    /// A profile that has seen nothing.
    pub fn new(options: &FinderOptions) -> Result<Self, QualityError> {
        let local = LocalTime::new(&options.zone)
            .ok_or_else(|| QualityError::UnknownZone(options.zone.clone()))?;
        Ok(Self {
            options: options.clone(),
            local,
            dates: dates::DateProfile::default(),
            waits: waits::WaitProfile::default(),
            limits: limits::LimitProfile::default(),
            closing: closing::ClosingProfile::default(),
            clockface: clockface::TimeOfDayProfile::default(),
            segments: segments::Segments::default(),
            codes: codes::CodeProfile::default(),
        })
    }

    /// Counts the rows of one batch of the dataset `case`.
    pub fn observe_batch(&mut self, batch: &RecordBatch) {
        let rows = CaseRows::new(batch);
        self.dates.observe_rows(&rows, self.options.as_of);
        self.waits.observe_rows(&rows, &self.local);
        self.limits.observe_rows(&rows);
        self.closing.observe_rows(&rows);
        self.clockface.observe_rows(&rows, &self.local);
        self.segments.observe_rows(&rows);
        self.codes.observe_rows(&rows);
    }

    /// Adds what another profile has seen.
    pub fn merge(&mut self, other: Self) {
        self.dates.merge(other.dates);
        self.waits.merge(other.waits);
        self.limits.merge(other.limits);
        self.closing.merge(other.closing);
        self.clockface.merge(other.clockface);
        self.segments.merge(other.segments);
        self.codes.merge(other.codes);
    }

    /// Ends the first look and starts the second, which takes the same batches.
    pub fn start_evidence(&self) -> SuspicionEvidence {
        let (swapped, mut suspicions) = self.dates.find_suspicions(&self.local, self.options.as_of);
        suspicions.extend(self.waits.find_suspicions(&swapped));
        suspicions.extend(self.limits.find_suspicions(&self.options.limits));
        suspicions.extend(self.closing.find_suspicions(&self.local));
        suspicions.extend(self.clockface.find_suspicions());
        suspicions.extend(self.segments.find_suspicions());
        suspicions.extend(self.codes.find_suspicions());
        SuspicionEvidence::new(suspicions, self.local.clone())
    }
}

/// Looks twice at batches that can be read twice.
#[cfg(test)]
pub(crate) fn find_problems<I: Iterator<Item = RecordBatch>>(
    options: &FinderOptions,
    batches: impl Fn() -> I,
) -> Result<Vec<QualityFinding>, QualityError> {
    let mut profile = Profile::new(options)?;
    for batch in batches() {
        profile.observe_batch(&batch);
    }
    let mut evidence = profile.start_evidence();
    for batch in batches() {
        evidence.observe_batch(&batch);
    }
    Ok(evidence.into_findings())
}
