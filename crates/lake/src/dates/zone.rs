//! Converts wall-clock time in a zone to UTC, fast on days with a single offset.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// What a wall-clock time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneReading {
    Plain(i64),
    /// The hour occurs twice (the first one was taken) or never (it was moved forward by the gap).
    Ambiguous(i64),
}

/// Converts wall-clock times in one zone.
#[derive(Debug)]
pub(crate) struct ZoneClock {
    zone: TimeZone,
    /// The offset of a local day; `None` if it has more than one.
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

    /// The UTC seconds of a wall-clock time given in seconds; `None` beyond the range of the
    /// calendar.
    #[inline]
    pub(crate) fn to_utc(&mut self, local: i64) -> Option<ZoneReading> {
        let day = local.div_euclid(86_400);
        if self.last.0 != day {
            self.last = (day, self.day_offset(day));
        }
        match self.last.1 {
            Some(offset) => Some(ZoneReading::Plain(local - offset)),
            None => self.to_utc_by_calendar(local),
        }
    }

    fn day_offset(&mut self, day: i64) -> Option<i64> {
        if let Some(known) = self.days.get(&day) {
            return *known;
        }
        let start = self.offset_at(day * 86_400);
        let end = self.offset_at(day * 86_400 + 86_399);
        let whole = start.filter(|_| start == end);
        self.days.insert(day, whole);
        whole
    }

    /// The offset at a wall-clock time; `None` if there are two or none.
    fn offset_at(&self, local: i64) -> Option<i64> {
        let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(i64::from(offset.seconds())),
            AmbiguousOffset::Gap { .. } | AmbiguousOffset::Fold { .. } => None,
        }
    }

    fn to_utc_by_calendar(&self, local: i64) -> Option<ZoneReading> {
        let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        let found = self.zone.to_ambiguous_timestamp(civil);
        let plain = matches!(found.offset(), AmbiguousOffset::Unambiguous { .. });
        let seconds = found.compatible().ok()?.as_second();
        Some(if plain { ZoneReading::Plain(seconds) } else { ZoneReading::Ambiguous(seconds) })
    }
}
