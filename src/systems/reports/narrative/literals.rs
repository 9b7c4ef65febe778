//! Numbers that an author typed, followed by a unit that indicators use.

/// Units that always count; those of the pack count too.
const UNITS: &[&str] = &[
    "个百分点",
    "百分点",
    "个工作日",
    "工作日",
    "小时",
    "分钟",
    "人次",
    "天",
    "秒",
    "件",
    "个",
    "户",
    "次",
    "%",
    "％",
    "‰",
    "‱",
];

/// Words in English, in the singular; a plural `s` may follow.
const WORDS: &[&str] = &[
    "percentage point",
    "percent",
    "per cent",
    "working day",
    "hour",
    "minute",
    "second",
    "day",
    "case",
    "complaint",
    "customer",
    "user",
    "line",
    "order",
    "fault",
    "ticket",
    "site",
    "time",
    "point",
];

/// Words that look like a unit and are none: months, and counts of things that nobody reports on.
const EXCEPTIONS: &[&str] = &["个月", "个季度", "个半年", "次会议"];

const SCALES: &[&str] = &["万", "亿", "千", "百", "余", "多"];
const ENGLISH_SCALES: &[&str] = &["thousand", "million", "billion"];

/// A number and its unit, by their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What starts at a place in the text.
enum LiteralStart {
    /// A number of this many bytes; it is a literal if a unit follows.
    Number(usize),
    /// `百分之九十`: the unit is part of it.
    Percent(usize),
    /// Digits of a name such as `L900`.
    Name(usize),
    Nothing,
}

/// Finds the numbers with units in a text, in order. `more` are further units.
pub(super) fn find_literals(text: &str, more: &[String]) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let (length, hit) = match read_start(text, at) {
            LiteralStart::Number(length) => (length, measure_unit(&text[at + length..], more)),
            LiteralStart::Percent(length) => (length, Some(0)),
            LiteralStart::Name(length) => (length, None),
            LiteralStart::Nothing => (sign.len_utf8(), None),
        };
        if let Some(unit) = hit {
            let to = at + length + unit;
            found.push(Literal { from: at, to });
        }
        at += length;
    }
    found
}

fn read_start(text: &str, at: usize) -> LiteralStart {
    const PERCENT: &str = "百分之";
    let rest = &text[at..];
    if rest.starts_with(is_digit) {
        let before = text[..at].chars().next_back();
        let named = before.is_some_and(|sign| sign.is_ascii_alphabetic() || sign == '第');
        let length = measure_digits(rest);
        return if named { LiteralStart::Name(length) } else { LiteralStart::Number(length) };
    }
    if let Some(share) = rest.strip_prefix(PERCENT) {
        let (count, length) = measure_numerals(share);
        return if count > 0 {
            LiteralStart::Percent(PERCENT.len() + length)
        } else {
            LiteralStart::Nothing
        };
    }
    // A single character such as the `两` of `两个` is a word.
    match measure_numerals(rest) {
        (count, length) if count >= 2 => LiteralStart::Number(length),
        (_, _) => LiteralStart::Nothing,
    }
}

fn is_digit(sign: char) -> bool {
    sign.is_ascii_digit() || ('０'..='９').contains(&sign)
}

fn measure_digits(rest: &str) -> usize {
    let mut length = 0;
    for (index, sign) in rest.char_indices() {
        let next = rest[index + sign.len_utf8()..].chars().next();
        let joins = matches!(sign, '.' | ',' | '，' | '．') && next.is_some_and(is_digit);
        let raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(sign);
        if !(is_digit(sign) || joins || raised) {
            break;
        }
        length = index + sign.len_utf8();
    }
    length
}

/// The characters and bytes of the number in words that stands here.
fn measure_numerals(rest: &str) -> (usize, usize) {
    const NUMERALS: &str = "〇零一二三四五六七八九十百千万亿两点";
    let signs = rest.chars().take_while(|sign| NUMERALS.contains(*sign));
    signs.fold((0, 0), |(count, bytes), sign| (count + 1, bytes + sign.len_utf8()))
}

/// The length of the unit that follows a number, with the space and scale before it.
fn measure_unit(rest: &str, more: &[String]) -> Option<usize> {
    let spaces = rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']).len();
    let mut at = spaces;
    while let Some(scale) = SCALES.iter().find(|scale| rest[at..].starts_with(**scale)) {
        at += scale.len();
    }
    for scale in ENGLISH_SCALES {
        if rest[at..].starts_with(scale) {
            at += scale.len();
            at += rest[at..].len() - rest[at..].trim_start().len();
        }
    }
    let tail = &rest[at..];
    if EXCEPTIONS.iter().any(|exception| tail.starts_with(exception)) {
        return None;
    }
    let known = UNITS.iter().copied().find(|unit| tail.starts_with(unit));
    let own = || more.iter().map(String::as_str).find(|unit| starts_with_word(tail, unit));
    if let Some(unit) = known.or_else(own) {
        return Some(at + unit.len());
    }
    let lower = tail.to_ascii_lowercase();
    let word = WORDS.iter().find(|word| starts_with_word(&lower, word))?;
    let plural = usize::from(lower[word.len()..].starts_with('s'));
    Some(at + word.len() + plural)
}

/// Whether a text starts with this word, and not with a longer one.
fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(rest) = text.strip_prefix(word) else {
        return false;
    };
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let ascii = word.ends_with(|sign: char| sign.is_ascii_alphanumeric());
    !ascii || !rest.starts_with(|sign: char| sign.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = find_literals(text, &["人次/百万用户".to_owned()]);
        let found: Vec<&str> = found.iter().map(|hit| &text[hit.from..hit.to]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn numbers_with_units_are_found() {
        check("已新建L900基站3390个。", &["3390个"]);
        check("平均7.41小时，及时率100%", &["7.41小时", "100%"]);
        check("用户1,234.5万户", &["1,234.5万户"]);
        check("３０天内", &["３０天"]);
        check("提高2.5个百分点", &["2.5个百分点"]);
        check("within 48 hours, a 72-hour limit, 3 percent", &["48 hours", "72-hour", "3 percent"]);
        check("about 2 million users", &["2 million users"]);
        check("20.2人次/百万用户", &["20.2人次"]);
        check("3390余个", &["3390余个"]);
    }

    #[test]
    fn numbers_in_words_are_found() {
        check("二十四小时内修复，百分之九十以上", &["二十四小时", "百分之九十"]);
        check("三千三百九十个基站", &["三千三百九十个"]);
    }

    #[test]
    fn names_dates_and_counting_words_are_not() {
        check("2020年上半年，5G网络，L900基站，10010-5", &[]);
        check("两个方面，一个中心，千家万户，12个月，第3次会议", &[]);
        check("Order 36, in 2020, section 3, 10 daylight", &[]);
    }
}
