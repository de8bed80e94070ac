//! Where the folder of a run is made: a new one, exclusively.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::runs::listing::{RUNS, STAMP};
use crate::run::RunError;
use crate::tables::RunDirectory;

/// Names that are tried one after the other for runs of one experiment that begin within a second.
const NAMES_MAX: u32 = 10_000;

/// Runs something in a new folder: in the one asked for, or in one named after the time and the
/// experiment.
///
/// Whether it is there is seen as it is made, so of several processes one has it.
pub(crate) fn in_new_folder<T>(
    asked: Option<&Path>,
    name: &str,
    mut run: impl FnMut(&Path) -> Result<T, RunError>,
) -> Result<T, RunError> {
    if let Some(path) = asked {
        return run(path);
    }
    let stamp = jiff::Zoned::now().strftime(STAMP).to_string();
    let base = PathBuf::from(RUNS).join(format!("{stamp}_{name}"));
    let further = (2..NAMES_MAX).map(|it| base.with_file_name(format!("{stamp}_{name}_{it}")));
    for path in std::iter::once(base.clone()).chain(further) {
        match run(&path) {
            Err(RunError::FolderExists(_)) => {}
            ran => return ran,
        }
    }
    Err(RunError::FolderExists(base))
}

/// Tells of a folder to write that is there already.
pub(crate) fn exists(path: &Path) -> Failure {
    Failure::WrongInput(format!(
        "{} already exists, and runs are never overwritten; name another folder with --out",
        path.display()
    ))
}

/// Refuses a folder to write that is there already, before any work is done for it.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

/// Makes the folder that was asked for.
///
/// # Errors
///
/// If it exists, or cannot be made.
pub fn create_new(path: &Path) -> Result<RunDirectory, Failure> {
    RunDirectory::create(path).map_err(|it| {
        if it.is_of_existing() {
            exists(path)
        } else {
            Failure::could_not_finish(&it)
        }
    })
}
