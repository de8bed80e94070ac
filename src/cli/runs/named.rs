//! The folder of a run that the user names, or the newest one, and its manifest.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, with_causes};
use crate::cli::files::read_text;
use crate::cli::message;
use crate::cli::runs::listing::{RUNS, listed_runs};
use crate::run::{JOURNAL, MANIFEST, Manifest};
use crate::tables::RunDirectory;

/// What stands for the newest run.
const LATEST: &str = "latest";

/// Opens the folder of a run; `latest` is the newest one under `runs`.
///
/// # Errors
///
/// If it is no folder.
pub fn open_run(named: &Path) -> Result<RunDirectory, Failure> {
    let path = run_path(named)?;
    RunDirectory::open_existing(&path).map_err(|it| {
        let description = with_causes(&it);
        Failure::WrongInput(format!(
            "{description}; name the folder of a run, or `{LATEST}`"
        ))
    })
}

/// The folder of a run: the one named or, for `latest`, the newest one under `runs`.
pub(crate) fn run_path(named: &Path) -> Result<PathBuf, Failure> {
    if named != Path::new(LATEST) || named.symlink_metadata().is_ok() {
        return Ok(named.to_owned());
    }
    let Some(newest) = newest_run() else {
        return Err(Failure::WrongInput(format!(
            "there is no run in {RUNS}/; name the folder of a run"
        )));
    };
    message(&format!("{LATEST}: {}", newest.display()));
    Ok(newest)
}

fn newest_run() -> Option<PathBuf> {
    let runs = listed_runs(Path::new(RUNS)).ok()?;
    let newest = runs.into_iter().find(|it| it.started.is_some());
    newest.map(|it| it.path)
}

/// Reads the manifest of a run.
///
/// # Errors
///
/// If the folder has none, or none that this program reads.
pub fn read_manifest(directory: &RunDirectory) -> Result<Manifest, Failure> {
    let path = directory.path().join(MANIFEST);
    let text = directory.open(MANIFEST).and_then(read_text).map_err(|error| {
        let hint = if error.kind() != io::ErrorKind::NotFound {
            ""
        } else if directory.has(JOURNAL) {
            "; continue an interrupted run with --resume, or combine shards with `demarche merge`"
        } else {
            "; name the folder of a finished run"
        };
        Failure::WrongInput(format!("cannot read {}: {error}{hint}", path.display()))
    })?;
    Manifest::from_json(&text)
        .map_err(|it| Failure::WrongInput(format!("{}: {it}", path.display())))
}
