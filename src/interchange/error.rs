//! Why other tools' files could not be imported: an error names the file, the place and the reason.

use std::fmt::Write as _;

use demarche_core::domain::{SpaceError, TEXT_CHARS_MAX};

use crate::interchange::INPUT_BYTES_MAX;
use crate::interchange::identifiers::cut;

/// Why files could not be imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is nothing to import.
    #[error("there is no file to import")]
    NoFile,
    /// All files together are larger than [`INPUT_BYTES_MAX`].
    #[error(
        "the files have more than {} MiB together; name the files of those that take part",
        INPUT_BYTES_MAX >> 20
    )]
    TooLarge,
    /// The bytes are no text in a known encoding.
    #[error("{file}: {problem}")]
    Encoding {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// The content is of no known format.
    #[error("{file}: neither GENIUS XML nor JSON or YAML of GeniusWeb or NegMAS")]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// What is in a file, or in all together, does not make a scenario.
    #[error("{file}: {problem}{}", listed(passed_over))]
    Content {
        /// The file; the first, if it is about all of them.
        file: String,
        /// What is wrong.
        problem: Problem,
        /// Other files that were skipped, each with the reason.
        passed_over: Vec<String>,
    },
}

impl ImportError {
    /// The same, with the files that were skipped.
    pub(super) fn beside(mut self, others: &[String]) -> Self {
        if let Self::Content { passed_over, .. } = &mut self {
            passed_over.extend_from_slice(others);
        }
        self
    }
}

/// Maximum number of skipped files that an error lists.
const PASSED_OVER_LISTED: usize = 5;

fn listed(passed_over: &[String]) -> String {
    let mut res = String::new();
    for it in passed_over.iter().take(PASSED_OVER_LISTED) {
        res += "\n  skipped: ";
        res += it;
    }
    if passed_over.len() > PASSED_OVER_LISTED {
        let n_more = passed_over.len() - PASSED_OVER_LISTED;
        let _ = write!(res, "\n  skipped: {n_more} more");
    }
    res
}

/// What is wrong with a content, and where.
#[derive(Debug, thiserror::Error)]
#[error("{}{says}", line.map(|it| format!("line {it}: ")).unwrap_or_default())]
pub struct Problem {
    line: Option<usize>,
    says: String,
}

impl Problem {
    pub(super) fn says(says: impl AsRef<str>) -> Self {
        Self {
            line: None,
            // It may quote what a file calls things.
            says: cut(says.as_ref(), TEXT_CHARS_MAX),
        }
    }

    pub(super) fn at_line(line: usize, says: impl AsRef<str>) -> Self {
        Self {
            line: Some(line),
            ..Self::says(says)
        }
    }

    pub(super) fn of_file(self, file: &str) -> ImportError {
        ImportError::Content {
            file: file.to_owned(),
            problem: self,
            passed_over: Vec::new(),
        }
    }
}

impl From<SpaceError> for Problem {
    fn from(error: SpaceError) -> Self {
        Self::says(format!("these issues cannot form a scenario: {error}"))
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::says(format!("not the JSON of this format: {error}"))
    }
}
