//! Files that verbs write besides runs: new ones, exclusively.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::cli::failure::Failure;

/// Writes a file that was not there before.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::File::create_new(path);
    file.and_then(|mut it| it.write_all(text.as_bytes()))
        .map_err(|error| cannot("write", path, &error))
}

/// Which file was written, for people.
pub(crate) fn written(path: &Path) -> String {
    format!("Written: {}\n", path.display())
}

/// Refuses a file to write that is there already, before any work is done for it.
pub(crate) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Failure::WrongInput(format!(
            "{} already exists, and files are never overwritten; name another",
            path.display()
        ))),
        Err(_) => Ok(()),
    }
}

/// Tells what could not be done with a file.
pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::WrongInput(format!("cannot {what} {}: {error}", path.display()))
}
