//! What a page is asked, read from its query once.

use trueline_expression::find_nearest_word;
use trueline_figures::{Period, PeriodError};

use super::{Console, FigureQuestion};
use crate::language::Language;
use crate::systems::indicators::{BilingualText, DimensionError, Filter, Indicator};
use crate::web::query::{encoded, parameters};
use crate::web::{ChoiceGroup, Refusal};

/// A query, parsed.
#[derive(Debug)]
pub(crate) struct PageQuery {
    pub(crate) language: Language,
    pub(crate) question: FigureQuestion,
    pub(crate) indicator: Option<String>,
    pub(crate) by: Vec<String>,
    /// The filter as pairs of name and code, in the order given.
    pub(crate) pairs: Vec<(String, String)>,
    /// What links to this page keep of the parameters that another system reads: `&which=late`.
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
            .map_err(|error| wrong_filter(&error, console))?;
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
                    .map_err(|error| wrong_period(&error).at("period"))?;
            }
            // A parameter that this page does not know is somebody else's; it changes nothing.
            _ => {}
        }
        Ok(())
    }

    /// The text in the language of the page.
    pub(crate) fn pick_words<'a>(&self, words: &'a BilingualText) -> &'a str {
        words.in_language(self.language)
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
        console.pack.find_indicator(name).ok_or_else(|| no_indicator(console, name))
    }

    /// Only the indicator asked for, or all.
    pub(crate) fn only_indicator(&self) -> Vec<String> {
        self.indicator.iter().cloned().collect()
    }

    /// The filter as it is written.
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

    /// This page with another filter, from its first page on.
    pub(crate) fn link_filtered(&self, path: &str, pairs: &[(String, String)]) -> String {
        let indicator = self.indicator.as_deref().unwrap_or_default();
        self.link_to(path, indicator, &join_pairs(pairs), &self.view_parameters())
    }

    /// `&by=…&which=…`, as far as they were asked for.
    pub(crate) fn view_parameters(&self) -> String {
        let by: String = self.by.iter().map(|name| format!("&by={}", encoded(name))).collect();
        by + &self.more
    }

    pub(crate) fn language_code(&self) -> &'static str {
        self.language.code()
    }
}

/// `prefecture=吕梁` as a name and a code.
fn parse_pair(console: &Console, part: &str) -> Result<(String, String), Refusal> {
    let filter =
        Filter::parse(&console.pack, part).map_err(|error| wrong_filter(&error, console))?;
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

/// 404, with the name that was probably meant.
pub(crate) fn no_indicator(console: &Console, name: &str) -> Refusal {
    let pack = &console.pack.id;
    let refusal = Refusal::not_found(
        format!("指标包 {pack} 里没有指标 `{name}`"),
        format!("there is no indicator `{name}` in {pack}"),
    )
    .at("indicator");
    match find_nearest_word(name, console.pack.indicators.iter().map(|one| one.id.as_str())) {
        Some(near) => {
            refusal.with_next(format!("是否指 `{near}`？"), format!("did you mean `{near}`?"))
        }
        None => refusal.with_next("从下面选一个", "choose one of those below"),
    }
    .with_choices(console.pack.groups.iter().map(|group| {
        ChoiceGroup {
            title: (group.title.zh.clone(), group.title.en.clone()),
            options: console
                .pack
                .in_group(&group.id)
                .map(|one| (one.id.clone(), (one.title.zh.clone(), one.title.en.clone())))
                .collect(),
        }
    }))
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
pub(crate) fn wrong_filter(error: &DimensionError, console: &Console) -> Refusal {
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
    let refusal = match find_nearest_word(name, known.iter().map(String::as_str)) {
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
