//! Why a file of a run could not be written, or not be read again.

use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be written, or not be read again.
#[derive(Debug, thiserror::Error)]
#[error("cannot {act} {}", .path.display())]
pub struct WriteError {
    act: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl WriteError {
    /// Makes an error of what the system says of an act on a file.
    pub(crate) fn at(act: &'static str, path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self {
            act,
            path: path.clone(),
            source,
        }
    }

    /// Of a file in the folder for temporary files.
    pub fn temporary(source: io::Error) -> Self {
        Self {
            act: "use the folder for temporary files,",
            path: std::env::temp_dir(),
            source,
        }
    }

    /// Whether it is that there is something already where something new was to be made.
    pub fn is_of_existing(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}
