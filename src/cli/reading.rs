//! Reading files: those that the user names, and within bounds those that files name.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Bytes of a file that people or their scripts may have written; a device never ends.
const FILE_BYTES_MAX: usize = 64 << 20;

/// What files may name other files to be: scenarios, and tables of points.
const ENDINGS: [&str; 2] = ["toml", "csv"];

/// Reads the file that the user names, and those that it names.
///
/// A file may come from anywhere, so what it names must lie below the folder above its own, below
/// the working folder, or below the folder that the user allows; links are followed first.
#[derive(Debug)]
pub(super) struct CitedFiles {
    named: PathBuf,
    folders: Vec<PathBuf>,
}

impl CitedFiles {
    /// Those that this file may name.
    pub(super) fn of(named: &Path, allowed: Option<&Path>) -> Self {
        let own = named.parent().and_then(folder);
        let above = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        let is_bounded = |it: &PathBuf| it.parent().is_some();
        // At the top of the file system everything is below.
        let near = [own, above, env::current_dir().ok()].into_iter().flatten();
        let allowed = allowed.and_then(folder);
        Self {
            named: named.to_owned(),
            folders: near.filter(is_bounded).chain(allowed).collect(),
        }
    }

    /// Reads one.
    pub(super) fn read(&self, path: &Path) -> io::Result<String> {
        if path == self.named {
            return read_file(path);
        }
        let refused = |message: &str| io::Error::new(io::ErrorKind::PermissionDenied, message);
        let path = path.canonicalize()?;
        if !self.folders.iter().any(|it| path.starts_with(it)) {
            return Err(refused(
                "a file names others in the folder above its own, in the working folder, or below \
                 them; --files-below FOLDER allows another",
            ));
        }
        let is_known = |it: &str| path.extension().is_some_and(|ending| ending == it);
        if path.is_file() && !ENDINGS.into_iter().any(is_known) {
            return Err(refused("files name scenarios (.toml) and tables (.csv)"));
        }
        if !path.is_dir() && !path.is_file() {
            return Err(refused("it is no ordinary file"));
        }
        read_file(&path)
    }
}

/// A folder without links in its path; `None` if it is not there.
fn folder(path: &Path) -> Option<PathBuf> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    path.canonicalize().ok()
}

/// Reads a text file that the user names.
pub(super) fn read_file(path: &Path) -> io::Result<String> {
    if path.is_dir() {
        let message = "it is a folder; name a file in it";
        return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
    }
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("it has more than {} MiB", FILE_BYTES_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|it| *it == b'\n').count();
        let message = format!("line {line} is not UTF-8; save the file as UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}
