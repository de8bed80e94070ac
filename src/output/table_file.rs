//! The files of one table: written a part at a time, read again, gone on with after a cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::output::columns::Column;
use crate::output::csv_rows::Rows;
use crate::output::excel::{BYTE_ORDER_MARK, SHEET_ROWS_MAX};
use crate::output::own_files::{create, make_folder, remove_if_there, reopen};
use crate::output::parquet_twin::write_parquet;
use crate::output::run_directory::WriteError;

/// For whom a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For programs: one file, however long.
    Plain,
    /// For spreadsheets: with a byte order mark, in as many files as sheets need.
    Spreadsheet,
}

/// Where a table stands and how its files begin.
#[derive(Clone, Debug)]
pub(super) struct TablePlace {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) form: Form,
    /// The first bytes of each of its files.
    pub(super) beginning: Vec<u8>,
    /// The columns of its twin as Parquet, if it has one.
    pub(super) twin: Option<Vec<Column>>,
}

/// A place in a table, behind a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Position {
    /// Which of its files, from 1.
    part: u32,
    /// Rows of this file before it, the header included.
    n_rows: u64,
    /// Bytes of this file before it.
    n_bytes: u64,
}

/// A table being written, a part at a time.
#[derive(Debug)]
pub struct TableFile {
    place: TablePlace,
    file: File,
    path: PathBuf,
    /// Rows in the present file, the header included.
    n_rows: u64,
    part: u32,
}

/// A table being read again.
#[derive(Debug)]
pub(super) struct WrittenTable {
    place: TablePlace,
    file: BufReader<File>,
    path: PathBuf,
    position: Position,
}

impl TablePlace {
    /// The place of a table with this header in the folder of a run.
    pub(super) fn new(run: &Path, name: &str, form: Form, header: &Rows) -> Self {
        let (folder, mark) = match form {
            Form::Plain => (run.to_owned(), &[][..]),
            Form::Spreadsheet => (run.join("excel"), BYTE_ORDER_MARK),
        };
        Self {
            folder,
            name: name.to_owned(),
            form,
            beginning: [mark, header.bytes()].concat(),
            twin: None,
        }
    }

    /// Behind the header of its first file.
    pub(super) fn start(&self) -> Position {
        Position {
            part: 1,
            n_rows: 1,
            n_bytes: self.beginning.len() as u64,
        }
    }

    pub(super) fn path(&self, part: u32) -> PathBuf {
        let name = &self.name;
        self.folder.join(match part {
            1 => format!("{name}.csv"),
            _ => format!("{name}-{part}.csv"),
        })
    }

    fn twin_path(&self) -> PathBuf {
        self.folder.join(format!("{}.parquet", self.name))
    }

    /// A twin is not there while its table changes: it would have other rows.
    fn remove_twin(&self) -> Result<(), WriteError> {
        match &self.twin {
            Some(_) => {
                let path = self.twin_path();
                remove_if_there(&path).map_err(error("remove", &path))
            }
            None => Ok(()),
        }
    }

    /// How many of some rows still fit into a file that has so many; a spreadsheet's are limited.
    fn room(&self, n_rows: u64) -> u64 {
        match self.form {
            Form::Plain => u64::MAX,
            Form::Spreadsheet => SHEET_ROWS_MAX - n_rows,
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
        let start = place.start();
        let path = place.path(1);
        if place.form == Form::Spreadsheet {
            make_folder(&place.folder).map_err(error("make the folder", &place.folder))?;
        }
        let file = create(&path).map_err(error("create", &path))?;
        let mut res = Self {
            place,
            file,
            path,
            n_rows: start.n_rows,
            part: start.part,
        };
        res.begin_file()?;
        Ok(res)
    }

    /// Goes on with a table from a place in it; what is behind is cut off.
    pub(super) fn cut(place: TablePlace, at: Position) -> Result<Self, WriteError> {
        let behind = (at.part + 1..).map(|it| place.path(it));
        for path in behind.take_while(|it| it.symlink_metadata().is_ok()) {
            fs::remove_file(&path).map_err(error("remove", &path))?;
        }
        if at == place.start() {
            return Self::begin(place);
        }
        place.remove_twin()?;
        let path = place.path(at.part);
        let open = || {
            let mut file = reopen(&path, OpenOptions::new().write(true))?;
            file.set_len(at.n_bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(error("go on with", &path))?;
        Ok(Self {
            place,
            file,
            path,
            n_rows: at.n_rows,
            part: at.part,
        })
    }

    /// Adds rows; the system has them then, the disk perhaps not yet.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        let (bytes, mut ends) = (rows.bytes(), rows.ends());
        let mut start = 0;
        while !ends.is_empty() {
            if self.place.room(self.n_rows) == 0 {
                self.next_file()?;
            }
            let room = self.place.room(self.n_rows);
            let fitting = usize::try_from(room).map_or(ends.len(), |it| it.min(ends.len()));
            let end = ends[fitting - 1];
            self.write(&bytes[start..end])?;
            self.n_rows += fitting as u64;
            start = end;
            ends = &ends[fitting..];
        }
        Ok(())
    }

    /// Waits until all rows are on the disk.
    pub(super) fn sync(&self) -> Result<(), WriteError> {
        let res = self.file.sync_data();
        res.map_err(error("write", &self.path))
    }

    /// Ends the table: makes its twin, if it has one.
    ///
    /// # Errors
    ///
    /// If the twin cannot be written.
    pub fn finish(self) -> Result<(), WriteError> {
        let Some(columns) = &self.place.twin else {
            return Ok(());
        };
        let twin = self.place.twin_path();
        let unfinished = twin.with_extension("parquet.unfinished");
        let write = || {
            let (table, file) = (File::open(&self.path)?, create(&unfinished)?);
            write_parquet(table, columns, &file)?;
            fs::rename(&unfinished, &twin)
        };
        write().map_err(error("write", &twin))
    }

    fn next_file(&mut self) -> Result<(), WriteError> {
        self.sync()?;
        self.part += 1;
        self.path = self.place.path(self.part);
        self.file = create(&self.path).map_err(error("create", &self.path))?;
        self.begin_file()
    }

    fn begin_file(&mut self) -> Result<(), WriteError> {
        self.n_rows = 1;
        let res = self.file.write_all(&self.place.beginning);
        res.map_err(error("write", &self.path))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let res = self.file.write_all(bytes);
        res.map_err(error("write", &self.path))
    }
}

impl WrittenTable {
    /// Opens a table; `None` if it is not there or does not begin as it should.
    pub(super) fn open(place: TablePlace) -> Result<Option<Self>, WriteError> {
        let position = place.start();
        let path = place.path(1);
        let file = open_part(&place, &path)?;
        Ok(file.map(|file| Self {
            place,
            file,
            path,
            position,
        }))
    }

    /// Where the next rows begin.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// The file that the next rows begin in.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of the next rows; fewer if there are not so many.
    pub(super) fn read(&mut self, n_rows: u64, n_bytes: u64) -> Result<Vec<u8>, WriteError> {
        let (mut bytes, mut n_rows) = (Vec::new(), n_rows);
        loop {
            let missing = n_bytes - bytes.len() as u64;
            let n_read = (&mut self.file).take(missing).read_to_end(&mut bytes);
            let n_read = n_read.map_err(error("read", &self.path))? as u64;
            self.position.n_bytes += n_read;
            if n_read == missing {
                self.position.n_rows += n_rows;
                return Ok(bytes);
            }
            let room = self.place.room(self.position.n_rows);
            let next = self.place.path(self.position.part + 1);
            let file = match n_rows.checked_sub(room) {
                Some(rest) => {
                    n_rows = rest;
                    open_part(&self.place, &next)?
                }
                None => None,
            };
            let Some(file) = file else { return Ok(bytes) };
            self.file = file;
            self.path = next;
            self.position = Position {
                part: self.position.part + 1,
                ..self.place.start()
            };
        }
    }
}

/// Opens a file of a table behind its header; `None` if there is no such file.
fn open_part(place: &TablePlace, path: &Path) -> Result<Option<BufReader<File>>, WriteError> {
    let mut file = match reopen(path, OpenOptions::new().read(true)) {
        Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
        it => BufReader::new(it.map_err(error("read", path))?),
    };
    let mut beginning = Vec::new();
    let read = (&mut file)
        .take(place.beginning.len() as u64)
        .read_to_end(&mut beginning);
    read.map_err(error("read", path))?;
    Ok((beginning == place.beginning).then_some(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::columns::whole;
    use crate::output::csv_rows::{Dialect, Field};

    fn rows(n: u64) -> Rows {
        let mut res = Rows::new(Dialect::PLAIN);
        for it in 0..n {
            res.push([Field::Whole(it)]);
        }
        res
    }

    fn place(folder: &Path, form: Form) -> TablePlace {
        let mut header = Rows::new(Dialect::PLAIN);
        header.push([Field::Text("n")]);
        TablePlace::new(folder, "t", form, &header)
    }

    #[test]
    fn rows_that_no_sheet_takes_go_to_further_files_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), Form::Spreadsheet);
        let mut table = TableFile::begin(place.clone()).unwrap();
        let half = rows(700_000);
        table.push(&half).unwrap();
        table.push(&half).unwrap();
        let text = |name: &str| fs::read_to_string(folder.path().join("excel").join(name)).unwrap();
        let lines = |name: &str| {
            assert!(text(name).starts_with("\u{feff}n\n"));
            text(name).lines().count() as u64
        };
        assert_eq!(lines("t.csv"), SHEET_ROWS_MAX);
        assert_eq!(lines("t-2.csv"), 1_400_000 + 2 - SHEET_ROWS_MAX);

        // Cut behind the first half, which is in the first file, and written again.
        let (first, second) = (text("t.csv"), text("t-2.csv"));
        let mut written = WrittenTable::open(place.clone()).unwrap().unwrap();
        let n_bytes = half.bytes().len() as u64;
        assert!(written.read(700_000, n_bytes).unwrap() == half.bytes());
        let at = written.position();
        assert!(written.read(700_000, n_bytes).unwrap() == half.bytes());
        assert!(written.read(1, 1).unwrap().is_empty());
        let end = written.position();
        let mut table = TableFile::cut(place.clone(), at).unwrap();
        assert!(!folder.path().join("excel/t-2.csv").exists());
        table.push(&half).unwrap();
        assert!(text("t.csv") == first && text("t-2.csv") == second);

        // Cut at the end of the second file, and gone on with.
        TableFile::cut(place, end).unwrap().push(&rows(3)).unwrap();
        assert!(text("t-2.csv") == second + "0\n1\n2\n");
    }

    #[test]
    fn a_table_that_does_not_begin_as_it_should_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path(), Form::Plain);
        let is_there = || WrittenTable::open(place.clone()).unwrap().is_some();
        assert!(!is_there());
        for (text, expected) in [("", false), ("n", false), ("m\n1\n", false), ("n\n", true)] {
            fs::write(place.path(1), text).unwrap();
            assert_eq!(is_there(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_twin_is_there_only_while_its_table_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let place = TablePlace {
            twin: Some(vec![whole("n")]),
            ..place(folder.path(), Form::Plain)
        };
        let finished = |table: Result<TableFile, WriteError>| {
            let mut table = table.unwrap();
            assert!(!place.twin_path().exists());
            table.push(&rows(3)).unwrap();
            table.finish().unwrap();
            fs::read(place.twin_path()).unwrap()
        };
        let three_rows = finished(TableFile::begin(place.clone()));
        let mut written = WrittenTable::open(place.clone()).unwrap().unwrap();
        written.read(3, 6).unwrap();
        let six_rows = finished(TableFile::cut(place.clone(), written.position()));
        assert!(six_rows != three_rows);
        assert!(finished(TableFile::cut(place.clone(), place.start())) == three_rows);
    }

    #[cfg(unix)]
    #[test]
    fn a_twin_does_not_follow_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let place = TablePlace {
            twin: Some(vec![whole("n")]),
            ..place(folder.path(), Form::Plain)
        };
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
