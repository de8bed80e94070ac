//! The exact counts of a run under way that keeps nothing of its single sessions.
//!
//! One file, which is replaced from time to time; whatever stops the run, the counts of its first chunks
//! are there, and the rest is run again.

use std::io::{self, BufReader, Read as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::tables::{RunDirectory, WriteError};

/// The name of the file in the folder of a run.
pub(crate) const TALLIES: &str = "tallies.json";

/// The version of its format.
const SCHEMA: u32 = 1;

/// Bytes of such a file that is read, at most.
const BYTES_MAX: u64 = 4 << 30;

#[derive(Serialize, Deserialize)]
struct TalliesFile {
    schema: u32,
    /// The SHA-256 of all that the run is made from, its shard included.
    run: String,
    /// The SHA-256 of the numbers, as JSON without spaces.
    sha256: String,
    numbers: Vec<i128>,
}

fn digest(numbers: &[i128]) -> String {
    let json = serde_json::to_vec(numbers).expect("numbers have a form in JSON");
    format!("{:x}", Sha256::digest(json))
}

/// Replaces the counts of a run.
///
/// # Errors
///
/// If they cannot be written; then those before are there still.
pub(crate) fn write_tallies(
    directory: &RunDirectory,
    run: &str,
    numbers: Vec<i128>,
) -> Result<(), WriteError> {
    let file = TalliesFile {
        schema: SCHEMA,
        run: run.to_owned(),
        sha256: digest(&numbers),
        numbers,
    };
    let json = serde_json::to_vec(&file).expect("numbers have a form in JSON");
    directory.write(TALLIES, &json)
}

/// The counts of a run; `None` if there are none yet.
///
/// # Errors
///
/// If they cannot be read, are damaged, or are those of another run.
pub(crate) fn read_tallies(
    directory: &RunDirectory,
    run: &str,
) -> Result<Option<Vec<i128>>, WriteError> {
    let file = match directory.open(TALLIES) {
        Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
        it => it.map_err(unreadable(directory))?,
    };
    let read = serde_json::from_reader(BufReader::new(file.take(BYTES_MAX)));
    let Ok(TalliesFile {
        schema: SCHEMA,
        run: of,
        sha256,
        numbers,
    }) = read
    else {
        return Err(damaged_tallies(directory));
    };
    if of == run && sha256 == digest(&numbers) {
        Ok(Some(numbers))
    } else {
        Err(damaged_tallies(directory))
    }
}

/// What is wrong if counts are not those of the run, or not as they were written.
pub(crate) fn damaged_tallies(directory: &RunDirectory) -> WriteError {
    let text = "it is damaged or belongs to a different run";
    unreadable(directory)(io::Error::new(io::ErrorKind::InvalidData, text))
}

fn unreadable(directory: &RunDirectory) -> impl FnOnce(io::Error) -> WriteError {
    WriteError::at("read", &directory.path().join(TALLIES))
}
