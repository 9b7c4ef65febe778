//! What a page is asked, read from its query once.

use trueline_expression::nearest;
use trueline_figures::{Period, PeriodError};

use super::{Console, Question, Words};
use crate::systems::indicators::{DimensionError, Filter, Indicator, Which};
use crate::web::Refusal;

/// A query, parsed.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) chinese: bool,
    pub(super) question: Question,
    pub(super) indicator: Option<String>,
    pub(super) by: Vec<String>,
    /// The filter as pairs of name and code, in the order given.
    pub(super) pairs: Vec<(String, String)>,
    pub(super) which: Which,
    /// Counts from 1.
    pub(super) page: usize,
    /// A case by its id, `source/source_key`.
    pub(super) case: Option<String>,
    /// The query without `lang`.
    pub(super) rest: String,
}

impl Asked {
    /// The question of a page without any parameter.
    pub(super) fn nothing(console: &Console) -> Asked {
        Asked {
            chinese: true,
            question: Question::about(console.period.clone()),
            indicator: None,
            by: Vec::new(),
            pairs: Vec::new(),
            which: Which::All,
            page: 1,
            case: None,
            rest: String::new(),
        }
    }

    pub(super) fn new(console: &Console, query: Option<&str>) -> Result<Asked, Refusal> {
        let mut asked = Asked::nothing(console);
        for (name, value, pair) in parameters(query) {
            if name != "lang" {
                if !asked.rest.is_empty() {
                    asked.rest.push('&');
                }
                asked.rest.push_str(pair);
            }
            asked.take(console, name, &value)?;
        }
        asked.question.filter = Filter::parse(&console.pack, &asked.filter())
            .map_err(|error| wrong_filter(&error, console))?;
        Ok(asked)
    }

    fn take(&mut self, console: &Console, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "lang" => self.chinese = value != "en",
            "indicator" if !value.is_empty() => self.indicator = Some(value.to_owned()),
            "by" => {
                for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    if !self.by.iter().any(|known| known == name) {
                        self.by.push(name.to_owned());
                    }
                }
            }
            // A form sends one for each of its lists; together they are one filter.
            "where" => {
                for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    self.pairs.push(pair(console, part)?);
                }
            }
            "period" if !value.is_empty() => {
                self.question.period = Period::parse(value.trim(), console.pack.zone.rules())
                    .map_err(|error| wrong_period(&error).at("period"))?;
            }
            "which" if !value.is_empty() => self.which = which(value)?,
            "page" if !value.is_empty() => {
                self.page = value.parse().ok().filter(|page| *page > 0).ok_or_else(|| {
                    let chinese = format!("`{value}` 不是页码");
                    Refusal::unclear(chinese, format!("`{value}` is no page number"))
                        .at("page")
                        .with_next("从 1 数起，如 page=2", "they count from 1, such as page=2")
                })?;
            }
            "case" => self.case = Some(value.to_owned()),
            // A parameter that this page does not know is somebody else's; it changes nothing.
            _ => {}
        }
        Ok(())
    }

    /// The text in the language of the page.
    pub(super) fn words<'a>(&self, words: &'a Words) -> &'a str {
        if self.chinese { &words.zh } else { &words.en }
    }

    /// One of two texts, by the language of the page.
    pub(super) fn pick<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        if self.chinese { chinese } else { english }
    }

    /// The indicator asked for, else the first of the pack.
    pub(super) fn indicator<'a>(&self, console: &'a Console) -> Result<&'a Indicator, Refusal> {
        let Some(name) = self.indicator.as_deref() else {
            return console.pack.indicators.first().ok_or_else(|| {
                Refusal::not_found("这个指标包没有指标", "this pack has no indicators")
            });
        };
        console.pack.indicator(name).ok_or_else(|| no_indicator(console, name))
    }

    /// Only the indicator asked for, or all.
    pub(super) fn only(&self) -> Vec<String> {
        self.indicator.iter().cloned().collect()
    }

    /// The filter as it is written.
    pub(super) fn filter(&self) -> String {
        joined(&self.pairs)
    }

    /// A link to a page about an indicator, with a filter.
    pub(super) fn link(&self, path: &str, indicator: &str, filter: &str, more: &str) -> String {
        let mut link = format!("{path}?lang={}", self.code());
        let period = &self.question.period.name;
        for (name, value) in [("indicator", indicator), ("period", period), ("where", filter)] {
            if !value.is_empty() {
                link.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        link + more
    }

    /// This page with another filter, from its first page on.
    pub(super) fn filtered(&self, path: &str, pairs: &[(String, String)]) -> String {
        let indicator = self.indicator.as_deref().unwrap_or_default();
        self.link(path, indicator, &joined(pairs), &self.manner())
    }

    /// `&by=…&which=…`, as far as they were asked for.
    pub(super) fn manner(&self) -> String {
        let mut text: String =
            self.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
        if self.which != Which::All {
            text.push_str(&format!("&which={}", which_name(self.which)));
        }
        text
    }

    pub(super) fn code(&self) -> &'static str {
        if self.chinese { "zh" } else { "en" }
    }
}

/// The parameters of a query: name, decoded value, and the pair as it was written.
pub(super) fn parameters(query: Option<&str>) -> impl Iterator<Item = (&str, String, &str)> {
    query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name, decoded(value), pair)
    })
}

pub(super) fn which_name(which: Which) -> &'static str {
    match which {
        Which::All => "all",
        Which::Late => "late",
        Which::Excluded => "excluded",
        Which::Open => "open",
    }
}

fn which(value: &str) -> Result<Which, Refusal> {
    let all = [Which::All, Which::Late, Which::Excluded, Which::Open];
    all.into_iter().find(|which| which_name(*which) == value).ok_or_else(|| {
        Refusal::unclear(format!("没有 `{value}` 这一类工单"), format!("no cases are `{value}`"))
            .at("which")
            .with_next("可写 all、late、excluded 或 open", "write all, late, excluded or open")
    })
}

/// `prefecture=吕梁` as a name and a code.
fn pair(console: &Console, part: &str) -> Result<(String, String), Refusal> {
    let filter =
        Filter::parse(&console.pack, part).map_err(|error| wrong_filter(&error, console))?;
    if let Some((name, values)) = filter.values.iter().next() {
        return Ok((name.clone(), values.concat()));
    }
    let name = part.split('=').next().unwrap_or_default().trim();
    Ok((name.to_owned(), filter.time.unwrap_or_default()))
}

fn joined(pairs: &[(String, String)]) -> String {
    let parts: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(",")
}

/// 404, with the name that was probably meant.
pub(super) fn no_indicator(console: &Console, name: &str) -> Refusal {
    let pack = &console.pack.id;
    let refusal = Refusal::not_found(
        format!("指标包 {pack} 里没有指标 `{name}`"),
        format!("there is no indicator `{name}` in {pack}"),
    )
    .at("indicator");
    match nearest(name, console.pack.indicators.iter().map(|one| one.id.as_str())) {
        Some(near) => {
            refusal.with_next(format!("是否指 `{near}`？"), format!("did you mean `{near}`?"))
        }
        None => refusal.with_next("从下面选一个", "choose one of those below"),
    }
}

fn wrong_period(error: &PeriodError) -> Refusal {
    let chinese = match error {
        PeriodError::Unknown(text) => format!("`{text}` 不是统计期"),
        PeriodError::Backwards(text) => format!("统计期 `{text}` 的末日早于首日"),
        PeriodError::OutOfRange(text) => format!("统计期 `{text}` 不在 1900 至 2199 年之间"),
    };
    Refusal::unclear(chinese, error.to_string()).with_next(
        "可写 2020H1、2020Q2、2020-05、2020 或 2020-05-01..2020-05-17",
        "write 2020H1, 2020Q2, 2020-05, 2020 or 2020-05-01..2020-05-17",
    )
}

/// 400: a filter or a slice that makes no sense.
pub(super) fn wrong_filter(error: &DimensionError, console: &Console) -> Refusal {
    let english = error.to_string();
    let refusal = match error {
        DimensionError::Unknown { name, .. } => {
            return unknown_dimension(name, console);
        }
        DimensionError::NotAFilter { text } => {
            Refusal::unclear(format!("`{text}` 不是条件"), format!("`{text}` is no condition"))
                .with_next(
                    "写名称、等号和取值，如 prefecture=141100",
                    "write a name, `=` and a value, such as prefecture=141100",
                )
        }
        DimensionError::Period(error) => wrong_period(error),
        DimensionError::OutsidePeriod { value, period, .. } => {
            Refusal::unclear(format!("{value} 不在统计期 {period} 之内"), english).with_next(
                "去掉这个条件，或换一个包含它的统计期",
                "remove this condition, or choose a period that holds it",
            )
        }
        DimensionError::SeveralTimes => Refusal::unclear("一次只能看一段时间", english)
            .with_next("只留一个 month、quarter 或 day", "keep one of month, quarter and day"),
    };
    refusal.at("where")
}

fn unknown_dimension(name: &str, console: &Console) -> Refusal {
    let known = crate::systems::indicators::known_names(&console.pack);
    let refusal = Refusal::unclear(
        format!("没有叫 `{name}` 的维度"),
        format!("there is no dimension `{name}`"),
    );
    let refusal = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => {
            refusal.with_next(format!("是否指 `{near}`？"), format!("did you mean `{near}`?"))
        }
        None => {
            let all = known.join(", ");
            refusal.with_next(format!("可写：{all}"), format!("write one of: {all}"))
        }
    };
    refusal.at("where")
}

/// Percent-decoding of a form value. What is no code stays as it is.
fn decoded(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], code) {
            (_, Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (byte, None) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encoding for a query value.
pub(super) fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,=/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn a_form_value_comes_back_as_it_was_typed() {
        assert_eq!(
            decoded("prefecture%3D141100%2Cmonth%3D2020-05"),
            "prefecture=141100,month=2020-05"
        );
        assert_eq!(decoded("a+b%"), "a b%");
        assert_eq!(decoded(&encoded("吕梁 & 太原")), "吕梁 & 太原");
    }
}
