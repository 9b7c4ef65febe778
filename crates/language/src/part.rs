//! How generated code says a field: in both languages if its type can, else as it prints.
//!
//! A macro sees no types. Of the traits below the compiler takes the one that fits a field: those
//! for [`Part`] before those for `&Part`, as a method is looked up by value before by reference.

use std::error::Error;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::explain::quote_foreign;
use crate::{Bilingual, Cause, Explain, Language};

/// A field of an error, or an argument of a text.
#[derive(Debug)]
pub struct Part<'a, T: ?Sized>(pub &'a T);

pub trait ExplainedPart {
    fn say_in(&self, language: Language) -> String;
}

impl<T: Explain> ExplainedPart for Part<'_, T> {
    fn say_in(&self, language: Language) -> String {
        self.0.sentence_in(language)
    }
}

pub trait BilingualPart {
    fn say_in(&self, language: Language) -> String;
}

impl<T: Bilingual> BilingualPart for Part<'_, T> {
    fn say_in(&self, language: Language) -> String {
        self.0.words_in(language)
    }
}

pub trait PathPart {
    fn say_in(&self, language: Language) -> String;
}

impl PathPart for Part<'_, PathBuf> {
    fn say_in(&self, _: Language) -> String {
        self.0.display().to_string()
    }
}

impl PathPart for Part<'_, &PathBuf> {
    fn say_in(&self, _: Language) -> String {
        self.0.display().to_string()
    }
}

impl PathPart for Part<'_, &Path> {
    fn say_in(&self, _: Language) -> String {
        self.0.display().to_string()
    }
}

pub trait PrintedPart {
    fn say_in(&self, language: Language) -> String;
}

impl<T: Display + ?Sized> PrintedPart for &Part<'_, T> {
    fn say_in(&self, _: Language) -> String {
        self.0.to_string()
    }
}

/// `as_cause` is the field as the cause; the other two are for `#[error(transparent)]`.
pub trait ExplainedCause<'a> {
    fn as_cause(&self) -> Cause<'a>;
    fn sentence_of_error(&self, language: Language) -> String;
    fn cause_of_error(&self) -> Option<Cause<'a>>;
}

impl<'a, T: Explain + 'static> ExplainedCause<'a> for Part<'a, T> {
    fn as_cause(&self) -> Cause<'a> {
        Cause::Explained(self.0)
    }

    fn sentence_of_error(&self, language: Language) -> String {
        self.0.sentence_in(language)
    }

    fn cause_of_error(&self) -> Option<Cause<'a>> {
        self.0.direct_cause()
    }
}

pub trait ForeignCause<'a> {
    fn as_cause(&self) -> Cause<'a>;
    fn sentence_of_error(&self, language: Language) -> String;
    fn cause_of_error(&self) -> Option<Cause<'a>>;
}

impl<'a, T: Error + 'static> ForeignCause<'a> for &Part<'a, T> {
    fn as_cause(&self) -> Cause<'a> {
        Cause::of_foreign(self.0)
    }

    fn sentence_of_error(&self, language: Language) -> String {
        quote_foreign(self.0, language)
    }

    fn cause_of_error(&self) -> Option<Cause<'a>> {
        self.0.source().map(Cause::of_foreign)
    }
}

pub trait BoxedCause<'a> {
    fn as_cause(&self) -> Cause<'a>;
}

impl<'a> BoxedCause<'a> for Part<'a, Box<dyn Error + Send + Sync>> {
    fn as_cause(&self) -> Cause<'a> {
        Cause::of_foreign(&**self.0)
    }
}

impl<'a> BoxedCause<'a> for Part<'a, Box<dyn Error>> {
    fn as_cause(&self) -> Cause<'a> {
        Cause::of_foreign(&**self.0)
    }
}
