//! The pages that show every figure and slice it as the reader likes.
//!
//! Each request computes afresh from the records; nothing is cached, so a page cannot show what the
//! records no longer say. Its numbers are provisional: the published report counts.

mod asked;
mod cross;
pub(crate) mod form;
pub(crate) mod names;
mod overview;
mod sliced;
mod words;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{Html, Response};
use axum::routing::get;
use axum::{Json, Router};
use trueline_clock::Calendar;
use trueline_figures::Period;
use trueline_lake::Lake;

use super::{ComputeError, FigureQuestion, FigureResults, LakeRecords, Pack, compute_figures};
use crate::web::query::encoded;
use crate::web::{NavigationLink, PageSet, PageShell, Refusal, Site};

pub(crate) use asked::PageQuery;
pub(crate) use sliced::link_to_figures;

/// What the pages answer from.
pub struct Console {
    pub(crate) site: Arc<Site>,
    pub(crate) pack: Pack,
    pub(crate) period: Period,
    pub(crate) lake: Lake,
    pub(crate) calendars: Vec<Calendar>,
    /// Names of the report's files, to offer them.
    pub(crate) files: Vec<String>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("pack", &self.pack.id).finish_non_exhaustive()
    }
}

/// What the figures add to the site.
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
        let results = asked.compute_figures(console, asked.by.clone(), asked.only_indicator())?;
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

/// Reading the lake blocks, so it does not happen on the threads that answer.
pub(crate) async fn answer_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(Refusal::failed(&error)),
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

    pub(crate) fn refusal_for(&self, error: &ComputeError) -> Refusal {
        match error {
            ComputeError::Dimension(error) => asked::wrong_filter(error, self),
            ComputeError::NoIndicator { id, .. } => asked::no_indicator(self, id),
            ComputeError::Calendar(_) | ComputeError::Records { .. } | ComputeError::Run { .. } => {
                Refusal::failed(error)
            }
        }
    }
}

impl PageQuery {
    fn compute_figures(
        &self,
        console: &Console,
        by: Vec<String>,
        only: Vec<String>,
    ) -> Result<FigureResults, Refusal> {
        super::find_dimensions(&console.pack, &by)
            .map_err(|error| asked::wrong_filter(&error, console).at("by"))?;
        let question = FigureQuestion { by, only, ..self.question.clone() };
        let records = LakeRecords::newest(&console.lake, &console.calendars);
        compute_figures(&console.pack, &question, &records)
            .map_err(|error| console.refusal_for(&error))
    }
}
