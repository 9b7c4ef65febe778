//! The page shell: what stands around every page, in Chinese and English.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value, context};

use super::Refusal;

/// `GET /console.css`
pub(crate) async fn stylesheet() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("../../console/styles/console.css")).into_response()
}

/// The templates, compiled in.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Parses every template. They are ours and tested, so they parse.
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        for (name, text) in [
            ("shell.html", include_str!("../../console/templates/shell.html")),
            ("overview.html", include_str!("../../console/templates/overview.html")),
            ("figures.html", include_str!("../../console/templates/figures.html")),
            ("cases.html", include_str!("../../console/templates/cases.html")),
        ] {
            environment.add_template(name, text).expect("our own templates parse");
        }
        Templates(environment)
    }

    /// A page: the shell's words and links, and what the template itself needs.
    pub(crate) fn render(
        &self,
        name: &str,
        page: &Page,
        body: Value,
    ) -> Result<Html<String>, Refusal> {
        let template = self.0.get_template(name).map_err(|error| Refusal::failed(&error))?;
        let words = if page.chinese { chinese() } else { english() };
        let context = context! { page => page.context(), words, ..body };
        template.render(context).map(Html).map_err(|error| Refusal::failed(&error))
    }
}

/// What the shell says about a page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) chinese: bool,
    pub(crate) company: String,
    pub(crate) period: String,
    pub(crate) simulated: bool,
    /// The path of this page, to mark it in the navigation and to switch its language.
    pub(crate) path: String,
    /// The query without `lang`.
    pub(crate) query: String,
}

impl Page {
    fn context(&self) -> Value {
        let code = if self.chinese { "zh" } else { "en" };
        let (other, other_text) = if self.chinese { ("en", "English") } else { ("zh", "中文") };
        let link = |path: &str, chinese: &str, english: &str| {
            let text = if self.chinese { chinese } else { english };
            let here = path == self.path;
            context! { href => format!("{path}?lang={code}"), text, here }
        };
        let joined = if self.query.is_empty() { String::new() } else { format!("&{}", self.query) };
        context! {
            title => self.title.clone(),
            lang => if self.chinese { "zh-CN" } else { "en" },
            code,
            company => self.company.clone(),
            period => self.period.clone(),
            simulated => self.simulated,
            other => context! {
                href => format!("{}?lang={other}{joined}", self.path),
                lang => other,
                text => other_text,
            },
            links => vec![
                link("/", "指标总览", "Indicators"),
                link("/figures", "切分", "Slice"),
                link("/cases", "工单", "Cases"),
                link("/report", "报告", "Report"),
            ],
        }
    }
}

fn chinese() -> Value {
    context! {
        skip => "跳到正文",
        pages => "页面",
        indicator => "指标",
        by => "切分",
        where => "只看",
        period => "统计期",
        show => "查看",
        late_only => "只看超时",
        nothing => "没有符合条件的工单。",
        simulated => "模拟省份：以下全部数据由程序生成，不是任何运营商的真实数据。",
        provisional => "网页上的数字为暂定值；以已发布的报告为准。",
    }
}

fn english() -> Value {
    context! {
        skip => "Skip to content",
        pages => "Pages",
        indicator => "Indicator",
        by => "Slice by",
        where => "Only",
        period => "Period",
        show => "Show",
        late_only => "late cases only",
        nothing => "No case fits.",
        simulated => "Simulated province: every record behind these figures was generated, none is real.",
        provisional => "Figures on these pages are provisional; the published report counts.",
    }
}

#[cfg(test)]
mod tests {
    use super::{chinese, english};

    #[test]
    fn every_word_that_a_template_names_is_there_in_both_languages() {
        let templates = [
            include_str!("../../console/templates/shell.html"),
            include_str!("../../console/templates/overview.html"),
            include_str!("../../console/templates/figures.html"),
            include_str!("../../console/templates/cases.html"),
        ];
        let mut named = 0;
        for part in templates.iter().flat_map(|text| text.split("words.").skip(1)) {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let name = &part[..end.unwrap_or(part.len())];
            named += 1;
            for words in [chinese(), english()] {
                let found = words.get_attr(name).is_ok_and(|word| !word.is_undefined());
                assert!(found, "no word `{name}`");
            }
        }
        assert!(named > 10, "{named} words looked at");
    }
}
