//! Every route, one list.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;

use crate::systems::indicators::http::{self as indicators, Console};
use crate::systems::reports::http::{self as reports, Shelf};
use crate::web;

/// The pages of one instance.
pub fn router(console: Arc<Console>, shelf: Arc<Shelf>) -> Router {
    let figures = Router::new()
        .route("/", get(indicators::overview))
        .route("/figures", get(indicators::figures))
        .route("/figures.csv", get(indicators::figures_csv))
        .route("/cases", get(indicators::cases))
        .route("/cases.csv", get(indicators::cases_csv))
        .route("/case", get(indicators::case))
        .route("/api/figures", get(indicators::figures_json))
        .route("/api/cases", get(indicators::cases_json))
        .with_state(Arc::clone(&console));
    let report = Router::new()
        .route("/report", get(reports::page))
        .route("/report/{file}", get(reports::file))
        .with_state(shelf);
    figures
        .merge(report)
        .route("/console.css", get(web::stylesheet))
        .fallback(indicators::nowhere)
        .layer(from_fn_with_state(console, indicators::dress))
        .layer(from_fn(web::guard))
}
