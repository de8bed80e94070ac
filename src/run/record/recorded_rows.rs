//! What a table that was written says of one session.

use std::io::{self, BufRead, Read as _};

use crate::experiment::CellId;
use crate::tables::ROW_BYTES_MAX;

/// Bytes that the rows of one session may take in memory: enough for two hundred thousand rounds of
/// five parties on ten issues.
pub const SESSION_BYTES_MAX: usize = 256 << 20;

/// What it takes to hold a row, besides its letters.
const HELD_ROW_BYTES: usize = 64;

/// What a table with a row or more per session says of one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordedRows {
    /// The table's header.
    pub header: String,
    /// The session's rows; empty if it is not in the table.
    pub rows: Vec<String>,
}

impl RecordedRows {
    /// Finds a session in a table in the plain form; reads no further than its last row.
    ///
    /// # Errors
    ///
    /// If the table cannot be read, or there is more of the session than [`SESSION_BYTES_MAX`].
    pub fn find(table: impl BufRead, cell: CellId, replication: u64) -> io::Result<Self> {
        RowsInOrder::of(table)?.find(cell, replication)
    }

    /// The first line that is not the same in both, here and there; `None` if all are.
    ///
    /// A line that only one of them has is `None` in the other.
    pub fn first_difference<'a>(
        &'a self,
        other: &'a Self,
    ) -> Option<(Option<&'a str>, Option<&'a str>)> {
        let n_lines = 1 + self.rows.len().max(other.rows.len());
        (0..n_lines)
            .map(|idx| (self.line(idx), other.line(idx)))
            .find(|(ours, theirs)| ours != theirs)
    }

    fn line(&self, idx: usize) -> Option<&str> {
        match idx.checked_sub(1) {
            None => Some(&self.header),
            Some(row) => self.rows.get(row).map(String::as_str),
        }
    }
}

/// The sessions of a table in the plain form, one after the other as they stand in it.
#[derive(Debug)]
pub struct RowsInOrder<R> {
    table: R,
    header: String,
    /// The line after those of the session that was found last.
    next: Option<String>,
}

impl<R: BufRead> RowsInOrder<R> {
    /// Of a table, of which the header is read.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn of(mut table: R) -> io::Result<Self> {
        let header = next_line(&mut table)?.unwrap_or_default();
        let next = next_line(&mut table)?;
        Ok(Self {
            table,
            header,
            next,
        })
    }

    /// Finds a session behind the one that was found last; reads no further than the line after it.
    ///
    /// # Errors
    ///
    /// As of [`RecordedRows::find`].
    pub fn find(&mut self, cell: CellId, replication: u64) -> io::Result<RecordedRows> {
        let beginning = format!("{},{replication},", cell.0);
        let mut rows = Vec::new();
        let mut n_bytes = 0;
        while let Some(line) = self.next.take() {
            if line.starts_with(&beginning) {
                n_bytes += line.len() + HELD_ROW_BYTES;
                if n_bytes > SESSION_BYTES_MAX {
                    let mib = SESSION_BYTES_MAX >> 20;
                    return Err(too_much(&format!(
                        "a session's rows have more than {mib} MiB"
                    )));
                }
                rows.push(line);
            } else if !rows.is_empty() {
                self.next = Some(line);
                break;
            }
            self.next = next_line(&mut self.table)?;
        }
        Ok(RecordedRows {
            header: self.header.clone(),
            rows,
        })
    }
}

/// The next line without its end; `None` after the last.
fn next_line(table: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut rationed = table.take(ROW_BYTES_MAX as u64 + 1);
    rationed.read_until(b'\n', &mut line)?;
    if line.len() > ROW_BYTES_MAX {
        let mib = ROW_BYTES_MAX >> 20;
        return Err(too_much(&format!("a row has more than {mib} MiB")));
    }
    if line.is_empty() {
        return Ok(None);
    }
    line.pop_if(|it| *it == b'\n');
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn too_much(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_by_cell_and_replication() {
        let table = "cell,replication,x\n0,1,a\n0,11,b\n1,1,c\n1,1,d\n0,2,e\n";
        let find = |cell, replication| {
            RecordedRows::find(table.as_bytes(), CellId(cell), replication).unwrap()
        };
        assert_eq!(find(1, 1).header, "cell,replication,x");
        assert_eq!(find(1, 1).rows, ["1,1,c", "1,1,d"]);
        assert_eq!(find(0, 2).rows, ["0,2,e"]);
        assert_eq!(find(0, 3).rows, [""; 0]);
    }

    #[test]
    fn sessions_are_found_one_after_the_other() {
        let table = "cell,replication,x\n0,1,a\n0,1,b\n0,3,c\n1,0,d\n";
        let mut rows = RowsInOrder::of(table.as_bytes()).unwrap();
        let mut find = |cell, replication| rows.find(CellId(cell), replication).unwrap().rows;
        assert_eq!(find(0, 1), ["0,1,a", "0,1,b"]);
        assert_eq!(find(0, 3), ["0,3,c"]);
        assert_eq!(find(1, 0), ["1,0,d"]);
        assert_eq!(find(1, 1), [""; 0]);
    }

    #[test]
    fn the_first_difference_may_be_a_line_too_many() {
        let rows = |rows: &[&str]| RecordedRows {
            header: "x".to_owned(),
            rows: rows.iter().map(|&it| it.to_owned()).collect(),
        };
        assert_eq!(rows(&["1"]).first_difference(&rows(&["1"])), None);
        let found = (None, Some("2"));
        assert_eq!(
            rows(&["1"]).first_difference(&rows(&["1", "2"])),
            Some(found)
        );
    }
}
