//! What a table that was written says of one session.

use std::io::{self, BufRead};

use crate::experiment::CellId;

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
    /// If the table cannot be read.
    pub fn find(table: impl BufRead, cell: CellId, replication: u64) -> io::Result<Self> {
        let mut lines = table.split(b'\n').map(|it| {
            let line = it?;
            Ok::<_, io::Error>(String::from_utf8_lossy(&line).into_owned())
        });
        let header = lines.next().transpose()?.unwrap_or_default();
        let beginning = format!("{},{replication},", cell.0);
        let mut rows = Vec::new();
        for line in lines {
            let line = line?;
            if line.starts_with(&beginning) {
                rows.push(line);
            } else if !rows.is_empty() {
                break;
            }
        }
        Ok(Self { header, rows })
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
