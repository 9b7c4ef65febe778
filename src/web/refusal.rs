//! All that HTTP sees of an error: a status, a stable code, and a sentence for people.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request is not answered. Causes go to standard error, not over the wire.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    sentence: String,
}

impl Refusal {
    /// 400: the request names something that is not there or makes no sense.
    pub(crate) fn unclear(sentence: impl Into<String>) -> Self {
        Refusal { status: StatusCode::BAD_REQUEST, code: "unclear", sentence: sentence.into() }
    }

    /// 404
    pub(crate) fn not_found(sentence: impl Into<String>) -> Self {
        Refusal { status: StatusCode::NOT_FOUND, code: "not_found", sentence: sentence.into() }
    }

    /// 500: we failed. The cause is logged once, here.
    pub(crate) fn failed(cause: &dyn std::error::Error) -> Self {
        eprintln!("request failed: {cause}");
        Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "failed",
            sentence: "the figures could not be read; the server's log says why".into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code, "message": self.sentence });
        (self.status, Json(body)).into_response()
    }
}
