//! Errors that say what is wrong in both languages, with their causes.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use crate::system::describe_io_error;
use crate::{Language, Phrase, Text};

/// An error with a sentence in both languages. Derive it beside `thiserror::Error`.
pub trait Explain: Error {
    /// What is wrong, without the cause: a fragment that has no full stop.
    fn sentence_in(&self, language: Language) -> String;

    /// What brought it about.
    fn direct_cause(&self) -> Option<Cause<'_>> {
        None
    }

    /// The sentence in both languages, to keep when the error is gone.
    fn to_text(&self) -> Text {
        Text::new(self.sentence_in(Language::Chinese), self.sentence_in(Language::English))
    }
}

/// The cause of an error: one of ours, or one of a library, which knows only English.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    Explained(&'a (dyn Explain + 'static)),
    Foreign(&'a (dyn Error + 'static)),
}

impl<'a> Cause<'a> {
    /// A system's error is known by its kind, any other only by its own words.
    pub(crate) fn of_foreign(error: &'a (dyn Error + 'static)) -> Cause<'a> {
        match error.downcast_ref::<io::Error>() {
            Some(error) => Cause::Explained(error),
            None => Cause::Foreign(error),
        }
    }

    pub fn as_error(self) -> &'a (dyn Error + 'static) {
        match self {
            Cause::Explained(error) => error,
            Cause::Foreign(error) => error,
        }
    }

    /// The sentence in both languages, without what brought the cause about.
    pub fn to_text(self) -> Text {
        Text::new(self.sentence_in(Language::Chinese), self.sentence_in(Language::English))
    }

    pub fn sentence_in(self, language: Language) -> String {
        match self {
            Cause::Explained(error) => error.sentence_in(language),
            Cause::Foreign(error) => quote_foreign(error, language),
        }
    }

    fn direct_cause(self) -> Option<Cause<'a>> {
        match self {
            Cause::Explained(error) => error.direct_cause(),
            Cause::Foreign(error) => error.source().map(Cause::of_foreign),
        }
    }

    /// Whether a message holds the words of this cause already.
    fn is_within(self, message: &str, sentence: &str) -> bool {
        message.contains(sentence)
            || match self {
                Cause::Explained(error) => {
                    let error: &(dyn Error + 'static) = error;
                    error.is::<io::Error>() && message.contains(&error.to_string())
                }
                Cause::Foreign(error) => message.contains(&error.to_string()),
            }
    }
}

/// An error and all its causes on one line.
pub fn explain_chain(error: &dyn Explain, language: Language) -> String {
    join_causes(error.sentence_in(language), error.direct_cause(), language)
}

/// The same of an error that a library gave: its own English, marked as such in Chinese.
pub fn explain_foreign(error: &(dyn Error + 'static), language: Language) -> String {
    let first = Cause::of_foreign(error);
    join_causes(first.sentence_in(language), first.direct_cause(), language)
}

fn join_causes(mut message: String, mut cause: Option<Cause<'_>>, language: Language) -> String {
    while let Some(this) = cause {
        let sentence = this.sentence_in(language);
        // Some errors print their cause themselves; saying it twice helps nobody.
        if !this.is_within(&message, &sentence) {
            message.push_str(language.pick("：", ": "));
            message.push_str(&sentence);
        }
        cause = this.direct_cause();
    }
    message
}

pub(crate) fn quote_foreign(error: &dyn Error, language: Language) -> String {
    match language {
        Language::Chinese => format!("“{error}”"),
        Language::English => error.to_string(),
    }
}

impl Explain for io::Error {
    fn sentence_in(&self, language: Language) -> String {
        match language {
            Language::Chinese => describe_io_error(self),
            Language::English => self.to_string(),
        }
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        self.source().map(Cause::of_foreign)
    }
}

impl Text {
    /// The words of an error and its causes, in both languages.
    pub fn of_error(error: &dyn Explain) -> Text {
        let said = |language| explain_chain(error, language);
        Text::new(said(Language::Chinese), said(Language::English))
    }
}

impl Explain for Text {
    fn sentence_in(&self, language: Language) -> String {
        self.as_str(language).to_owned()
    }
}

impl Explain for Phrase {
    fn sentence_in(&self, language: Language) -> String {
        self.as_str(language).to_owned()
    }
}

impl<T: Explain + ?Sized> Explain for &T {
    fn sentence_in(&self, language: Language) -> String {
        (**self).sentence_in(language)
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        (**self).direct_cause()
    }
}

impl<T: Explain> Explain for Box<T> {
    fn sentence_in(&self, language: Language) -> String {
        (**self).sentence_in(language)
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        (**self).direct_cause()
    }
}

impl<T: Explain + ?Sized> Explain for Arc<T> {
    fn sentence_in(&self, language: Language) -> String {
        (**self).sentence_in(language)
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        (**self).direct_cause()
    }
}

/// Any error, where many kinds meet: ours with its own words, a library's with its English ones.
pub struct AnyError(Inner);

enum Inner {
    Explained(Box<dyn Explain + Send + Sync>),
    Foreign(Box<dyn Error + Send + Sync>),
}

impl AnyError {
    pub fn new(error: impl Explain + Send + Sync + 'static) -> AnyError {
        AnyError(Inner::Explained(Box::new(error)))
    }

    /// An error of a library.
    pub fn of_foreign(error: impl Into<Box<dyn Error + Send + Sync>>) -> AnyError {
        AnyError(Inner::Foreign(error.into()))
    }

    /// The error itself, to ask what it is.
    pub fn as_error(&self) -> &(dyn Error + 'static) {
        self.as_cause().as_error()
    }

    fn as_cause(&self) -> Cause<'_> {
        match &self.0 {
            Inner::Explained(error) => Cause::Explained(&**error),
            Inner::Foreign(error) => Cause::of_foreign(&**error),
        }
    }
}

impl fmt::Debug for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_error(), f)
    }
}

impl fmt::Display for AnyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_error(), f)
    }
}

/// The error inside is the source, so that it can be found; its words are not said twice.
impl Error for AnyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.as_error())
    }
}

impl Explain for AnyError {
    fn sentence_in(&self, language: Language) -> String {
        self.as_cause().sentence_in(language)
    }

    fn direct_cause(&self) -> Option<Cause<'_>> {
        Some(self.as_cause())
    }
}
