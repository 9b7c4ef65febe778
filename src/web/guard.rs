//! Headers that every answer carries: what a browser may do with it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// A page takes its style sheet from here, sends forms here, and does nothing else: no script, no
/// frame, no outside address.
const PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                    base-uri 'none'; frame-ancestors 'none'";

/// The report is one file that carries its own style, fonts and pictures.
const REPORT: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Addresses hold case numbers and filters.
    (header::REFERRER_POLICY, "no-referrer"),
    // A figure that the records no longer give must not come back from a cache.
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the headers to an answer, and logs it. What a handler has set itself stays.
pub(super) async fn add_headers(request: Request, next: Next) -> Response {
    let is_report = request.uri().path().starts_with("/report");
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    // The query is left out: it may hold case numbers.
    tracing::debug!(http.method = %method, http.path = path, http.status = response.status().as_u16(), "{method} {path}");
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        let policy = HeaderValue::from_static(if is_report { REPORT } else { PAGE });
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    response
}
