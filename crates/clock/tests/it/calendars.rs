//! The calendars that come with the program, and what a wrong file is told.

use jiff::civil::{Date, date};
use trueline_clock::{
    Calendar, CalendarError, ClockRule, DayKind, Provenance, Ruler, RulerError, TimeLimit, Unit,
    Unmeasurable, embedded,
};

use crate::moments::{HOUR, at, calendar, calendars, moment_in};

const YEARS: std::ops::RangeInclusive<i16> = 2019..=2026;

fn ruler(unit: Unit, calendar: &Calendar) -> Ruler {
    let rule = ClockRule {
        unit,
        zone: calendar.zone().to_owned(),
        calendar: Some(calendar.name().into()),
        limit_is_on_time: true,
    };
    Ruler::new(&rule, std::slice::from_ref(calendar)).unwrap()
}

/// Two independent lists give the same numbers, day by day.
#[test]
fn china_has_as_many_working_days_as_others_count() {
    let cn = calendar("cn");
    let count: Vec<usize> = YEARS.map(|year| cn.working_days(year).unwrap()).collect();
    assert_eq!(count, [250, 249, 250, 249, 249, 251, 248, 248]);
}

/// England and Wales: 52 weeks of five days, less the bank holidays that fall on them.
#[test]
fn the_other_calendars_count_what_their_lists_imply() {
    let count = |name| YEARS.map(|y| calendar(name).working_days(y).unwrap()).collect::<Vec<_>>();
    assert_eq!(count("uk"), [253, 254, 253, 250, 251, 254, 253, 253]);
    let uk = calendar("uk");
    assert_eq!(uk.day_kind(date(2020, 5, 4)), Ok(DayKind::Working), "moved to VE Day");
    assert_eq!(uk.day_kind(date(2020, 5, 8)), Ok(DayKind::Off));
    assert_eq!(uk.day_kind(date(2022, 5, 30)), Ok(DayKind::Working), "moved for the Jubilee");
    assert_eq!(uk.day_kind(date(2022, 9, 19)), Ok(DayKind::Off));
    let india = calendar("in");
    assert_eq!(india.day_kind(date(2020, 8, 15)), Ok(DayKind::Off), "a Saturday anyway");
    assert_eq!(india.day_kind(date(2020, 10, 2)), Ok(DayKind::Off));
    assert!(count("in").iter().all(|days| (244..=252).contains(days)), "{:?}", count("in"));
}

#[test]
fn every_chinese_notice_has_its_number_and_its_day() {
    let cn = calendar("cn");
    for year in YEARS {
        for notice in cn.notices_of_year(year) {
            assert!(notice.number.as_ref().unwrap().starts_with("国办发明电〔"), "{year}");
            assert!(notice.title.starts_with("国务院办公厅关于"), "{year}");
            assert_eq!(notice.issued, Some(notice.effective));
            assert_eq!(notice.read, Provenance::Copy);
            assert!(notice.source.starts_with("http"));
        }
    }
    assert_eq!(cn.notices_of_year(2020).count(), 2);
}

#[test]
fn a_make_up_workday_is_worked_and_a_holiday_is_not() {
    let cn = calendar("cn");
    assert_eq!(cn.day_kind(date(2020, 4, 26)), Ok(DayKind::Working), "a Sunday");
    assert_eq!(cn.holiday_name(date(2020, 4, 26)), Some("劳动节"));
    assert_eq!(cn.day_kind(date(2020, 5, 4)), Ok(DayKind::Off), "a Monday");
    assert_eq!(cn.working_periods(date(2020, 4, 26)).unwrap().len(), 2);
    assert_eq!(cn.working_periods(date(2020, 5, 4)).unwrap().len(), 0);
    // The file of 2023 speaks of a day in 2022.
    assert_eq!(cn.holiday_name(date(2022, 12, 31)), Some("元旦"));
}

/// The Spring Festival of 2020 was to end on 30 January; on the 26th it was made longer.
#[test]
fn the_extension_of_2020_counts_from_the_day_it_was_ordered() {
    let cn = calendar("cn");
    let (before, after) = (date(2020, 1, 25), date(2020, 1, 26));
    let day = |known: Date, asked| cn.as_known_at(known).day_kind(asked).unwrap();
    assert_eq!(day(before, date(2020, 1, 31)), DayKind::Working);
    assert_eq!(day(before, date(2020, 2, 1)), DayKind::Working, "a make-up Saturday");
    assert_eq!(day(after, date(2020, 1, 31)), DayKind::Off);
    assert_eq!(day(after, date(2020, 2, 1)), DayKind::Off);
    assert_eq!(cn.day_kind(date(2020, 2, 1)), Ok(DayKind::Off));
    assert_eq!(cn.as_known_at(before).working_days(2020), Ok(251));

    // Accepted on the last working day before the festival, due in three working days.
    let due = |calendar: &Calendar| {
        let ruler = ruler(Unit::WorkingDays, calendar);
        let start = at("2020-01-23 10:00");
        ruler.due_time(start, TimeLimit::WorkingDates { days: 3 }, &mut [], start)
    };
    assert_eq!(due(&cn.as_known_at(before)), Ok(at("2020-02-03 24:00")));
    assert_eq!(due(cn), Ok(at("2020-02-05 24:00")));
}

#[test]
fn a_year_that_no_notice_had_ordered_yet_is_unknown() {
    let then = calendar("cn").as_known_at(date(2019, 11, 20));
    let missing = Unmeasurable::NoCalendarYear { year: 2020 };
    assert_eq!(then.day_kind(date(2020, 1, 1)), Err(missing));
    assert_eq!(then.working_days(2019), Ok(250));
    assert_eq!(then.known_years().collect::<Vec<_>>(), [2019]);
}

#[test]
fn a_year_without_a_file_is_an_error_where_days_off_count() {
    let cn = calendar("cn");
    let ruler = ruler(Unit::WorkingHours, cn);
    let after = Unmeasurable::NoCalendarYear { year: 2027 };
    let before = Unmeasurable::NoCalendarYear { year: 2018 };
    let elapsed = |start, stop| ruler.elapsed_seconds(at(start), at(stop), &mut []);
    assert_eq!(elapsed("2026-12-31 09:00", "2026-12-31 24:00"), Ok(8 * HOUR));
    assert_eq!(elapsed("2026-12-31 09:00", "2027-01-01 00:00:01"), Err(after));
    assert_eq!(elapsed("2018-12-31 23:59:59", "2019-01-02 10:00"), Err(before));
    let due = |start, limit| ruler.due_time(at(start), limit, &mut [], at(start));
    // 2026-12-31 is the last day anybody knows about.
    let days = |days| TimeLimit::Dates { days };
    assert_eq!(due("2026-12-30 10:00", days(1)), Ok(at("2026-12-31 24:00")));
    assert_eq!(due("2026-12-30 10:00", days(2)), Err(after));
    assert_eq!(due("2026-12-30 10:00", TimeLimit::WorkingDates { days: 2 }), Err(after));
    let limit = TimeLimit::Elapsed { seconds: 8 * HOUR };
    assert_eq!(due("2026-12-31 09:00", limit), Err(after));
    // Where nothing rolls over days off, no calendar is asked.
    let limit = TimeLimit::SameDay { before_hour: 16 };
    assert_eq!(due("2026-12-31 17:00", limit), Ok(at("2027-01-01 24:00")));
}

#[test]
fn the_digest_follows_the_content_and_nothing_else() {
    let files = embedded::find_files("cn").unwrap();
    let again = Calendar::parse(files).unwrap();
    assert_eq!(again.content_digest(), calendar("cn").content_digest());
    assert_eq!(again.content_digest().len(), 64);
    let commented: Vec<(&str, String)> =
        files.iter().map(|&(name, text)| (name, format!("# a remark\n\n{text}\n"))).collect();
    let commented: Vec<(&str, &str)> = commented.iter().rev().map(|(n, t)| (*n, &**t)).collect();
    assert_eq!(Calendar::parse(&commented).unwrap().content_digest(), again.content_digest());

    let changed = |from: &str, to: &str| {
        let texts: Vec<(&str, String)> =
            files.iter().map(|&(name, text)| (name, text.replace(from, to))).collect();
        assert!(texts.iter().zip(files).any(|(new, old)| new.1 != old.1), "{from}");
        let texts: Vec<(&str, &str)> = texts.iter().map(|(n, t)| (*n, &**t)).collect();
        Calendar::parse(&texts).unwrap().content_digest()
    };
    for (from, to) in [
        ("2020-04-26", "2020-04-25"),
        ("09:00-12:00", "08:00-11:00"),
        ("〔2019〕16号", "〔2019〕61号"),
        ("issued = 2020-01-26", "issued = 2020-01-27"),
        ("read = \"copy\"", "read = \"primary\""),
    ] {
        assert_ne!(changed(from, to), again.content_digest(), "{from}");
    }
    let known = calendar("cn").as_known_at(date(2020, 1, 25));
    assert_ne!(known.content_digest(), again.content_digest());
}

const WEEK: &str = r#"name = "x"
title = "X"
zone = "Europe/London"
days_off = ["saturday", "sunday"]
day_seconds = 25200

[periods]
default = ["09:00-12:30", "13:00-17:00"]
friday = ["09:00-12:00"]
make_up = ["10:00-14:00"]
"#;

const YEAR: &str = r#"year = 2020

[[notice]]
title = "A notice"
issued = 2019-06-01
source = "nowhere"
read = "unverified"
off = [{ name = "A", from = 2020-03-02 }]
work = [{ name = "A", from = 2020-03-07 }]
"#;

#[test]
fn weekdays_may_differ_and_a_make_up_day_has_hours_of_its_own() {
    let files = [("calendar.toml", WEEK), ("2020.toml", YEAR)];
    let calendar = Calendar::parse(&files).unwrap();
    assert_eq!(calendar.day_seconds(), 7 * HOUR);
    let ruler = ruler(Unit::WorkingDays, &calendar);
    assert_eq!(ruler.unit_seconds(), 7 * HOUR);
    let day = |day: &str| {
        let at = |hour| moment_in("Europe/London", &format!("{day} {hour}"));
        ruler.elapsed_seconds(at("00:00"), at("24:00"), &mut []).unwrap()
    };
    assert_eq!(day("2020-03-02"), 0, "off by notice");
    assert_eq!(day("2020-03-05"), 7 * HOUR + HOUR / 2);
    assert_eq!(day("2020-03-06"), 3 * HOUR, "a Friday");
    assert_eq!(day("2020-03-07"), 4 * HOUR, "a make-up Saturday");
    assert_eq!(day("2020-03-08"), 0);
    // The week in which clocks go forward works as long as any other.
    assert_eq!(day("2020-03-29") + day("2020-03-30"), 7 * HOUR + HOUR / 2);
}

/// Each mistake, the line it stands on, and a word of what to write instead.
#[test]
fn a_wrong_file_is_told_where_and_what_to_write() {
    let check = |replace: (&str, &str), expected: &str| {
        let week = WEEK.replace(replace.0, replace.1);
        let year = YEAR.replace(replace.0, replace.1);
        assert!(week != WEEK || year != YEAR, "{}", replace.0);
        let files = [("my/calendar.toml", &*week), ("my/2020.toml", &*year)];
        let error = Calendar::parse(&files).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n  expected {expected}");
    };
    check(("Europe/London", "Europe/Camelot"), "my/calendar.toml:3: no such time zone: Europe/C");
    check(("sunday", "sunnyday"), "my/calendar.toml:4: no such weekday: sunnyday; write monday");
    check(("13:00-17:00", "13:00-24:30"), "my/calendar.toml:8: no working period: 13:00-24:30");
    check(("13:00-17:00", "17:00-13:00"), "my/calendar.toml:8: no working period: 17:00-13:00");
    check(("13:00-17:00", "1 pm to 5"), "my/calendar.toml:8: no working period: 1 pm to 5; write");
    check(("13:00-17:00", "12:00-17:00"), "my/calendar.toml:8: working periods of one day overlap");
    check(("[\"09:00-12:00\"]", "[]"), "my/calendar.toml:9: a day of work needs at least one");
    check(("= 25200", "= 0"), "my/calendar.toml:5: day_seconds must be from 1 to 86400");
    check(("day_seconds = 25200\n", ""), "my/calendar.toml:6: weekdays of different length");
    check(("title = \"X\"", "titel = \"X\""), "my/calendar.toml:2: unknown field `titel`");
    check(("title = \"X\"", "title = X"), "my/calendar.toml:2: ");
    check(("year = 2020", "year = 2021"), "my/2020.toml:1: the file is named for 2020; write year");
    check(("2020-03-02", "2020-02-30"), "my/2020.toml:8: ");
    check(("2020-03-02", "2020-03-02T09:00:00"), "my/2020.toml:8: no date; write it as 2020-01-31");
    check(
        ("2020-03-07", "2021-03-07"),
        "my/2020.toml:9: 2021-03-07 belongs to the file of another",
    );
    check(("2020-03-07", "2020-03-02"), "my/2020.toml:9: 2020-03-02 stands twice");
    check(
        ("from = 2020-03-02", "from = 2020-03-02, to = 2020-03-01"),
        "my/2020.toml:8: the span ends before it begins",
    );
    check(("issued = 2019-06-01\n", ""), "my/2020.toml:4: no date from which the notice is known");
    check(
        ("issued = 2019-06-01", "issued = 2019-06-01\neffective = 2019-05-01"),
        "my/2020.toml:4: a notice counts from its issue",
    );
    check(("\"unverified\"", "\"hearsay\""), "my/2020.toml:7: unknown variant `hearsay`");
    check((&YEAR[12..], ""), "my/2020.toml:1: a year needs at least one notice");
}

#[test]
fn files_that_are_no_calendar_together_are_refused() {
    let parse = |files: &[(&str, &str)]| Calendar::parse(files).unwrap_err();
    assert_eq!(parse(&[("2020.toml", YEAR)]), CalendarError::NoWeek);
    assert_eq!(parse(&[("calendar.toml", WEEK)]), CalendarError::NoYear);
    let later = YEAR.replace("2020", "2022");
    let files = [("calendar.toml", WEEK), ("2020.toml", YEAR), ("2022.toml", &*later)];
    assert_eq!(parse(&files), CalendarError::Gap { year: 2021 });
    let files = [("calendar.toml", WEEK), ("2020.toml", YEAR), ("b/2020.toml", YEAR)];
    assert_eq!(parse(&files).to_string(), "b/2020.toml:1: the same year stands in two files");
    let files = [("calendar.toml", WEEK), ("holidays.toml", YEAR)];
    assert!(parse(&files).to_string().starts_with("holidays.toml:1: a file is calendar.toml or"));
}

#[test]
fn a_rule_that_cannot_measure_is_refused_when_it_is_compiled() {
    let rule = |zone: &str, calendar: Option<&str>| ClockRule {
        unit: Unit::WorkingDays,
        zone: zone.to_owned(),
        calendar: calendar.map(Into::into),
        limit_is_on_time: true,
    };
    let refused = |rule: &ClockRule| Ruler::new(rule, calendars()).unwrap_err();
    assert_eq!(refused(&rule("Asia/Shanghai", None)), RulerError::NeedsCalendar);
    let error = refused(&rule("Asia/Shanghai", Some("mars"))).to_string();
    assert_eq!(error, "no such calendar: mars; there are cn, in, uk");
    let error = refused(&rule("Mars/Olympus", Some("cn"))).to_string();
    assert_eq!(error, "no such time zone: Mars/Olympus");
    // A natural rule may do without, until a limit asks for working days.
    let ruler = crate::moments::natural("Asia/Shanghai");
    let start = at("2020-05-15 10:00");
    let due = ruler.due_time(start, TimeLimit::WorkingDates { days: 1 }, &mut [], start);
    assert_eq!(due, Err(Unmeasurable::NoCalendar));
}

#[test]
fn every_file_of_the_folder_is_compiled_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../calendars");
    let names = |path: &std::path::Path| {
        let entries = std::fs::read_dir(path).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let compiled_in: std::collections::BTreeSet<_> =
        calendars().iter().map(|calendar| calendar.name().to_owned()).collect();
    assert_eq!(names(&folder), compiled_in, "a folder is named as its calendar");
    for calendar in names(&folder) {
        let files = embedded::find_files(&calendar).unwrap().iter();
        let listed = files.map(|(path, _)| path.rsplit('/').next().unwrap().to_owned());
        assert_eq!(names(&folder.join(&calendar)), listed.collect());
    }
    assert_eq!(embedded::find_files("mars"), None);
}

/// Bytes of the real files changed, doubled and cut.
#[test]
fn no_bytes_at_all_break_the_reader() {
    use proptest::prelude::*;

    let files = embedded::find_files("cn").unwrap();
    let chosen: Vec<&str> = ["calendar.toml", "2020.toml", "2021.toml"]
        .iter()
        .map(|name| files.iter().find(|(path, _)| path.ends_with(name)).unwrap().1)
        .collect();
    let whole = chosen.join("\0").into_bytes();
    trueline_clock::fuzz_calendar_files(&whole);
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0u8..4);
    let edits = prop::collection::vec(edit, 1..8);
    proptest!(ProptestConfig::with_cases(2000), |(edits in edits)| {
        let mut bytes = whole.clone();
        for (place, byte, kind) in edits {
            let place = place.index(bytes.len());
            // Mostly bytes that mean something, so that many edits still parse.
            let byte = b"0123456789-:\",=[]{} \n"[usize::from(byte) % 21];
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => { bytes.remove(place); }
                _ => {
                    let end = (place + 200).min(bytes.len());
                    let piece = bytes[place..end].to_vec();
                    bytes.splice(place..place, piece);
                }
            }
        }
        trueline_clock::fuzz_calendar_files(&bytes);
    });
}

#[test]
fn a_calendar_has_what_its_file_says() {
    let files = [("calendar.toml", WEEK), ("2020.toml", YEAR)];
    let calendar = Calendar::parse(&files).unwrap();
    assert_eq!((calendar.name(), calendar.title()), ("x", "X"));
    assert_eq!(calendar.zone(), "Europe/London");
    let notice = calendar.notices_of_year(2020).next().unwrap();
    assert_eq!((notice.number.as_deref(), notice.issued), (None, Some(date(2019, 6, 1))));
    assert_eq!(notice.read, Provenance::Unverified);
    assert_eq!(calendar.notices_of_year(2021).count(), 0);
    assert_eq!(calendar.holiday_name(date(2020, 3, 2)), Some("A"));
    assert_eq!(calendar.holiday_name(date(2020, 3, 3)), None);
}

#[test]
fn a_working_day_may_last_from_one_second_to_a_whole_day() {
    let seconds = |text: &str| {
        let week = WEEK.replace("= 25200", text);
        let files = [("calendar.toml", &*week), ("2020.toml", YEAR)];
        Calendar::parse(&files).map(|calendar| calendar.day_seconds())
    };
    assert_eq!(seconds("= 1"), Ok(1));
    assert_eq!(seconds("= 86400"), Ok(86_400));
    assert!(seconds("= 86401").is_err());
}

/// Without `day_seconds`, every working day and every make-up day must last equally long.
#[test]
fn a_week_of_equal_days_needs_no_length_of_its_own() {
    let plain = WEEK.replace("day_seconds = 25200\n", "");
    let seconds = |friday: &str, make_up: &str| {
        let week = plain.replace("\"09:00-12:00\"", friday).replace("\"10:00-14:00\"", make_up);
        let files = [("calendar.toml", &*week), ("2020.toml", YEAR)];
        Calendar::parse(&files).map(|calendar| calendar.day_seconds())
    };
    let same = "\"00:00-05:00\", \"21:30-24:00\"";
    assert_eq!(seconds(same, same), Ok(7 * HOUR + HOUR / 2));
    assert!(seconds("\"09:00-12:00\"", same).is_err());
    assert!(seconds(same, "\"10:00-14:00\"").is_err());
}

#[test]
fn a_notice_may_count_from_a_day_after_its_issue() {
    let year = YEAR.replace("issued = 2019-06-01", "issued = 2019-06-01\neffective = 2019-07-01");
    let files = [("calendar.toml", WEEK), ("2020.toml", &*year)];
    let calendar = Calendar::parse(&files).unwrap();
    let known = |day| calendar.as_known_at(day).known_years().count();
    assert_eq!(known(date(2019, 6, 30)), 0);
    assert_eq!(known(date(2019, 7, 1)), 1);
}

/// The first and the last second that the files cover, and the seconds beyond them.
#[test]
fn a_calendar_ends_with_its_first_and_last_year() {
    let ruler = ruler(Unit::WorkingDays, calendar("cn"));
    let due = |start, days| {
        let start = at(start);
        ruler.due_time(start, TimeLimit::WorkingDates { days }, &mut [], start)
    };
    let before = Unmeasurable::NoCalendarYear { year: 2018 };
    let after = Unmeasurable::NoCalendarYear { year: 2027 };
    assert_eq!(due("2018-12-31 23:59:59", 1), Err(before));
    assert_eq!(due("2019-01-01 00:00", 1), Ok(at("2019-01-02 24:00")), "1 January is off");
    assert_eq!(due("2026-12-30 23:59:59", 1), Ok(at("2026-12-31 24:00")));
    assert_eq!(due("2026-12-31 00:00", 0), Ok(at("2026-12-31 24:00")));
    assert_eq!(due("2026-12-31 00:00", 1), Err(after));
    assert_eq!(due("2027-01-01 12:00", 1), Err(after));
    let first = at("2019-01-01 00:00");
    assert_eq!(ruler.elapsed_seconds(first, first, &mut []), Ok(0));
    assert_eq!(ruler.elapsed_seconds(first - 1, first, &mut []), Err(before));
}
