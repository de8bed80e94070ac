//! Folders held open, and the files in them: never reached through a link that somebody put in their
//! place, and never anything but ordinary files.
//!
//! On Unix all is done relative to the open folder, so that what stands at its path by now makes no
//! difference. Elsewhere files are found by their paths, and links are looked for before.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A folder held open.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    handle: system::Handle,
}

/// What a file that is there is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    Write,
    /// To be read, and written at its end.
    Append,
}

impl Folder {
    /// Opens a folder that somebody names; a link to one will do.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            handle: system::open(path)?,
            path: path.to_owned(),
        })
    }

    /// Where it was when it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same folder, which is to be called so from now on.
    pub(crate) fn called(self, path: &Path) -> Self {
        let path = path.to_owned();
        Self { path, ..self }
    }

    /// Whether it is still what its path leads to.
    pub(crate) fn is_in_place(&self) -> bool {
        system::is_in_place(self)
    }

    /// Opens a folder in it.
    pub(crate) fn folder(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        let name = name.as_ref();
        Ok(Self {
            handle: system::open_folder(self, name)?,
            path: self.path.join(name),
        })
    }

    /// Opens a folder in it, which is made if it is not there.
    pub(crate) fn make_folder(&self, name: &str) -> io::Result<Self> {
        match self.make_new_folder(name) {
            Err(it) if it.kind() == io::ErrorKind::AlreadyExists => self.folder(name),
            res => res,
        }
    }

    /// Makes a folder in it.
    ///
    /// # Errors
    ///
    /// Also if there is anything of that name.
    pub(crate) fn make_new_folder(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        let name = name.as_ref();
        system::make_folder(self, name)?;
        self.folder(name)
    }

    /// Gives a folder in it another name.
    ///
    /// # Errors
    ///
    /// Also if there is anything of that name. Where the file system cannot tell, an empty folder
    /// that appears just then is replaced.
    pub(crate) fn rename_to_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        let is_there = io::ErrorKind::AlreadyExists;
        if system::has(self, to) {
            return Err(is_there.into());
        }
        match system::rename_to_new(self, from, to) {
            Err(it) if it.kind() == io::ErrorKind::DirectoryNotEmpty => Err(is_there.into()),
            res => res,
        }
    }

    /// The names of what is in it, in no order.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        system::names(self)
    }

    /// Whether a file ends with these bytes; a link or a folder does not.
    pub(crate) fn ends_with(&self, name: &Path, bytes: &[u8]) -> io::Result<bool> {
        let mut file = system::open_file(self, name, Access::Read)?;
        let Some(rest) = file.metadata()?.len().checked_sub(bytes.len() as u64) else {
            return Ok(false);
        };
        file.seek(SeekFrom::Start(rest))?;
        let mut end = Vec::new();
        file.take(bytes.len() as u64).read_to_end(&mut end)?;
        Ok(end == bytes)
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        system::remove_folder(self, name)
    }

    /// Replaces an existing file; a symbolic link is removed, not followed.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.remove_if_there(name)?;
        system::create(self, name.as_ref())
    }

    /// Opens a file that is there.
    ///
    /// # Errors
    ///
    /// Also if it is a link, or anything else than an ordinary file.
    pub(crate) fn open_file(&self, name: &str, access: Access) -> io::Result<File> {
        let file = system::open_file(self, name.as_ref(), access)?;
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(no_ordinary_file())
        }
    }

    /// Whether there is anything of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        system::has(self, name.as_ref())
    }

    /// Removes a file or a link.
    pub(crate) fn remove(&self, name: impl AsRef<Path>) -> io::Result<()> {
        system::remove(self, name.as_ref())
    }

    /// Removes a file or a link, if it is there.
    pub(crate) fn remove_if_there(&self, name: &str) -> io::Result<()> {
        match self.remove(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            res => res,
        }
    }

    /// Gives a file another name, and the place of what has that name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        system::rename(self, from.as_ref(), to.as_ref())
    }

    /// Makes a file anew and waits until its bytes are on the disk, though perhaps not yet its name.
    pub(crate) fn write_durably(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.create(name)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Writes a file under another name first, so that it is there whole or not at all; its bytes are
    /// on the disk then, though perhaps not yet its name.
    pub(crate) fn write_whole<T>(
        &self,
        name: &str,
        fill: impl FnOnce(&File) -> io::Result<T>,
    ) -> io::Result<T> {
        let unfinished = format!("{name}.unfinished");
        let file = self.create(&unfinished)?;
        let filled = fill(&file)?;
        file.sync_data()?;
        self.rename(&unfinished, name)?;
        Ok(filled)
    }

    /// Waits until the names in it are on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        system::sync(self)
    }
}

fn no_ordinary_file() -> io::Error {
    io::Error::other("it is not an ordinary file or a link to one")
}

#[cfg(unix)]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;
    use std::sync::Arc;

    use rustix::fs::{
        AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, fsync, mkdirat, openat, renameat,
        stat, statat, unlinkat,
    };

    use super::{Access, Folder, no_ordinary_file};

    pub(crate) type Handle = Arc<OwnedFd>;

    const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

    pub(crate) fn open(path: &Path) -> io::Result<Handle> {
        Ok(Arc::new(openat(CWD, path, FOLDER, Mode::empty())?))
    }

    pub(crate) fn open_folder(within: &Folder, name: &Path) -> io::Result<Handle> {
        let flags = FOLDER.union(OFlags::NOFOLLOW);
        let opened = openat(&within.handle, name, flags, Mode::empty())?;
        Ok(Arc::new(opened))
    }

    pub(crate) fn is_in_place(folder: &Folder) -> bool {
        let identity = |it: Stat| (it.st_dev, it.st_ino);
        let there = stat(&folder.path).ok().map(identity);
        there.is_some() && there == fstat(&folder.handle).ok().map(identity)
    }

    pub(crate) fn make_folder(within: &Folder, name: &Path) -> io::Result<()> {
        let anybody = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        Ok(mkdirat(&within.handle, name, anybody)?)
    }

    pub(crate) fn names(folder: &Folder) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&folder.handle)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(crate) fn remove_folder(within: &Folder, name: &Path) -> io::Result<()> {
        Ok(unlinkat(&within.handle, name, AtFlags::REMOVEDIR)?)
    }

    pub(crate) fn create(within: &Folder, name: &Path) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let anybody = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;
        Ok(openat(&within.handle, name, flags, anybody)?.into())
    }

    pub(crate) fn open_file(within: &Folder, name: &Path, access: Access) -> io::Result<File> {
        let there = statat(&within.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(there.st_mode) != FileType::RegularFile {
            return Err(no_ordinary_file());
        }
        let access = match access {
            Access::Read => OFlags::RDONLY,
            Access::Write => OFlags::WRONLY,
            Access::Append => OFlags::RDWR | OFlags::APPEND,
        };
        // A pipe that took its place since is not waited for.
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(openat(&within.handle, name, flags, Mode::empty())?.into())
    }

    pub(crate) fn has(within: &Folder, name: &Path) -> bool {
        statat(&within.handle, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    pub(crate) fn remove(within: &Folder, name: &Path) -> io::Result<()> {
        Ok(unlinkat(&within.handle, name, AtFlags::empty())?)
    }

    pub(crate) fn rename(within: &Folder, from: &Path, to: &Path) -> io::Result<()> {
        Ok(renameat(&within.handle, from, &within.handle, to)?)
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    pub(crate) fn rename_to_new(within: &Folder, from: &Path, to: &Path) -> io::Result<()> {
        use rustix::fs::{RenameFlags, renameat_with};
        use rustix::io::Errno;

        let handle = &within.handle;
        match renameat_with(handle, from, handle, to, RenameFlags::NOREPLACE) {
            // The file system does not know how.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename(within, from, to),
            res => Ok(res?),
        }
    }

    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    pub(crate) use rename as rename_to_new;

    pub(crate) fn sync(folder: &Folder) -> io::Result<()> {
        Ok(fsync(&folder.handle)?)
    }
}

#[cfg(not(unix))]
mod system {
    use std::ffi::OsString;
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    use super::{Access, Folder, no_ordinary_file};

    pub(crate) type Handle = ();

    pub(crate) fn open(path: &Path) -> io::Result<Handle> {
        fs::read_dir(path).map(|_| ())
    }

    pub(crate) fn open_folder(within: &Folder, name: &Path) -> io::Result<Handle> {
        if within.path.join(name).symlink_metadata()?.is_dir() {
            Ok(())
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    pub(crate) fn is_in_place(folder: &Folder) -> bool {
        folder.path.is_dir()
    }

    pub(crate) fn make_folder(within: &Folder, name: &Path) -> io::Result<()> {
        fs::create_dir(within.path.join(name))
    }

    pub(crate) fn names(folder: &Folder) -> io::Result<Vec<OsString>> {
        fs::read_dir(&folder.path)?
            .map(|it| Ok(it?.file_name()))
            .collect()
    }

    pub(crate) fn remove_folder(within: &Folder, name: &Path) -> io::Result<()> {
        fs::remove_dir(within.path.join(name))
    }

    pub(crate) fn create(within: &Folder, name: &Path) -> io::Result<File> {
        File::create_new(within.path.join(name))
    }

    pub(crate) fn open_file(within: &Folder, name: &Path, access: Access) -> io::Result<File> {
        let path = within.path.join(name);
        if !path.symlink_metadata()?.is_file() {
            return Err(no_ordinary_file());
        }
        let mut options = File::options();
        match access {
            Access::Read => options.read(true),
            Access::Write => options.write(true),
            Access::Append => options.read(true).append(true),
        };
        options.open(path)
    }

    pub(crate) fn has(within: &Folder, name: &Path) -> bool {
        within.path.join(name).symlink_metadata().is_ok()
    }

    pub(crate) fn remove(within: &Folder, name: &Path) -> io::Result<()> {
        fs::remove_file(within.path.join(name))
    }

    pub(crate) fn rename(within: &Folder, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(within.path.join(from), within.path.join(to))
    }

    pub(crate) use rename as rename_to_new;

    pub(crate) fn sync(_: &Folder) -> io::Result<()> {
        // A folder cannot be opened as a file there.
        Ok(())
    }
}
