//! The pages that show every figure and slice it as the reader likes.
//!
//! Each request computes its figures from the records again. Nothing is cached, so a page cannot
//! show what the records no longer say. Its numbers are provisional: the published report counts.

mod console;
mod cross;
pub(crate) mod form;
pub(crate) mod names;
mod overview;
mod page_query;
mod refusals;
mod sliced;
mod sliced_figures;
mod words;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::web::{NavigationLink, PageSet, Refusal};

pub use console::Console;
pub(crate) use page_query::PageQuery;
pub(crate) use sliced::link_to_figures;

/// The links, templates and words that the figures add to the site.
pub(crate) const PAGES: PageSet = PageSet {
    links: &[
        NavigationLink { path: "/", chinese: "指标总览", english: "Indicators" },
        NavigationLink { path: "/figures", chinese: "切分", english: "Slice" },
    ],
    templates: &[
        ("overview.html", include_str!("../../../../console/templates/overview.html")),
        ("figures.html", include_str!("../../../../console/templates/figures.html")),
        ("ask.html", include_str!("../../../../console/templates/ask.html")),
    ],
    words: words::WORDS,
};

/// The routes of the figures.
pub(crate) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/", get(show_overview))
        .route("/figures", get(show_figures))
        .route("/figures.csv", get(figures_csv))
        .route("/api/figures", get(figures_json))
        .with_state(console)
}

/// `GET /`: every published figure with its trend.
async fn show_overview(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    run_blocking(console, query, overview::render_overview).await
}

/// `GET /figures`: one indicator, sliced.
async fn show_figures(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    run_blocking(console, query, sliced::render_sliced).await
}

/// `GET /figures.csv`: the rows of that page.
async fn figures_csv(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    run_blocking(console, query, sliced::write_csv).await
}

/// `GET /api/figures`: the rows that `trueline indicators --format json` prints.
async fn figures_json(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    run_blocking(console, query, |console, asked| {
        let results = asked.compute_or_quote_figures(console)?;
        serde_json::to_value(&results.rows).map(Json).map_err(|error| Refusal::failed(&error))
    })
    .await
}

async fn run_blocking<T: Send + 'static>(
    console: Arc<Console>,
    query: Option<String>,
    work: impl FnOnce(&Console, &PageQuery) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    answer_blocking(move || {
        let asked = PageQuery::new(&console, query.as_deref())?;
        work(&console, &asked)
    })
    .await
}

/// Does work that blocks, such as reading the lake, away from the threads that answer.
pub(crate) async fn answer_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(Refusal::failed(&error)),
    }
}
