//! The folder of one run: made new, never overwritten, and gone on with if it was stopped.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::output::columns::Column;
use crate::output::journal::{JOURNAL, Journal, JournalError, JournalHead, beginning};
use crate::output::own_files::{
    create, ends_with, make_folder, remove_if_there, sync_folder, write_durably,
};
use crate::output::parquet_twin::ParquetTwins;
use crate::output::table_file::{TableFile, TablePlace};

/// Why something could not be written, or not be read again.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} {}", .path.display())]
pub struct WriteError {
    act: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    /// What could not be done with a file, and why.
    pub(super) fn new(act: &'static str, path: PathBuf, source: io::Error) -> Self {
        Self { act, path, source }
    }

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

impl RunDirectory {
    /// Makes the folder, and those above it as needed.
    ///
    /// # Errors
    ///
    /// If it exists already, or cannot be made.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        make_parent(path)?;
        fs::create_dir(path).map_err(error("make the folder", path))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Makes the folder with a journal in it: both or, if the process ends meanwhile, neither.
    ///
    /// # Errors
    ///
    /// If it exists already, or cannot be made.
    pub fn create_with_journal(
        path: &Path,
        head: &JournalHead,
    ) -> Result<(Self, Journal), JournalError> {
        make_parent(path)?;
        // A folder is moved over an empty one.
        if path.symlink_metadata().is_ok() {
            let exists = io::ErrorKind::AlreadyExists.into();
            return Err(error("make the folder", path)(exists).into());
        }
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!("-{}", std::process::id()));
        let unfinished = path.with_file_name(name);
        fs::create_dir(&unfinished).map_err(error("make the folder", path))?;
        let journal = unfinished.join(JOURNAL);
        let made = write_durably(&journal, &beginning(head))
            .and_then(|()| sync_folder(&unfinished))
            .and_then(|()| fs::rename(&unfinished, path))
            .and_then(|()| sync_folder(parent(path)));
        if made.is_err() {
            // What cannot be removed is left, and the first error told.
            let _ = fs::remove_dir_all(&unfinished);
        }
        made.map_err(error("make the folder", path))?;
        let path = path.to_owned();
        Ok((Self { path: path.clone() }, Journal::open(&path)?))
    }

    /// Takes up the folder of a run that was stopped, so that no other process can.
    ///
    /// # Errors
    ///
    /// If there is no journal in it, or it is not one to go on with.
    pub fn reopen(path: &Path) -> Result<(Self, Journal, JournalHead), JournalError> {
        fs::read_dir(path).map_err(error("open", path))?;
        let journal = Journal::open(path)?;
        let head = journal.head()?;
        let path = path.to_owned();
        Ok((Self { path }, journal, head))
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
    /// If the file cannot be written.
    pub fn table(
        &self,
        name: &str,
        columns: Vec<Column>,
        twins: ParquetTwins,
    ) -> Result<TableFile, WriteError> {
        TableFile::begin(self.place(name, columns, twins))
    }

    /// Where a table stands.
    pub(super) fn place(
        &self,
        name: &str,
        columns: Vec<Column>,
        twins: ParquetTwins,
    ) -> TablePlace {
        TablePlace::new(&self.path, name, columns, twins)
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
        let folder = parent(&path);
        let folder_made = if folder == self.path {
            Ok(())
        } else {
            make_folder(folder)
        };
        folder_made
            .and_then(|()| write_durably(&unfinished, bytes))
            .and_then(|()| fs::rename(&unfinished, &path))
            .and_then(|()| sync_folder(folder))
            .map_err(error("write", &path))
    }

    /// Writes a file piece by piece, under another name first, so that it is there whole or not at
    /// all; [`RunDirectory::sync`] then makes sure of it.
    pub(super) fn write_from(
        &self,
        name: &str,
        fill: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let path = self.path.join(name);
        let unfinished = self.path.join(format!("{name}.unfinished"));
        create(&unfinished)
            .and_then(|file| fill(&file))
            .and_then(|()| fs::rename(&unfinished, &path))
            .map_err(error("write", &path))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        remove_if_there(&path)
            .and_then(|()| sync_folder(&self.path))
            .map_err(error("remove", &path))
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
        match fs::remove_dir(&self.path) {
            Err(it) if it.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            res => res.map_err(error("remove", &self.path)),
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
        let folder = self.path.join(folder);
        // What is no folder of ours, such as a link to one, has no file of ours.
        if !folder.symlink_metadata().is_ok_and(|it| it.is_dir()) {
            return Ok(());
        }
        let mut is_left = false;
        for entry in fs::read_dir(&folder).map_err(error("read", &folder))? {
            let entry = entry.map_err(error("read", &folder))?;
            let path = entry.path();
            let is_kept = kept.iter().any(|it| entry.file_name() == it.as_str());
            // What cannot be read is not known to be ours.
            if is_kept || !ends_with(&path, mark).unwrap_or(false) {
                is_left = true;
            } else {
                remove_if_there(&path).map_err(error("remove", &path))?;
            }
        }
        if is_left {
            sync_folder(&folder)
        } else {
            fs::remove_dir(&folder).and_then(|()| sync_folder(&self.path))
        }
        .map_err(error("remove files in", &folder))
    }

    /// Waits until everything in the folder is on the disk.
    ///
    /// # Errors
    ///
    /// If something does not get there.
    pub fn sync(&self) -> Result<(), WriteError> {
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(error("read", &folder))? {
                let entry = entry.map_err(error("read", &folder))?;
                let (path, kind) = (entry.path(), entry.file_type());
                let kind = kind.map_err(error("read", &path))?;
                // What is neither, such as a link, is none of ours.
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let synced = File::open(&path).and_then(|it| it.sync_all());
                    synced.map_err(error("write", &path))?;
                }
            }
            sync_folder(&folder).map_err(error("write", &folder))?;
        }
        Ok(())
    }
}

fn error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError { act, path, source }
}

/// The folder that a path is in.
fn parent(path: &Path) -> &Path {
    let above = path.parent().filter(|it| !it.as_os_str().is_empty());
    above.unwrap_or(Path::new("."))
}

fn make_parent(path: &Path) -> Result<(), WriteError> {
    let parent = parent(path);
    fs::create_dir_all(parent).map_err(error("make the folder", parent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::columns::whole;

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
        link(JOURNAL, &outside.join("precious"));
        assert!(Journal::open(directory.path()).is_err());
        // Here the links themselves are replaced by files.
        let table = |name| directory.table(name, vec![whole("n")], ParquetTwins::Omitted);
        assert!(table("t").is_ok());
        assert!(table("new").is_ok());
        directory.write("m.json", b"gone").unwrap();
        directory.write("n.json", b"gone").unwrap();
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        assert_eq!(fs::read(outside.join("precious")).unwrap(), b"here");
    }
}
