//! Why a verb did not do what it was asked.

use demarche_core::solution::FEASIBLE_OUTCOMES_MAX;

use crate::cli::render::{count, counted};
use crate::config::Diagnostics;
use crate::experiment::TooManyOutcomes;

/// Why a verb did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The files are wrong.
    Diagnostics(Diagnostics),
    /// Something else that was asked is wrong.
    WrongInput(String),
    /// It cannot be done at the moment, and may be possible later.
    TryAgain(String),
    /// Shards are missing, damaged, or of another run.
    Shards(String),
    /// It was asked rightly and could not be done.
    CouldNotFinish(String),
    /// Ctrl-C came before it was done, and nothing is left of it.
    Interrupted,
}

impl Failure {
    /// What is wrong, with its place and the remedy, as the command line prints it on standard error
    /// after `error: `; diagnostics, of which there may be several, with that.
    pub fn text(&self) -> String {
        match self {
            Self::Diagnostics(it) => it.render(false),
            Self::WrongInput(it)
            | Self::TryAgain(it)
            | Self::Shards(it)
            | Self::CouldNotFinish(it) => it.clone(),
            Self::Interrupted => "interrupted: nothing was written".to_owned(),
        }
    }

    /// A failure with an error and all its causes.
    pub(crate) fn could_not_finish(error: &dyn std::error::Error) -> Self {
        Self::CouldNotFinish(with_causes(error))
    }
}

/// An error's message with those of its causes.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    let messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.join(": ")
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

impl From<TooManyOutcomes> for Failure {
    fn from(it: TooManyOutcomes) -> Self {
        Self::WrongInput(format!(
            "{} has {}, and computing its bargaining solutions examines all of them, which is possible up to {}",
            it.scenario,
            counted(it.n_outcomes, "outcome"),
            count(FEASIBLE_OUTCOMES_MAX),
        ))
    }
}
