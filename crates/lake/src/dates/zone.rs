//! Wall-clock time to UTC in a zone, fast where a day has one offset throughout.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// What a wall-clock time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Plain(i64),
    /// The hour occurs twice (the first was taken) or never (moved forward by the gap).
    Ambiguous(i64),
}

/// Reads wall-clock times in one zone.
#[derive(Debug)]
pub(crate) struct ZoneClock {
    zone: TimeZone,
    /// The offset of a local day, `None` when it has more than one.
    days: HashMap<i64, Option<i64>>,
    last: (i64, Option<i64>),
}

impl ZoneClock {
    pub(crate) fn new(zone: TimeZone) -> ZoneClock {
        ZoneClock { zone, days: HashMap::new(), last: (i64::MIN, None) }
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// UTC seconds of a wall-clock time given in seconds; `None` beyond what the calendar holds.
    #[inline]
    pub(crate) fn utc(&mut self, local: i64) -> Option<Reading> {
        let day = local.div_euclid(86_400);
        if self.last.0 != day {
            self.last = (day, self.day(day));
        }
        match self.last.1 {
            Some(offset) => Some(Reading::Plain(local - offset)),
            None => self.slow(local),
        }
    }

    fn day(&mut self, day: i64) -> Option<i64> {
        if let Some(known) = self.days.get(&day) {
            return *known;
        }
        let start = self.offset(day * 86_400);
        let end = self.offset(day * 86_400 + 86_399);
        let whole = start.filter(|_| start == end);
        self.days.insert(day, whole);
        whole
    }

    /// The one offset at a wall-clock time.
    fn offset(&self, local: i64) -> Option<i64> {
        let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(i64::from(offset.seconds())),
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => None,
        }
    }

    fn slow(&self, local: i64) -> Option<Reading> {
        let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        let found = self.zone.to_ambiguous_timestamp(civil);
        let plain = matches!(found.offset(), AmbiguousOffset::Unambiguous { .. });
        let seconds = found.compatible().ok()?.as_second();
        Some(if plain { Reading::Plain(seconds) } else { Reading::Ambiguous(seconds) })
    }
}
