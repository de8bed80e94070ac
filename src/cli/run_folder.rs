//! Where the folder of a run is made: a new one, in nobody's place.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::named_run::STAMP;
use crate::run::{Journal, JournalError, JournalHead};
use crate::tables::{RunDirectory, WriteError};

/// Names that are tried one after the other for runs of one experiment that begin within a second.
const NAMES_MAX: u32 = 10_000;

/// Why a folder was not made.
trait NotMade {
    /// Whether there is something already in its place.
    fn is_taken(&self) -> bool;
    fn failure(&self) -> Failure;
}

impl NotMade for WriteError {
    fn is_taken(&self) -> bool {
        self.is_of_existing()
    }

    fn failure(&self) -> Failure {
        Failure::could_not_finish(self)
    }
}

impl NotMade for JournalError {
    fn is_taken(&self) -> bool {
        matches!(self, Self::Unreadable(it) if it.is_of_existing())
    }

    fn failure(&self) -> Failure {
        Failure::could_not_finish(self)
    }
}

/// Makes a run's folder: the one asked for, or one named after the time and the experiment.
///
/// Whether it is there is seen as it is made, so of several processes one has it.
fn make<T, E: NotMade>(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
    make: impl Fn(&Path) -> Result<T, E>,
) -> Result<T, Failure> {
    if let Some(path) = asked {
        return make(path).map_err(|it| not_made(path, &it));
    }
    let stamp = started.strftime(STAMP);
    let base = PathBuf::from("runs").join(format!("{stamp}_{name}"));
    let further = (2..NAMES_MAX).map(|it| base.with_file_name(format!("{stamp}_{name}_{it}")));
    for path in std::iter::once(base.clone()).chain(further) {
        match make(&path) {
            Err(it) if it.is_taken() => {}
            made => return made.map_err(|it| it.failure()),
        }
    }
    Err(exists(&base))
}

fn not_made<E: NotMade>(path: &Path, error: &E) -> Failure {
    if error.is_taken() {
        exists(path)
    } else {
        error.failure()
    }
}

fn exists(path: &Path) -> Failure {
    Failure::WrongInput(format!(
        "{} exists already, and runs are never overwritten; name another folder with --out",
        path.display()
    ))
}

/// Refuses a folder to write that is there already, before any work is done for it.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

/// Makes the folder that was asked for.
pub(super) fn create_new(path: &Path) -> Result<RunDirectory, Failure> {
    RunDirectory::create(path).map_err(|it| not_made(path, &it))
}

/// Makes the folder of a run without a journal.
pub(super) fn create_directory(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<RunDirectory, Failure> {
    make(asked, name, started, RunDirectory::create)
}

/// Makes the folder of a run with its journal.
pub(super) fn create_with_journal(
    asked: Option<&Path>,
    name: &str,
    head: &JournalHead,
) -> Result<(RunDirectory, Journal), Failure> {
    make(asked, name, &jiff::Zoned::now(), |path| {
        Journal::create(path, head)
    })
}
