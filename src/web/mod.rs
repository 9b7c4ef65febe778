//! What handlers share: the site with its shell, refusals, CSV, headers, the one style sheet.
//!
//! It is neutral: each system contributes its links, templates and routes. Pages are rendered on
//! the server and work without scripts. Nothing is fetched from outside.

pub(crate) mod csv;
mod guard;
pub(crate) mod query;
mod refusal;
mod refusal_page;
mod site;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use guard::add_headers;
pub(crate) use refusal::{ChoiceGroup, Refusal};
use refusal_page::{refuse_unknown_path, show_refusals};
#[cfg(test)]
pub(crate) use site::check_words;
pub(crate) use site::{NavigationLink, PageSet, PageShell, Site, SiteOwner};

/// Puts around routes what every server of the program has: the style sheet, its own answers to
/// wrong addresses and to failures, headers, and a line in the log per request.
pub(crate) fn finish_router(routes: Router, site: Arc<Site>) -> Router {
    routes
        .route("/console.css", get(send_stylesheet))
        .fallback(refuse_unknown_path)
        .layer(from_fn_with_state(site, show_refusals))
        .layer(from_fn(add_headers))
}

/// `GET /console.css`
async fn send_stylesheet() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, include_str!("../../console/styles/console.css")).into_response()
}
