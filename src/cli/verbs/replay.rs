//! `replay`: one session of a run again, from its manifest alone, compared with its tables.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use demarche_core::strategy::Strategies;

use crate::cli::arguments::FileArgument;
use crate::cli::failure::Failure;
use crate::cli::files::{refuse_existing, write_new, written};
use crate::cli::runs::open_run;
use crate::cli::sessions::{Check, check_number, exit_code, read_sessions_manifest};
use crate::cli::{message, print, print_data};
use crate::experiment::CellId;
use crate::report::SessionReport;
use crate::run::{MANIFEST, RecordedCell};
use crate::tables::event_lines;

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// The folder of a batch or of a sweep, or `latest`: the newest run in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The session, by its `replication` in the tables
    #[arg(value_name = "N")]
    replication: u64,
    /// The cell of a sweep
    #[arg(long, value_name = "CELL", default_value_t = 0)]
    cell: u32,
    /// Print the events as JSON lines
    #[arg(long)]
    json: bool,
    /// The page to create: the session round by round
    #[arg(long, value_name = "FILE.html")]
    page: Option<FileArgument>,
}

/// Plays a session of a run again.
pub(crate) fn replay(arguments: &ReplayArguments) -> Result<ExitCode, Failure> {
    if let Some(path) = &arguments.page {
        refuse_existing(path)?;
    }
    let directory = open_run(&arguments.folder)?;
    let folder = directory.path();
    let manifest = read_sessions_manifest(&directory)?;
    check_number(folder, &manifest, arguments.cell, arguments.replication)?;
    let place = folder.join(MANIFEST).display().to_string();
    let cell = RecordedCell::of(
        &manifest,
        &place,
        CellId(arguments.cell),
        &Strategies::default(),
    )?;
    let run = (&directory, &manifest);
    let again = cell.session(run, arguments.cell, arguments.replication)?;
    let (session, result) = again.run()?;
    let check = Check::new(run, arguments.cell, &again, &session, &result)?;
    let whose = cell.whose(&manifest, arguments.cell);
    if let Some(path) = &arguments.page {
        let report = SessionReport {
            manifest: &manifest,
            setting: &again.setting,
            seeds: &again.seeds,
            session: &session,
            result: &result,
            whose: &whose,
            checks: &check.render(folder),
        };
        write_new(path, &report.page().html())?;
    }
    if arguments.json {
        let id = CellId(arguments.cell);
        print_data(&event_lines(&again.setting, id, &session, &result))?;
    } else {
        print(&again.render(&whose, &session, &result))?;
    }
    check.print(folder, arguments.json)?;
    match &arguments.page {
        Some(path) if arguments.json => message(written(path).trim_end()),
        Some(path) => print(&written(path))?,
        None => {}
    }
    if check.is_equal() {
        Ok(exit_code(&result))
    } else {
        Ok(ExitCode::from(1))
    }
}
