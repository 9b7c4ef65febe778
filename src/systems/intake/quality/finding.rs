//! A finding: its kind, the rows that show it, how sure the finder is, and what to do about it.

use trueline_language::Text;

/// What kind of problem a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Day and month changed places when a date was read.
    SwappedDayMonth,
    /// It is unclear whether day or month comes first, or the rows disagree about it.
    UncertainDayOrder,
    /// Two moments of a case were written in different zones.
    ZoneShift,
    /// A case stops before it starts.
    StopBeforeStart,
    /// A moment lies in the future or in a year that stands for "unknown".
    ImpossibleMoment,
    /// A coordinate is out of range, or stands for "unknown".
    ImpossiblePosition,
    /// Many cases were closed in the same minute.
    BulkClosing,
    /// A machine closes cases a fixed time after another step.
    AutomaticClosing,
    /// A yes-or-no column changes during the life of one case.
    FlagFlips,
    /// Two columns of a file have the same name.
    DuplicateHeader,
    /// Whole rows of a file are repeated.
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
    /// Honest records may look like this; someone should ask.
    Possible,
    /// Neither chance nor ordinary work explains it.
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
