//! What is printed of a failure, and the exit code that says so.

use std::process::ExitCode;

use crate::cli::failure::Failure;
use crate::cli::interactive::{Rendered, message};

impl Failure {
    /// Prints the error, and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Diagnostics(it) => {
                let rendered = Rendered {
                    plain: it.render(false) + "\n",
                    styled: it.render(true) + "\n",
                };
                rendered.print_to_stderr();
                ExitCode::from(2)
            }
            Self::WrongInput(it) => {
                message(&format!("error: {it}"));
                ExitCode::from(2)
            }
            Self::TryAgain(it) => {
                message(&format!("error: {it}"));
                ExitCode::from(75)
            }
            Self::Shards(it) => {
                message(&format!("error: {it}"));
                ExitCode::from(3)
            }
            Self::CouldNotFinish(it) => {
                message(&format!("error: {it}"));
                ExitCode::from(1)
            }
            Self::Interrupted => {
                message("interrupted: nothing was written");
                ExitCode::from(130)
            }
        }
    }
}
