//! Going on with a run that was stopped, whatever stopped it.

use std::path::Path;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::file_access::CitedFiles;
use crate::cli::named_run::{open_run, read_manifest, run_path};
use crate::cli::print;
use crate::cli::run_spec::Job;
use crate::cli::verbs::{check_written, remove_page};
use crate::run::{InputFile, Journal, JournalError, JournalHead, MANIFEST};
use crate::tables::{RunDirectory, WORKBOOK};

/// Takes up a run of a verb, if its files and this program are those that it was begun with;
/// `None`, and that is told, if it is complete.
pub(super) fn reopen(
    verb: &str,
    run: &Path,
    files_below: Option<&Path>,
    is_quiet: bool,
) -> Result<Option<(Job, RunDirectory, Journal)>, Failure> {
    let act = "go on with";
    let run = &run_path(run)?;
    let refused = |why: &str| refused(act, run, why);
    let (directory, journal, head) = match Journal::reopen(run) {
        Err(JournalError::Complete) => {
            report_complete(run, is_quiet)?;
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
    let job = load_again(act, &directory, &head, files_below)?;
    if let Some(difference) = head.difference(&job.head()) {
        return Err(refused(&difference));
    }
    // They tell of sessions that are fewer than those in the tables from now on.
    for name in [MANIFEST, WORKBOOK] {
        let removed = directory.remove(name);
        removed.map_err(|it| Failure::could_not_finish(&it))?;
    }
    remove_page(&directory)?;
    Ok(Some((job, directory, journal)))
}

/// Tells that a run is complete, if its tables are still as it wrote them.
fn report_complete(run: &Path, is_quiet: bool) -> Result<(), Failure> {
    let directory = open_run(run)?;
    let manifest = read_manifest(&directory)?;
    let run = run.display();
    check_written(&directory, &manifest.tables, is_quiet).map_err(|it| {
        let what = format!("{it}; {run} was complete and has no journal any more: run it again");
        Failure::CouldNotFinish(what)
    })?;
    print(&format!("{run} is complete: nothing is left to do\n"))
}

/// Reads the files that a run was begun with again.
///
/// It is the journal that names them, and it may come from anywhere: what it names must lie near the
/// run, near where the program was started, or where the user says.
pub(super) fn load_again(
    act: &str,
    run: &RunDirectory,
    head: &JournalHead,
    files_below: Option<&Path>,
) -> Result<Job, Failure> {
    let request = &head.request;
    let mut text = None;
    if request.experiment_text.is_none() {
        let path = &request.experiment;
        let refused = |why: &str| refused(act, run.path(), why);
        let near = CitedFiles::near_run(run.path(), files_below);
        let read = near.read(Path::new(path));
        let read = read.map_err(|it| refused(&format!("cannot read {path}: {it}")))?;
        // Before anything of it is told: it could be any file.
        let found = InputFile::new(path, &read);
        match head.inputs.iter().find(|it| it.path == *path) {
            Some(begun) if *begun == found => {}
            Some(begun) => return Err(refused(&begun.difference(&found))),
            None => return Err(refused(&format!("its journal does not know {path}"))),
        }
        text = Some(read);
    }
    Job::load(request.clone(), text, files_below)
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
