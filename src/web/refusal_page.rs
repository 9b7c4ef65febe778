//! A refusal as a page: what is wrong, where, and what to do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};

use super::query::parameters;
use super::{PageShell, Refusal, Site};
use crate::language::Language;

/// Any address that no system answers.
pub(super) async fn refuse_unknown_path(request: Request) -> Response {
    let path = request.uri().path();
    Refusal::not_found(format!("没有 {path} 这个页面"), format!("there is no page {path}"))
        .into_response()
}

/// Puts the page shell around a refusal, unless a program asked.
pub(super) async fn show_refusals(
    State(site): State<Arc<Site>>,
    request: Request,
    next: Next,
) -> Response {
    let address = request.uri().clone();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) if !address.path().starts_with("/api/") => {
            render_refusal(&site, &address, &refusal)
        }
        Some(_) | None => response,
    }
}

fn render_refusal(site: &Site, address: &Uri, refusal: &Refusal) -> Response {
    let query = address.query();
    let is_english = parameters(query).any(|(name, value, _)| name == "lang" && value == "en");
    let language = if is_english { Language::English } else { Language::Chinese };
    let rest: Vec<&str> =
        parameters(query).filter(|(name, ..)| *name != "lang").map(|(_, _, pair)| pair).collect();
    let values: Vec<String> = parameters(query)
        .filter(|(name, value, _)| Some(*name) == refusal.parameter && !value.is_empty())
        .map(|(_, value, _)| value)
        .collect();
    let title = match refusal.status.as_u16() {
        404 => language.pick("找不到", "Not found"),
        400 => language.pick("请求有误", "This cannot be answered"),
        _ => language.pick("出错了", "Something went wrong"),
    };
    let pick =
        |(chinese, english): &(String, String)| language.pick(chinese.clone(), english.clone());
    let groups: Vec<Value> = refusal
        .choices
        .iter()
        .map(|group| {
            let options: Vec<Value> = group
                .options
                .iter()
                .map(|(value, text)| context! { value => value.clone(), text => pick(text) })
                .collect();
            context! { title => pick(&group.title), options }
        })
        .collect();
    let body = context! {
        sentence => refusal.sentence(language),
        parameter => refusal.parameter,
        value => values.join(","),
        next => refusal.next(language),
        groups,
    };
    let page = PageShell {
        title: title.to_owned(),
        language,
        period: site.period().to_owned(),
        path: address.path().to_owned(),
        query: rest.join("&"),
        kept: String::new(),
    };
    match site.render("refusal.html", &page, body) {
        Ok(html) => (refusal.status, html).into_response(),
        Err(error) => error.into_response(),
    }
}
