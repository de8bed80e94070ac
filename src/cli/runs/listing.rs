//! The runs of a folder, the newest first, as far as manifests and the heads of journals say.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::run::{
    InterruptedRun, JOURNAL, JournalError, MANIFEST, MANIFEST_BYTES_MAX, RunOverview, RunRequest,
};
use crate::tables::RunDirectory;

/// Where runs are that nobody named a folder for.
pub(crate) const RUNS: &str = "runs";

/// How the names of such runs begin: with the time.
pub(crate) const STAMP: &str = "%Y-%m-%dT%H-%M-%S";

/// How long that is.
const STAMP_CHARS: usize = 19;

/// A folder that is a run, or was to be one.
#[derive(Debug)]
pub(crate) struct ListedRun {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name in the folder above it.
    pub(crate) name: String,
    /// When it began, as far as that is known.
    pub(crate) started: Option<Timestamp>,
    /// What its manifest says; `None` if it has none yet, or why it cannot be read.
    pub(crate) overview: Result<Option<RunOverview>, String>,
}

/// How far a run is.
#[derive(Debug)]
pub(crate) enum RunState {
    /// All of it was run.
    Complete,
    /// It can be resumed, or what is there is all that is left of it; with what was asked for, if its
    /// journal says so.
    Interrupted(Option<Box<RunRequest>>),
    /// A process is running it.
    UnderWay,
    /// It has neither a manifest nor a journal: a study writes its tables at the end.
    WithoutManifest,
    /// It cannot be read.
    Damaged(String),
}

/// The runs of a folder, the newest first; those that nobody knows the age of come last.
pub(crate) fn listed_runs(folder: &Path) -> io::Result<Vec<ListedRun>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(folder)? {
        runs.extend(ListedRun::of(entry?.path()));
    }
    runs.sort_by(|one, other| {
        let key = |it: &ListedRun| (it.started, it.name.clone());
        key(other).cmp(&key(one))
    });
    Ok(runs)
}

impl ListedRun {
    /// `None` if it is no folder of a run.
    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_owned();
        // Hidden ones are being made.
        if name.starts_with('.') {
            return None;
        }
        let run = RunDirectory::open_existing(&path).ok()?;
        let overview = match run.open(MANIFEST) {
            Ok(it) => {
                let mut text = String::new();
                let read = it.take(MANIFEST_BYTES_MAX).read_to_string(&mut text);
                let read = read.map_err(|it| format!("its manifest cannot be read: {it}"));
                read.and_then(|_| RunOverview::from_json(&text).map_err(|it| it.to_string()))
                    .map(Some)
            }
            Err(it) if it.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(it) => Err(format!("its manifest cannot be read: {it}")),
        };
        let of_name = started_by_name(&name);
        let is_run = matches!(overview, Ok(None)) && !run.has(JOURNAL) && of_name.is_none();
        if is_run {
            return None;
        }
        let of_manifest = overview.as_ref().ok().and_then(Option::as_ref);
        let of_manifest = of_manifest.and_then(|it| it.timing.started.parse().ok());
        let started = of_manifest.or(of_name).or_else(|| {
            let journal = run.open(JOURNAL).ok()?;
            journal.metadata().ok()?.modified().ok()?.try_into().ok()
        });
        Some(Self {
            path,
            name,
            started,
            overview,
        })
    }

    /// How far it is.
    pub(crate) fn state(&self) -> RunState {
        let overview = match &self.overview {
            Ok(it) => it.as_ref(),
            Err(why) => return RunState::Damaged(why.clone()),
        };
        match InterruptedRun::open(&self.path) {
            Ok(it) => RunState::Interrupted(Some(Box::new(it.request().clone()))),
            Err(JournalError::InUse) => RunState::UnderWay,
            Err(JournalError::Complete) => RunState::Complete,
            Err(JournalError::Missing) => match overview {
                Some(it) if it.complete => RunState::Complete,
                Some(_) => RunState::Interrupted(None),
                None => RunState::WithoutManifest,
            },
            // It can be resumed, if not by this program.
            Err(JournalError::OfStudy | JournalError::Version { .. }) => {
                RunState::Interrupted(None)
            }
            Err(it) => RunState::Damaged(it.to_string()),
        }
    }
}

/// When a run began whose name says so.
fn started_by_name(name: &str) -> Option<Timestamp> {
    let stamp = DateTime::strptime(STAMP, name.get(..STAMP_CHARS)?).ok()?;
    let zoned = stamp.to_zoned(TimeZone::system()).ok()?;
    Some(zoned.timestamp())
}
