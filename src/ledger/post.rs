//! One HTTP request, with limits to how long it takes and how much it answers.
//!
//! No TLS: what is sent is public, and what comes back is believed for its signatures alone.
//! Whoever sits between can hold answers up, and nothing else.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum RequestError {
    #[error("`{0}` is no address of the form http://HOST[:PORT][/PATH]")]
    #[zh("“{0}”不是 http://主机[:端口][/路径] 形式的地址")]
    Address(String),
    #[error(
        "https is not spoken here: put a proxy that does in between and name it with http://, or \
         save the file with a browser first"
    )]
    #[zh(
        "本程序不支持 https：请经由支持 https 的代理，以 http:// 写代理地址；或先用浏览器保存该文件"
    )]
    Tls,
    #[error("no answer within {0} s")]
    #[zh("{0} 秒内没有应答")]
    TooLate(u64),
    #[error("not reachable: {0}")]
    #[zh("无法连接：{0}")]
    Unreachable(std::io::Error),
    #[error("the answer is HTTP {0}")]
    #[zh("应答为 HTTP {0}")]
    Status(u16),
    #[error("the connection broke: {0}")]
    #[zh("连接中断：“{0}”")]
    Broken(String),
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// Sends `body` to `prefix/add-checkpoint`. Redirections are not followed.
pub(super) async fn add_checkpoint(
    prefix: &str,
    body: String,
    timeout: Duration,
) -> Result<HttpResponse, RequestError> {
    let address = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let uri = parse_uri(&address, prefix)?;
    let request = Request::post(request_path(&uri))
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(header::HOST, host_header(&uri))
        .body(Full::new(Bytes::from(body)));
    let request = request.map_err(|_| RequestError::Address(prefix.to_owned()))?;
    let answer = tokio::time::timeout(timeout, send_request(&uri, request, ANSWER_BYTES_MAX)).await;
    answer.unwrap_or(Err(RequestError::TooLate(timeout.as_secs())))
}

/// What lies at an address, up to so many bytes; `None` if there is nothing.
pub(super) async fn get_body(
    url: &str,
    most: usize,
    timeout: Duration,
) -> Result<Option<Vec<u8>>, RequestError> {
    let uri = parse_uri(url, url)?;
    let request = Request::get(request_path(&uri)).header(header::HOST, host_header(&uri));
    let request = request.body(Full::new(Bytes::new()));
    let request = request.map_err(|_| RequestError::Address(url.to_owned()))?;
    let answer = tokio::time::timeout(timeout, send_request(&uri, request, most)).await;
    let answer = answer.unwrap_or(Err(RequestError::TooLate(timeout.as_secs())))?;
    match answer.status {
        200 => Ok(Some(answer.body)),
        404 | 410 => Ok(None),
        status => Err(RequestError::Status(status)),
    }
}

fn parse_uri(address: &str, named: &str) -> Result<Uri, RequestError> {
    let uri: Uri = address.parse().map_err(|_| RequestError::Address(named.to_owned()))?;
    match uri.scheme_str() {
        Some("http") => Ok(uri),
        Some("https") => Err(RequestError::Tls),
        Some(_) | None => Err(RequestError::Address(named.to_owned())),
    }
}

fn request_path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn host_header(uri: &Uri) -> &str {
    uri.authority().map_or("", |authority| authority.as_str())
}

/// One request on a connection of its own.
async fn send_request(
    uri: &Uri,
    request: Request<Full<Bytes>>,
    most: usize,
) -> Result<HttpResponse, RequestError> {
    let broken = |error: hyper::Error| RequestError::Broken(error.to_string());
    let authority = uri.authority().ok_or_else(|| RequestError::Address(uri.to_string()))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(RequestError::Unreachable)?;
    let connected = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(broken)?;
    // It ends with the sender, which is told of its failures.
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(broken)?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_owned();
    let body = Limited::new(response.into_body(), most).collect().await;
    let body = body.map_err(|error| RequestError::Broken(error.to_string()))?.to_bytes().to_vec();
    drop(sender);
    driver.abort();
    Ok(HttpResponse { status, content_type, body })
}
