//! Why a run was not carried out, or not to its end.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use crate::experiment::{BatchError, Shard, ShardError};
use crate::run::execute::verification::DamagedTable;
use crate::run::journal::JournalError;
use crate::run::shards::{PlanError, ShardMarkError};
use crate::run::spec::SpecError;
use crate::run::writer::ShardCorruption;
use crate::tables::{RunDirectory, WriteError};

/// Why a run was not carried out, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There is something already where its folder was to be made; nothing is written.
    #[error("{} already exists, and runs are never overwritten", .0.display())]
    FolderExists(PathBuf),
    /// Its folder could not be made.
    #[error(transparent)]
    Folder(JournalError),
    /// Nobody answers for this party from outside; nothing is written.
    #[error("nobody answers for `{0}`, a party from outside")]
    NobodyAnswers(String),
    /// It could not go on.
    #[error(transparent)]
    Stopped(StoppedRun),
}

impl RunError {
    /// Why a folder was not made.
    pub(super) fn not_made(path: &Path, error: JournalError) -> Self {
        if matches!(&error, JournalError::Unreadable(it) if it.is_of_existing()) {
            return Self::FolderExists(path.to_owned());
        }
        Self::Folder(error)
    }

    /// What stopped a run in its folder.
    pub(super) fn stopped(directory: &RunDirectory, cause: impl Into<StopCause>) -> Self {
        Self::Stopped(StoppedRun::new(directory, cause))
    }
}

/// A run that could not go on. What its folder holds is enough to resume it, unless it is a study.
#[derive(Debug, thiserror::Error)]
#[error("the run in {} failed", .folder.display())]
pub struct StoppedRun {
    /// Where its folder was.
    pub folder: PathBuf,
    /// Whether it is still there.
    pub place: FolderPlace,
    /// How many sessions are complete, if it was running some.
    pub n_sessions: Option<u64>,
    /// What stopped it.
    #[source]
    pub cause: StopCause,
}

impl StoppedRun {
    pub(super) fn new(directory: &RunDirectory, cause: impl Into<StopCause>) -> Self {
        Self {
            folder: directory.path().to_owned(),
            place: FolderPlace::of(directory),
            n_sessions: None,
            cause: cause.into(),
        }
    }
}

/// What is where the folder of a run was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FolderPlace {
    /// The folder itself.
    There,
    /// Something else.
    Replaced,
    /// Nothing.
    Gone,
}

impl FolderPlace {
    fn of(directory: &RunDirectory) -> Self {
        if directory.is_in_place() {
            Self::There
        } else if directory.path().symlink_metadata().is_ok() {
            Self::Replaced
        } else {
            Self::Gone
        }
    }
}

/// What stopped a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StopCause {
    /// Something could not be written, or not be read again.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Sessions could not be run.
    #[error(transparent)]
    Batch(#[from] BatchError<WriteError>),
    /// The sessions of a search could not be run.
    #[error(transparent)]
    Search(#[from] BatchError<Infallible>),
    /// A table is not on the disk as it was written.
    #[error(transparent)]
    Table(#[from] DamagedTable),
    /// A shard is not what it was a moment ago.
    #[error(transparent)]
    Shard(#[from] ShardCorruption),
}

/// Why a shard of a plan was not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlannedShardError {
    /// Its plan cannot be run.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// What was begun of it cannot be taken up.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
    /// It was not carried out, or not to its end.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Why the shards of a plan cannot be merged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlannedMergeError {
    /// The plan cannot be run by this program.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Not all shards are there and whole.
    #[error(transparent)]
    Reopen(#[from] ReopenError),
}

/// Why a run, or shards, cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReopenError {
    /// It is not one to do that with.
    #[error(transparent)]
    Refused(RefusedRun),
    /// Its files cannot be run any more.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// Some shards are missing, not whole, or none of the run.
    #[error("not all shards can be merged")]
    Shards {
        /// Those that are not there; `None` if all are.
        missing: Option<MissingShards>,
        /// Those that are there and cannot be merged.
        refused: Vec<RefusedRun>,
    },
}

/// Shards of a run that are not there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingShards {
    /// How many there are to be; of a run that a rule stops, at most.
    pub of: usize,
    /// How many are there.
    pub n_there: usize,
    /// How many of those that are needed are missing.
    pub n_missing: usize,
    /// The first ones that are missing, such as `3/64`.
    pub first: Vec<String>,
}

/// Missing shards that are named one by one.
const NAMED_MAX: usize = 5;

impl MissingShards {
    /// Tells of shards that are not there; `None` if there are no such shards.
    pub(super) fn of(of: u32, n_there: usize, missing: &[Shard]) -> Option<Self> {
        let first = missing.iter().take(NAMED_MAX).map(ToString::to_string);
        (!missing.is_empty()).then(|| Self {
            of: of as usize,
            n_there,
            n_missing: missing.len(),
            first: first.collect(),
        })
    }
}

impl ReopenError {
    pub(super) fn refused(folder: &Path, reason: RefusalReason) -> Self {
        Self::Refused(RefusedRun {
            folder: folder.to_owned(),
            reason,
        })
    }
}

/// A folder whose run cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[error("the run in {} cannot be resumed", .folder.display())]
pub struct RefusedRun {
    /// Which folder.
    pub folder: PathBuf,
    /// Why not.
    #[source]
    pub reason: RefusalReason,
}

/// Why a folder's run cannot be taken up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefusalReason {
    /// The folder cannot be found.
    #[error("{0}")]
    NotFound(io::Error),
    /// Its journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The experiment's file cannot be read.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why not.
        error: io::Error,
    },
    /// The experiment's file is none of those that the run was made from.
    #[error("its journal does not list {0}")]
    UnknownFile(String),
    /// Its files, or what is asked of them, are other ones now.
    #[error("{0}")]
    Difference(String),
    /// The folder is named more than once.
    #[error("it is named twice")]
    NamedTwice,
    /// It is no shard.
    #[error("it is not a shard but an interrupted run")]
    NoShard,
    /// There is no such shard.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// It is a shard of another run.
    #[error("it belongs to a different run than {}: {difference}", .than.display())]
    OtherRun {
        /// Than the shard in this folder.
        than: PathBuf,
        /// How they differ.
        difference: String,
    },
    /// It is one of another number of shards.
    #[error("it is shard {shard}, and {} is shard {other}", .than.display())]
    OtherNumber {
        /// Which shard it is.
        shard: Shard,
        /// The folder of another shard.
        than: PathBuf,
        /// Which shard that one is.
        other: Shard,
    },
    /// It is the same shard as another.
    #[error("it is shard {shard}, and so is {}", .than.display())]
    SameShard {
        /// Which shard.
        shard: Shard,
        /// The folder of the other.
        than: PathBuf,
    },
    /// It has no mark of a complete shard.
    #[error("it is not complete; run the shard again")]
    Unmarked,
    /// Its mark is not that of this shard.
    #[error(transparent)]
    Mark(#[from] ShardMarkError),
    /// Not all of it is there.
    #[error(transparent)]
    Corruption(#[from] ShardCorruption),
    /// What shards hold cannot be true together.
    #[error("the shards in it contradict each other; remove their folders, and run them again")]
    Contradiction,
}
