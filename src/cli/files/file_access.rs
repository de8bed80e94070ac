//! Reading files: those that the user names, and within bounds those that files name.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, thread};

use crate::cli::failure::Failure;
use crate::cli::message;

/// Bytes of a file that people or their scripts may have written; a device never ends.
const FILE_BYTES_MAX: usize = 64 << 20;

/// What files may name other files to be: scenarios, and tables of points.
const ENDINGS: [&str; 2] = ["toml", "csv"];

/// The time after which a message says which pipe is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads the file that the user names, and those that it names.
///
/// A file may come from anywhere, so what it names must lie below the folder above its own, below
/// the working folder, or below the folder that the user allows; links are followed first.
#[derive(Debug)]
pub struct CitedFiles {
    named: PathBuf,
    folders: Vec<PathBuf>,
    by: Citing,
}

/// What names files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Citing {
    /// A scenario or an experiment.
    File,
    /// The journal of a run.
    Journal,
}

impl CitedFiles {
    /// Those that this file may name.
    pub fn of(named: &Path, allowed: Option<&Path>) -> Self {
        // A pipe has no folder of its own.
        let own = named.is_file().then(|| named.parent().and_then(folder));
        let own = own.flatten();
        let above = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        Self {
            named: named.to_owned(),
            folders: near([own, above], allowed),
            by: Citing::File,
        }
    }

    /// Those that the journal of a run may name, none of which the user names.
    pub(crate) fn near_run(run: &Path, allowed: Option<&Path>) -> Self {
        let above = folder(run)
            .as_deref()
            .and_then(Path::parent)
            .map(Path::to_owned);
        Self {
            named: PathBuf::new(),
            folders: near([above, None], allowed),
            by: Citing::Journal,
        }
    }

    /// Whether a file may be named, wherever links lead.
    pub(crate) fn has(&self, path: &Path) -> bool {
        let path = path.canonicalize();
        path.is_ok_and(|path| self.folders.iter().any(|it| path.starts_with(it)))
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// If it may not be named, cannot be read, is too long, or is not UTF-8.
    pub fn read(&self, path: &Path) -> io::Result<String> {
        if path == self.named {
            return read_file(path);
        }
        let refused = |message: &str| io::Error::new(io::ErrorKind::PermissionDenied, message);
        let path = path.canonicalize()?;
        if !self.has(&path) {
            return Err(refused(match self.by {
                Citing::File => {
                    "a file names others in the folder above its own, in the working folder, or \
                     below them; --files-below FOLDER allows another"
                }
                Citing::Journal => {
                    "a run's journal names files in the folder that the run is in, in the working \
                     folder, or below them; --files-below FOLDER allows another"
                }
            }));
        }
        let is_known = |it: &str| path.extension().is_some_and(|ending| ending == it);
        // The user named the file of a run, which may be called anything.
        if self.by == Citing::File && path.is_file() && !ENDINGS.into_iter().any(is_known) {
            return Err(refused("files name scenarios (.toml) and tables (.csv)"));
        }
        if !path.is_dir() && !path.is_file() {
            return Err(refused("it is not an ordinary file"));
        }
        read_file(&path)
    }
}

/// The folders below which files are near: some, the working folder, and one that is allowed.
fn near(folders: [Option<PathBuf>; 2], allowed: Option<&Path>) -> Vec<PathBuf> {
    let is_bounded = |it: &PathBuf| it.parent().is_some();
    // At the top of the file system everything is below.
    let near = folders.into_iter().chain([env::current_dir().ok()]);
    let near = near.flatten().filter(is_bounded);
    near.chain(allowed.and_then(folder)).collect()
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
pub(crate) fn read_file(path: &Path) -> io::Result<String> {
    if path.is_dir() {
        let message = "it is a folder; name a file in it";
        return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
    }
    let bytes = if is_stream(path) {
        read_stream(path)?
    } else {
        read_bytes(File::open(path)?)?
    };
    text_of(bytes)
}

/// Reads the text of a file that is open.
pub(crate) fn read_text(file: File) -> io::Result<String> {
    text_of(read_bytes(file)?)
}

fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|it| *it == b'\n').count();
        let message = format!("line {line} is not UTF-8; save the file as UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, message)
    })
}

/// Whether a file can be read only once: a pipe, or a device.
pub(crate) fn is_stream(path: &Path) -> bool {
    let metadata = path.metadata();
    metadata.is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// The text of a pipe or a device; `None` of any other file.
pub(crate) fn stream_text(path: &Path) -> Result<Option<String>, Failure> {
    let text = is_stream(path).then(|| read_file(path)).transpose();
    text.map_err(|it| Failure::WrongInput(format!("cannot read {}: {it}", path.display())))
}

/// Reads a pipe to its end, and says so if nobody writes to it.
fn read_stream(path: &Path) -> io::Result<Vec<u8>> {
    let (sender, bytes) = mpsc::channel();
    let there = path.to_owned();
    // Nobody waits for it any longer if the program is left.
    let read = move || File::open(&there).and_then(read_bytes);
    thread::Builder::new().spawn(move || sender.send(read()))?;
    let read = match bytes.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => {
            let path = path.display();
            message(&format!("waiting for the end of {path} (Ctrl-C to cancel)"));
            bytes.recv().ok()
        }
        it => it.ok(),
    };
    read.expect("the thread sends what it read")
}

fn read_bytes(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("it has more than {} MiB", FILE_BYTES_MAX >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}
