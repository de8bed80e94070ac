//! Why a verb did not do what it was asked, and the exit code that says so.

use std::process::ExitCode;

use crate::cli::interactive::{Rendered, tell};
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
        match self {
            Self::Mistakes(it) => {
                let rendered = Rendered {
                    plain: it.render(false) + "\n",
                    styled: it.render(true) + "\n",
                };
                rendered.tell();
                ExitCode::from(2)
            }
            Self::WrongInput(it) => {
                tell(&format!("error: {it}"));
                ExitCode::from(2)
            }
            Self::CouldNotFinish(it) => {
                tell(&format!("error: {it}"));
                ExitCode::from(1)
            }
            Self::Interrupted => {
                tell("interrupted: nothing is written");
                ExitCode::from(130)
            }
        }
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
