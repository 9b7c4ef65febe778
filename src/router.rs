//! Every route, one list.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::systems::indicators::http::{self as indicators, Console};
use crate::systems::reports::http::{self as reports, Shelf};
use crate::web;

/// The pages of one instance.
pub fn router(console: Arc<Console>, shelf: Arc<Shelf>) -> Router {
    let figures = Router::new()
        .route("/", get(indicators::overview))
        .route("/figures", get(indicators::figures))
        .route("/cases", get(indicators::cases))
        .route("/api/figures", get(indicators::figures_json))
        .with_state(console);
    let report = Router::new()
        .route("/report", get(reports::page))
        .route("/report/{file}", get(reports::file))
        .with_state(shelf);
    figures.merge(report).route("/console.css", get(web::stylesheet))
}
