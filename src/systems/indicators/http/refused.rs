//! A refusal as a page: what is wrong, where, and what to do.

use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use minijinja::context;

use super::asked::{Asked, parameters};
use super::{Console, form};
use crate::web::Refusal;

pub(super) fn page(console: &Console, address: &Uri, refusal: &Refusal) -> Response {
    let query = address.query();
    let mut asked = Asked::nothing(console);
    asked.chinese = !parameters(query).any(|(name, value, _)| name == "lang" && value == "en");
    let rest: Vec<&str> =
        parameters(query).filter(|(name, ..)| *name != "lang").map(|(_, _, pair)| pair).collect();
    asked.rest = rest.join("&");
    let values: Vec<String> = parameters(query)
        .filter(|(name, value, _)| Some(*name) == refusal.parameter && !value.is_empty())
        .map(|(_, value, _)| value)
        .collect();
    let groups = (refusal.parameter == Some("indicator"))
        .then(|| form::indicators(console, &asked, ""))
        .unwrap_or_default();
    let title = match refusal.status.as_u16() {
        404 => asked.pick("找不到", "Not found"),
        400 => asked.pick("请求有误", "This cannot be answered"),
        _ => asked.pick("出错了", "Something went wrong"),
    };
    let body = context! {
        sentence => refusal.sentence(asked.chinese),
        parameter => refusal.parameter,
        value => values.join(","),
        next => refusal.next(asked.chinese),
        groups,
    };
    let page = console.page(&asked, title, address.path());
    match console.templates.render("refusal.html", &page, body) {
        Ok(html) => (refusal.status, html).into_response(),
        Err(error) => error.into_response(),
    }
}
