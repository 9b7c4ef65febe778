//! What a reader asks of a page, read once from the query of its address.

use trueline_figures::Period;
use trueline_language::Text;

use super::console::Console;
use super::refusals::{refuse_filter, refuse_indicator, refuse_period};
use crate::language::Language;
use crate::systems::indicators::{
    FigureQuestion, FigureResults, Filter, Indicator, LakeRecords, compute_figures,
    compute_or_quote_figures, find_dimensions,
};
use crate::web::query::{encoded, parameters};
use crate::web::{PageShell, Refusal};

/// The parsed query of a page.
#[derive(Debug)]
pub(crate) struct PageQuery {
    pub(crate) language: Language,
    pub(crate) question: FigureQuestion,
    pub(crate) indicator: Option<String>,
    pub(crate) by: Vec<String>,
    /// The filter as pairs of name and code, in the order given.
    pub(crate) pairs: Vec<(String, String)>,
    /// Parameters that another system reads and that links to this page keep: `&which=late`.
    pub(crate) more: String,
    /// The query without `lang`.
    pub(crate) rest: String,
}

impl PageQuery {
    /// The question of a page without any parameter.
    pub(crate) fn without_parameters(console: &Console) -> PageQuery {
        PageQuery {
            language: Language::Chinese,
            question: FigureQuestion::about_period(console.period.clone()),
            indicator: None,
            by: Vec::new(),
            pairs: Vec::new(),
            more: String::new(),
            rest: String::new(),
        }
    }

    pub(crate) fn new(console: &Console, query: Option<&str>) -> Result<PageQuery, Refusal> {
        let mut asked = PageQuery::without_parameters(console);
        for (name, value, pair) in parameters(query) {
            if name != "lang" {
                if !asked.rest.is_empty() {
                    asked.rest.push('&');
                }
                asked.rest.push_str(pair);
            }
            asked.take_parameter(console, name, &value)?;
        }
        asked.question.filter = Filter::parse(&console.pack, &asked.filter_text())
            .map_err(|error| refuse_filter(&error, console))?;
        Ok(asked)
    }

    fn take_parameter(
        &mut self,
        console: &Console,
        name: &str,
        value: &str,
    ) -> Result<(), Refusal> {
        match name {
            "lang" => {
                self.language = if value == "en" { Language::English } else { Language::Chinese };
            }
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
                    self.pairs.push(parse_pair(console, part)?);
                }
            }
            "period" if !value.is_empty() => {
                self.question.period = Period::parse(value.trim(), console.pack.zone.rules())
                    .map_err(|error| refuse_period(&error).at("period"))?;
            }
            // A parameter that this page does not know belongs to another page and changes nothing.
            _ => {}
        }
        Ok(())
    }

    /// The text in the language of the page.
    pub(crate) fn pick_words<'a>(&self, words: &'a Text) -> &'a str {
        words.as_str(self.language)
    }

    /// One of two texts, by the language of the page.
    pub(crate) fn pick_text<'a>(&self, chinese: &'a str, english: &'a str) -> &'a str {
        self.language.pick(chinese, english)
    }

    /// The indicator asked for, else the first of the pack.
    pub(crate) fn chosen_indicator<'a>(
        &self,
        console: &'a Console,
    ) -> Result<&'a Indicator, Refusal> {
        let Some(name) = self.indicator.as_deref() else {
            return console.pack.indicators.first().ok_or_else(|| {
                Refusal::not_found("这个指标包没有指标", "this pack has no indicators")
            });
        };
        console.pack.find_indicator(name).ok_or_else(|| refuse_indicator(console, name))
    }

    /// Only the indicator asked for, or all.
    pub(crate) fn only_indicator(&self) -> Vec<String> {
        self.indicator.iter().cloned().collect()
    }

    /// The filter as text: `prefecture=141100,month=2020-05`.
    pub(crate) fn filter_text(&self) -> String {
        join_pairs(&self.pairs)
    }

    /// A link to a page about an indicator, with a filter.
    pub(crate) fn link_to(&self, path: &str, indicator: &str, filter: &str, more: &str) -> String {
        let mut link = format!("{path}?lang={}", self.language_code());
        let period = &self.question.period.name;
        for (name, value) in [("indicator", indicator), ("period", period), ("where", filter)] {
            if !value.is_empty() {
                link.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        link + more
    }

    /// A link to this page with another filter, from its first rows on.
    pub(crate) fn link_filtered(&self, path: &str, pairs: &[(String, String)]) -> String {
        let indicator = self.indicator.as_deref().unwrap_or_default();
        self.link_to(path, indicator, &join_pairs(pairs), &self.view_parameters())
    }

    /// `&by=…&which=…`, with those that were asked for.
    pub(crate) fn view_parameters(&self) -> String {
        let by: String = self.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
        by + &self.more
    }

    pub(crate) fn language_code(&self) -> &'static str {
        self.language.code()
    }

    /// Computes the figures that the page shows.
    pub(super) fn compute_figures(
        &self,
        console: &Console,
        by: Vec<String>,
        only: Vec<String>,
    ) -> Result<FigureResults, Refusal> {
        let question = self.make_question(console, by, only)?;
        let records = LakeRecords::newest(&console.lake, &console.calendars);
        compute_figures(&console.pack, &question, &records)
            .map_err(|error| console.refusal_for(&error))
    }

    /// Computes the figures for a program, which reads their status: see
    /// [`compute_or_quote_figures`].
    pub(super) fn compute_or_quote_figures(
        &self,
        console: &Console,
    ) -> Result<FigureResults, Refusal> {
        let question = self.make_question(console, self.by.clone(), self.only_indicator())?;
        let records = LakeRecords::newest(&console.lake, &console.calendars);
        compute_or_quote_figures(&console.pack, &question, &records)
            .map_err(|error| console.refusal_for(&error))
    }

    fn make_question(
        &self,
        console: &Console,
        by: Vec<String>,
        only: Vec<String>,
    ) -> Result<FigureQuestion, Refusal> {
        find_dimensions(&console.pack, &by)
            .map_err(|error| refuse_filter(&error, console).at("by"))?;
        Ok(FigureQuestion { by, only, ..self.question.clone() })
    }
}

impl Console {
    pub(crate) fn build_page(&self, asked: &PageQuery, title: &str, path: &str) -> PageShell {
        let period = &asked.question.period.name;
        let kept = if *period == self.period.name {
            String::new()
        } else {
            format!("&period={}", encoded(period))
        };
        PageShell {
            title: title.to_owned(),
            language: asked.language,
            period: period.clone(),
            path: path.to_owned(),
            query: asked.rest.clone(),
            kept,
        }
    }
}

/// `prefecture=吕梁` as a name and a code.
fn parse_pair(console: &Console, part: &str) -> Result<(String, String), Refusal> {
    let filter =
        Filter::parse(&console.pack, part).map_err(|error| refuse_filter(&error, console))?;
    if let Some((name, values)) = filter.values.iter().next() {
        return Ok((name.clone(), values.concat()));
    }
    let name = part.split('=').next().unwrap_or_default().trim();
    Ok((name.to_owned(), filter.time.unwrap_or_default()))
}

fn join_pairs(pairs: &[(String, String)]) -> String {
    let parts: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(",")
}
