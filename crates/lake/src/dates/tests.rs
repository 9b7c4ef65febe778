use super::*;

fn any(text: &str) -> Option<(i64, Option<i32>, Precision)> {
    read_any(text.as_bytes(), DayOrder::Unknown).map(|l| (l.seconds, l.offset, l.precision))
}

#[test]
fn usual_layouts_need_no_format() {
    let at = 1_580_466_030; // 2020-01-31T10:20:30
    let second = Some((at, None, Precision::Second));
    let minute = Some((at - 30, None, Precision::Minute));
    let day = Some((1_580_428_800, None, Precision::Day));
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
        ("2020-01-31T10:20:30+08:00", Some((at, Some(28_800), Precision::Second))),
        ("2020-01-31T10:20:30Z", Some((at, Some(0), Precision::Second))),
        ("2020-01-31T10:20:30-0330", Some((at, Some(-12_600), Precision::Second))),
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
    let day = read_any(b"3/4/2020", DayOrder::DayFirst).map(|l| l.seconds);
    let month = read_any(b"3/4/2020", DayOrder::MonthFirst).map(|l| l.seconds);
    assert_eq!(day, any("2020-04-03").map(|l| l.0));
    assert_eq!(month, any("2020-03-04").map(|l| l.0));
}

#[test]
fn formats_read_what_they_say() {
    let read = |format: &str, text: &str| {
        DateFormat::parse(format)
            .expect("a format")
            .read(text.as_bytes())
            .map(|l| (l.seconds, l.precision))
    };
    let at = 1_580_466_030;
    assert_eq!(read("%d/%m/%Y %H:%M", "31/1/2020 10:20"), Some((at - 30, Precision::Minute)));
    assert_eq!(
        read("%d-%b-%y %I:%M:%S %p", "31-Jan-20 10:20:30 AM"),
        Some((at, Precision::Second))
    );
    assert_eq!(read("%I:%M %p", "12:05 PM").map(|l| l.0), Some(43_500));
    assert_eq!(read("%Y年%m月%d日", "2020年1月31日").map(|l| l.1), Some(Precision::Day));
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
    let before = clock.utc(at("2023-11-05 00:30:00"));
    assert_eq!(before, Some(Reading::Plain(at("2023-11-05 07:30:00"))));
    let twice = clock.utc(at("2023-11-05 01:30:00"));
    assert_eq!(twice, Some(Reading::Ambiguous(at("2023-11-05 08:30:00"))));
    let never = clock.utc(at("2023-03-12 02:30:00"));
    assert_eq!(never, Some(Reading::Ambiguous(at("2023-03-12 10:30:00"))));
    let after = clock.utc(at("2023-11-05 02:30:00"));
    assert_eq!(after, Some(Reading::Plain(at("2023-11-05 10:30:00"))));
}

#[test]
fn a_spreadsheets_day_numbers_are_read_by_their_format() {
    let format = DateFormat::parse("excel").expect("a format");
    let read = |text: &str| {
        let local = format.read(text.as_bytes())?;
        Some((jiff::Timestamp::from_second(local.seconds).ok()?.to_string(), local.precision))
    };
    let check = |text: &str, expected: &str, precision: Precision| {
        assert_eq!(read(text), Some((expected.to_owned(), precision)), "{text}");
    };
    check("43861", "2020-01-31T00:00:00Z", Precision::Day);
    check("43861.0", "2020-01-31T00:00:00Z", Precision::Day);
    check("44213.489", "2021-01-17T11:44:10Z", Precision::Second);
    check("43861.43090277778", "2020-01-31T10:20:30Z", Precision::Second);
    check("43861.999999", "2020-02-01T00:00:00Z", Precision::Second);
    for text in ["", ".", "x", "-1", "0.5", "1e5", "4386x", "2958466", "43861.4.3"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_spreadsheets_number_of_a_day_is_told_as_its_date() {
    let date = |text: &str| day_number(text.as_bytes()).map(|date| date.to_string());
    assert_eq!(date("43861").as_deref(), Some("2020-01-31"));
    assert_eq!(date("43861.4309").as_deref(), Some("2020-01-31"));
    for other in ["4386", "10000", "99999", "4386x", "438611", "-4386", "43861e", ""] {
        assert_eq!(date(other), None, "{other}");
    }
}
