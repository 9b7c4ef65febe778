use super::*;

fn any(text: &str) -> Option<(i64, Option<i32>, TimePrecision)> {
    read_any(text.as_bytes(), DateOrder::Unknown).map(|l| (l.seconds, l.offset, l.precision))
}

#[test]
fn usual_layouts_need_no_format() {
    let at = 1_580_466_030; // 2020-01-31T10:20:30
    let second = Some((at, None, TimePrecision::Second));
    let minute = Some((at - 30, None, TimePrecision::Minute));
    let day = Some((1_580_428_800, None, TimePrecision::Day));
    for (text, expected) in [
        ("2020-01-31 10:20:30", second),
        ("2020/1/31 10:20:30", second),
        ("2020-01-31T10:20:30.999", second),
        ("20200131102030", second),
        ("2020年1月31日 10时20分30秒", second),
        ("2020年01月31日上午10:20", minute),
        ("2020/1/31 10:20", minute),
        ("202001311020", minute),
        ("2020-01-31", day),
        ("20200131", day),
        ("2020-01-31T10:20:30+08:00", Some((at, Some(28_800), TimePrecision::Second))),
        ("2020-01-31T10:20:30Z", Some((at, Some(0), TimePrecision::Second))),
        ("2020-01-31T10:20:30-0330", Some((at, Some(-12_600), TimePrecision::Second))),
    ] {
        assert_eq!(any(text), expected, "{text}");
    }
}

#[test]
fn impossible_dates_are_refused() {
    for text in [
        "2020-02-30",
        "2021-02-29 00:00:00",
        "2020-13-01",
        "2020-00-10",
        "2020-01-31 25:00",
        "2020-01-31 10:60",
        "2020-1-31 x",
        "",
        "20-01-31",
        "2020-01/31",
        "2020-01-31 24:00:01",
        "10:20",
        "2020-01-31 10:20:30 +99:00",
        "三月三日",
    ] {
        assert_eq!(any(text), None, "{text}");
    }
}

#[test]
fn day_or_month_first_must_be_said() {
    assert_eq!(any("3/4/2020"), None);
    assert!(needs_day_order(b"3/4/2020 10:00"));
    assert!(!needs_day_order(b"2020/4/3"));
    let day = read_any(b"3/4/2020", DateOrder::DayFirst).map(|l| l.seconds);
    let month = read_any(b"3/4/2020", DateOrder::MonthFirst).map(|l| l.seconds);
    assert_eq!(day, any("2020-04-03").map(|l| l.0));
    assert_eq!(month, any("2020-03-04").map(|l| l.0));
}

#[test]
fn formats_read_what_they_say() {
    let read = |format: &str, text: &str| {
        DateFormat::parse(format)
            .expect("a format")
            .read_text(text.as_bytes())
            .map(|l| (l.seconds, l.precision))
    };
    let at = 1_580_466_030;
    assert_eq!(read("%d/%m/%Y %H:%M", "31/1/2020 10:20"), Some((at - 30, TimePrecision::Minute)));
    assert_eq!(
        read("%d-%b-%y %I:%M:%S %p", "31-Jan-20 10:20:30 AM"),
        Some((at, TimePrecision::Second))
    );
    assert_eq!(read("%I:%M %p", "12:05 PM").map(|l| l.0), Some(43_500));
    assert_eq!(read("%Y年%m月%d日", "2020年1月31日").map(|l| l.1), Some(TimePrecision::Day));
    assert_eq!(read("%s", "1580466030").map(|l| l.0), Some(at));
    assert_eq!(read("%d/%m/%Y", "31/1/2020 10:20"), None);
    assert!(DateFormat::parse("%Y-%q").is_err());
    assert!(DateFormat::parse("%Y-%m").is_err());
    assert!(DateFormat::parse("%F %I:%M").is_err());
}

#[test]
fn an_hour_that_occurs_twice_is_ambiguous() {
    let zone = jiff::tz::TimeZone::get("America/Vancouver").expect("bundled");
    let mut clock = ZoneClock::new(zone);
    let at = |text| any(text).expect("a time").0;
    let before = clock.to_utc(at("2023-11-05 00:30:00"));
    assert_eq!(before, Some(ZoneReading::Plain(at("2023-11-05 07:30:00"))));
    let twice = clock.to_utc(at("2023-11-05 01:30:00"));
    assert_eq!(twice, Some(ZoneReading::Ambiguous(at("2023-11-05 08:30:00"))));
    let never = clock.to_utc(at("2023-03-12 02:30:00"));
    assert_eq!(never, Some(ZoneReading::Ambiguous(at("2023-03-12 10:30:00"))));
    let after = clock.to_utc(at("2023-11-05 02:30:00"));
    assert_eq!(after, Some(ZoneReading::Plain(at("2023-11-05 10:30:00"))));
}

#[test]
fn a_spreadsheets_day_numbers_are_read_by_their_format() {
    let format = DateFormat::parse("excel").expect("a format");
    let read = |text: &str| {
        let local = format.read_text(text.as_bytes())?;
        Some((jiff::Timestamp::from_second(local.seconds).ok()?.to_string(), local.precision))
    };
    let check = |text: &str, expected: &str, precision: TimePrecision| {
        assert_eq!(read(text), Some((expected.to_owned(), precision)), "{text}");
    };
    check("43861", "2020-01-31T00:00:00Z", TimePrecision::Day);
    check("43861.0", "2020-01-31T00:00:00Z", TimePrecision::Day);
    check("44213.489", "2021-01-17T11:44:10Z", TimePrecision::Second);
    check("43861.43090277778", "2020-01-31T10:20:30Z", TimePrecision::Second);
    check("43861.999999", "2020-02-01T00:00:00Z", TimePrecision::Second);
    for text in ["", ".", "x", "-1", "0.5", "1e5", "4386x", "2958466", "43861.4.3"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_spreadsheets_number_of_a_day_is_told_as_its_date() {
    let date = |text: &str| find_spreadsheet_date(text.as_bytes()).map(|date| date.to_string());
    assert_eq!(date("43861").as_deref(), Some("2020-01-31"));
    assert_eq!(date("43861.4309").as_deref(), Some("2020-01-31"));
    for other in ["4386", "10000", "99999", "4386x", "438611", "-4386", "43861e", ""] {
        assert_eq!(date(other), None, "{other}");
    }
}

#[test]
fn a_short_year_is_of_the_last_century_from_69_on() {
    let format = DateFormat::parse("%d/%m/%y").expect("a format");
    let year = |text: &str| {
        let local = format.read_text(text.as_bytes()).expect(text);
        jiff::Timestamp::from_second(local.seconds).expect("a time").to_string()[..4].to_owned()
    };
    for (text, expected) in [("1/1/00", "2000"), ("1/1/68", "2068"), ("1/1/69", "1969")] {
        assert_eq!(year(text), expected);
    }
}

#[test]
fn the_edges_of_a_day_are_read() {
    let seconds = |text: &str| any(text).map(|(seconds, ..)| seconds);
    let midnight = seconds("2020-02-01");
    assert_eq!(seconds("2020-01-31 24:00:00"), midnight);
    assert_eq!(seconds("2020-01-31 23:59:60"), seconds("2020-01-31 23:59:59"));
    for (text, clock) in [
        ("2020-01-31 12:00 AM", "2020-01-31 00:00"),
        ("2020-01-31 12:00 PM", "2020-01-31 12:00"),
        ("2020-01-31 1:05 pm", "2020-01-31 13:05"),
        ("2020年1月31日下午11:59", "2020-01-31 23:59"),
        ("2020.1.31 1:05", "2020-01-31 01:05"),
    ] {
        assert_eq!(any(text), any(clock), "{text}");
        assert!(any(text).is_some(), "{text}");
    }
    for text in [
        "2020-01-31 24:01",
        "2020-01-31 10:20:61",
        "2020-01-31 13:00 PM",
        "2020-01-31 0:30 AM",
        "2020-01-31 10:20+19:00",
        "2020-01-31 10:20+08:60",
        "0999-12-31",
        "2020-01-31 10:20 PM PM",
    ] {
        assert_eq!(any(text), None, "{text}");
    }
    assert_eq!(any("2020-01-31 10:20+18:00").and_then(|found| found.1), Some(64_800));
}

#[test]
fn leap_years_follow_the_gregorian_rule() {
    for (text, exists) in [
        ("2000-02-29", true),
        ("2020-02-29", true),
        ("1900-02-29", false),
        ("2100-02-29", false),
        ("2019-02-29", false),
        ("2020-04-31", false),
        ("2020-06-30", true),
        ("2020-12-31", true),
    ] {
        assert_eq!(any(text).is_some(), exists, "{text}");
    }
    // Every day of four centuries is one day after the day before.
    let mut last = any("1999-12-31").expect("a day").0;
    for year in 2000..2400 {
        for month in 1..=12 {
            for day in 1..=31 {
                let Some((at, ..)) = any(&format!("{year}-{month}-{day}")) else { continue };
                assert_eq!(at - last, 86_400, "{year}-{month}-{day}");
                last = at;
            }
        }
    }
    assert_eq!(any("2400-01-01").map(|found| found.0), Some(last + 86_400));
}

#[test]
fn the_first_and_last_day_numbers_of_a_spreadsheet_are_known() {
    let format = DateFormat::parse("excel").expect("a format");
    let read = |text: &str| format.read_text(text.as_bytes()).is_some();
    assert_eq!((read("60"), read("61"), read("2958465")), (false, true, true));
    let date = |text: &str| find_spreadsheet_date(text.as_bytes()).map(|date| date.to_string());
    assert_eq!(date("32873"), None);
    assert_eq!(date("32874").as_deref(), Some("1990-01-01"));
    assert_eq!(date("73050").as_deref(), Some("2099-12-31"));
    assert_eq!(date("73051"), None);
}

#[test]
fn the_precision_of_a_format_is_its_smallest_part() {
    let precision = |format: &str, text: &str| {
        let format = DateFormat::parse(format).expect("a format");
        format.read_text(text.as_bytes()).map(|local| local.precision)
    };
    assert_eq!(precision("%F", "2020-01-31"), Some(TimePrecision::Day));
    assert_eq!(precision("%F %R", "2020-01-31 10:20"), Some(TimePrecision::Minute));
    assert_eq!(precision("%F %H", "2020-01-31 10"), Some(TimePrecision::Minute));
    assert_eq!(precision("%F %T", "2020-01-31 10:20:30"), Some(TimePrecision::Second));
    assert_eq!(precision("%F %T%.f", "2020-01-31 10:20:30.5"), Some(TimePrecision::Second));
    assert_eq!(precision("%D", "01/31/20"), Some(TimePrecision::Day));
    assert_eq!(precision("%B %d, %Y", "January 31, 2020"), Some(TimePrecision::Day));
    assert_eq!(precision("%B %d, %Y", "Ja 31, 2020"), None);
    assert_eq!(precision("%F %T%z", "2020-01-31 10:20:30-0330"), Some(TimePrecision::Second));
}
