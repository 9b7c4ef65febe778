//! Calendars: which days are worked, and at which hours.
//!
//! A calendar is a week (days off, working periods) and, for each year, the notices that change
//! single days: holidays, and make-up workdays. A later notice overrides an earlier one on the same
//! day, and every notice keeps the date it took effect, so that a clock can be asked what was known
//! on a given day. A year without a file is unknown; it is never guessed from the week.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use sha2::{Digest as _, Sha256};

use crate::rule::Unmeasurable;

/// A calendar, read from its files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(crate) week: Arc<Week>,
    /// Keyed by the year of the file. A notice may also name days of the December before.
    pub(crate) years: BTreeMap<i16, Vec<Arc<Notice>>>,
    /// For each day that a notice names, what the latest notice says.
    special: BTreeMap<Date, (DayKind, Arc<str>)>,
}

/// What does not change from year to year.
#[derive(Debug)]
pub(crate) struct Week {
    pub(crate) name: Arc<str>,
    pub(crate) title: String,
    pub(crate) zone: String,
    /// Monday first.
    pub(crate) days_off: [bool; 7],
    /// Monday first.
    pub(crate) periods: [Vec<WorkPeriod>; 7],
    /// The periods of a day that is worked although its weekday is off.
    pub(crate) make_up: Vec<WorkPeriod>,
    pub(crate) day_seconds: i64,
}

/// A period of work within one day, in seconds after midnight on the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkPeriod {
    pub from: i64,
    pub to: i64,
}

/// An official act that declares days off or working days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub title: String,
    /// Its official number; `None` if it has none or nobody has found it.
    pub number: Option<String>,
    /// The date on it; `None` if nobody has found it.
    pub issued: Option<Date>,
    /// The day from which it is known.
    pub effective: Date,
    /// Where it can be read.
    pub source: String,
    pub read: Provenance,
    pub days: Vec<NamedDay>,
}

/// How a notice's content was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Somebody read it where its author published it.
    Primary,
    /// Somebody read a full copy elsewhere.
    Copy,
    /// The days come from a list; nobody has read the notice.
    Unverified,
}

/// What a notice says about one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDay {
    pub date: Date,
    pub kind: DayKind,
    /// The holiday it belongs to.
    pub name: Arc<str>,
}

/// Whether a day is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    Working,
    Off,
}

impl Calendar {
    pub(crate) fn new(week: Arc<Week>, years: BTreeMap<i16, Vec<Arc<Notice>>>) -> Self {
        let mut notices: Vec<&Arc<Notice>> = years.values().flatten().collect();
        notices.sort_by_key(|notice| (notice.effective, notice.issued));
        let special = notices
            .iter()
            .flat_map(|notice| &notice.days)
            .map(|day| (day.date, (day.kind, day.name.clone())))
            .collect();
        Calendar { week, years, special }
    }

    /// The name that rules use.
    pub fn name(&self) -> &str {
        &self.week.name
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.week.title
    }

    /// The IANA name of the zone it was written for.
    pub fn zone(&self) -> &str {
        &self.week.zone
    }

    /// How many seconds one working day of a duration counts for.
    pub fn day_seconds(&self) -> i64 {
        self.week.day_seconds
    }

    /// The years that have a file.
    pub fn known_years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }

    /// The notices of a year's file, in the order of the file.
    pub fn notices_of_year(&self, year: i16) -> impl Iterator<Item = &Notice> {
        self.years.get(&year).into_iter().flatten().map(|n| &**n)
    }

    /// The same calendar as it was known at the end of this day: later notices are not yet there.
    ///
    /// A year that no notice had spoken about is unknown again.
    #[must_use]
    pub fn as_known_at(&self, day: Date) -> Calendar {
        let mut years = self.years.clone();
        for notices in years.values_mut() {
            notices.retain(|notice| notice.effective <= day);
        }
        years.retain(|_, notices| !notices.is_empty());
        Calendar::new(self.week.clone(), years)
    }

    /// Whether a day is worked.
    pub fn day_kind(&self, date: Date) -> Result<DayKind, Unmeasurable> {
        if !self.years.contains_key(&date.year()) {
            return Err(Unmeasurable::NoCalendarYear { year: date.year() });
        }
        let off = self.week.days_off[weekday_index(date.weekday())];
        let usual = if off { DayKind::Off } else { DayKind::Working };
        Ok(self.special.get(&date).map_or(usual, |&(kind, _)| kind))
    }

    /// The holiday that a notice names for this day. A make-up workday has the name of its holiday.
    pub fn holiday_name(&self, date: Date) -> Option<&str> {
        self.special.get(&date).map(|(_, name)| &**name)
    }

    /// The working periods of a day; none on a day off.
    pub fn working_periods(&self, date: Date) -> Result<&[WorkPeriod], Unmeasurable> {
        let weekday = weekday_index(date.weekday());
        Ok(match self.day_kind(date)? {
            DayKind::Off => &[],
            DayKind::Working if self.week.days_off[weekday] => &self.week.make_up,
            DayKind::Working => &self.week.periods[weekday],
        })
    }

    /// How many days of a year are worked.
    pub fn working_days(&self, year: i16) -> Result<usize, Unmeasurable> {
        let mut count = 0;
        let first = Date::new(year, 1, 1).map_err(|_| Unmeasurable::OutOfRange)?;
        for date in first.series(jiff::Span::new().days(1)) {
            if date.year() != year {
                break;
            }
            match self.day_kind(date)? {
                DayKind::Working => count += 1,
                DayKind::Off => {}
            }
        }
        Ok(count)
    }

    /// SHA-256 of the content, in hexadecimal. Spaces, comments and key order do not change it;
    /// everything that matters to a reader of the evidence does.
    pub fn content_digest(&self) -> String {
        let hash = Sha256::digest(self.canonical_text().as_bytes());
        hash.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The text that is hashed: one item per line, in a fixed order, every string as a Rust
    /// literal.
    fn canonical_text(&self) -> String {
        let week = &self.week;
        let mut text = String::from("trueline calendar 1\n");
        let _ = writeln!(text, "name {:?} title {:?}", week.name, week.title);
        let _ = writeln!(text, "zone {:?} day {}", week.zone, week.day_seconds);
        let mut day_line = |label: &str, periods: &[WorkPeriod]| {
            let _ = write!(text, "{label}");
            for period in periods {
                let _ = write!(text, " {}-{}", period.from, period.to);
            }
            text.push('\n');
        };
        for (index, periods) in week.periods.iter().enumerate() {
            let kind = if week.days_off[index] { "off" } else { "work" };
            day_line(&format!("weekday {} {kind}", index + 1), periods);
        }
        day_line("make-up", &week.make_up);
        for (year, notices) in &self.years {
            let _ = writeln!(text, "year {year}");
            for notice in notices {
                notice.write_canonical(&mut text);
            }
        }
        text
    }
}

impl Notice {
    fn write_canonical(&self, text: &mut String) {
        let read = match self.read {
            Provenance::Primary => "primary",
            Provenance::Copy => "copy",
            Provenance::Unverified => "unverified",
        };
        let number = self.number.as_deref().unwrap_or("");
        let issued = self.issued.map(|date| date.to_string()).unwrap_or_default();
        let _ = writeln!(
            text,
            "notice {:?} {number:?} {issued} {} {:?} {read}",
            self.title, self.effective, self.source
        );
        for day in &self.days {
            let kind = match day.kind {
                DayKind::Working => "work",
                DayKind::Off => "off",
            };
            let _ = writeln!(text, "{kind} {} {:?}", day.date, day.name);
        }
    }
}

/// Monday is 0.
pub(crate) fn weekday_index(weekday: Weekday) -> usize {
    weekday.to_monday_zero_offset() as usize
}
