//! Where the folder of a run is made: a new one, in nobody's place.

use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::output::RunDirectory;

/// Where a run's folder is to be: the one asked for, or one named after the time and the experiment.
pub(super) fn new_path(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        refuse_existing(path)?;
        return Ok(path.to_owned());
    }
    let stamp = started.strftime("%Y-%m-%dT%H-%M-%S");
    let base = PathBuf::from("runs").join(format!("{stamp}_{name}"));
    // Two runs may begin within a second.
    let further = (2..100).map(|it| base.with_file_name(format!("{stamp}_{name}_{it}")));
    let mut paths = std::iter::once(base.clone()).chain(further);
    let free = paths.find(|it| it.symlink_metadata().is_err());
    Ok(free.unwrap_or(base))
}

fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::WrongInput(format!(
            "{} exists already, and runs are never overwritten; name another folder with --out",
            path.display()
        )));
    }
    Ok(())
}

/// Makes the folder that was asked for.
pub(super) fn create_new(path: &Path) -> Result<RunDirectory, Failure> {
    refuse_existing(path)?;
    RunDirectory::create(path).map_err(|it| Failure::could_not_finish(&it))
}

/// Makes the run's folder: the one asked for, or one named after the time and the experiment.
pub(super) fn create_directory(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<RunDirectory, Failure> {
    let path = new_path(asked, name, started)?;
    RunDirectory::create(&path).map_err(|it| Failure::could_not_finish(&it))
}
