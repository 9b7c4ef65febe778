//! What a page is asked, read from its query once.

use trueline_figures::Period;

use super::{Console, Question, Words};
use crate::systems::indicators::{Filter, Indicator};
use crate::web::Refusal;

/// A query, parsed.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) chinese: bool,
    pub(super) question: Question,
    pub(super) indicator: Option<String>,
    pub(super) by: Vec<String>,
    /// As written, to put it back into the form.
    pub(super) filter: String,
    pub(super) late: bool,
    /// The query without `lang`.
    pub(super) rest: String,
}

impl Asked {
    pub(super) fn new(console: &Console, query: Option<&str>) -> Result<Asked, Refusal> {
        let mut asked = Asked {
            chinese: true,
            question: Question::about(console.period.clone()),
            indicator: None,
            by: Vec::new(),
            filter: String::new(),
            late: false,
            rest: String::new(),
        };
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value);
            if name != "lang" {
                if !asked.rest.is_empty() {
                    asked.rest.push('&');
                }
                asked.rest.push_str(pair);
            }
            asked.take(console, name, &value)?;
        }
        Ok(asked)
    }

    fn take(&mut self, console: &Console, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "lang" => self.chinese = value != "en",
            "indicator" if !value.is_empty() => self.indicator = Some(value.to_owned()),
            "by" => {
                let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
                self.by.extend(names.map(str::to_owned));
            }
            "where" => {
                self.filter = value.to_owned();
                self.question.filter = Filter::parse(&console.pack, value)
                    .map_err(|error| Refusal::unclear(error.to_string()))?;
            }
            "period" if !value.is_empty() => {
                let zone = jiff::tz::TimeZone::get(&console.pack.zone)
                    .map_err(|error| Refusal::failed(&error))?;
                self.question.period = Period::parse(value, &zone)
                    .map_err(|error| Refusal::unclear(error.to_string()))?;
            }
            "late" => self.late = !value.is_empty(),
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
        let found = match &self.indicator {
            Some(id) => console.pack.indicator(id),
            None => console.pack.indicators.first(),
        };
        let name = self.indicator.as_deref().unwrap_or_default();
        found.ok_or_else(|| Refusal::not_found(format!("there is no indicator `{name}`")))
    }

    /// Only the indicator asked for, or all.
    pub(super) fn only(&self) -> Vec<String> {
        self.indicator.iter().cloned().collect()
    }

    /// A link to a page about an indicator, with the filter narrowed by a slice.
    pub(super) fn link(&self, path: &str, indicator: &str, filter: &str, more: &str) -> String {
        let lang = if self.chinese { "zh" } else { "en" };
        let period = encoded(&self.question.period.name);
        let filter = encoded(filter);
        format!("{path}?lang={lang}&indicator={indicator}&period={period}&where={filter}{more}")
    }
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
fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,=".contains(&byte) {
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
