//! The reader of a run's CSV tables: rows within limits, fields with their types, errors with
//! file and line.

use std::io::Read;

use crate::tables::{RowLimitedReader, TableDifference};

/// Why a table of a run could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {message}", .line.map_or_else(String::new, |it| format!(", line {it}")))]
pub struct TableError {
    file: String,
    /// From 1, the header's.
    line: Option<u64>,
    message: String,
    is_difference: bool,
}

impl TableError {
    pub(crate) fn new(file: String, message: String) -> Self {
        Self {
            file,
            line: None,
            message,
            is_difference: false,
        }
    }

    /// Whether the table differs from the one that the run wrote ([`TableDifference`]).
    pub fn is_difference(&self) -> bool {
        self.is_difference
    }
}

/// Reads a CSV table row by row, within the limits of a row.
pub(crate) struct TableReader<R> {
    file: String,
    reader: csv::Reader<RowLimitedReader<R>>,
    record: csv::StringRecord,
    n_rows: u64,
}

impl<R> TableReader<R> {
    /// The name by which errors refer to the table.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }
}

impl<R: Read> TableReader<R> {
    /// `file` is the name by which errors refer to the table.
    pub(crate) fn new(file: String, input: R) -> Self {
        Self {
            file,
            reader: csv::Reader::from_reader(RowLimitedReader::new(input)),
            record: csv::StringRecord::new(),
            n_rows: 0,
        }
    }

    /// An error of the table, at a line if one is given.
    pub(crate) fn error(&self, line: Option<u64>, message: impl Into<String>) -> TableError {
        TableError {
            line,
            ..TableError::new(self.file.clone(), message.into())
        }
    }

    fn unreadable(&self, error: &csv::Error) -> TableError {
        let line = error.position().map(csv::Position::line);
        if let csv::ErrorKind::Io(it) = error.kind()
            && let Some(difference) = it.get_ref().filter(|it| it.is::<TableDifference>())
        {
            return TableError {
                is_difference: true,
                ..self.error(None, difference.to_string())
            };
        }
        let message = match error.kind() {
            csv::ErrorKind::Io(it) => format!("it cannot be read: {it}"),
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => format!("the row has {len} fields, and the header {expected_len}"),
            csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8".to_owned(),
            csv::ErrorKind::Seek
            | csv::ErrorKind::Serialize(_)
            | csv::ErrorKind::Deserialize { .. }
            | _ => error.to_string(),
        };
        self.error(line, message)
    }

    /// The number of rows read so far.
    pub(crate) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// The names of the columns.
    pub(crate) fn header(&mut self) -> Result<csv::StringRecord, TableError> {
        let header = self.reader.headers().cloned();
        header.map_err(|it| self.unreadable(&it))
    }

    /// The position of a column.
    pub(crate) fn column(&mut self, name: &str) -> Result<usize, TableError> {
        let position = self.header()?.iter().position(|it| it == name);
        position.ok_or_else(|| self.error(Some(1), format!("there is no column `{name}`")))
    }

    /// Reads the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, TableError> {
        self.reader.get_mut().renew();
        let is_there = self.reader.read_record(&mut self.record);
        let is_there = is_there.map_err(|it| self.unreadable(&it))?;
        self.n_rows += u64::from(is_there);
        Ok(is_there)
    }

    /// The current row.
    pub(crate) fn row(&self) -> &csv::StringRecord {
        &self.record
    }

    /// An error in the current row.
    pub(crate) fn wrong(&self, message: impl Into<String>) -> TableError {
        self.error(self.record.position().map(csv::Position::line), message)
    }

    /// A field of the current row.
    pub(crate) fn text(&self, column: usize) -> &str {
        // The reader has seen to it that all rows are as long as the header.
        self.record.get(column).unwrap_or_default()
    }

    /// A field of the current row as an integer.
    pub(crate) fn whole<T: std::str::FromStr>(
        &self,
        column: usize,
        name: &str,
    ) -> Result<T, TableError> {
        let text = self.text(column);
        let number = text.parse();
        number.map_err(|_| self.wrong(format!("`{text}` is not a whole number for `{name}`")))
    }

    /// A field of the current row as a number from 0 to `max`.
    pub(crate) fn number(&self, column: usize, name: &str, max: f64) -> Result<f64, TableError> {
        let text = self.text(column);
        let number = text.parse().ok().filter(|it| (0.0..=max).contains(it));
        number.ok_or_else(|| {
            self.wrong(format!(
                "`{text}` is not a number from 0 to {max} for `{name}`"
            ))
        })
    }
}
