//! What other shells around the library share with the command line: the command line itself, access
//! to files, and the words in which failures are reported.
//!
//! The Python package is such a shell. Its errors have the texts of the command line's, since both take
//! them from here.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::Session;
use demarche_core::randomness::{Replication, Seeds};

use crate::actors::OutsideParties;
use crate::cli::interactive::without_styles;
use crate::cli::program::set_launcher;
use crate::cli::render::{narration, terminal_width};
use crate::cli::run_with;
use crate::cli::sessions::OneSession;

pub use crate::cli::arguments::{parse_tables, party_named};
pub use crate::cli::failure::Failure;
pub use crate::cli::files::CitedFiles;
pub use crate::cli::render::Analysis;
pub use crate::cli::runs::{
    create_new, make_recorded_page, open_run, read_manifest, run_failure, spec_failure,
    study_failure,
};

/// Runs the command line with the arguments of a launcher: a script, the first argument, that is called
/// like the program.
///
/// Returns the exit code.
pub fn run_launched(arguments: Vec<OsString>) -> u8 {
    if let Some(it) = arguments.first() {
        set_launcher(PathBuf::from(it));
    }
    number_of(run_with(arguments))
}

/// The number of an exit code, which the standard library does not tell but by comparison.
fn number_of(code: ExitCode) -> u8 {
    let mut numbers = 0..=u8::MAX;
    let found = numbers.find(|it| ExitCode::from(*it) == code);
    found.expect("an exit code is one of 256")
}

/// Runs one session, in which parties may be answered for from outside; the setting says which.
///
/// # Errors
///
/// If its actors could not go on.
pub fn play_session(
    setting: &Arc<Setting>,
    seeds: Seeds,
    replication: Replication,
    outside: OutsideParties,
) -> Result<(Session, SessionResult), Failure> {
    let one = OneSession {
        setting: Arc::clone(setting),
        seeds,
        replication,
        outside,
    };
    one.run()
}

/// A session as `play` narrates it, without styles.
pub fn narrated(setting: &Setting, session: &Session, result: &SessionResult) -> String {
    let text = narration(setting, session, result, terminal_width());
    without_styles(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_is_known_by_its_number() {
        for number in [0, 1, 2, 3, 75, 130, 255] {
            assert_eq!(number_of(ExitCode::from(number)), number);
        }
    }
}
