//! What the tests of this crate share: moments as people write them, and rulers by a short name.
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use trueline_clock::{Calendar, ClockRule, Ruler, Unit, embedded};

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 86_400;

static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| embedded::parse_calendars().unwrap());

pub(crate) fn calendars() -> &'static [Calendar] {
    &CALENDARS
}

pub(crate) fn calendar(name: &str) -> &'static Calendar {
    CALENDARS.iter().find(|c| c.name() == name).unwrap()
}

/// `2020-05-08 18:00`, with seconds if need be, on the wall clock of a zone. `24:00` is midnight.
pub(crate) fn moment_in(zone: &str, text: &str) -> i64 {
    let (text, more) = match text.strip_suffix(" 24:00") {
        Some(date) => (format!("{date} 00:00"), 1),
        None => (text.to_owned(), 0),
    };
    let local: DateTime = text.parse().unwrap_or_else(|why| panic!("{text}: {why}"));
    let local = local.checked_add(jiff::Span::new().days(more)).unwrap();
    let zone = TimeZone::get(zone).unwrap();
    zone.to_timestamp(local).unwrap().as_second()
}

/// A moment in China.
pub(crate) fn at(text: &str) -> i64 {
    moment_in("Asia/Shanghai", text)
}

/// A rule in China, limits inclusive; working units count by the statutory calendar.
pub(crate) fn rule(unit: Unit) -> ClockRule {
    ClockRule {
        unit,
        zone: "Asia/Shanghai".to_owned(),
        calendar: Some("cn".into()),
        limit_is_on_time: true,
    }
}

pub(crate) fn ruler(unit: Unit) -> Ruler {
    Ruler::new(&rule(unit), calendars()).unwrap()
}

/// A rule for natural time without a calendar, in any zone.
pub(crate) fn natural(zone: &str) -> Ruler {
    let rule = ClockRule {
        unit: Unit::NaturalDays,
        zone: zone.to_owned(),
        calendar: None,
        limit_is_on_time: true,
    };
    Ruler::new(&rule, &[]).unwrap()
}
