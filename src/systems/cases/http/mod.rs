//! The pages of cases: the list behind a figure, and one case with its clock.
//!
//! Each request reads the records again; nothing is cached.

mod case_page;
mod list_page;
mod names;
mod query;
mod words;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::systems::indicators::http::{Console, answer_blocking};
use crate::web::{NavigationLink, PageSet, Refusal};
use query::CaseQuery;

/// What cases add to the site.
pub(crate) const PAGES: PageSet = PageSet {
    links: &[NavigationLink { path: "/cases", chinese: "工单", english: "Cases" }],
    templates: &[
        ("cases.html", include_str!("../../../../console/templates/cases.html")),
        ("case.html", include_str!("../../../../console/templates/case.html")),
    ],
    words: words::WORDS,
};

/// The routes of cases.
pub(crate) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/cases", get(show_cases))
        .route("/cases.csv", get(show_cases_csv))
        .route("/case", get(show_case))
        .route("/api/cases", get(show_cases_json))
        .with_state(console)
}

/// `GET /cases`: the cases behind a figure.
async fn show_cases(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer_query(console, query, list_page::render_cases).await
}

/// `GET /cases.csv`: all of those cases.
async fn show_cases_csv(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    answer_query(console, query, list_page::write_csv).await
}

/// `GET /case`: one case, and its clock.
async fn show_case(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer_query(console, query, case_page::render_case).await
}

/// `GET /api/cases`: the cases that `trueline cases --limit 0 --format json` prints.
async fn show_cases_json(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    answer_query(console, query, list_page::write_json).await
}

async fn answer_query<T: Send + 'static>(
    console: Arc<Console>,
    query: Option<String>,
    work: impl FnOnce(&Console, &CaseQuery) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    answer_blocking(move || {
        let query = CaseQuery::parse(&console, query.as_deref())?;
        work(&console, &query)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::PAGES;
    use crate::systems::indicators::http::PAGES as FIGURES;
    use crate::web::check_words;

    #[test]
    fn every_word_that_a_template_names_is_there_and_the_other_way_round() {
        check_words(&[FIGURES, PAGES]);
    }
}
