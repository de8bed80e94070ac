//! What the tables of a run are known by: their lengths and digests, as they are written and as
//! they are read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A file of a table, as its run wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TableRecord {
    /// Its path in the folder of the run.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// How a table differs from what its run wrote; the caller names the table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableDifference {
    /// It is not there.
    #[error("it is missing")]
    Missing,
    /// The run has no such table.
    #[error("the run was made without it; run it again with other --tables")]
    NotWritten,
    /// It is there, and the run has no such table.
    #[error("it is not a table of the run")]
    Unknown,
    /// It is longer or shorter.
    #[error("it has changed since the run: it has {found} bytes, and had {written}")]
    Length {
        /// How long it is.
        found: u64,
        /// How long it was.
        written: u64,
    },
    /// It is as long, and its bytes are others.
    #[error("it has changed since the run: its SHA-256 is {found}, and was {written}")]
    Content {
        /// The digest of what it is.
        found: String,
        /// That of what it was.
        written: String,
    },
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

impl TableDifference {
    /// Why there is no table that a run's manifest does not list either.
    pub(crate) fn of_none(written: &[TableRecord]) -> Self {
        // A manifest of an earlier version lists none.
        if written.is_empty() {
            Self::Missing
        } else {
            Self::NotWritten
        }
    }
}

impl From<io::Error> for TableDifference {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Unreadable)
    }
}

impl From<TableDifference> for io::Error {
    fn from(difference: TableDifference) -> Self {
        if let TableDifference::Unreadable(it) = difference {
            it
        } else {
            Self::new(io::ErrorKind::InvalidData, difference)
        }
    }
}

/// Length and digest of bytes that come a part at a time.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningDigest {
    sha256: Sha256,
    n_bytes: u64,
}

impl RunningDigest {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.n_bytes += bytes.len() as u64;
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    fn sha256(&self) -> String {
        format!("{:x}", self.sha256.clone().finalize())
    }

    /// Of the whole of a file.
    pub(crate) fn record(&self, path: String) -> TableRecord {
        TableRecord {
            path,
            bytes: self.n_bytes,
            sha256: self.sha256(),
        }
    }
}

/// A file being written, with the digest of what was written to it.
#[derive(Debug)]
pub(crate) struct DigestedFile<'a> {
    pub(crate) file: &'a File,
    pub(crate) digest: RunningDigest,
}

impl Write for DigestedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.file.write(bytes)?;
        self.digest.add(&bytes[..n_written]);
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The tables of a run that are finished, by path: whoever finishes one adds it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FinishedTables(Arc<Mutex<BTreeMap<String, TableRecord>>>);

impl FinishedTables {
    pub(crate) fn add(&self, record: TableRecord) {
        let mut tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.insert(record.path.clone(), record);
    }

    /// All of them, by path.
    pub(crate) fn all(&self) -> Vec<TableRecord> {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.values().cloned().collect()
    }
}

/// A table of a run that is read again. At its end there is an error, a [`TableDifference`], if it
/// is not as the run wrote it.
#[derive(Debug)]
pub struct RecordedTable {
    file: File,
    /// How it was written; `None` of a run of an earlier version.
    written: Option<TableRecord>,
    digest: RunningDigest,
}

impl RecordedTable {
    /// That in a file, if the file is as long as it was.
    pub(crate) fn new(file: File, written: Option<TableRecord>) -> Result<Self, TableDifference> {
        let found = file.metadata().map_err(TableDifference::Unreadable)?.len();
        if let Some(it) = &written
            && it.bytes != found
        {
            let written = it.bytes;
            return Err(TableDifference::Length { found, written });
        }
        Ok(Self {
            file,
            written,
            digest: RunningDigest::default(),
        })
    }

    /// Number of bytes, if the run recorded it.
    pub fn n_bytes(&self) -> Option<u64> {
        self.written.as_ref().map(|it| it.bytes)
    }

    fn check(&self) -> Result<(), TableDifference> {
        let Some(it) = &self.written else {
            return Ok(());
        };
        let (found, written) = (self.digest.n_bytes(), it.bytes);
        if found != written {
            return Err(TableDifference::Length { found, written });
        }
        let (found, written) = (self.digest.sha256(), it.sha256.clone());
        if found != written {
            return Err(TableDifference::Content { found, written });
        }
        Ok(())
    }
}

impl Read for RecordedTable {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read(buffer)?;
        if n_read > 0 {
            if self.written.is_some() {
                self.digest.add(&buffer[..n_read]);
            }
        } else if !buffer.is_empty() {
            self.check()?;
        }
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek as _;

    use super::*;

    #[test]
    fn a_table_that_differs_is_an_error_at_its_end() {
        let read = |text: &str, written: Option<TableRecord>| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.rewind().unwrap();
            let table = RecordedTable::new(file, written);
            let mut table = table.map_err(|it| it.to_string())?;
            let mut found = String::new();
            let read = table.read_to_string(&mut found);
            assert_eq!(found, text);
            read.map(|_| ()).map_err(|it| it.to_string())
        };
        let mut digest = RunningDigest::default();
        digest.add(b"ab");
        digest.add(b"c");
        let written = digest.record("t.csv".to_owned());
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(written.sha256, published);
        assert_eq!(read("abc", Some(written.clone())), Ok(()));
        assert_eq!(read("abd", None), Ok(()));
        let rendered = read("abd", Some(written.clone())).unwrap_err();
        assert!(
            rendered.starts_with("it has changed since the run: its SHA-256 is "),
            "{rendered}"
        );
        let rendered = read("ab", Some(written)).unwrap_err();
        assert_eq!(
            rendered,
            "it has changed since the run: it has 2 bytes, and had 3"
        );
    }
}
