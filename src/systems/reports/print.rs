//! How numbers stand on paper: the one place that turns values into text.
//!
//! Rounding of published values happened before, in `indicators`; what is printed here stands
//! beside them and takes as many decimals as they have.

use std::collections::BTreeMap;

use super::model::{Interval, Language, Line};

/// Nothing was counted: never 0, and never 100 %.
pub(super) const NOTHING: &str = "—";

/// A whole number, with its thousands apart.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A value with as many decimals as a printed one has, and two where that has none.
pub(super) fn like(value: f64, printed: &str) -> String {
    let decimals = printed.split_once('.').map_or(2, |(_, tail)| tail.len());
    fixed(value, decimals)
}

/// A value with so many decimals; a minus sign is a minus, not a hyphen.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
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
    let joined = unit.starts_with(['%', '‰']) || language == Language::Zh;
    if joined { format!("{printed}{unit}") } else { format!("{printed} {unit}") }
}

/// `87.79–88.48`
pub(super) fn interval(interval: Option<&Interval>, printed: &str) -> Option<String> {
    let interval = interval?;
    Some(format!("{}–{}", like(interval.low, printed), like(interval.high, printed)))
}

/// `area=urban,month=2020-05`
pub(super) fn slice(slice: &BTreeMap<String, String>) -> String {
    let pairs = slice.iter().map(|(dimension, value)| format!("{dimension}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// A difference with its sign: `+0.12`, `−0.47`, `0.00`.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let zero = text.chars().all(|sign| matches!(sign, '0' | '.'));
    if zero || text.starts_with('−') { text } else { format!("+{text}") }
}

/// What became of a figure: `缩短0.47小时`, `提高0.35个百分点`, `0.47 hours shorter`.
pub(super) fn change_in_words(value: f64, size: &str, line: &Line, language: Language) -> String {
    let unit = line.unit_title.as_str();
    let share = unit.starts_with('%');
    let waits = matches!(line.figure.unit.as_str(), "s" | "min" | "h" | "d" | "wh" | "wd");
    let same = size.chars().all(|sign| matches!(sign, '0' | '.'));
    match language {
        Language::Zh if same => "与上期持平".to_owned(),
        Language::En if same => "unchanged".to_owned(),
        Language::Zh => {
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
        Language::En => {
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

/// `10-4` after a power of ten keeps its exponent raised: `≤10⁻⁴`.
pub(super) fn power_of_ten(exponent: i32) -> String {
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
    fn thousands_stand_apart_from_five_digits_on() {
        for (n, text) in [(0, "0"), (3390, "3390"), (41286, "41,286"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), text);
        }
    }

    #[test]
    fn a_difference_shows_its_sign_and_zero_has_none() {
        for (value, text) in [(0.12, "+0.12"), (-0.47, "−0.47"), (-0.001, "0.00"), (0.0, "0.00")] {
            assert_eq!(signed(value, 2), text);
        }
    }

    #[test]
    fn exponents_are_raised() {
        assert_eq!(power_of_ten(-4), "10⁻⁴");
        assert_eq!(power_of_ten(12), "10¹²");
    }
}
