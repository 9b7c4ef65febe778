//! All that HTTP sees of an error: a status, a stable code, and a sentence for people.
//!
//! A refusal answers in JSON. Where a page was asked for, the page shell is put around it: the
//! response carries the refusal along for that.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::language::Language;

/// Why a request is not answered. Causes go to the log, not over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    code: &'static str,
    sentence: BilingualSentence,
    /// The parameter that is wrong.
    pub(crate) parameter: Option<&'static str>,
    next: Option<BilingualSentence>,
    /// What could have been asked for instead.
    pub(crate) choices: Vec<ChoiceGroup>,
}

/// Things of one kind to choose from.
#[derive(Debug, Clone)]
pub(crate) struct ChoiceGroup {
    /// In Chinese and English.
    pub(crate) title: (String, String),
    /// A value with its title in both languages.
    pub(crate) options: Vec<(String, (String, String))>,
}

/// A sentence in both languages.
#[derive(Debug, Clone)]
struct BilingualSentence {
    chinese: String,
    english: String,
}

impl BilingualSentence {
    fn new(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        BilingualSentence { chinese: chinese.into(), english: english.into() }
    }

    fn pick(&self, language: Language) -> &str {
        language.pick(&self.chinese, &self.english)
    }
}

impl Refusal {
    /// 400: the request makes no sense.
    pub(crate) fn unclear(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        Refusal::new(StatusCode::BAD_REQUEST, "unclear", BilingualSentence::new(chinese, english))
    }

    /// 404
    pub(crate) fn not_found(chinese: impl Into<String>, english: impl Into<String>) -> Self {
        Refusal::new(StatusCode::NOT_FOUND, "not_found", BilingualSentence::new(chinese, english))
    }

    /// 500: we failed. The cause is logged once, here.
    pub(crate) fn failed(cause: &dyn std::error::Error) -> Self {
        let mut line = cause.to_string();
        let mut below = cause.source();
        while let Some(cause) = below {
            line.push_str(": ");
            line.push_str(&cause.to_string());
            below = cause.source();
        }
        tracing::error!("request failed: {line}");
        let sentence = BilingualSentence::new(
            "请求未能完成；原因记在服务程序的日志里",
            "the request could not be answered; the server's log says why",
        );
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", sentence)
    }

    fn new(status: StatusCode, code: &'static str, sentence: BilingualSentence) -> Self {
        Refusal { status, code, sentence, parameter: None, next: None, choices: Vec::new() }
    }

    /// The same refusal, naming the parameter that is wrong.
    pub(crate) fn at(mut self, parameter: &'static str) -> Self {
        self.parameter = Some(parameter);
        self
    }

    /// The same refusal with what to do instead.
    pub(crate) fn with_next(
        mut self,
        chinese: impl Into<String>,
        english: impl Into<String>,
    ) -> Self {
        self.next = Some(BilingualSentence::new(chinese, english));
        self
    }

    /// The same refusal with what could have been asked for.
    pub(crate) fn with_choices(mut self, choices: impl Iterator<Item = ChoiceGroup>) -> Self {
        self.choices = choices.collect();
        self
    }

    pub(crate) fn sentence(&self, language: Language) -> &str {
        self.sentence.pick(language)
    }

    pub(crate) fn next(&self, language: Language) -> Option<&str> {
        self.next.as_ref().map(|next| next.pick(language))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "message": self.sentence.english,
            "where": self.parameter,
            "next": self.next(Language::English),
        });
        let mut response = (self.status, Json(body)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
