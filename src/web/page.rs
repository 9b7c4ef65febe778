//! The page shell: what stands around every page, in Chinese and English.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value, context};

use super::Refusal;
use super::words::words;

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
            ("ask.html", include_str!("../../console/templates/ask.html")),
            ("cases.html", include_str!("../../console/templates/cases.html")),
            ("case.html", include_str!("../../console/templates/case.html")),
            ("refusal.html", include_str!("../../console/templates/refusal.html")),
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
        let words = words(page.chinese);
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
    /// What the links to other pages keep of the query, such as `&period=2020-05`.
    pub(crate) kept: String,
}

impl Page {
    fn context(&self) -> Value {
        let code = if self.chinese { "zh" } else { "en" };
        let (other, other_text) = if self.chinese { ("en", "English") } else { ("zh", "中文") };
        let link = |path: &str, chinese: &str, english: &str| {
            let text = if self.chinese { chinese } else { english };
            let here = path == self.path;
            context! { href => format!("{path}?lang={code}{}", self.kept), text, here }
        };
        let joined = if self.query.is_empty() { String::new() } else { format!("&{}", self.query) };
        context! {
            title => self.title.clone(),
            lang => if self.chinese { "zh-CN" } else { "en" },
            code,
            path => self.path.clone(),
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
