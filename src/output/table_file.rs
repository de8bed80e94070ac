//! The file of one table: written a part at a time, read again, gone on with after a cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::output::columns::Column;
use crate::output::csv_rows::{Field, Rows};
use crate::output::own_files::{create, remove_if_there, reopen};
use crate::output::parquet_twin::{ParquetTwins, write_parquet};
use crate::output::run_directory::WriteError;

/// Where a table stands and what it begins with.
#[derive(Clone, Debug)]
pub(super) struct TablePlace {
    folder: PathBuf,
    name: String,
    columns: Vec<Column>,
    /// The columns' names as the first bytes of its file.
    header: Vec<u8>,
    twins: ParquetTwins,
}

/// A table being written, a part at a time.
#[derive(Debug)]
pub struct TableFile {
    place: TablePlace,
    file: File,
}

/// A table that has its last row.
#[derive(Clone, Debug)]
pub struct FinishedTable {
    /// Its name, without the ending of its file.
    pub(super) name: String,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its file.
    pub(super) path: PathBuf,
}

/// A table being read again.
#[derive(Debug)]
pub(super) struct WrittenTable {
    place: TablePlace,
    file: BufReader<File>,
    position: u64,
}

impl TablePlace {
    /// The place of a table with these columns in the folder of a run.
    pub(super) fn new(run: &Path, name: &str, columns: Vec<Column>, twins: ParquetTwins) -> Self {
        let mut header = Rows::new();
        header.push(columns.iter().map(|it| Field::Text(&it.name)));
        Self {
            folder: run.to_owned(),
            name: name.to_owned(),
            columns,
            header: header.bytes().to_vec(),
            twins,
        }
    }

    /// Behind the header.
    pub(super) fn start(&self) -> u64 {
        self.header.len() as u64
    }

    /// Its file.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.csv", self.name))
    }

    fn twin_path(&self) -> PathBuf {
        self.folder.join(format!("{}.parquet", self.name))
    }

    /// A twin is not there while its table changes: it would have other rows.
    fn remove_twin(&self) -> Result<(), WriteError> {
        match self.twins {
            ParquetTwins::Written => {
                let path = self.twin_path();
                remove_if_there(&path).map_err(error("remove", &path))
            }
            ParquetTwins::Omitted => Ok(()),
        }
    }
}

fn error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::new(act, path, source)
}

impl TableFile {
    /// Begins a table anew.
    pub(super) fn begin(place: TablePlace) -> Result<Self, WriteError> {
        place.remove_twin()?;
        let path = place.path();
        let mut file = create(&path).map_err(error("create", &path))?;
        let begun = file.write_all(&place.header);
        begun.map_err(error("write", &path))?;
        Ok(Self { place, file })
    }

    /// Goes on with a table from behind so many bytes; what is behind them is cut off.
    pub(super) fn cut(place: TablePlace, at: u64) -> Result<Self, WriteError> {
        if at == place.start() {
            return Self::begin(place);
        }
        place.remove_twin()?;
        let path = place.path();
        let open = || {
            let mut file = reopen(&path, OpenOptions::new().write(true))?;
            file.set_len(at)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(error("go on with", &path))?;
        Ok(Self { place, file })
    }

    /// Adds rows; the system has them then, the disk perhaps not yet.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        let res = self.file.write_all(rows.bytes());
        res.map_err(|it| error("write", &self.place.path())(it))
    }

    /// Waits until all rows are on the disk.
    pub(super) fn sync(&self) -> Result<(), WriteError> {
        let res = self.file.sync_data();
        res.map_err(|it| error("write", &self.place.path())(it))
    }

    /// Ends the table: makes its twin, if it has one.
    ///
    /// # Errors
    ///
    /// If the twin cannot be written.
    pub fn finish(self) -> Result<FinishedTable, WriteError> {
        let path = self.place.path();
        if self.place.twins == ParquetTwins::Written {
            let twin = self.place.twin_path();
            let unfinished = twin.with_extension("parquet.unfinished");
            let write = || {
                let (table, file) = (File::open(&path)?, create(&unfinished)?);
                write_parquet(table, &self.place.columns, &file)?;
                fs::rename(&unfinished, &twin)
            };
            write().map_err(error("write", &twin))?;
        }
        Ok(FinishedTable {
            name: self.place.name,
            columns: self.place.columns,
            path,
        })
    }
}

impl FinishedTable {
    /// Opens its file.
    pub(super) fn open(&self) -> io::Result<File> {
        reopen(&self.path, OpenOptions::new().read(true))
    }
}

impl WrittenTable {
    /// Opens a table; `None` if it is not there or does not begin as it should.
    pub(super) fn open(place: TablePlace) -> Result<Option<Self>, WriteError> {
        let path = place.path();
        let mut file = match reopen(&path, OpenOptions::new().read(true)) {
            Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
            it => BufReader::new(it.map_err(error("read", &path))?),
        };
        let mut header = Vec::new();
        let read = (&mut file).take(place.start()).read_to_end(&mut header);
        read.map_err(error("read", &path))?;
        let position = place.start();
        Ok((header == place.header).then_some(Self {
            place,
            file,
            position,
        }))
    }

    /// Where the next rows begin.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Its file.
    pub(super) fn path(&self) -> PathBuf {
        self.place.path()
    }

    /// The bytes of the next rows; fewer if there are not so many.
    pub(super) fn read(&mut self, n_bytes: u64) -> Result<Vec<u8>, WriteError> {
        let mut res = Vec::new();
        let read = (&mut self.file).take(n_bytes).read_to_end(&mut res);
        read.map_err(|it| error("read", &self.place.path())(it))?;
        self.position += res.len() as u64;
        Ok(res)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::columns::whole;

    fn rows(n: u64) -> Rows {
        let mut res = Rows::new();
        for it in 0..n {
            res.push([Field::Whole(it)]);
        }
        res
    }

    fn place(folder: &Path, twins: ParquetTwins) -> TablePlace {
        TablePlace::new(folder, "t", vec![whole("n")], twins)
    }

    #[test]
    fn a_table_that_does_not_begin_as_it_should_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), ParquetTwins::Omitted);
        let is_there = || WrittenTable::open(place.clone()).unwrap().is_some();
        assert!(!is_there());
        for (text, expected) in [("", false), ("n", false), ("m\n1\n", false), ("n\n", true)] {
            fs::write(place.path(), text).unwrap();
            assert_eq!(is_there(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_twin_is_there_only_while_its_table_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), ParquetTwins::Written);
        let finished = |table: Result<TableFile, WriteError>| {
            let mut table = table.unwrap();
            assert!(!place.twin_path().exists());
            table.push(&rows(3)).unwrap();
            table.finish().unwrap();
            fs::read(place.twin_path()).unwrap()
        };
        let three_rows = finished(TableFile::begin(place.clone()));
        let mut written = WrittenTable::open(place.clone()).unwrap().unwrap();
        written.read(6).unwrap();
        let six_rows = finished(TableFile::cut(place.clone(), written.position()));
        assert!(six_rows != three_rows);
        assert!(finished(TableFile::cut(place.clone(), place.start())) == three_rows);
    }

    #[cfg(unix)]
    #[test]
    fn a_twin_does_not_follow_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), ParquetTwins::Written);
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "theirs").unwrap();
        let mut table = TableFile::begin(place.clone()).unwrap();
        for name in ["t.parquet", "t.parquet.unfinished"] {
            std::os::unix::fs::symlink(&theirs, folder.path().join(name)).unwrap();
        }
        table.push(&rows(3)).unwrap();
        table.finish().unwrap();
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        assert!(place.twin_path().symlink_metadata().unwrap().is_file());
        assert!(!folder.path().join("t.parquet.unfinished").exists());
    }
}
