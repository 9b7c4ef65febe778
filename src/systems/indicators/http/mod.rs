//! The pages that slice every figure and open the cases behind any cell.
//!
//! Each request computes afresh from the records; nothing is cached, so a page cannot show what the
//! records no longer say. Its numbers are provisional: the published report counts.

mod asked;
mod cases;
mod overview;
mod sliced;

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Html;
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
    in_background(move || {
        let asked = Asked::new(&console, query.as_deref())?;
        overview::page(&console, &asked)
    })
    .await
}

/// `GET /figures`: one indicator, sliced.
pub(crate) async fn figures(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    in_background(move || {
        let asked = Asked::new(&console, query.as_deref())?;
        sliced::page(&console, &asked)
    })
    .await
}

/// `GET /cases`: the cases behind a figure.
pub(crate) async fn cases(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    in_background(move || {
        let asked = Asked::new(&console, query.as_deref())?;
        cases::page(&console, &asked)
    })
    .await
}

/// `GET /api/figures`: the rows that `trueline indicators --format json` prints.
pub(crate) async fn figures_json(
    State(console): State<Arc<Console>>,
    RawQuery(query): RawQuery,
) -> Result<Json<serde_json::Value>, Refusal> {
    in_background(move || {
        let asked = Asked::new(&console, query.as_deref())?;
        let results = asked.compute(&console, asked.by.clone(), asked.only())?;
        serde_json::to_value(&results.rows).map(Json).map_err(|error| Refusal::failed(&error))
    })
    .await
}

/// Reading the lake blocks, so it does not happen on the threads that answer.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(Refusal::failed(&error)),
    }
}

impl Console {
    fn page(&self, asked: &Asked, title: &str, path: &str) -> Page {
        Page {
            title: title.to_owned(),
            chinese: asked.chinese,
            company: asked.words(&self.company).to_owned(),
            period: asked.question.period.name.clone(),
            simulated: self.simulated,
            path: path.to_owned(),
            query: asked.rest.clone(),
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
        let question = Question { by, only, ..self.question.clone() };
        let records = LakeRecords::newest(&console.lake, &console.calendars);
        compute(&console.pack, &question, &records).map_err(|error| match error {
            ComputeError::Dimension(error) => Refusal::unclear(error.to_string()),
            ComputeError::NoIndicator { .. } => Refusal::not_found(error.to_string()),
            other => Refusal::failed(&other),
        })
    }
}
