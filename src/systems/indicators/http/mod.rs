//! The pages that slice every figure and open the cases behind any cell.
//!
//! Each request computes afresh from the records; nothing is cached, so a page cannot show what the
//! records no longer say. Its numbers are provisional: the published report counts.

mod asked;
mod case;
mod cases;
mod cross;
mod form;
mod names;
mod overview;
mod refused;
mod sliced;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use trueline_clock::Calendar;
use trueline_figures::Period;

use trueline_lake::Lake;

use super::{ComputeError, LakeRecords, Pack, Question, Results, Words, compute};
use crate::web::{Page, Refusal, Templates};
use asked::Asked;

/// What the pages answer from.
pub struct Console {
    pub pack: Pack,
    pub period: Period,
    pub lake: Lake,
    pub calendars: Vec<Calendar>,
    /// In Chinese and English.
    pub company: Words,
    pub simulated: bool,
    /// Names of the report's files, to offer them.
    pub files: Vec<String>,
    pub(crate) templates: Templates,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("pack", &self.pack.id).finish_non_exhaustive()
    }
}

/// `GET /`: every published figure with its trend.
pub(crate) async fn overview(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer(console, query, overview::page).await
}

/// `GET /figures`: one indicator, sliced.
pub(crate) async fn figures(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer(console, query, sliced::page).await
}

/// `GET /figures.csv`: the rows of that page.
pub(crate) async fn figures_csv(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    answer(console, query, sliced::csv).await
}

/// `GET /cases`: the cases behind a figure.
pub(crate) async fn cases(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer(console, query, cases::page).await
}

/// `GET /cases.csv`: all of those cases.
pub(crate) async fn cases_csv(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    answer(console, query, cases::csv).await
}

/// `GET /case`: one case, and its clock.
pub(crate) async fn case(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    answer(console, query, case::page).await
}

/// `GET /api/figures`: the rows that `trueline indicators --format json` prints.
pub(crate) async fn figures_json(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    answer(console, query, |console, asked| {
        let results = asked.compute(console, asked.by.clone(), asked.only())?;
        serde_json::to_value(&results.rows).map(Json).map_err(|error| Refusal::failed(&error))
    })
    .await
}

/// `GET /api/cases`: the cases that `trueline cases --limit 0 --format json` prints.
pub(crate) async fn cases_json(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    answer(console, query, cases::json).await
}

/// Any other address.
pub(crate) async fn nowhere(request: Request) -> Response {
    let path = request.uri().path();
    Refusal::not_found(format!("没有 {path} 这个页面"), format!("there is no page {path}"))
        .into_response()
}

/// Puts the page shell around a refusal, unless a program asked.
pub(crate) async fn dress(
    State(console): State<Arc<Console>>,
    request: Request,
    next: Next,
) -> Response {
    let address = request.uri().clone();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) if !address.path().starts_with("/api/") => {
            refused::page(&console, &address, &refusal)
        }
        Some(_) | None => response,
    }
}

/// Reading the lake blocks, so it does not happen on the threads that answer.
async fn answer<T: Send + 'static>(
    console: Arc<Console>,
    query: Option<String>,
    work: impl FnOnce(&Console, &Asked) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let task = tokio::task::spawn_blocking(move || {
        let asked = Asked::new(&console, query.as_deref())?;
        work(&console, &asked)
    });
    match task.await {
        Ok(answer) => answer,
        Err(error) => Err(Refusal::failed(&error)),
    }
}

impl Console {
    fn page(&self, asked: &Asked, title: &str, path: &str) -> Page {
        let period = &asked.question.period.name;
        let kept = if *period == self.period.name {
            String::new()
        } else {
            format!("&period={}", asked::encoded(period))
        };
        Page {
            title: title.to_owned(),
            chinese: asked.chinese,
            company: asked.words(&self.company).to_owned(),
            period: period.clone(),
            simulated: self.simulated,
            path: path.to_owned(),
            query: asked.rest.clone(),
            kept,
        }
    }

    fn refuse(&self, error: &ComputeError) -> Refusal {
        match error {
            ComputeError::Dimension(error) => asked::wrong_filter(error, self),
            ComputeError::NoIndicator { id, .. } => asked::no_indicator(self, id),
            ComputeError::Calendar(_) | ComputeError::Records { .. } | ComputeError::Run { .. } => {
                Refusal::failed(error)
            }
        }
    }
}

impl Asked {
    fn compute(
        &self,
        console: &Console,
        by: Vec<String>,
        only: Vec<String>,
    ) -> Result<Results, Refusal> {
        super::dimensions(&console.pack, &by)
            .map_err(|error| asked::wrong_filter(&error, console).at("by"))?;
        let question = Question { by, only, ..self.question.clone() };
        let records = LakeRecords::newest(&console.lake, &console.calendars);
        compute(&console.pack, &question, &records).map_err(|error| console.refuse(&error))
    }
}
