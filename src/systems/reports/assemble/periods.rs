//! Periods in words, and their first and last days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use trueline_figures::Period;

use crate::systems::reports::model::{Language, ReportPeriod};
use crate::systems::reports::view::format_long_date;

pub(super) fn describe_period(
    period: &Period,
    zone: &TimeZone,
    language: Language,
) -> ReportPeriod {
    let (from, to) = (day_of(period.from, zone), day_of(period.to - 1, zone));
    ReportPeriod {
        name: period.name.clone(),
        title: write_period_title(&period.name, from, to, language),
        from: from.to_string(),
        to: to.to_string(),
    }
}

fn day_of(second: i64, zone: &TimeZone) -> Date {
    let instant = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(instant).date()
}

/// `2020年上半年`, `2020年第二季度`, `2020年5月`; a range by its days.
fn write_period_title(name: &str, from: Date, to: Date, language: Language) -> String {
    const QUARTERS: [(&str, &str); 4] =
        [("一", "first"), ("二", "second"), ("三", "third"), ("四", "fourth")];
    let (year, month) = (from.year(), from.month());
    let months = (i32::from(to.year()) - i32::from(year)) * 12 + i32::from(to.month() - month) + 1;
    let whole = from.day() == 1 && to.checked_add(1.day()).is_ok_and(|next| next.day() == 1);
    let range = name.contains("..") || !whole;
    match (language, months) {
        (Language::Chinese, _) if range => {
            format!(
                "{}至{}",
                format_long_date(&from.to_string(), language),
                write_day_in_chinese(to)
            )
        }
        (Language::English, _) if range => format!(
            "{} to {}",
            format_long_date(&from.to_string(), language),
            format_long_date(&to.to_string(), language)
        ),
        (Language::Chinese, 12) => format!("{year}年"),
        (Language::English, 12) => format!("{year}"),
        (Language::Chinese, 6) => {
            format!("{year}年{}半年", if month == 1 { "上" } else { "下" })
        }
        (Language::English, 6) => {
            format!("{} half of {year}", if month == 1 { "first" } else { "second" })
        }
        (Language::Chinese, 3) => {
            let quarter = QUARTERS[usize::from(month.unsigned_abs() - 1) / 3].0;
            format!("{year}年第{quarter}季度")
        }
        (Language::English, 3) => {
            let quarter = QUARTERS[usize::from(month.unsigned_abs() - 1) / 3].1;
            format!("{quarter} quarter of {year}")
        }
        (Language::Chinese, _) => format!("{year}年{month}月"),
        (Language::English, _) => {
            let long = format_long_date(&from.to_string(), language);
            long.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ' ').to_owned()
        }
    }
}

fn write_day_in_chinese(day: Date) -> String {
    format_long_date(&day.to_string(), Language::Chinese)
}

/// A month as a label of a chart: `5月`, `May`.
pub(super) fn write_month_label(key: &str, language: Language) -> String {
    let Ok(day) = format!("{key}-01").parse::<Date>() else {
        return key.to_owned();
    };
    match language {
        Language::Chinese => format!("{}月", day.month()),
        Language::English => {
            let long = format_long_date(&day.to_string(), language);
            long.split(' ').nth(1).unwrap_or_default().chars().take(3).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_titles_in_both_languages() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let check = |name: &str, zh: &str, en: &str| {
            let period = Period::parse(name, &zone).unwrap();
            assert_eq!(describe_period(&period, &zone, Language::Chinese).title, zh, "{name}");
            assert_eq!(describe_period(&period, &zone, Language::English).title, en, "{name}");
        };
        check("2020H1", "2020年上半年", "first half of 2020");
        check("2019H2", "2019年下半年", "second half of 2019");
        check("2020Q2", "2020年第二季度", "second quarter of 2020");
        check("2020-05", "2020年5月", "May 2020");
        check("2020", "2020年", "2020");
        check("2020-05-01..2020-05-17", "2020年5月1日至2020年5月17日", "1 May 2020 to 17 May 2020");
    }

    #[test]
    fn the_last_day_belongs_to_the_period() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let period = Period::parse("2020H1", &zone).unwrap();
        let printed = describe_period(&period, &zone, Language::Chinese);
        assert_eq!((printed.from.as_str(), printed.to.as_str()), ("2020-01-01", "2020-06-30"));
    }
}
