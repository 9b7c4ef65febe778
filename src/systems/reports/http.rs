//! The report over HTTP: the page, and the files of every other format.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::web::{NavigationLink, PageSet, Refusal};

/// The written report: file name → bytes, such as `report.zh.pdf`.
#[derive(Debug, Default)]
pub struct ReportFiles {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What reports add to the site.
pub(crate) const PAGES: PageSet = PageSet {
    links: &[NavigationLink { path: "/report", chinese: "报告", english: "Report" }],
    templates: &[],
    words: &[],
};

/// The routes of the report.
pub(crate) fn routes(shelf: Arc<ReportFiles>) -> Router {
    Router::new().route("/report", get(page)).route("/report/{file}", get(file)).with_state(shelf)
}

/// `?lang=zh`
#[derive(Debug, Deserialize)]
struct ReportQuery {
    lang: Option<String>,
}

/// `GET /report`: the report as a page, Chinese unless English is asked for.
async fn page(
    State(shelf): State<Arc<ReportFiles>>,
    Query(asked): Query<ReportQuery>,
) -> Result<Response, Refusal> {
    let language = if asked.lang.as_deref() == Some("en") { "en" } else { "zh" };
    answer(&shelf, &format!("report.{language}.html"))
}

/// `GET /report/{file}`
async fn file(
    State(shelf): State<Arc<ReportFiles>>,
    Path(file): Path<String>,
) -> Result<Response, Refusal> {
    answer(&shelf, &file)
}

fn answer(shelf: &ReportFiles, name: &str) -> Result<Response, Refusal> {
    let Some(bytes) = shelf.files.get(name) else {
        let known: Vec<&str> = shelf.files.keys().map(String::as_str).collect();
        let known = known.join(", ");
        return Err(Refusal::not_found(
            format!("没有报告文件 `{name}`"),
            format!("there is no report file `{name}`"),
        )
        .with_next(format!("现有：{known}"), format!("there are: {known}")));
    };
    let kind = match name.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some(_) | None => "application/octet-stream",
    };
    Ok(([(header::CONTENT_TYPE, kind)], bytes.clone()).into_response())
}
