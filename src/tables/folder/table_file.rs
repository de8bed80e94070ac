//! The file of one table: written a part at a time, read again, resumed after a cut.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use crate::tables::folder::safe_fs::{Access, Folder};
use crate::tables::folder::table_records::{DigestedFile, FinishedTables, RunningDigest};
use crate::tables::folder::write_error::WriteError;
use crate::tables::formats::{Rows, TableCopies, TableFormat};
use crate::tables::schema::Column;

/// Bytes of a table that are read at a time.
const PIECE_BYTES: usize = 1 << 16;

/// Where a table stands and what it begins with.
#[derive(Clone, Debug)]
pub(crate) struct TablePlace {
    /// The folder of the run.
    run: Folder,
    /// The run's finished tables, which this one joins.
    finished: FinishedTables,
    name: String,
    columns: Vec<Column>,
    /// The columns' names as the first bytes of its file.
    header: Vec<u8>,
    copies: TableCopies,
}

/// A table being written, a part at a time.
#[derive(Debug)]
pub struct TableFile {
    place: TablePlace,
    file: File,
    digest: RunningDigest,
}

/// A table that has its last row.
#[derive(Clone, Debug)]
pub struct FinishedTable {
    /// Its name, without the ending of its file.
    pub(crate) name: String,
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// The folder of its run.
    pub(crate) run: Folder,
}

/// A table being read again.
#[derive(Debug)]
pub(crate) struct WrittenTable {
    place: TablePlace,
    file: BufReader<File>,
    digest: RunningDigest,
}

impl TablePlace {
    /// The place of a table with these columns in the folder of a run.
    pub(crate) fn new(
        run: &Folder,
        finished: &FinishedTables,
        name: &str,
        columns: Vec<Column>,
        copies: TableCopies,
    ) -> Self {
        Self {
            run: run.clone(),
            finished: finished.clone(),
            name: name.to_owned(),
            header: Rows::header(&columns).into_bytes(),
            columns,
            copies,
        }
    }

    /// Behind the header.
    pub(crate) fn start(&self) -> RunningDigest {
        let mut digest = RunningDigest::default();
        digest.add(&self.header);
        digest
    }

    fn file_name(&self) -> String {
        format!("{}.csv", self.name)
    }

    fn copy_name(&self, format: &TableFormat) -> String {
        format!("{}.{}", self.name, format.name)
    }

    /// Its file.
    pub(crate) fn path(&self) -> PathBuf {
        self.run.path().join(self.file_name())
    }

    /// A copy is not there while its table changes: it would have other rows.
    fn remove_copies(&self) -> Result<(), WriteError> {
        self.copies.formats().try_for_each(|format| {
            let name = self.copy_name(format);
            let removed = self.run.remove_if_there(&name);
            removed.map_err(WriteError::at("remove", &self.run.path().join(&name)))
        })
    }

    /// Makes a copy of the finished table.
    fn write_copy(&self, format: &TableFormat) -> Result<(), WriteError> {
        let copy = self.copy_name(format);
        let write = || {
            let mut table = self.run.open_file(&self.file_name(), Access::Read)?;
            self.run.write_whole(&copy, |file| {
                let mut file = DigestedFile {
                    file,
                    digest: RunningDigest::default(),
                };
                (format.write)(&mut table, &self.columns, &mut file)?;
                Ok(file.digest)
            })
        };
        let digest = write().map_err(WriteError::at("write", &self.run.path().join(&copy)))?;
        self.finished.add(digest.record(copy));
        Ok(())
    }
}

impl TableFile {
    /// Begins a table anew.
    pub(crate) fn begin(place: TablePlace) -> Result<Self, WriteError> {
        place.remove_copies()?;
        let path = place.path();
        let file = place.run.create(&place.file_name());
        let mut file = file.map_err(WriteError::at("create", &path))?;
        let begun = file.write_all(&place.header);
        begun.map_err(WriteError::at("write", &path))?;
        let digest = place.start();
        Ok(Self {
            place,
            file,
            digest,
        })
    }

    /// Continues a table after its existing part; anything beyond is cut off.
    pub(crate) fn cut(place: TablePlace, at: RunningDigest) -> Result<Self, WriteError> {
        if at.n_bytes() == place.header.len() as u64 {
            return Self::begin(place);
        }
        place.remove_copies()?;
        let open = || {
            let mut file = place.run.open_file(&place.file_name(), Access::Write)?;
            file.set_len(at.n_bytes())?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(WriteError::at("continue writing", &place.path()))?;
        Ok(Self {
            place,
            file,
            digest: at,
        })
    }

    /// Adds rows; the system has them then, the disk perhaps not yet.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        self.push_bytes(rows.bytes())
    }

    /// Adds bytes of rows; the last row may go on in the next bytes.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let res = self.file.write_all(bytes);
        res.map_err(|it| WriteError::at("write", &self.place.path())(it))?;
        self.digest.add(bytes);
        Ok(())
    }

    /// Waits until all rows are on the disk.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        let res = self.file.sync_data();
        res.map_err(|it| WriteError::at("write", &self.place.path())(it))
    }

    /// Ends the table: waits until it is on the disk, and makes its copies.
    ///
    /// # Errors
    ///
    /// If it does not get there, or a copy cannot be written.
    pub fn finish(self) -> Result<FinishedTable, WriteError> {
        self.sync()?;
        let place = self.place;
        place.finished.add(self.digest.record(place.file_name()));
        (place.copies.formats()).try_for_each(|format| place.write_copy(format))?;
        Ok(FinishedTable {
            name: place.name,
            columns: place.columns,
            run: place.run,
        })
    }
}

impl FinishedTable {
    fn file_name(&self) -> String {
        format!("{}.csv", self.name)
    }

    /// Its file.
    pub(crate) fn path(&self) -> PathBuf {
        self.run.path().join(self.file_name())
    }

    /// Opens its file.
    pub(crate) fn open(&self) -> io::Result<File> {
        self.run.open_file(&self.file_name(), Access::Read)
    }
}

impl WrittenTable {
    /// Opens a table; `None` if it is not there or does not begin as it should.
    pub(crate) fn open(place: TablePlace) -> Result<Option<Self>, WriteError> {
        let path = place.path();
        let mut file = match place.run.open_file(&place.file_name(), Access::Read) {
            Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
            it => BufReader::with_capacity(PIECE_BYTES, it.map_err(WriteError::at("read", &path))?),
        };
        let mut header = Vec::new();
        let read = (&mut file)
            .take(place.header.len() as u64)
            .read_to_end(&mut header);
        read.map_err(WriteError::at("read", &path))?;
        let digest = place.start();
        Ok((header == place.header).then_some(Self {
            place,
            file,
            digest,
        }))
    }

    /// What was read so far, behind which the next rows begin.
    pub(crate) fn position(&self) -> RunningDigest {
        self.digest.clone()
    }

    /// Its file.
    pub(crate) fn path(&self) -> PathBuf {
        self.place.path()
    }

    /// Reads the bytes of the next rows and hands them over, some at a time, so that they may be of
    /// any length; fewer if there are not so many.
    pub(crate) fn read(
        &mut self,
        n_bytes: u64,
        hand_over: &mut dyn FnMut(&[u8]) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let mut n_left = n_bytes;
        while n_left > 0 {
            let piece = self.file.fill_buf();
            let piece = piece.map_err(|it| WriteError::at("read", &self.place.path())(it))?;
            let n_most = usize::try_from(n_left).unwrap_or(usize::MAX);
            let piece = &piece[..piece.len().min(n_most)];
            if piece.is_empty() {
                break;
            }
            hand_over(piece)?;
            self.digest.add(piece);
            let n_read = piece.len();
            self.file.consume(n_read);
            n_left -= n_read as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use std::path::Path;

    use super::*;
    use crate::tables::formats::Field;
    use crate::tables::schema::whole;

    fn rows(n: u64) -> Rows {
        let mut res = Rows::new();
        for it in 0..n {
            res.push([Field::Whole(it)]);
        }
        res
    }

    fn place(folder: &Path, copies: TableCopies) -> TablePlace {
        let folder = Folder::open(folder).unwrap();
        TablePlace::new(
            &folder,
            &FinishedTables::default(),
            "t",
            vec![whole("n")],
            copies,
        )
    }

    fn parquet() -> TableCopies {
        TableCopies::NONE.with("parquet").unwrap()
    }

    #[test]
    fn a_table_that_does_not_begin_as_it_should_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), TableCopies::NONE);
        let is_there = || WrittenTable::open(place.clone()).unwrap().is_some();
        assert!(!is_there());
        for (text, expected) in [("", false), ("n", false), ("m\n1\n", false), ("n\n", true)] {
            fs::write(place.path(), text).unwrap();
            assert_eq!(is_there(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_parquet_copy_exists_only_while_its_table_is_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), parquet());
        let parquet_copy = folder.path().join("t.parquet");
        let finished = |table: Result<TableFile, WriteError>| {
            let mut table = table.unwrap();
            assert!(!parquet_copy.exists());
            table.push(&rows(3)).unwrap();
            table.finish().unwrap();
            fs::read(&parquet_copy).unwrap()
        };
        let three_rows = finished(TableFile::begin(place.clone()));
        let mut written = WrittenTable::open(place.clone()).unwrap().unwrap();
        written.read(6, &mut |_| Ok(())).unwrap();
        let six_rows = finished(TableFile::cut(place.clone(), written.position()));
        assert!(six_rows != three_rows);
        assert!(finished(TableFile::cut(place.clone(), place.start())) == three_rows);
    }

    #[cfg(unix)]
    #[test]
    fn a_parquet_copy_does_not_follow_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), parquet());
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        let mut table = TableFile::begin(place.clone()).unwrap();
        for name in ["t.parquet", "t.parquet.unfinished"] {
            std::os::unix::fs::symlink(&theirs, folder.path().join(name)).unwrap();
        }
        table.push(&rows(3)).unwrap();
        table.finish().unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        let parquet_copy = folder.path().join("t.parquet");
        assert!(parquet_copy.symlink_metadata().unwrap().is_file());
        assert!(!folder.path().join("t.parquet.unfinished").exists());
    }
}
