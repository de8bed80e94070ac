//! `open`: the page of a run in the browser.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::interactive::open_in_browser;
use crate::cli::print;
use crate::cli::runs::{make_recorded_page, open_run, read_manifest, report_line};
use crate::run::PAGE;

#[derive(Debug, Args)]
pub(crate) struct OpenArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN", default_value = "latest")]
    folder: PathBuf,
}

/// Opens the page of a run in the browser, and makes it before if there is none.
pub(crate) fn open(arguments: &OpenArguments) -> Result<ExitCode, Failure> {
    let run = open_run(&arguments.folder)?;
    if !run.has(PAGE) {
        let manifest = read_manifest(&run)?;
        make_recorded_page(&run, &manifest)?;
    }
    print(&report_line(&run))?;
    open_in_browser(&run.path().join(PAGE))?;
    Ok(ExitCode::SUCCESS)
}
