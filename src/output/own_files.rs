//! The files of a run: never written through a link that somebody put in their place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Makes a file anew. One that is in its place goes; of a link, the link and not what it leads to.
pub(super) fn create(path: &Path) -> io::Result<File> {
    remove_if_there(path)?;
    File::create_new(path)
}

/// Removes a file or a link, if it is there.
pub(super) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        res => res,
    }
}

/// Opens a file that is there.
///
/// # Errors
///
/// Also if it is a link or a folder.
pub(super) fn reopen(path: &Path, options: &OpenOptions) -> io::Result<File> {
    if path.symlink_metadata()?.is_file() {
        options.open(path)
    } else {
        Err(io::Error::other("it is no file, or a link to one"))
    }
}

/// Whether the last bytes of a file are these; a link or a folder has none.
pub(super) fn ends_with(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let about = path.symlink_metadata()?;
    let Some(rest) = about.len().checked_sub(bytes.len() as u64) else {
        return Ok(false);
    };
    if !about.is_file() {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(rest))?;
    let mut end = Vec::new();
    file.take(bytes.len() as u64).read_to_end(&mut end)?;
    Ok(end == bytes)
}

/// Makes a folder if it is not there yet.
///
/// # Errors
///
/// Also if there is a link to a folder in its place.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if path.symlink_metadata()?.is_dir() {
                Ok(())
            } else {
                Err(error)
            }
        }
        res => res,
    }
}

/// Makes a file anew and waits until its bytes are on the disk, though perhaps not yet its name.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Waits until the names in a folder are on the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file.
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}
