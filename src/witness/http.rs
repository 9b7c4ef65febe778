//! What the witness answers over HTTP: C2SP tlog-witness, and a page for people.
//!
//! The witness itself decides one request at a time; this bounds how long a request may be, how
//! long it may take to arrive, and how many wait.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use tokio::sync::Semaphore;
use trueline_ledger::VerifierKey;
use trueline_ledger::witness::{LogWitness, REQUEST_BYTES_MAX};

use super::page::{WitnessPage, WitnessPageSource};
use crate::clock::Clock;
use crate::language::Language;

const ARRIVES_WITHIN: Duration = Duration::from_secs(20);
const WAITING_MAX: usize = 64;

/// A witness and what its page tells.
#[derive(Debug)]
pub(crate) struct WitnessServer {
    witness: Mutex<LogWitness>,
    shown: WitnessPageSource,
    page: WitnessPage,
    clock: Clock,
    waiting: Semaphore,
}

impl WitnessServer {
    pub(crate) fn new(
        witness: LogWitness,
        state: PathBuf,
        logs: &[VerifierKey],
        (language, clock): (Language, Clock),
    ) -> WitnessServer {
        let shown = WitnessPageSource::new(witness.verifier_key().to_string(), state, logs);
        let waiting = Semaphore::new(WAITING_MAX);
        WitnessServer {
            witness: Mutex::new(witness),
            shown,
            page: WitnessPage::new(language),
            waiting,
            clock,
        }
    }
}

/// The routes of a witness.
pub(crate) fn routes(server: Arc<WitnessServer>) -> Router {
    Router::new()
        .route("/", get(show_page))
        .route("/add-checkpoint", post(add_checkpoint))
        .with_state(server)
}

/// `POST /add-checkpoint`
async fn add_checkpoint(State(server): State<Arc<WitnessServer>>, body: Body) -> Response {
    let Ok(_place) = server.waiting.try_acquire() else {
        return answer_plainly(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once");
    };
    // Refused at once if it says how long it is, and otherwise when it has become too long.
    if body.size_hint().lower() > REQUEST_BYTES_MAX as u64 {
        return answer_plainly(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long");
    }
    let body = tokio::time::timeout(ARRIVES_WITHIN, to_bytes(body, REQUEST_BYTES_MAX)).await;
    let body = match body {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            return answer_plainly(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long");
        }
        Err(_) => return answer_plainly(StatusCode::REQUEST_TIMEOUT, "the request took too long"),
    };
    let blocking = Arc::clone(&server);
    let answer = tokio::task::spawn_blocking(move || {
        let server = blocking;
        // The witness keeps nothing in memory, so a panic cannot have left it half changed.
        let mut witness = server.witness.lock().unwrap_or_else(PoisonError::into_inner);
        let now = server.clock.now_unsigned();
        witness.answer_request(&body, now)
    });
    let Ok(answer) = answer.await else {
        return answer_plainly(StatusCode::INTERNAL_SERVER_ERROR, "the witness failed");
    };
    if answer.status >= 500 {
        tracing::error!("request failed: {}", answer.body.trim_end());
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

fn answer_plainly(status: StatusCode, why: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{why}\n"))
        .into_response()
}

#[derive(Debug, Deserialize)]
struct WitnessPageQuery {
    lang: Option<String>,
}

/// `GET /`
async fn show_page(
    State(server): State<Arc<WitnessServer>>,
    Query(asked): Query<WitnessPageQuery>,
) -> Response {
    let shown = tokio::task::spawn_blocking({
        let server = Arc::clone(&server);
        move || server.page.render(&server.shown, asked.lang.as_deref())
    });
    match shown.await {
        Ok(Ok(html)) => html.into_response(),
        Ok(Err(error)) => {
            tracing::error!("page failed: {error:#}");
            answer_plainly(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the page failed; the server's log says why",
            )
        }
        Err(_) => answer_plainly(StatusCode::INTERNAL_SERVER_ERROR, "the page failed"),
    }
}
