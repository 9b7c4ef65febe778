//! Where the time comes from. Functions below take the time; only the edge asks the clock.

use jiff::Timestamp;

/// The clock of a running program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The time of the machine.
    System,
    /// Always the same moment, in UTC seconds: for tests.
    Fixed(i64),
}

impl Clock {
    /// The machine's clock. A build with debug assertions also reads `TRUELINE_CLOCK`, a time in
    /// RFC 3339, so that a test can say when it happens; a release build never does.
    pub fn of_environment() -> Clock {
        let told = if cfg!(debug_assertions) { std::env::var("TRUELINE_CLOCK").ok() } else { None };
        let moment = told.and_then(|text| text.parse::<Timestamp>().ok());
        moment.map_or(Clock::System, |moment| Clock::Fixed(moment.as_second()))
    }

    /// The time, in UTC seconds.
    pub fn now(self) -> i64 {
        match self {
            Clock::System => Timestamp::now().as_second(),
            Clock::Fixed(second) => second,
        }
    }

    /// The time as ledgers and witnesses count it.
    pub fn now_unsigned(self) -> u64 {
        u64::try_from(self.now()).unwrap_or(0)
    }
}
