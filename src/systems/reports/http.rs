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

/// The files of a written report: the bytes by file name, such as `report.zh.pdf`.
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
pub(crate) fn routes(written: Arc<ReportFiles>) -> Router {
    Router::new()
        .route("/report", get(serve_page))
        .route("/report/{file}", get(serve_file))
        .with_state(written)
}

/// `?lang=zh`
#[derive(Debug, Deserialize)]
struct ReportQuery {
    lang: Option<String>,
}

/// `GET /report`: the report as a page, in Chinese unless the query asks for English.
async fn serve_page(
    State(written): State<Arc<ReportFiles>>,
    Query(asked): Query<ReportQuery>,
) -> Result<Response, Refusal> {
    let language = if asked.lang.as_deref() == Some("en") { "en" } else { "zh" };
    respond_with_file(&written, &format!("report.{language}.html"))
}

/// `GET /report/{file}`
async fn serve_file(
    State(written): State<Arc<ReportFiles>>,
    Path(file): Path<String>,
) -> Result<Response, Refusal> {
    respond_with_file(&written, &file)
}

fn respond_with_file(written: &ReportFiles, name: &str) -> Result<Response, Refusal> {
    let Some(bytes) = written.files.get(name) else {
        let known: Vec<&str> = written.files.keys().map(String::as_str).collect();
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
