//! An entry point for fuzzers: whatever the files hold, nothing panics, and answers agree.

use crate::calendar::Calendar;
use crate::rule::{ClockRule, TimeLimit, Unit};
use crate::ruler::{OPEN, Ruler};

/// Reads the bytes as a calendar (files separated by a NUL: the week, then years from 2020 on),
/// compiles a rule with it and measures around its first year.
///
/// # Panics
/// If reading the same files twice gives two digests, or if a due time and a margin disagree.
/// Those are the bugs a fuzzer looks for.
pub fn fuzz_calendar_files(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let names = ["calendar.toml", "2020.toml", "2021.toml", "2022.toml"];
    let files: Vec<(&str, &str)> = names.into_iter().zip(text.split('\0')).collect();
    let Ok(calendar) = Calendar::parse(&files) else {
        return;
    };
    let again = Calendar::parse(&files).map(|calendar| calendar.content_digest());
    assert_eq!(again, Ok(calendar.content_digest()), "{text}");
    let rule = ClockRule {
        unit: Unit::WorkingDays,
        zone: calendar.zone().to_owned(),
        calendar: Some(calendar.name().into()),
        limit_is_on_time: true,
    };
    let Ok(ruler) = Ruler::new(&rule, &[calendar]) else {
        return;
    };
    let start = 1_583_000_000;
    for limit in [
        TimeLimit::Elapsed { seconds: 100_000 },
        TimeLimit::Dates { days: 15 },
        TimeLimit::WorkingDates { days: 5 },
        TimeLimit::SameDay { before_hour: 16 },
    ] {
        for stop in [start, start + 86_400, start + 1_000_000, i64::MAX] {
            let mut pauses = [(start + 7200, start + 90_000), (start + 80_000, OPEN)];
            let due = ruler.due_time(start, limit, &mut pauses, stop);
            let margin = ruler.margin_seconds(start, stop, limit, &mut pauses);
            if let (Ok(due), Ok(margin)) = (due, margin) {
                assert_eq!(stop > due, margin < 0, "{limit:?} {stop} in {text}");
            }
        }
    }
}
