//! One HTTP request to a witness, with an end to how long it takes and how much it answers.
//!
//! No TLS: what is sent is public, and what comes back is believed for its signature alone. Whoever
//! sits between can hold answers up, and nothing else.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("`{0}` is no address of the form http://HOST[:PORT][/PATH]")]
    Address(String),
    #[error("https is not spoken here; put a proxy that does in between, and name it with http://")]
    Tls,
    #[error("no answer within {0} s")]
    TooLate(u64),
    #[error("not reachable: {0}")]
    Unreachable(std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(String),
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Sends `body` to `prefix/add-checkpoint`. Redirections are not followed.
pub(super) async fn add_checkpoint(
    prefix: &str,
    body: String,
    timeout: Duration,
) -> Result<Answer, PostError> {
    let address = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let uri: Uri = address.parse().map_err(|_| PostError::Address(prefix.to_owned()))?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => return Err(PostError::Tls),
        Some(_) | None => return Err(PostError::Address(prefix.to_owned())),
    }
    let answer = tokio::time::timeout(timeout, post(&uri, body)).await;
    answer.unwrap_or(Err(PostError::TooLate(timeout.as_secs())))
}

async fn post(uri: &Uri, body: String) -> Result<Answer, PostError> {
    let broken = |error: hyper::Error| PostError::Broken(error.to_string());
    let authority = uri.authority().ok_or_else(|| PostError::Address(uri.to_string()))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(PostError::Unreachable)?;
    let connected = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(broken)?;
    // It ends with the sender; what it fails with, the sender is told.
    let driver = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(header::HOST, authority.as_str())
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| PostError::Address(uri.to_string()))?;
    let response = sender.send_request(request).await.map_err(broken)?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_owned();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| PostError::Broken(error.to_string()))?.to_bytes().to_vec();
    drop(sender);
    driver.abort();
    Ok(Answer { status, content_type, body })
}
