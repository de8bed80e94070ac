//! Why a verb did not do what it was asked, and the exit code that says so.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use crate::config::Mistakes;

/// Why a verb did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The files are wrong.
    Mistakes(Mistakes),
    /// Something else that was asked is wrong.
    WrongInput(String),
    /// It was asked rightly and could not be done.
    CouldNotFinish(String),
    /// Ctrl-C came before it was done, and nothing is left of it.
    Interrupted,
}

impl Failure {
    /// Tells people, and gives the exit code for programs.
    pub(super) fn tell(&self) -> ExitCode {
        let (text, code) = match self {
            Self::Mistakes(it) => (it.render(std::io::stderr().is_terminal()), 2),
            Self::WrongInput(it) => (format!("error: {it}"), 2),
            Self::CouldNotFinish(it) => (format!("error: {it}"), 1),
            Self::Interrupted => ("interrupted: nothing is written".to_owned(), 130),
        };
        // Nobody is left to tell if standard error is gone.
        let _ = writeln!(anstream::stderr(), "{text}");
        ExitCode::from(code)
    }

    /// A failure with an error and all its causes.
    pub(super) fn could_not_finish(error: &dyn std::error::Error) -> Self {
        Self::CouldNotFinish(with_causes(error))
    }
}

/// An error's message with those of its causes.
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    let messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.join(": ")
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::Mistakes(mistakes)
    }
}
