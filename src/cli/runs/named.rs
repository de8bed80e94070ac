//! The folder of a run that the user names, or the newest one, and its manifest.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::files::read_text;
use crate::cli::message;
use crate::run::{JOURNAL, MANIFEST, MANIFEST_BYTES_MAX, Manifest};
use crate::tables::RunDirectory;

/// What stands for the newest run.
const LATEST: &str = "latest";

/// Where runs are that nobody named a folder for.
const RUNS: &str = "runs";

/// How the names of such runs begin: with the time.
pub(crate) const STAMP: &str = "%Y-%m-%dT%H-%M-%S";

/// How long that is.
const STAMP_CHARS: usize = 19;

/// Opens the folder of a run.
pub(crate) fn open_run(named: &Path) -> Result<RunDirectory, Failure> {
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
    let entries = fs::read_dir(RUNS).ok()?;
    let paths = entries.filter_map(|it| Some(it.ok()?.path()));
    let runs = paths.filter_map(|it| Some((started(&it)?, it)));
    runs.max().map(|it| it.1)
}

/// When a run began: from its manifest, or its name. Of one that was stopped and has neither, when
/// its journal was last written to.
fn started(path: &Path) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Started {
        timing: Timing,
    }
    #[derive(Deserialize)]
    struct Timing {
        started: String,
    }
    let name = path.file_name()?.to_str()?;
    // Hidden ones are being made.
    if name.starts_with('.') {
        return None;
    }
    let run = RunDirectory::open_existing(path).ok()?;
    if let Ok(manifest) = run.open(MANIFEST) {
        let mut text = String::new();
        let mut manifest = manifest.take(MANIFEST_BYTES_MAX);
        manifest.read_to_string(&mut text).ok()?;
        let manifest: Started = serde_json::from_str(&text).ok()?;
        return manifest.timing.started.parse().ok();
    }
    let journal = run.open(JOURNAL).ok()?;
    let stamp = name.get(..STAMP_CHARS);
    let of_name = stamp.and_then(|it| DateTime::strptime(STAMP, it).ok());
    match of_name.and_then(|it| it.to_zoned(TimeZone::system()).ok()) {
        Some(it) => Some(it.timestamp()),
        None => journal.metadata().ok()?.modified().ok()?.try_into().ok(),
    }
}

/// Reads the manifest of a run.
pub(crate) fn read_manifest(directory: &RunDirectory) -> Result<Manifest, Failure> {
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
