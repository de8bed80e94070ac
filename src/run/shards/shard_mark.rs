//! The mark of a complete shard: the last file that is written to its folder.

use std::io::{self, Read as _};

use serde::{Deserialize, Serialize};

use crate::experiment::Shard;
use crate::tables::{RunDirectory, WriteError};

/// The name of the mark in the folder of a shard.
pub const SHARD_MARK: &str = "shard.json";

/// The version of the mark's format.
const SCHEMA: u32 = 1;

/// Bytes of a mark that is read, at most.
const BYTES_MAX: u64 = 1 << 12;

/// What is known of a complete shard without reading its sessions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct ShardMark {
    /// Version of this format.
    schema: u32,
    /// Which one, such as `3/64`.
    shard: String,
    /// The SHA-256 of all that the run is made from; the same for all shards of a run.
    run: String,
}

/// Why the mark of a shard says nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardMarkError {
    /// It cannot be read.
    #[error("cannot read its {SHARD_MARK}: {0}")]
    Unreadable(io::Error),
    /// It is not as it was written.
    #[error("its {SHARD_MARK} is damaged")]
    Damaged,
    /// It is that of another shard or another run.
    #[error("it is a shard of a different run, or a different shard of this one")]
    Foreign,
}

impl ShardMark {
    /// That of a shard of a run with this digest.
    pub(crate) fn new(shard: Shard, run: &str) -> Self {
        Self {
            schema: SCHEMA,
            shard: shard.to_string(),
            run: run.to_owned(),
        }
    }

    /// Writes it to the folder of the shard, all of which is on the disk.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn write(&self, directory: &RunDirectory) -> Result<(), WriteError> {
        let json = serde_json::to_vec_pretty(self).expect("a mark has a form in JSON");
        directory.write(SHARD_MARK, &json)
    }

    /// Whether the folder of a shard has this mark; `false` if it has none.
    ///
    /// # Errors
    ///
    /// If it has another one.
    pub(crate) fn is_in(&self, directory: &RunDirectory) -> Result<bool, ShardMarkError> {
        let file = match directory.open(SHARD_MARK) {
            Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(false),
            it => it.map_err(ShardMarkError::Unreadable)?,
        };
        let mut bytes = Vec::new();
        let read = file.take(BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(ShardMarkError::Unreadable)?;
        let found: Self = serde_json::from_slice(&bytes).map_err(|_| ShardMarkError::Damaged)?;
        if found == *self {
            Ok(true)
        } else {
            Err(ShardMarkError::Foreign)
        }
    }
}
