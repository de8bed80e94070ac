//! Whether the tables of a run are on the disk as the run wrote them.

use std::io::Read as _;
use std::path::PathBuf;

use crate::run::observer::Observer;
use crate::tables::{RunDirectory, TableDifference, TableRecord};

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 18;

/// A table that is not as it was written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {difference}", .path.display())]
pub struct DamagedTable {
    /// Where it is, or should be.
    pub path: PathBuf,
    /// How it differs.
    pub difference: TableDifference,
}

/// All tables of a run that are not as they were written.
pub fn damaged_tables(
    directory: &RunDirectory,
    tables: &[TableRecord],
    observer: &mut dyn Observer,
) -> Vec<DamagedTable> {
    let n_bytes = tables.iter().map(|it| it.bytes).sum();
    let mut n_read_of_all = 0;
    let mut buffer = vec![0; PIECE_BYTES];
    let mut read_all = |it: &TableRecord| {
        let table = directory.open_table(&it.path, tables)?;
        let mut table = table.ok_or(TableDifference::Missing)?;
        loop {
            let n_read = table.read(&mut buffer)?;
            if n_read == 0 {
                return Ok(());
            }
            n_read_of_all += n_read as u64;
            observer.tables_read(n_read_of_all, n_bytes);
        }
    };
    let mut res = Vec::new();
    for it in tables {
        res.extend(read_all(it).err().map(|difference| DamagedTable {
            path: directory.path().join(&it.path),
            difference,
        }));
    }
    observer.tables_checked();
    res
}

/// Makes sure that the tables of a run are on the disk as they were written.
///
/// # Errors
///
/// The first one that is not.
pub fn check_tables(
    directory: &RunDirectory,
    tables: &[TableRecord],
    observer: &mut dyn Observer,
) -> Result<(), DamagedTable> {
    let damaged = damaged_tables(directory, tables, observer);
    damaged.into_iter().next().map_or(Ok(()), Err)
}
