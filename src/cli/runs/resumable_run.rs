//! An interrupted run that `--resume` names, opened; `run::resume` continues it.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::files::CitedFiles;
use crate::cli::interactive::ReadingProgress;
use crate::cli::print;
use crate::cli::runs::failures::reopen_failure;
use crate::cli::runs::named::{open_run, read_manifest, run_path};
use crate::run::{
    InterruptedRun, JournalError, Observer, RefusalReason, RefusedRun, ReopenError, ResumableRun,
    RunRequest, RunVerb, check_tables,
};

const ACT: &str = "resume";

/// Reopens a run of a verb, if its files and this program are those that it was started with;
/// `None` (with a message) if the run is complete.
pub(crate) fn resumable_run(
    verb: RunVerb,
    run: &Path,
    files_below: Option<&Path>,
    is_quiet: bool,
    observer: &mut dyn Observer,
) -> Result<Option<ResumableRun>, Failure> {
    let folder = run_path(run)?;
    let run = match InterruptedRun::open(&folder) {
        Err(JournalError::Complete) => {
            report_complete(&folder, is_quiet)?;
            return Ok(None);
        }
        Err(error) => {
            let reason = RefusalReason::Journal(error);
            let refused = RefusedRun { folder, reason };
            return Err(reopen_failure(ACT, ReopenError::Refused(refused), None));
        }
        Ok(it) => it,
    };
    let request = run.request().clone();
    let begun = request.verb;
    if begun != verb {
        return Err(Failure::WrongInput(format!(
            "cannot {ACT} {}: it is a {begun}; continue with `demarche {begun} --resume`",
            folder.display()
        )));
    }
    let files = JournaledFiles::of(&folder, &request, files_below);
    let run = run.load(&|it| files.read(it), observer);
    let run = run.map_err(|it| reopen_failure(ACT, it, Some(&request)))?;
    Ok(Some(run))
}

/// Tells that a run is complete, if its tables are still as it wrote them.
fn report_complete(run: &Path, is_quiet: bool) -> Result<(), Failure> {
    let directory = open_run(run)?;
    let manifest = read_manifest(&directory)?;
    let run = run.display();
    let mut progress = ReadingProgress::new(is_quiet);
    check_tables(&directory, &manifest.tables, &mut progress).map_err(|it| {
        let description = format!("{it}; {run} was complete and has no journal: run it again");
        Failure::CouldNotFinish(description)
    })?;
    print(&format!("{run} is already complete\n"))
}

/// The files that a run was begun with, read again.
///
/// It is the journal that names the experiment's file, and it may come from anywhere: the file must
/// lie near the run, near where the program was started, or where the user says. What that file
/// names in turn must lie near it.
pub(crate) struct JournaledFiles {
    experiment: PathBuf,
    near_run: CitedFiles,
    cited: CitedFiles,
}

impl JournaledFiles {
    pub(crate) fn of(folder: &Path, request: &RunRequest, files_below: Option<&Path>) -> Self {
        let experiment = PathBuf::from(&request.experiment);
        Self {
            near_run: CitedFiles::near_run(folder, files_below),
            cited: CitedFiles::of(&experiment, files_below),
            experiment,
        }
    }

    pub(crate) fn read(&self, path: &Path) -> io::Result<String> {
        if path == self.experiment {
            self.near_run.read(path)
        } else {
            self.cited.read(path)
        }
    }
}
