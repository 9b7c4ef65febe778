//! How a command fails: what went wrong, where, and the next step.

use std::error::Error;
use std::io;

use super::Language;

/// Why a command did not end well. The kind decides the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    message: String,
    next: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FailureKind {
    /// The answer is "no".
    No,
    /// The request was wrong.
    Request,
    /// The machine failed us: a full disk, a missing right.
    Machine,
}

impl Failure {
    /// The answer is "no": exit code 1.
    pub(crate) fn negative_answer(message: impl Into<String>) -> Self {
        Failure { kind: FailureKind::No, message: message.into(), next: None }
    }

    /// The request was wrong: exit code 2. `next` says what to do instead.
    pub(crate) fn wrong_request(message: impl Into<String>, next: impl Into<String>) -> Self {
        Failure { kind: FailureKind::Request, message: message.into(), next: Some(next.into()) }
    }

    /// An error from below, with its causes. An I/O error of the machine anywhere among them makes
    /// it exit code 3; a file that is not there is a wrong request.
    pub(crate) fn from_error(error: &(dyn Error + 'static)) -> Self {
        let mut message = error.to_string();
        let mut kind = FailureKind::Request;
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(this) = cause {
            if let Some(io) = this.downcast_ref::<io::Error>()
                && is_machine_fault(io)
            {
                kind = FailureKind::Machine;
            }
            cause = this.source();
            if let Some(below) = cause {
                let text = below.to_string();
                // Some errors print their cause themselves; saying it twice helps nobody.
                if !message.contains(&text) {
                    message.push_str(": ");
                    message.push_str(&text);
                }
            }
        }
        Failure { kind, message, next: None }
    }

    /// The same failure, its message led by what was being done.
    pub(crate) fn with_prefix(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }

    /// The same failure with a next step.
    pub(crate) fn with_next(mut self, next: impl Into<String>) -> Self {
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
        let (error, next) = match language {
            Language::Chinese => ("错误", "下一步"),
            Language::English => ("error", "next"),
        };
        eprintln!("{error}: {}", self.message);
        if let Some(step) = &self.next {
            eprintln!("{next}: {step}");
        }
    }
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

impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::from_error(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_machines_fault_and_a_missing_file_the_callers() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::from_error(&full).exit_code(), 3);
        let missing = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(Failure::from_error(&missing).exit_code(), 2);
        assert_eq!(Failure::negative_answer("differs").exit_code(), 1);
    }
}
