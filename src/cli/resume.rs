//! Going on with a run that was stopped, whatever stopped it.

use std::path::Path;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::job::Job;
use crate::cli::print;
use crate::cli::report::remove_page;
use crate::output::{Journal, JournalError, RunDirectory, WORKBOOK};

/// Takes up a run of a verb, if its files and this program are those that it was begun with;
/// `None`, and that is told, if it is complete.
pub(super) fn reopen(
    verb: &str,
    run: &Path,
) -> Result<Option<(Job, RunDirectory, Journal)>, Failure> {
    let act = "go on with";
    let refused = |why: &str| refused(act, run, why);
    let (directory, journal, head) = match RunDirectory::reopen(run) {
        Err(JournalError::Complete) => {
            let run = run.display();
            print(&format!("{run} is complete: nothing is left to do\n"))?;
            return Ok(None);
        }
        it => it.map_err(|it| not_taken_up(act, run, &it))?,
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
    // They tell of sessions that are fewer than those in the tables from now on.
    for name in ["manifest.json", WORKBOOK] {
        let removed = directory.remove(name);
        removed.map_err(|it| Failure::could_not_finish(&it))?;
    }
    remove_page(&directory)?;
    Ok(Some((job, directory, journal)))
}

/// Tells why a run is not one to do something with.
pub(super) fn refused(act: &str, run: &Path, why: &str) -> Failure {
    Failure::WrongInput(format!("cannot {act} {}: {why}", run.display()))
}

/// Tells why a run's journal cannot be taken up to do something with the run.
pub(super) fn not_taken_up(act: &str, run: &Path, error: &JournalError) -> Failure {
    let why = with_causes(error);
    if matches!(error, JournalError::Unreadable(_)) && run.is_dir() {
        return Failure::CouldNotFinish(format!("cannot {act} {}: {why}", run.display()));
    }
    refused(act, run, &why)
}
