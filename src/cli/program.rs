//! The file of this program, which others start again: engines of shards, and who checks a plan.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The script by which another program runs this one's command line.
static LAUNCHER: OnceLock<PathBuf> = OnceLock::new();

/// Says that a script runs this command line within another program, such as Python.
pub(crate) fn set_launcher(script: PathBuf) {
    // Whoever comes second is the same script: a process has one command line.
    let _ = LAUNCHER.set(script);
}

/// The script that runs this command line; `None` if the process is the program itself.
pub(crate) fn launcher() -> Option<&'static Path> {
    LAUNCHER.get().map(PathBuf::as_path)
}

/// The file that has to be run to run this program.
pub(crate) fn program() -> io::Result<PathBuf> {
    match launcher() {
        Some(it) => std::path::absolute(it),
        None => std::env::current_exe(),
    }
}
