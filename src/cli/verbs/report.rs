//! `report`: a run as a page, made later.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use demarche_core::strategy::Strategies;

use crate::cli::failure::Failure;
use crate::cli::print;
use crate::cli::runs::{create_new, open_run, read_manifest, report_line, write_page_of_run};
use crate::report::{recorded_page, write_page};
use crate::run::PAGE;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The folder to create instead of writing into the run's folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Makes the page of a run.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let run = open_run(&arguments.folder)?;
    let manifest = read_manifest(&run)?;
    let page = recorded_page(&run, &manifest, &Strategies::default())?;
    let directory = if let Some(out) = &arguments.out {
        let directory = create_new(out)?;
        write_page(&directory, &page).map_err(|it| Failure::could_not_finish(&it))?;
        directory
    } else if run.has(PAGE) {
        let there = run.path().join(PAGE);
        return Err(Failure::WrongInput(format!(
            "{} already exists; open it, or write to another folder with --out",
            there.display()
        )));
    } else {
        write_page_of_run(&run, &manifest, &page)?;
        run
    };
    print(&report_line(&directory))?;
    Ok(ExitCode::SUCCESS)
}
