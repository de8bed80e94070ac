//! A table of a finished run, opened to be read.

use std::io::{BufRead, BufReader, Cursor, Read as _};

use crate::run::record::manifest::Manifest;
use crate::tables::{RunDirectory, TableDifference};

/// Bytes of a table up to which all of it is read, whatever is wanted of it, to see that it is as the
/// run wrote it: a moment's work.
const SHORT_BYTES_MAX: u64 = 64 << 20;

/// Opens a table of a run; `None` if the run does not have it.
///
/// A short one is known to be as the run wrote it, a long one to be as long, and the rest at its end.
///
/// # Errors
///
/// If it is missing, is not as the run wrote it as far as that is known, or cannot be read.
pub fn open_table(
    run: &RunDirectory,
    manifest: &Manifest,
    name: &str,
) -> Result<Option<Box<dyn BufRead>>, TableDifference> {
    let Some(mut table) = run.open_table(name, &manifest.tables)? else {
        return Ok(None);
    };
    if table.n_bytes().is_none_or(|it| it > SHORT_BYTES_MAX) {
        return Ok(Some(Box::new(BufReader::new(table))));
    }
    let mut bytes = Vec::new();
    table.read_to_end(&mut bytes)?;
    Ok(Some(Box::new(Cursor::new(bytes))))
}
