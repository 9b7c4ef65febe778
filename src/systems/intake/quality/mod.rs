//! The finder of data-quality problems: what in the records would make a figure wrong.
//!
//! It looks twice. The first look ([`Profile`]) counts, in bounded memory, and ends with
//! suspicions. The second ([`Evidence`]) tests every row against each suspicion, so that a finding
//! says exactly how many rows it is about, names some of them, and tells how far the mean would
//! move without them. Both merge: the parts may come from any number of files, threads or machines
//! in any order. What only a source file shows (its header, raw values, repeated rows) is in
//! [`SourceProfile`], which [`Intake`] fills during an import.
//! Thresholds are constants beside the test that uses them; `docs/quality.md` explains each.

mod by_name;
mod clockface;
mod closing;
mod codes;
mod dates;
mod day_order;
mod evidence;
mod intake;
mod limits;
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
pub use intake::{FileObservation, ImportWatcher};
pub use source::SourceProfile;

use self::local::LocalTime;
use self::rows::CaseRows;

/// What kind of problem a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Day and month changed places when a date was read.
    SwappedDayMonth,
    /// Whether day or month comes first cannot be told, or is not told the same everywhere.
    UncertainDayOrder,
    /// Two moments of a case were written in different zones.
    ZoneShift,
    /// A case stops before it starts.
    StopBeforeStart,
    /// A moment lies in the future or in a year that stands for "unknown".
    ImpossibleMoment,
    /// A position lies nowhere, or is a stand-in for "unknown".
    ImpossiblePosition,
    /// Many cases were closed in the same minute.
    BulkClosing,
    /// Cases are closed a fixed time after another step, by a machine.
    AutomaticClosing,
    /// A yes-or-no column changes during the life of one case.
    FlagFlips,
    /// Two columns of a file have the same name.
    DuplicateHeader,
    /// Whole rows of a file stand there twice.
    IdenticalRows,
    /// A segment is perfect where all others are not.
    AllPerfect,
    /// Durations were set to zero.
    ZeroedDuration,
    /// One exact duration occurs far too often.
    RepeatedDuration,
    /// Pauses begin just before a limit.
    PauseBeforeLimit,
    /// Cases end just before a limit.
    StopBeforeLimit,
    /// Midnight stands for "time unknown".
    MidnightUnknown,
    /// A code for "no value" is read as a value.
    MissingCode,
    /// Times were rounded by hand.
    RoundTimes,
}

impl ProblemKind {
    /// Every kind, in the order of `docs/quality.md`.
    pub const ALL: [ProblemKind; 19] = [
        ProblemKind::SwappedDayMonth,
        ProblemKind::UncertainDayOrder,
        ProblemKind::ZoneShift,
        ProblemKind::StopBeforeStart,
        ProblemKind::ImpossibleMoment,
        ProblemKind::ImpossiblePosition,
        ProblemKind::BulkClosing,
        ProblemKind::AutomaticClosing,
        ProblemKind::FlagFlips,
        ProblemKind::DuplicateHeader,
        ProblemKind::IdenticalRows,
        ProblemKind::AllPerfect,
        ProblemKind::ZeroedDuration,
        ProblemKind::RepeatedDuration,
        ProblemKind::PauseBeforeLimit,
        ProblemKind::StopBeforeLimit,
        ProblemKind::MidnightUnknown,
        ProblemKind::MissingCode,
        ProblemKind::RoundTimes,
    ];

    /// A stable code for JSON and tables.
    pub fn code(self) -> &'static str {
        match self {
            ProblemKind::SwappedDayMonth => "swapped_day_month",
            ProblemKind::UncertainDayOrder => "uncertain_day_order",
            ProblemKind::ZoneShift => "zone_shift",
            ProblemKind::StopBeforeStart => "stop_before_start",
            ProblemKind::ImpossibleMoment => "impossible_moment",
            ProblemKind::ImpossiblePosition => "impossible_position",
            ProblemKind::BulkClosing => "bulk_closing",
            ProblemKind::AutomaticClosing => "automatic_closing",
            ProblemKind::FlagFlips => "flag_flips",
            ProblemKind::DuplicateHeader => "duplicate_header",
            ProblemKind::IdenticalRows => "identical_rows",
            ProblemKind::AllPerfect => "all_perfect",
            ProblemKind::ZeroedDuration => "zeroed_duration",
            ProblemKind::RepeatedDuration => "repeated_duration",
            ProblemKind::PauseBeforeLimit => "pause_before_limit",
            ProblemKind::StopBeforeLimit => "stop_before_limit",
            ProblemKind::MidnightUnknown => "midnight_unknown",
            ProblemKind::MissingCode => "missing_code",
            ProblemKind::RoundTimes => "round_times",
        }
    }
}

/// How sure the finder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Honest records may look like this; somebody should ask.
    Possible,
    /// Chance or ordinary work does not explain it.
    Likely,
    /// The rows contradict themselves.
    Certain,
}

impl Certainty {
    /// A stable code for JSON and tables.
    pub fn code(self) -> &'static str {
        match self {
            Certainty::Possible => "possible",
            Certainty::Likely => "likely",
            Certainty::Certain => "certain",
        }
    }
}

/// The same sentence in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

pub(super) fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

/// One row that shows the problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingExample {
    /// `source/source_key`, or empty where a file has no key.
    pub case: String,
    /// The line in its source file.
    pub line: i64,
}

/// How far the mean time from acceptance to resolution moves without the rows of a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    pub mean_seconds_with: f64,
    pub mean_seconds_without: f64,
}

/// One problem in one column.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityFinding {
    pub kind: ProblemKind,
    /// The column, or two joined by `→`.
    pub column: String,
    /// How many rows show it.
    pub rows: u64,
    /// The first few of them by case id.
    pub examples: Vec<FindingExample>,
    pub certainty: Certainty,
    pub explanation: Text,
    pub remedy: Text,
    /// `None` where no measured case is affected.
    pub effect: Option<Effect>,
}

/// What the finder must be told.
#[derive(Debug, Clone)]
pub struct FinderOptions {
    /// IANA name of the zone in which people wrote the times.
    pub zone: String,
    /// No true moment lies after this.
    pub as_of: i64,
    /// Limits that cases of a kind had to keep, in seconds; used for what happens just before one.
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
    pub fn observe(&mut self, batch: &RecordBatch) {
        let rows = CaseRows::new(batch);
        self.dates.observe(&rows, self.options.as_of);
        self.waits.observe(&rows, &self.local);
        self.limits.observe(&rows);
        self.closing.observe(&rows);
        self.clockface.observe(&rows, &self.local);
        self.segments.observe(&rows);
        self.codes.observe(&rows);
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

    /// Ends the first look; the second one takes the same batches.
    pub fn suspect(&self) -> SuspicionEvidence {
        let (swapped, mut suspicions) = self.dates.suspicions(&self.local, self.options.as_of);
        suspicions.extend(self.waits.suspicions(&swapped));
        suspicions.extend(self.limits.suspicions(&self.options.limits));
        suspicions.extend(self.closing.suspicions(&self.local));
        suspicions.extend(self.clockface.suspicions());
        suspicions.extend(self.segments.suspicions());
        suspicions.extend(self.codes.suspicions());
        SuspicionEvidence::new(suspicions, self.local.clone())
    }
}

/// Looks twice at batches that can be read twice.
pub fn find<I: Iterator<Item = RecordBatch>>(
    options: &FinderOptions,
    batches: impl Fn() -> I,
) -> Result<Vec<QualityFinding>, QualityError> {
    let mut profile = Profile::new(options)?;
    for batch in batches() {
        profile.observe(&batch);
    }
    let mut evidence = profile.suspect();
    for batch in batches() {
        evidence.observe(&batch);
    }
    Ok(evidence.findings())
}
