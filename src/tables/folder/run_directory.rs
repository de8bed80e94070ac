//! The folder of one run: made new, never overwritten, and resumed if it was stopped.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use crate::tables::folder::safe_fs::{Access, Folder};
use crate::tables::folder::table_file::{TableFile, TablePlace};
use crate::tables::folder::table_records::{
    FinishedTables, RecordedTable, TableDifference, TableRecord,
};
use crate::tables::folder::write_error::WriteError;
use crate::tables::formats::TableCopies;
use crate::tables::schema::Column;

/// The folder of one run, held open: it is written to wherever it is moved meanwhile, and nothing
/// that takes its place is.
#[derive(Debug)]
pub struct RunDirectory {
    folder: Folder,
    finished: FinishedTables,
}

/// Hidden folders that are tried: of processes that had the same number and were killed.
const HIDDEN_MAX: u32 = 100;

impl RunDirectory {
    /// Makes the folder, and those above it as needed.
    ///
    /// # Errors
    ///
    /// If it exists already, or cannot be made.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let above = make_parent(path)?;
        let made = name(path).and_then(|it| above.make_new_folder(it));
        let made = made.map_err(WriteError::at("make the folder", path))?;
        Ok(Self::of(made.called(path)))
    }

    /// Creates the folder with one file in it: both or, if the process ends meanwhile, neither.
    ///
    /// # Errors
    ///
    /// If the folder exists already, or cannot be made.
    pub(crate) fn create_with(path: &Path, file: &str, bytes: &[u8]) -> Result<Self, WriteError> {
        let above = make_parent(path)?;
        let folder = make_with_file(&above, path, file, bytes);
        Ok(Self::of(
            folder.map_err(WriteError::at("make the folder", path))?,
        ))
    }

    /// The same folder, for those who write other files to it.
    pub(crate) fn again(&self) -> Self {
        Self::of(self.folder.clone())
    }

    /// The folder itself, for a file in it that is held open.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Opens the folder of a run that exists already.
    ///
    /// # Errors
    ///
    /// If it is no folder, or cannot be opened.
    pub fn open_existing(path: &Path) -> Result<Self, WriteError> {
        let folder = Folder::open(path).map_err(WriteError::at("open", path))?;
        Ok(Self::of(folder))
    }

    fn of(folder: Folder) -> Self {
        let finished = FinishedTables::default();
        Self { folder, finished }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Whether it is still there, and nothing else in its place.
    pub fn is_in_place(&self) -> bool {
        self.folder.is_in_place()
    }

    /// Begins a table, with its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn table(
        &self,
        name: &str,
        columns: Vec<Column>,
        copies: TableCopies,
    ) -> Result<TableFile, WriteError> {
        TableFile::begin(self.place(name, columns, copies))
    }

    /// Where a table stands.
    pub(crate) fn place(
        &self,
        name: &str,
        columns: Vec<Column>,
        copies: TableCopies,
    ) -> TablePlace {
        TablePlace::new(&self.folder, &self.finished, name, columns, copies)
    }

    /// The tables that were finished in it, as they were written, by path.
    pub fn tables(&self) -> Vec<TableRecord> {
        self.finished.all()
    }

    /// Opens a table to read, by its path; `None` if the run does not have it. That it is as the run
    /// wrote it, as its manifest tells, is known at its end; of a manifest that does not, never.
    ///
    /// # Errors
    ///
    /// If it is missing, is not as long as it was, is a link or anything else than an ordinary file,
    /// or cannot be read.
    pub fn open_table(
        &self,
        path: &str,
        written: &[TableRecord],
    ) -> Result<Option<RecordedTable>, TableDifference> {
        let record = written.iter().find(|it| it.path == path);
        let file = match (self.open(path), record) {
            (Ok(_), None) if !written.is_empty() => Err(TableDifference::Unknown),
            (Ok(file), _) => Ok(file),
            (Err(it), None) if it.kind() == io::ErrorKind::NotFound => return Ok(None),
            (Err(it), Some(_)) if it.kind() == io::ErrorKind::NotFound => {
                Err(TableDifference::Missing)
            }
            (Err(it), _) => Err(TableDifference::Unreadable(it)),
        };
        RecordedTable::new(file?, record.cloned()).map(Some)
    }

    /// Opens a file in it, or in a folder in it, to read.
    ///
    /// # Errors
    ///
    /// Also if the path leads elsewhere, or to a link or anything else than an ordinary file.
    pub fn open(&self, path: &str) -> io::Result<File> {
        let (folder, name) = match path.split_once('/') {
            Some((below, name)) => (self.folder.folder(plain(below)?)?, name),
            None => (self.folder.clone(), path),
        };
        folder.open_file(plain(name)?, Access::Read)
    }

    /// Whether there is anything of that name in it.
    pub fn has(&self, name: &str) -> bool {
        self.folder.has(name)
    }

    /// Writes a file in one go: under another name first, so that it is there whole or not at all.
    ///
    /// The folder in its name, if there is one, is made as needed.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or nobody would find it: if the folder is not where it was.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        self.check_place()?;
        let write = || {
            let (folder, name) = match name.split_once('/') {
                Some((below, name)) => (self.folder.make_folder(below)?, name),
                None => (self.folder.clone(), name),
            };
            folder.write_whole(name, |mut file| file.write_all(bytes))?;
            folder.sync()
        };
        write().map_err(WriteError::at("write", &self.path().join(name)))
    }

    /// Writes a file piece by piece, as [`RunDirectory::write`] does in one go; its name is on the disk
    /// after [`RunDirectory::sync`].
    pub(crate) fn write_from(
        &self,
        name: &str,
        fill: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        self.check_place()?;
        let written = self.folder.write_whole(name, fill);
        written.map_err(WriteError::at("write", &self.path().join(name)))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), WriteError> {
        let removed = self.folder.remove_if_there(name);
        removed
            .and_then(|()| self.folder.sync())
            .map_err(WriteError::at("remove", &self.path().join(name)))
    }

    /// Removes files as far as they are there, finished or not, and the folder if nothing else is in it.
    ///
    /// # Errors
    ///
    /// If something cannot be removed.
    pub fn discard(&self, names: &[&str]) -> Result<(), WriteError> {
        for name in names {
            self.remove(&format!("{name}.unfinished"))?;
            self.remove(name)?;
        }
        self.check_place()?;
        match fs::remove_dir(self.path()) {
            Err(it) if it.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            res => res.map_err(WriteError::at("remove", self.path())),
        }
    }

    /// Removes the files in a folder of the run's that end with a mark, but for those that are named, and
    /// the folder if nothing is left in it.
    ///
    /// # Errors
    ///
    /// If one cannot be removed.
    pub fn remove_marked(
        &self,
        folder: &str,
        mark: &[u8],
        kept: &[String],
    ) -> Result<(), WriteError> {
        // What is no folder of ours, such as a link to one, has no file of ours.
        let Ok(marked) = self.folder.folder(folder) else {
            return Ok(());
        };
        let remove = || {
            let mut is_left = false;
            for name in marked.names()? {
                let is_kept = kept.iter().any(|it| name == it.as_str());
                // What cannot be read is not known to be ours.
                if is_kept || !marked.ends_with(name.as_ref(), mark).unwrap_or(false) {
                    is_left = true;
                } else {
                    marked.remove(&name)?;
                }
            }
            if is_left {
                marked.sync()
            } else {
                self.folder.remove_folder(folder.as_ref())?;
                self.folder.sync()
            }
        };
        remove().map_err(WriteError::at("remove files in", marked.path()))
    }

    /// Waits until the names of its files are on the disk.
    ///
    /// # Errors
    ///
    /// If they do not get there, or the folder is not where it was.
    pub fn sync(&self) -> Result<(), WriteError> {
        self.check_place()?;
        self.folder
            .sync()
            .map_err(WriteError::at("write", self.path()))
    }

    fn check_place(&self) -> Result<(), WriteError> {
        check_place(&self.folder)
    }
}

/// Refuses to go on in a folder that is not where people look for it.
pub(crate) fn check_place(folder: &Folder) -> Result<(), WriteError> {
    if folder.is_in_place() {
        return Ok(());
    }
    let moved = io::Error::new(io::ErrorKind::NotFound, "the folder no longer exists");
    Err(WriteError::at("write to", folder.path())(moved))
}

/// Creates a folder with one file in it, under a hidden name first.
fn make_with_file(above: &Folder, path: &Path, file: &str, bytes: &[u8]) -> io::Result<Folder> {
    let name = Path::new(name(path)?);
    let (hidden, unfinished) = make_hidden(above, name)?;
    let made = unfinished
        .write_durably(file, bytes)
        .and_then(|()| unfinished.sync())
        .and_then(|()| above.rename_to_new(&hidden, name));
    if let Err(error) = made {
        // What cannot be removed is left, and the first error reported.
        let _ = unfinished.remove(file);
        let _ = above.remove_folder(&hidden);
        return Err(error);
    }
    above.sync()?;
    Ok(unfinished.called(path))
}

fn make_hidden(above: &Folder, name: &Path) -> io::Result<(PathBuf, Folder)> {
    let mut number = 1;
    loop {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!("-{}", std::process::id()));
        if number > 1 {
            hidden.push(format!("-{number}"));
        }
        match above.make_new_folder(&hidden) {
            Err(it) if it.kind() == io::ErrorKind::AlreadyExists && number < HIDDEN_MAX => {
                number += 1;
            }
            made => return Ok((hidden.into(), made?)),
        }
    }
}

/// A name that leads to nothing but what is called so.
fn plain(name: &str) -> io::Result<&str> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(it)), None) if it == name => Ok(name),
        _ => Err(io::Error::other("a run has no file of such a name")),
    }
}

/// A folder's own name; a path that ends otherwise leads to one that is there.
fn name(path: &Path) -> io::Result<&OsStr> {
    path.file_name().ok_or(io::ErrorKind::AlreadyExists.into())
}

/// Makes the folder that a path is in, as needed.
fn make_parent(path: &Path) -> Result<Folder, WriteError> {
    let above = path.parent().filter(|it| !it.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new("."));
    let made = match fs::create_dir_all(above) {
        // Something else is there, and not what is to be made in it.
        Err(it) if it.kind() == io::ErrorKind::AlreadyExists => {
            Err(io::ErrorKind::NotADirectory.into())
        }
        res => res.and_then(|()| Folder::open(above)),
    };
    made.map_err(WriteError::at("make the folder", above))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::schema::whole;

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
        link("figures", &outside);
        assert!(directory.write("figures/f.svg", b"gone").is_err());
        link("journal", &outside.join("precious"));
        assert!(
            directory
                .folder
                .open_file("journal", Access::Append)
                .is_err()
        );
        // Here the links themselves are replaced by files.
        let table = |name| directory.table(name, vec![whole("n")], TableCopies::NONE);
        assert!(table("t").is_ok());
        assert!(table("new").is_ok());
        directory.write("m.json", b"gone").unwrap();
        directory.write("n.json", b"gone").unwrap();
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        assert_eq!(fs::read(outside.join("precious")).unwrap(), b"here");
    }
}
