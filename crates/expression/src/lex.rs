//! Splits text into tokens. A token remembers where it starts, so that an error can point at it.

use jiff::civil::{Date, DateTime};

use trueline_language::{phrase, text};

use crate::syntax_error::SyntaxError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Word(String),
    /// A name in backticks, which is never a keyword.
    Quoted(String),
    Text(String),
    /// Digits, not yet signed.
    Integer(u64),
    Number(f64),
    Time(i64),
    LocalTime(i64),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
    End,
}

const SIGNS: &[&str] = &["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", ","];

/// Every token with the byte it starts at; the last is [`Token::End`].
pub(crate) fn split_tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = match first {
            '"' | '\'' => read_quoted_text(rest, first, at)?,
            '`' => read_quoted_name(rest, at)?,
            '@' => read_moment(rest, at)?,
            '0'..='9' => read_number(rest, at)?,
            _ if first.is_alphabetic() || first == '_' => read_word(rest),
            _ => read_sign(rest, first, at)?,
        };
        found.push((at, token));
        at += length;
    }
    found.push((text.len(), Token::End));
    Ok(found)
}

/// Whether a name can be written without backticks, keywords aside.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(continues_name)
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

fn read_word(rest: &str) -> (Token, usize) {
    let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
    (Token::Word(rest[..length].to_owned()), length)
}

fn read_sign(rest: &str, first: char, at: usize) -> Result<(Token, usize), SyntaxError> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let hint = match first {
        '=' => phrase!("比较请写 `==`", "write `==` to compare"),
        '&' => phrase!("请写 `and`", "write `and`"),
        '|' => phrase!("请写 `or`", "write `or`"),
        '!' => phrase!("请写 `not`；比较请写 `!=`", "write `not`, or `!=` to compare"),
        '“' | '”' | '‘' | '’' | '「' | '」' => {
            phrase!("文本须用半角引号：\"…\"", "write texts in straight quotes: \"…\"")
        }
        '（' | '）' => phrase!("请用半角括号：( )", "write straight parentheses: ( )"),
        '，' | '、' => phrase!("请用半角逗号", "write a plain comma"),
        '[' | ']' | '{' | '}' => phrase!(
            "列表写在括号中：x in (\"a\", \"b\")",
            "lists stand in parentheses: x in (\"a\", \"b\")"
        ),
        '%' => phrase!("比例写成数值：0.95", "write a share as a number: 0.95"),
        _ => phrase!(
            "列名含特殊字符时请加反引号",
            "put a column name with unusual characters in backticks"
        ),
    };
    Err(SyntaxError::new(
        at,
        text!("此处不应有字符 `{first}`", "unexpected character `{first}`"),
        hint,
    ))
}

fn read_quoted_text(rest: &str, quote: char, at: usize) -> Result<(Token, usize), SyntaxError> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((index, c)) = chars.next() {
        if c == quote {
            return Ok((Token::Text(text), index + 1));
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        let escape = chars.next().map(|(_, c)| c);
        match escape {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\\' | '"' | '\'') => text.extend(escape),
            Some(other) => {
                return Err(SyntaxError::new(
                    at + index,
                    text!("没有转义 `\\{other}`", "unknown escape `\\{other}`"),
                    phrase!(
                        "可用的有 \\n \\t \\r \\\\ \\\" \\'；反斜杠写作 `\\\\`",
                        "known are \\n \\t \\r \\\\ \\\" \\'; write `\\\\` for a backslash"
                    ),
                ));
            }
            None => break,
        }
    }
    Err(SyntaxError::new(
        at,
        phrase!("文本没有结束", "this text never ends"),
        phrase!("请用开头的同一种引号结束", "close it with the quote it began with"),
    ))
}

fn read_quoted_name(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let mut name = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((index, c)) = chars.next() {
        if c != '`' {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == '`').is_some() {
            name.push('`');
        } else if name.is_empty() {
            break;
        } else {
            return Ok((Token::Quoted(name), index + 1));
        }
    }
    Err(SyntaxError::new(
        at,
        phrase!("名称为空或没有结束", "this name is empty or never ends"),
        phrase!(
            "列名写在两个反引号之间：`order no`",
            "write a column name between two backticks: `order no`"
        ),
    ))
}

fn read_number(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let digits = |from: usize| {
        rest[from..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |length| from + length)
    };
    let bytes = rest.as_bytes();
    let whole = digits(0);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    if rest[end..].starts_with(continues_name) {
        return Err(SyntaxError::new(
            at,
            phrase!("数字与单词连在一起", "a number runs into a word"),
            phrase!(
                "请以空格隔开；名称若以数字开头，请加反引号",
                "put a blank between them, or the name in backticks if it begins with a digit"
            ),
        ));
    }
    let too_large = || {
        SyntaxError::new(
            at,
            phrase!("数值过大", "this number is too large"),
            phrase!("整数最大为 9223372036854775807", "whole numbers go to 9223372036854775807"),
        )
    };
    if end == whole {
        let value = rest[..end].parse().map_err(|_| too_large())?;
        return Ok((Token::Integer(value), end));
    }
    let value: f64 = rest[..end].parse().map_err(|_| too_large())?;
    if value.is_finite() { Ok((Token::Number(value), end)) } else { Err(too_large()) }
}

fn read_moment(rest: &str, at: usize) -> Result<(Token, usize), SyntaxError> {
    let length = rest[1..]
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | ':')))
        .map_or(rest.len(), |length| length + 1);
    let token = parse_moment(&rest[1..length]).ok_or_else(|| {
        SyntaxError::new(
            at,
            text!("`{}` 不是时间", "`{}` is no moment", &rest[..length]),
            phrase!(
                "请写 @2020-01-31、@2020-01-31T08:00:00 或 @2020-01-31T08:00:00+08:00",
                "write @2020-01-31, @2020-01-31T08:00:00 or @2020-01-31T08:00:00+08:00"
            ),
        )
    })?;
    Ok((token, length))
}

fn parse_moment(text: &str) -> Option<Token> {
    let civil = |moment: DateTime| {
        let instant = jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?;
        Some(Token::LocalTime(instant.as_second()))
    };
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        return civil(date.at(0, 0, 0, 0));
    }
    let (moment, offset) = text.split_at_checked(19)?;
    if text.as_bytes()[10] != b'T' {
        return None;
    }
    if offset.is_empty() {
        return civil(moment.parse().ok()?);
    }
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(Token::Time(instant.as_second()))
}
