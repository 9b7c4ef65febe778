//! How numbers are printed: the one place that turns values into text.
//!
//! Published values were rounded before, in `indicators`; what is printed here stands beside them
//! and has as many decimals as they have.

use std::collections::BTreeMap;

use super::model::{ClockUnit, Language, ReportLine, ReportedInterval};

/// Nothing was counted: never 0, and never 100 %.
pub(super) const NOTHING: &str = "—";

/// A whole number with its thousands separated.
pub(super) fn format_count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A value with as many decimals as a printed one, or two if that has none.
pub(super) fn format_like(value: f64, printed: &str) -> String {
    let decimals = printed.split_once('.').map_or(2, |(_, tail)| tail.len());
    format_decimals(value, decimals)
}

/// A value with this many decimals; its sign is a minus, not a hyphen.
pub(super) fn format_decimals(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|sign| matches!(sign, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// `7.41小时`, `88.14%`, `7.41 hours`; nothing stays nothing.
pub(super) fn with_unit(printed: &str, unit: &str, language: Language) -> String {
    if printed == NOTHING || unit.is_empty() {
        return printed.to_owned();
    }
    let joined = unit.starts_with(['%', '‰']) || language == Language::Chinese;
    if joined { format!("{printed}{unit}") } else { format!("{printed} {unit}") }
}

/// `87.79–88.48`; an end below 100 is never printed as 100, and one above 0 never as 0.
pub(super) fn format_interval(
    interval: Option<&ReportedInterval>,
    printed: &str,
) -> Option<String> {
    let interval = interval?;
    let decimals = printed.split_once('.').map_or(2, |(_, tail)| tail.len());
    Some(format!(
        "{}–{}",
        format_interval_end(interval.low, decimals),
        format_interval_end(interval.high, decimals)
    ))
}

/// One end of an interval in percent, with more decimals where rounding would reach a limit.
fn format_interval_end(value: f64, decimals: usize) -> String {
    if value <= 0.0 || value >= 100.0 {
        return format_decimals(value.clamp(0.0, 100.0), 0);
    }
    let texts = (decimals..8).map(|decimals| format_decimals(value, decimals));
    let mut honest = texts.filter(|text| !text.starts_with("100") && text.contains(is_not_zero));
    honest.next().unwrap_or_else(|| if value > 50.0 { "<100".into() } else { ">0".into() })
}

fn is_not_zero(sign: char) -> bool {
    ('1'..='9').contains(&sign)
}

/// Seconds on a clock in its unit: `47.60小时`; `—` for figures without a clock.
pub(super) fn format_wait(
    seconds: Option<f64>,
    clock: Option<&ClockUnit>,
    language: Language,
) -> String {
    match (seconds, clock) {
        (Some(seconds), Some(clock)) => {
            with_unit(&format_decimals(clock.convert_seconds(seconds), 2), &clock.title, language)
        }
        (_, None) | (None, _) => NOTHING.to_owned(),
    }
}

/// `area=urban,month=2020-05`
pub(super) fn format_slice(slice: &BTreeMap<String, String>) -> String {
    let pairs = slice.iter().map(|(dimension, value)| format!("{dimension}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// A difference with its sign: `+0.12`, `−0.47`, `0.00`.
pub(super) fn format_signed(value: f64, decimals: usize) -> String {
    let text = format_decimals(value, decimals);
    let zero = text.chars().all(|sign| matches!(sign, '0' | '.'));
    if zero || text.starts_with('−') { text } else { format!("+{text}") }
}

/// How a figure changed: `缩短0.47小时`, `提高0.35个百分点`, `0.47 hours shorter`.
pub(super) fn change_in_words(
    value: f64,
    size: &str,
    line: &ReportLine,
    language: Language,
) -> String {
    let unit = line.unit_title.as_str();
    let share = unit.starts_with('%');
    let waits = matches!(line.figure.unit.as_str(), "s" | "min" | "h" | "d" | "wh" | "wd");
    let same = size.chars().all(|sign| matches!(sign, '0' | '.'));
    match language {
        Language::Chinese if same => "与上期持平".to_owned(),
        Language::English if same => "unchanged".to_owned(),
        Language::Chinese => {
            let verb = match (share, waits, value < 0.0) {
                (true, _, true) => "下降",
                (true, _, false) => "提高",
                (false, true, true) => "缩短",
                (false, true, false) => "延长",
                (false, false, true) => "减少",
                (false, false, false) => "增加",
            };
            let unit = if share { "个百分点" } else { unit };
            format!("{verb}{size}{unit}")
        }
        Language::English => {
            let unit = if share { "percentage points" } else { unit };
            let verb = match (waits, value < 0.0) {
                (true, true) => "shorter",
                (true, false) => "longer",
                (false, true) => "lower",
                (false, false) => "higher",
            };
            format!("{size} {unit} {verb}")
        }
    }
}

/// A value without trailing zeros: `48`, `0.5`.
pub(super) fn format_shortest(value: f64) -> String {
    let text = format_decimals(value, 6);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A claimed rate, as a power of ten if it is one.
pub(super) fn format_bound(value: f64) -> String {
    let exponent = libm::round(libm::log10(value));
    let exact = (libm::pow(10.0, exponent) / value - 1.0).abs() < 1e-9;
    if exact { format_power_of_ten(exponent as i32) } else { format_scientific(value) }
}

/// `8.1×10⁻⁵`
pub(super) fn format_scientific(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return format_decimals(value, 0);
    }
    let mut exponent = libm::floor(libm::log10(value)) as i32;
    let mut front = value / libm::pow(10.0, f64::from(exponent));
    if front >= 9.95 {
        (front, exponent) = (1.0, exponent + 1);
    }
    format!("{}×{}", format_decimals(front, 1), format_power_of_ten(exponent))
}

/// A power of ten with its exponent in superscript: `10⁻⁴`.
pub(super) fn format_power_of_ten(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = exponent.unsigned_abs().to_string();
    let raised = digits.bytes().map(|digit| RAISED[usize::from(digit - b'0')]);
    let sign = if exponent < 0 { "⁻" } else { "" };
    format!("10{sign}{}", raised.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_from_five_digits_on() {
        for (n, text) in [(0, "0"), (3390, "3390"), (41286, "41,286"), (1_234_567, "1,234,567")] {
            assert_eq!(format_count(n), text);
        }
    }

    #[test]
    fn a_difference_shows_its_sign_and_zero_has_none() {
        for (value, text) in [(0.12, "+0.12"), (-0.47, "−0.47"), (-0.001, "0.00"), (0.0, "0.00")]
        {
            assert_eq!(format_signed(value, 2), text);
        }
    }

    #[test]
    fn an_end_of_an_interval_is_printed_at_0_or_100_only_if_it_is_there() {
        let check = |value, text| assert_eq!(format_interval_end(value, 2), text);
        check(99.998, "99.998");
        check(100.0, "100");
        check(0.0, "0");
        check(0.0004, "0.0004");
        check(87.785, "87.78");
        check(99.999_999_999, "<100");
    }

    #[test]
    fn exponents_are_raised() {
        assert_eq!(format_scientific(8.14e-5), "8.1×10⁻⁵");
        assert_eq!(format_scientific(9.99e-5), "1.0×10⁻⁴");
        assert_eq!(format_power_of_ten(-4), "10⁻⁴");
        assert_eq!(format_power_of_ten(12), "10¹²");
    }
}
