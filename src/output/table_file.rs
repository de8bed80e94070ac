//! The files of one table: written a part at a time, read again, gone on with after a cut.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::output::columns::Column;
use crate::output::csv_rows::Rows;
use crate::output::excel::{BYTE_ORDER_MARK, SHEET_ROWS_MAX};
use crate::output::own_files::{Access, Folder};
use crate::output::parquet_twin::write_parquet;
use crate::output::run_directory::WriteError;
use crate::output::table_records::{DigestedFile, FinishedTables, RunningDigest, TableRecord};

/// The folder of the tables for spreadsheets, in the folder of a run.
pub(super) const SPREADSHEETS: &str = "excel";

/// Bytes of a table that are read at a time.
const PIECE_BYTES: usize = 1 << 16;

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
    /// The run's.
    pub(super) run: Folder,
    /// The run's tables, to which this one comes when it is finished.
    pub(super) finished: FinishedTables,
    pub(super) name: String,
    pub(super) form: Form,
    /// The first bytes of each of its files.
    pub(super) beginning: Vec<u8>,
    /// The columns of its twin as Parquet, if it has one.
    pub(super) twin: Option<Vec<Column>>,
}

/// A place in a table, behind a row.
#[derive(Clone, Debug)]
pub(super) struct Position {
    /// Which of its files, from 1.
    part: u32,
    /// Rows of this file before it, the header included.
    n_rows: u64,
    /// Bytes of this file before it.
    digest: RunningDigest,
    /// The files before this one.
    full: Vec<TableRecord>,
}

/// A table being written, a part at a time.
#[derive(Debug)]
pub struct TableFile {
    place: TablePlace,
    folder: Folder,
    file: File,
    path: PathBuf,
    /// Rows in the present file, the header included.
    n_rows: u64,
    digest: RunningDigest,
    part: u32,
}

/// A table being read again.
#[derive(Debug)]
pub(super) struct WrittenTable {
    place: TablePlace,
    folder: Folder,
    file: BufReader<File>,
    path: PathBuf,
    position: Position,
}

impl TablePlace {
    /// The place of a table with this header in the folder of a run.
    pub(super) fn new(
        run: &Folder,
        finished: &FinishedTables,
        name: &str,
        form: Form,
        header: &Rows,
    ) -> Self {
        let mark = match form {
            Form::Plain => &[][..],
            Form::Spreadsheet => BYTE_ORDER_MARK,
        };
        Self {
            run: run.clone(),
            finished: finished.clone(),
            name: name.to_owned(),
            form,
            beginning: [mark, header.bytes()].concat(),
            twin: None,
        }
    }

    /// Behind the header of its first file.
    pub(super) fn start(&self) -> Position {
        let mut digest = RunningDigest::default();
        digest.add(&self.beginning);
        Position {
            part: 1,
            n_rows: 1,
            digest,
            full: Vec::new(),
        }
    }

    /// What one of its files is known by, in the folder of the run.
    fn record(&self, name: &str, digest: &RunningDigest) -> TableRecord {
        digest.record(match self.below() {
            Some(below) => format!("{below}/{name}"),
            None => name.to_owned(),
        })
    }

    /// The name of its folder within the run's, if it has one of its own.
    fn below(&self) -> Option<&'static str> {
        match self.form {
            Form::Plain => None,
            Form::Spreadsheet => Some(SPREADSHEETS),
        }
    }

    fn file_name(&self, part: u32) -> String {
        let name = &self.name;
        match part {
            1 => format!("{name}.csv"),
            _ => format!("{name}-{part}.csv"),
        }
    }

    /// Where one of its files is.
    pub(super) fn path(&self, part: u32) -> PathBuf {
        self.path_of(&self.file_name(part))
    }

    fn path_of(&self, name: &str) -> PathBuf {
        let folder = self.run.path();
        match self.below() {
            Some(below) => folder.join(below).join(name),
            None => folder.join(name),
        }
    }

    /// Its folder, which is there.
    fn folder(&self) -> io::Result<Folder> {
        match self.below() {
            Some(below) => self.run.folder(below),
            None => Ok(self.run.clone()),
        }
    }

    /// Its folder, which is made if it is not there.
    fn make_folder(&self) -> Result<Folder, WriteError> {
        let Some(below) = self.below() else {
            return Ok(self.run.clone());
        };
        let made = self.run.make_folder(below);
        made.map_err(error("make the folder", &self.run.path().join(below)))
    }

    fn twin_name(&self) -> String {
        format!("{}.parquet", self.name)
    }

    /// A twin is not there while its table changes: it would have other rows.
    fn remove_twin(&self, folder: &Folder) -> Result<(), WriteError> {
        if self.twin.is_none() {
            return Ok(());
        }
        let name = self.twin_name();
        let removed = folder.remove_if_there(&name);
        removed.map_err(error("remove", &self.path_of(&name)))
    }

    /// How many of some rows still fit into a file that has so many; a spreadsheet's are limited.
    fn room(&self, n_rows: u64) -> u64 {
        match self.form {
            Form::Plain => u64::MAX,
            Form::Spreadsheet => SHEET_ROWS_MAX.saturating_sub(n_rows),
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
        let folder = place.make_folder()?;
        place.remove_twin(&folder)?;
        let path = place.path(1);
        let file = folder.create(&place.file_name(1));
        let mut res = Self {
            file: file.map_err(error("create", &path))?,
            place,
            folder,
            path,
            n_rows: 0,
            digest: RunningDigest::default(),
            part: 1,
        };
        res.begin_file()?;
        Ok(res)
    }

    /// Goes on with a table from a place in it; what is behind is cut off.
    pub(super) fn cut(place: TablePlace, at: Position) -> Result<Self, WriteError> {
        let folder = place.make_folder()?;
        for part in at.part + 1.. {
            let name = place.file_name(part);
            if !folder.has(&name) {
                break;
            }
            folder
                .remove(&name)
                .map_err(error("remove", &place.path(part)))?;
        }
        if (at.part, at.n_rows) == (1, 1) {
            return Self::begin(place);
        }
        place.remove_twin(&folder)?;
        let path = place.path(at.part);
        let open = || {
            let mut file = folder.open_file(&place.file_name(at.part), Access::Write)?;
            file.set_len(at.digest.n_bytes())?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(error("go on with", &path))?;
        for it in at.full {
            place.finished.add(it);
        }
        Ok(Self {
            place,
            folder,
            file,
            path,
            n_rows: at.n_rows,
            digest: at.digest,
            part: at.part,
        })
    }

    /// Adds rows; the system has them then, the disk perhaps not yet.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        self.push_bytes(rows.bytes(), rows.ends())
    }

    /// Adds bytes of rows, some of which end at these places; the last one may go on.
    pub(super) fn push_bytes(&mut self, bytes: &[u8], ends: &[usize]) -> Result<(), WriteError> {
        let (mut start, mut ends) = (0, ends);
        while start < bytes.len() {
            // There is room for a row that has begun: only at its end it counts.
            if self.place.room(self.n_rows) == 0 {
                self.next_file()?;
            }
            let room = self.place.room(self.n_rows);
            let fitting = usize::try_from(room).map_or(ends.len(), |it| it.min(ends.len()));
            let is_all = room > ends.len() as u64;
            let end = if is_all {
                bytes.len()
            } else {
                ends[fitting - 1]
            };
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

    /// Ends the table: waits until it is on the disk, and makes its twin, if it has one.
    ///
    /// # Errors
    ///
    /// If it does not get there, or the twin cannot be written.
    pub fn finish(self) -> Result<(), WriteError> {
        self.finish_file()?;
        let Some(columns) = &self.place.twin else {
            return Ok(());
        };
        let twin = self.place.twin_name();
        let unfinished = format!("{twin}.unfinished");
        let name = self.place.file_name(self.part);
        let write = || {
            let table = self.folder.open_file(&name, Access::Read)?;
            let mut file = DigestedFile {
                file: &self.folder.create(&unfinished)?,
                digest: RunningDigest::default(),
            };
            write_parquet(table, columns, &mut file)?;
            file.file.sync_data()?;
            self.folder.rename(&unfinished, &twin)?;
            Ok(file.digest)
        };
        let digest = write().map_err(error("write", &self.place.path_of(&twin)))?;
        self.place.finished.add(self.place.record(&twin, &digest));
        Ok(())
    }

    /// Waits until the present file is on the disk, and is done with it.
    fn finish_file(&self) -> Result<(), WriteError> {
        self.sync()?;
        let name = self.place.file_name(self.part);
        self.place
            .finished
            .add(self.place.record(&name, &self.digest));
        Ok(())
    }

    fn next_file(&mut self) -> Result<(), WriteError> {
        self.finish_file()?;
        self.part += 1;
        self.path = self.place.path(self.part);
        let file = self.folder.create(&self.place.file_name(self.part));
        self.file = file.map_err(error("create", &self.path))?;
        self.begin_file()
    }

    fn begin_file(&mut self) -> Result<(), WriteError> {
        self.digest = RunningDigest::default();
        let beginning = self.place.beginning.clone();
        self.write(&beginning)?;
        self.n_rows = 1;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let res = self.file.write_all(bytes);
        res.map_err(error("write", &self.path))?;
        self.digest.add(bytes);
        Ok(())
    }
}

impl WrittenTable {
    /// Opens a table; `None` if it is not there or does not begin as it should.
    pub(super) fn open(place: TablePlace) -> Result<Option<Self>, WriteError> {
        let position = place.start();
        let path = place.path(1);
        let folder = match place.folder() {
            Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
            it => it.map_err(error("read", &path))?,
        };
        let file = open_part(&place, &folder, 1)?;
        Ok(file.map(|file| Self {
            place,
            folder,
            file,
            path,
            position,
        }))
    }

    /// Where the next rows begin.
    pub(super) fn position(&self) -> Position {
        self.position.clone()
    }

    /// The file that the next rows begin in.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the next rows and hands their bytes over, some at a time, so that they may be of any
    /// length; how many bytes there were.
    pub(super) fn read(
        &mut self,
        n_rows: u64,
        n_bytes: u64,
        hand_over: &mut dyn FnMut(&[u8]) -> Result<(), WriteError>,
    ) -> Result<u64, WriteError> {
        let (mut n_read, mut n_rows) = (0, n_rows);
        loop {
            while n_read < n_bytes {
                let piece = self.file.fill_buf();
                let piece = piece.map_err(error("read", &self.path))?;
                let n_left = usize::try_from(n_bytes - n_read).unwrap_or(usize::MAX);
                let piece = &piece[..piece.len().min(n_left)];
                if piece.is_empty() {
                    break;
                }
                hand_over(piece)?;
                self.position.digest.add(piece);
                let n = piece.len();
                self.file.consume(n);
                n_read += n as u64;
            }
            if n_read == n_bytes {
                self.position.n_rows = self.position.n_rows.saturating_add(n_rows);
                return Ok(n_read);
            }
            let room = self.place.room(self.position.n_rows);
            let next = self.position.part + 1;
            let file = match n_rows.checked_sub(room) {
                Some(rest) => {
                    n_rows = rest;
                    open_part(&self.place, &self.folder, next)?
                }
                None => None,
            };
            let Some(file) = file else { return Ok(n_read) };
            self.file = file;
            self.path = self.place.path(next);
            let name = self.place.file_name(self.position.part);
            let full = self.place.record(&name, &self.position.digest);
            self.position.full.push(full);
            self.position = Position {
                part: next,
                full: std::mem::take(&mut self.position.full),
                ..self.place.start()
            };
        }
    }
}

/// Opens a file of a table behind its header; `None` if there is no such file.
fn open_part(
    place: &TablePlace,
    folder: &Folder,
    part: u32,
) -> Result<Option<BufReader<File>>, WriteError> {
    let path = &place.path(part);
    let mut file = match folder.open_file(&place.file_name(part), Access::Read) {
        Err(it) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
        it => BufReader::with_capacity(PIECE_BYTES, it.map_err(error("read", path))?),
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
    use std::fs;

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
        let folder = Folder::open(folder).unwrap();
        TablePlace::new(&folder, &FinishedTables::default(), "t", form, &header)
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
        let mut read = |n_rows, n_bytes| {
            let mut bytes: Vec<u8> = Vec::new();
            let mut take = |piece: &[u8]| {
                bytes.extend(piece);
                Ok(())
            };
            written.read(n_rows, n_bytes, &mut take).unwrap();
            (bytes, written.position())
        };
        let n_bytes = half.bytes().len() as u64;
        let (first_half, at) = read(700_000, n_bytes);
        assert!(first_half == half.bytes());
        let (second_half, end) = read(700_000, n_bytes);
        assert!(second_half == half.bytes());
        assert!(read(1, 1).0.is_empty());
        let mut table = TableFile::cut(place.clone(), at).unwrap();
        assert!(!folder.path().join("excel/t-2.csv").exists());
        table.push(&half).unwrap();
        assert!(text("t.csv") == first && text("t-2.csv") == second);

        // Cut at the end of the second file, and gone on with.
        let mut table = TableFile::cut(place.clone(), end).unwrap();
        table.push(&rows(3)).unwrap();
        assert!(text("t-2.csv") == second + "0\n1\n2\n");

        // Both files are known by what is in them, also what was there before.
        table.finish().unwrap();
        let finished = place.finished.all();
        let names = ["t-2.csv", "t.csv"];
        assert_eq!(finished.len(), names.len());
        for (record, name) in finished.iter().zip(names) {
            let mut digest = RunningDigest::default();
            digest.add(text(name).as_bytes());
            assert_eq!(*record, digest.record(format!("excel/{name}")));
        }
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
        let twin = folder.path().join("t.parquet");
        let finished = |table: Result<TableFile, WriteError>| {
            let mut table = table.unwrap();
            assert!(!twin.exists());
            table.push(&rows(3)).unwrap();
            table.finish().unwrap();
            fs::read(&twin).unwrap()
        };
        let three_rows = finished(TableFile::begin(place.clone()));
        let mut written = WrittenTable::open(place.clone()).unwrap().unwrap();
        written.read(3, 6, &mut |_| Ok(())).unwrap();
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
        assert!(
            folder
                .path()
                .join("t.parquet")
                .symlink_metadata()
                .unwrap()
                .is_file()
        );
        assert!(!folder.path().join("t.parquet.unfinished").exists());
    }
}
