//! The report as one page: self-contained, readable without a script, without outside addresses.
//!
//! `templates/page.html` lays the view out; everything that a person wrote is escaped there. The
//! page also holds the report as JSON, so that it can be read as data.

pub(super) mod template;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::model::{Language, QualityReport};
use super::view::prepare_view;
use super::{EnclosedEvidence, Logo, LogoKind};

const TEMPLATE: &str = include_str!("../templates/page.html");
const STYLE: &str = include_str!("../templates/page.css");

/// Why there is no page.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum HtmlError {
    #[error("the report cannot be written as JSON")]
    #[zh("报告无法写成 JSON")]
    Json(#[from] serde_json::Error),
    #[error("the page cannot be laid out")]
    #[zh("网页无法排版")]
    Template(#[from] minijinja::Error),
    #[error("the evidence cannot be compressed")]
    #[zh("证据无法压缩")]
    Evidence(#[from] std::io::Error),
}

/// Writes the page. The same report gives the same bytes.
pub(crate) fn render_html(
    report: &QualityReport,
    logo: Option<&Logo>,
    enclosed: Option<EnclosedEvidence<'_>>,
) -> Result<Vec<u8>, HtmlError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.add_filter("pt", format_points);
    env.add_template("page.html", TEMPLATE)?;
    let chinese = report.language == Language::Chinese;
    let evidence = enclosed.map(EnclosedEvidence::compress).transpose()?;
    let own = context! {
        css => Value::from_safe_string(STYLE.to_owned()),
        json => Value::from_safe_string(embed_json(report)?),
        logo_data => logo.map(write_data_address),
        evidence => evidence.map(Value::from_safe_string),
        place => Value::from_safe_string(trueline_verify::empty_place()),
        colon => if chinese { "：" } else { ": " },
        open_mark => if chinese { "（" } else { "(" },
        close_mark => if chinese { "）" } else { ")" },
    };
    let shown = template::convert_json(serde_json::to_value(prepare_view(report, None))?);
    let page = env.get_template("page.html")?.render(context! { ..own, ..shown })?;
    Ok(page.into_bytes())
}

/// A length in an SVG: two decimals, and no more digits than it needs.
fn format_points(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// JSON that cannot end the element that holds it, nor open a comment in it.
fn embed_json(report: &QualityReport) -> Result<String, serde_json::Error> {
    // A `<` can stand only inside strings of JSON, where its escape means the same.
    Ok(serde_json::to_string(report)?.replace('<', "\\u003c"))
}

fn write_data_address(logo: &Logo) -> String {
    let kind = match logo.kind {
        LogoKind::Svg => "image/svg+xml",
        LogoKind::Png => "image/png",
    };
    format!("data:{kind};base64,{}", STANDARD.encode(&logo.bytes))
}

#[cfg(test)]
mod tests;
