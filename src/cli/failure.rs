//! How a command fails: what went wrong, where, and the next step.

use std::error::Error;
use std::io;

use trueline_language::{Explain, Text, explain_foreign};

use super::Language;

/// Why a command did not end well. The kind decides the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    message: Text,
    next: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailureKind {
    /// The answer is "no".
    No,
    /// The request was wrong.
    Request,
    /// The machine failed us: a full disk, a missing permission.
    Machine,
}

impl Failure {
    /// The answer is "no": exit code 1.
    pub(crate) fn negative_answer(message: impl Into<Text>) -> Self {
        Failure { kind: FailureKind::No, message: message.into(), next: None }
    }

    /// The request was wrong: exit code 2. `next` says what to do instead.
    pub(crate) fn wrong_request(message: impl Into<Text>, next: impl Into<Text>) -> Self {
        Failure { kind: FailureKind::Request, message: message.into(), next: Some(next.into()) }
    }

    /// An error from below, with its causes.
    pub(crate) fn from_error(error: &(impl Explain + 'static)) -> Self {
        Failure { kind: classify_error(error), message: Text::of_error(error), next: None }
    }

    /// An error of a library, which knows only English: it is quoted.
    pub(crate) fn from_foreign(error: impl Error + 'static) -> Self {
        let said = |language| explain_foreign(&error, language);
        let message = Text::new(said(Language::Chinese), said(Language::English));
        Failure { kind: classify_error(&error), message, next: None }
    }

    /// The same failure, its message led by a name, which is the same in both languages.
    pub(crate) fn with_prefix(self, name: &str) -> Self {
        self.with_lead(&Text::new(name, name))
    }

    /// The same failure, its message led by what was being done.
    pub(crate) fn with_lead(mut self, doing: &Text) -> Self {
        let said = |language: Language, colon: &str| {
            format!("{}{colon}{}", doing.as_str(language), self.message.as_str(language))
        };
        self.message = Text::new(said(Language::Chinese, "："), said(Language::English, ": "));
        self
    }

    /// The same failure with a next step.
    pub(crate) fn with_next(mut self, next: impl Into<Text>) -> Self {
        self.next = Some(next.into());
        self
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            FailureKind::No => 1,
            FailureKind::Request => 2,
            FailureKind::Machine => 3,
        }
    }

    pub(crate) fn print_error(&self, language: Language) {
        for line in self.list_lines(language) {
            eprintln!("{line}");
        }
    }

    /// What was wrong, and the next step if there is one.
    pub(super) fn list_lines(&self, language: Language) -> Vec<String> {
        let (error, next) = language.pick(("错误：", "下一步："), ("error: ", "next: "));
        let mut lines = vec![format!("{error}{}", self.message.as_str(language))];
        lines.extend(self.next.as_ref().map(|step| format!("{next}{}", step.as_str(language))));
        lines
    }
}

/// An I/O error of the machine anywhere among the causes makes it exit code 3; a file that is not
/// there is a wrong request.
fn classify_error(error: &(dyn Error + 'static)) -> FailureKind {
    let mut cause = Some(error);
    while let Some(this) = cause {
        if this.downcast_ref::<io::Error>().is_some_and(is_machine_fault) {
            return FailureKind::Machine;
        }
        cause = this.source();
    }
    FailureKind::Request
}

fn is_machine_fault(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::Other
    )
}

impl<E: Explain + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::from_error(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueline_language::phrase;

    #[test]
    fn a_full_disk_is_the_machines_fault_and_a_missing_file_the_callers() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::from_error(&full).exit_code(), 3);
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(Failure::from_error(&missing).exit_code(), 2);
        assert_eq!(Failure::negative_answer(phrase!("不符", "differs")).exit_code(), 1);
    }
}
