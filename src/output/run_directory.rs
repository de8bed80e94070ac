//! The folder of one run: made new, never overwritten. The only code that writes files.
//!
//! Every file is made new too, so that nothing is written through a link that somebody puts there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::output::csv_rows::Rows;
use crate::output::excel::{BYTE_ORDER_MARK, SHEET_ROWS_MAX};

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} {}", .path.display())]
pub struct WriteError {
    act: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    /// Of a file in the folder for temporary files.
    pub fn temporary(source: io::Error) -> Self {
        Self {
            act: "use the folder for temporary files,",
            path: std::env::temp_dir(),
            source,
        }
    }
}

/// The folder of one run.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

/// A table being written, a part at a time; `None` for one that is not wanted.
#[derive(Debug)]
pub struct TableFile {
    folder: PathBuf,
    name: String,
    form: Form,
    header: Vec<u8>,
    file: BufWriter<File>,
    path: PathBuf,
    /// Rows in the present file, the header included.
    n_rows: u64,
    part: u32,
}

/// For whom a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For programs: one file, however long.
    Plain,
    /// For spreadsheets: with a byte order mark, in as many files as sheets need.
    Spreadsheet,
}

impl RunDirectory {
    /// Makes the folder, and those above it as needed.
    ///
    /// # Errors
    ///
    /// If it exists already, or cannot be made.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let error = |act, path: &Path| {
            let path = path.to_owned();
            move |source| WriteError { act, path, source }
        };
        if let Some(parent) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(error("make the folder", parent))?;
        }
        fs::create_dir(path).map_err(error("make the folder", path))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The folder of a run that is over, for what is made of it.
    pub fn of_finished(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a table, with its header.
    ///
    /// # Errors
    ///
    /// If the file exists or cannot be written.
    pub fn table(&self, name: &str, form: Form, header: &Rows) -> Result<TableFile, WriteError> {
        let folder = match form {
            Form::Plain => self.path.clone(),
            Form::Spreadsheet => {
                let folder = self.path.join("excel");
                make_folder(&folder).map_err(|source| WriteError {
                    act: "make the folder",
                    path: folder.clone(),
                    source,
                })?;
                folder
            }
        };
        let path = folder.join(format!("{name}.csv"));
        let mut res = TableFile {
            file: create(&path)?,
            folder,
            name: name.to_owned(),
            form,
            header: header.bytes().to_vec(),
            path,
            n_rows: 0,
            part: 1,
        };
        res.begin_file()?;
        Ok(res)
    }

    /// Writes a file in one go: under another name first, so that it is there whole or not at all.
    ///
    /// The folder in its name, if there is one, is made as needed.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!("{name}.unfinished"));
        let error = |source| WriteError {
            act: "write",
            path: path.clone(),
            source,
        };
        if let Some((folder, _)) = name.rsplit_once('/') {
            make_folder(&self.path.join(folder)).map_err(error)?;
        }
        // One that a writer left behind, or a link: it goes, and not what it leads to.
        match fs::remove_file(&unfinished) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(error(source)),
            _ => {}
        }
        File::create_new(&unfinished)
            .and_then(|mut it| it.write_all(bytes))
            .map_err(error)?;
        fs::rename(&unfinished, &path).map_err(error)
    }
}

/// Makes a folder that is not there yet; a link to one is none.
fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(path)?.is_dir() {
                Ok(())
            } else {
                Err(error)
            }
        }
        res => res,
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, WriteError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map(BufWriter::new)
        .map_err(|source| WriteError {
            act: "create",
            path: path.to_owned(),
            source,
        })
}

impl TableFile {
    /// Adds rows, and hands them to the system.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        let (bytes, mut ends) = (rows.bytes(), rows.ends());
        let mut start = 0;
        while !ends.is_empty() {
            if self.form == Form::Spreadsheet && self.n_rows == SHEET_ROWS_MAX {
                self.next_file()?;
            }
            let fitting = match self.form {
                Form::Plain => ends.len(),
                Form::Spreadsheet => {
                    let room = SHEET_ROWS_MAX - self.n_rows;
                    usize::try_from(room).map_or(ends.len(), |it| it.min(ends.len()))
                }
            };
            let end = ends[fitting - 1];
            self.write(&bytes[start..end])?;
            self.n_rows += fitting as u64;
            start = end;
            ends = &ends[fitting..];
        }
        self.flush()
    }

    fn next_file(&mut self) -> Result<(), WriteError> {
        self.flush()?;
        self.part += 1;
        self.path = self.folder.join(format!("{}-{}.csv", self.name, self.part));
        self.file = create(&self.path)?;
        self.begin_file()
    }

    fn begin_file(&mut self) -> Result<(), WriteError> {
        if self.form == Form::Spreadsheet {
            self.write(BYTE_ORDER_MARK)?;
        }
        let header = std::mem::take(&mut self.header);
        let res = self.write(&header);
        self.header = header;
        self.n_rows = 1;
        res
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        let res = self.file.write_all(bytes);
        res.map_err(|it| self.error(it))
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let res = self.file.flush();
        res.map_err(|it| self.error(it))
    }

    fn error(&self, source: io::Error) -> WriteError {
        WriteError {
            act: "write",
            path: self.path.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::csv_rows::{Dialect, Field};

    fn rows(n: u64) -> Rows {
        let mut res = Rows::new(Dialect::PLAIN);
        for it in 0..n {
            res.push([Field::Whole(it)]);
        }
        res
    }

    #[test]
    fn a_folder_that_exists_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        assert!(RunDirectory::create(&path).is_ok());
        assert!(RunDirectory::create(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(&folder.path().join("run")).unwrap();
        let outside = folder.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("precious"), "here").unwrap();
        let link = |name: &str, to: &Path| symlink(to, directory.path().join(name)).unwrap();
        link("t.csv", &outside.join("precious"));
        link("new.csv", &outside.join("new"));
        link("m.json.unfinished", &outside.join("precious"));
        link("n.json", &outside.join("precious"));
        link("excel", &outside);
        let header = rows(1);
        assert!(directory.table("t", Form::Plain, &header).is_err());
        assert!(directory.table("new", Form::Plain, &header).is_err());
        assert!(directory.table("x", Form::Spreadsheet, &header).is_err());
        link("figures", &outside);
        assert!(directory.write("figures/f.svg", b"gone").is_err());
        // Here the links themselves are replaced by files.
        directory.write("m.json", b"gone").unwrap();
        directory.write("n.json", b"gone").unwrap();
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        assert_eq!(fs::read(outside.join("precious")).unwrap(), b"here");
    }

    #[test]
    fn rows_that_no_sheet_takes_go_to_further_files() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(&folder.path().join("run")).unwrap();
        let mut header = Rows::new(Dialect::PLAIN);
        header.push([Field::Text("n")]);
        let mut table = directory.table("t", Form::Spreadsheet, &header).unwrap();
        let half = rows(700_000);
        table.push(&half).unwrap();
        table.push(&half).unwrap();
        let lines = |name: &str| {
            let text = fs::read_to_string(directory.path().join("excel").join(name)).unwrap();
            assert!(text.starts_with("\u{feff}n\n"));
            text.lines().count() as u64
        };
        assert_eq!(lines("t.csv"), SHEET_ROWS_MAX);
        assert_eq!(lines("t-2.csv"), 1_400_000 + 2 - SHEET_ROWS_MAX);
    }
}
