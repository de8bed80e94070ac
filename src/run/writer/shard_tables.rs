//! The tables of a shard read back, chunk by chunk, to become those of the whole run.

use std::path::PathBuf;

use crate::experiment::{Pairing, Plan, SessionPlan, Waves};
use crate::run::journal::{
    Corruption, Journal, JournalError, RecordedChunks, damaged_tallies, read_tallies,
};
use crate::run::writer::exact_counts::ExactCounts;
use crate::run::writer::run_tables::{RunTables, session_places};
use crate::run::writer::table_worker::{ChunkOutput, TableOptions};
use crate::tables::{RowTables, RunDirectory, TableCopies, WriteError};

/// Why a folder does not hold the whole of a shard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardCorruption {
    /// It was stopped.
    #[error("it has {n_chunks} of its {n_planned} chunks of sessions")]
    Unfinished {
        /// How many chunks are there.
        n_chunks: u64,
        /// How many there are to be.
        n_planned: u64,
    },
    /// A file is not as it was written.
    #[error("{} is damaged or truncated after chunk {n_chunks} of {n_planned}", .path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// How many chunks are whole.
        n_chunks: u64,
        /// How many there are to be.
        n_planned: u64,
    },
    /// Its sessions are not those that its journal says it is of.
    #[error("chunk {number} does not belong to the sessions of this shard")]
    Foreign {
        /// Which chunk, from 1.
        number: u64,
    },
    /// Its journal can no longer be taken up.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It cannot be read, or what is read cannot be taken.
    #[error(transparent)]
    Unreadable(#[from] WriteError),
}

/// Reads a shard's part of a plan, and adds it to the tables of the whole run, if there are any; with a
/// rule that stops the run, only the chunks that count.
///
/// # Errors
///
/// If a chunk is missing, or there is one too many, or one is not as it was written; and the
/// first error of writing.
pub(crate) fn read_shard(
    directory: &RunDirectory,
    journal: &Journal,
    (part, pairing): (&Plan, Pairing),
    extras: TableOptions,
    mut whole: Option<&mut RunTables>,
    mut waves: Option<&mut Waves<'_>>,
) -> Result<(), ShardCorruption> {
    if extras.rows == RowTables::Neither {
        return read_counted_shard(directory, journal, (part, pairing), whole);
    }
    let places = session_places(directory, part.cells(), TableCopies::NONE, extras);
    let places = places.into_iter().map(|(_, place)| place);
    let mut chunks = RecordedChunks::open(journal.records()?, places.collect())?;
    let n_planned = part.n_chunks();
    for idx in 0..n_planned {
        let (cell, replications) = SessionPlan::chunk(part, idx);
        let counts = waves
            .as_ref()
            .is_none_or(|it| it.takes(cell, &replications));
        let mut whole = whole.as_deref_mut().filter(|_| counts);
        let record = chunks.next(&mut |table, bytes| match &mut whole {
            Some(it) => it.copy(table, bytes),
            None => Ok(()),
        })?;
        let Some(record) = record else {
            return Err(corruption(&chunks, journal, n_planned));
        };
        let chunk = ChunkOutput::recorded(&record, part, idx);
        let chunk = chunk.ok_or(ShardCorruption::Foreign { number: idx + 1 })?;
        if let Some(it) = waves.as_deref_mut().filter(|_| counts) {
            it.add(cell, &chunk.product.tally);
        }
        if let Some(it) = whole {
            it.push_recorded(&record, chunk)?;
        }
    }
    if chunks.next(&mut |_, _| Ok(()))?.is_some() {
        return Err(ShardCorruption::Foreign {
            number: n_planned + 1,
        });
    }
    Ok(())
}

/// Reads what a shard counted that keeps nothing of single sessions.
fn read_counted_shard(
    directory: &RunDirectory,
    journal: &Journal,
    (part, pairing): (&Plan, Pairing),
    whole: Option<&mut RunTables>,
) -> Result<(), ShardCorruption> {
    let n_planned = part.n_chunks();
    let numbers = read_tallies(directory, &journal.digest()?)?;
    let n_chunks = numbers.as_ref().and_then(|it| it.first());
    let n_chunks = n_chunks.and_then(|it| u64::try_from(*it).ok()).unwrap_or(0);
    if n_chunks < n_planned {
        return Err(ShardCorruption::Unfinished {
            n_chunks,
            n_planned,
        });
    }
    let numbers = numbers.unwrap_or_default();
    let taken = match whole {
        Some(it) => it.push_counted(part, &numbers),
        None => ExactCounts::check(part, pairing, &numbers),
    };
    taken.ok_or_else(|| damaged_tallies(directory).into())
}

/// Why there is no further chunk.
fn corruption(chunks: &RecordedChunks, journal: &Journal, n_planned: u64) -> ShardCorruption {
    let n_chunks = chunks.n_chunks();
    match chunks.corruption() {
        None => ShardCorruption::Unfinished {
            n_chunks,
            n_planned,
        },
        Some(corruption) => ShardCorruption::Damaged {
            path: match corruption {
                Corruption::Record => journal.path().to_owned(),
                Corruption::Rows(path) => path.clone(),
            },
            n_chunks,
            n_planned,
        },
    }
}
