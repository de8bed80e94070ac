//! `runs`: the runs of a folder with their results.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use crate::cli::failure::Failure;
use crate::cli::files::cannot;
use crate::cli::print;
use crate::cli::render::{run_list, terminal_width};
use crate::cli::runs::{RUNS, listed_runs};

#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    /// The folder with the runs
    #[arg(value_name = "FOLDER", default_value = RUNS)]
    folder: PathBuf,
}

/// Lists the runs of a folder, the newest first.
pub(crate) fn list_runs(arguments: &RunsArguments) -> Result<ExitCode, Failure> {
    let folder = &arguments.folder;
    let runs = match listed_runs(folder) {
        // The first run makes it.
        Err(it) if it.kind() == ErrorKind::NotFound && folder == Path::new(RUNS) => Vec::new(),
        it => it.map_err(|error| cannot("list", folder, &error))?,
    };
    if runs.is_empty() {
        let folder = folder.display();
        print(&format!(
            "There is no run in {folder}; `demarche batch FILE` makes one.\n"
        ))?;
    } else {
        print(&run_list(&runs, Timestamp::now(), terminal_width()))?;
    }
    Ok(ExitCode::SUCCESS)
}
