//! Going on with a run that was stopped, whatever stopped it.

use std::path::Path;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::job::Job;
use crate::output::{Journal, JournalError, RunDirectory};

/// A run that was begun before.
pub(super) enum Reopened {
    /// It is to be gone on with.
    Stopped(Box<Job>, RunDirectory, Journal),
    /// Nothing is left to do.
    Complete,
}

/// Takes up a run of a verb, if its files and this program are those that it was begun with.
pub(super) fn reopen(verb: &str, run: &Path) -> Result<Reopened, Failure> {
    let refused =
        |why: &str| Failure::WrongInput(format!("cannot go on with {}: {why}", run.display()));
    let (directory, journal, head) = match RunDirectory::reopen(run) {
        Err(JournalError::Complete) => return Ok(Reopened::Complete),
        it => it.map_err(|it| refused(&with_causes(&it)))?,
    };
    let begun = &head.request.verb;
    if begun != verb {
        return Err(refused(&format!(
            "it is a {begun}; go on with `demarche {begun} --resume`"
        )));
    }
    let job = Job::load(head.request.clone())?;
    if let Some(difference) = head.difference(&job.head()) {
        return Err(refused(&difference));
    }
    // It tells of sessions that are fewer than those in the tables from now on.
    directory
        .remove("manifest.json")
        .map_err(|it| Failure::could_not_finish(&it))?;
    Ok(Reopened::Stopped(Box::new(job), directory, journal))
}
