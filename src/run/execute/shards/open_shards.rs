//! The folders of all shards of a run: whether they are all there, and of one run.

use std::path::{Path, PathBuf};

use demarche_core::strategy::Strategies;

use crate::config::ReadFile;
use crate::experiment::{Shard, Waves};
use crate::run::execute::error::{MissingShards, RefusalReason, RefusedRun, ReopenError};
use crate::run::execute::resume::load_again;
use crate::run::journal::{Journal, JournalHead};
use crate::run::observer::Observer;
use crate::run::shards::ShardMarkError;
use crate::run::spec::{RunRequest, RunSpec};
use crate::run::writer::{RunTables, ShardCorruption, read_shard};

/// The folders of all shards of a run.
#[derive(Debug)]
pub struct OpenShards {
    /// In their order.
    shards: Vec<OpenShard>,
    /// What the journal of the whole run begins with.
    head: JournalHead,
}

/// All shards of a run, each of them whole.
#[derive(Debug)]
pub struct MergeableRun {
    pub(super) shards: Vec<OpenShard>,
    pub(super) head: JournalHead,
    pub(super) spec: RunSpec,
}

/// A shard's folder, which is opened anew whenever it is read: there may be more shards than a process
/// may have open files.
#[derive(Debug)]
pub(super) struct OpenShard {
    shard: Shard,
    head: JournalHead,
    folder: PathBuf,
}

impl OpenShards {
    /// Opens the folders of all shards of a run, in any order.
    ///
    /// # Errors
    ///
    /// If one is named twice, is no shard or one of another run, and if some are missing.
    pub fn open(folders: &[PathBuf]) -> Result<Self, ReopenError> {
        refuse_twice(folders)?;
        let opened = folders.iter().map(|it| OpenShard::open(it));
        let mut shards = opened.collect::<Result<Vec<_>, _>>()?;
        shards.sort_by_key(|it| it.shard);
        let head = common_head(&shards)?;
        refuse_gaps(&shards)?;
        Ok(Self { shards, head })
    }

    /// What was asked for, of the whole run.
    pub fn request(&self) -> &RunRequest {
        &self.head.request
    }

    /// The folder of the first shard.
    pub fn first_folder(&self) -> &Path {
        &self.shards[0].folder
    }

    /// The same with the strategies that its files can name, if they name others than those built in.
    #[must_use]
    pub fn naming(mut self, strategies: Strategies) -> Self {
        self.head.request.strategies = strategies;
        self
    }

    /// Reads the files again that the shards were made from, and all that the shards hold.
    ///
    /// # Errors
    ///
    /// If the files, or this program, are not those that the shards were made with, and if shards are
    /// not whole.
    pub fn load(
        self,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<MergeableRun, ReopenError> {
        let spec = load_again(self.first_folder(), &self.head, read_file, observer)?;
        let read = self
            .shards
            .iter()
            .map(|it| (it, it.read(&spec, None, None)));
        let corrupt = read.filter_map(|(shard, read)| {
            Some(RefusedRun {
                folder: shard.folder.clone(),
                reason: RefusalReason::Corruption(read.err()?),
            })
        });
        let corrupt: Vec<RefusedRun> = corrupt.collect();
        if !corrupt.is_empty() {
            return Err(ReopenError::Shards {
                missing: None,
                refused: corrupt,
            });
        }
        Ok(MergeableRun {
            shards: self.shards,
            head: self.head,
            spec,
        })
    }
}

impl MergeableRun {
    /// What the shards are parts of.
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }
}

impl OpenShard {
    fn open(folder: &Path) -> Result<Self, ReopenError> {
        let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
        let opened = Journal::reopen(folder);
        let (_, _, head) = opened.map_err(|it| refused(it.into()))?;
        let Some(shard) = head.request.shard.as_deref() else {
            return Err(refused(RefusalReason::NoShard));
        };
        let shard = shard.parse();
        Ok(Self {
            shard: shard.map_err(|it| refused(RefusalReason::Shard(it)))?,
            head,
            folder: folder.to_owned(),
        })
    }

    /// Opens the folder of a shard of a plan, with what the journal of the whole run begins with.
    pub(super) fn of_plan(
        folder: &Path,
        shard: Shard,
        whole: &JournalHead,
    ) -> Result<Self, RefusalReason> {
        let (_, _, head) = Journal::reopen(folder)?;
        let is_this = head.request.shard == Some(shard.to_string());
        if !is_this || head.of_whole().difference(whole).is_some() {
            return Err(ShardMarkError::Foreign.into());
        }
        Ok(Self {
            shard,
            head,
            folder: folder.to_owned(),
        })
    }

    fn refused(&self, reason: RefusalReason) -> ReopenError {
        ReopenError::refused(&self.folder, reason)
    }

    /// Reads all that it holds, and adds it to the tables of the whole run, if there are any; with a
    /// rule that stops the run, only what counts.
    pub(super) fn read(
        &self,
        spec: &RunSpec,
        whole: Option<&mut RunTables>,
        waves: Option<&mut Waves<'_>>,
    ) -> Result<(), ShardCorruption> {
        let (directory, journal, head) = Journal::reopen(&self.folder)?;
        if head.difference(&self.head).is_some() {
            return Err(ShardCorruption::Foreign { number: 1 });
        }
        read_shard(
            &directory,
            &journal,
            (&self.shard.part(spec.plan(), spec.cut()), spec.pairing()),
            spec.table_options(),
            whole,
            waves,
        )
    }
}

/// Tells of a folder that is named more than once.
fn refuse_twice(folders: &[PathBuf]) -> Result<(), ReopenError> {
    let mut real: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
        let path = folder.canonicalize();
        let path = path.map_err(|it| refused(RefusalReason::NotFound(it)))?;
        if real.contains(&path) {
            return Err(refused(RefusalReason::NamedTwice));
        }
        real.push(path);
    }
    Ok(())
}

/// What the journal of the whole run begins with, if the shards are of one run and none is twice.
fn common_head(shards: &[OpenShard]) -> Result<JournalHead, ReopenError> {
    let head = shards[0].head.of_whole();
    for pair in shards.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        let than = one.folder.clone();
        let reason = if let Some(difference) = head.difference(&other.head.of_whole()) {
            RefusalReason::OtherRun {
                than: shards[0].folder.clone(),
                difference,
            }
        } else if one.shard.of() != other.shard.of() {
            RefusalReason::OtherNumber {
                shard: other.shard,
                than,
                other: one.shard,
            }
        } else if one.shard == other.shard {
            RefusalReason::SameShard {
                shard: other.shard,
                than,
            }
        } else {
            continue;
        };
        return Err(other.refused(reason));
    }
    Ok(head)
}

/// Tells of shards of a run that are not there.
fn refuse_gaps(shards: &[OpenShard]) -> Result<(), ReopenError> {
    let of = shards[0].shard.of();
    let is_there = |it: &Shard| shards.iter().any(|shard| shard.shard == *it);
    let all = (1..=of).map(|it| Shard::new(it, of));
    let missing: Vec<Shard> = all.filter(|it| !is_there(it)).collect();
    match MissingShards::of(of, shards.len(), &missing) {
        None => Ok(()),
        missing => Err(ReopenError::Shards {
            missing,
            refused: Vec::new(),
        }),
    }
}
