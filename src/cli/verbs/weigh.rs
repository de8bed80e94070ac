//! `weigh`: who would sign a plan, and what would have to change.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{
    ExecutionArguments, FileArgument, OutputArguments, Settings, parse_count,
};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::render::{render_plans, settings_line, terminal_width};
use crate::cli::runs::{
    in_new_folder, make_recorded_page, report_left_out, report_line, spec_failure, study_failure,
};
use crate::cli::{message, options, print};
use crate::run::{FinishedWeighing, WeighingRequest, WeighingSpec, execute_weighing};

#[derive(Debug, Args)]
pub(crate) struct WeighArguments {
    /// A scenario or experiment file
    #[arg(value_name = "SCENARIO")]
    file: FileArgument,
    /// Plan files: one plan in TOML each, or a CSV table with a plan per row
    #[arg(value_name = "PLAN", required = true)]
    plans: Vec<FileArgument>,
    /// Number of draws of all preferences, the same for all plans
    #[arg(long, value_name = "N", default_value = "10000", value_parser = parse_count, allow_negative_numbers = true)]
    draws: u64,
    #[command(flatten)]
    execution: ExecutionArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    settings: Settings,
}

/// The message when plans are left while they are being weighed.
const WEIGHING_LEFT_AT_ONCE: &str =
    "\nstopped immediately: the folder has neither a manifest nor tables";

/// Weighs plans.
pub(crate) fn weigh(arguments: &WeighArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let request = WeighingRequest {
        settings: arguments.settings.set.clone(),
        seed: arguments.settings.seed,
        draws: arguments.draws,
        excel: arguments.execution.formats.workbook(),
        copies: arguments.execution.formats.copies(),
        ..WeighingRequest::new(&arguments.file, &arguments.plans)
    };
    let mut observer = RunObserver::new(ctrl_c, WEIGHING_LEFT_AT_ONCE, arguments.output.quiet);
    let read_file = |it: &Path| read_named(arguments, it);
    let spec = WeighingSpec::load(&request, &read_file, &mut observer);
    let spec = spec.map_err(|it| spec_failure(it, "weigh"))?;
    // Whoever sees the folder can interrupt what fills it.
    observer.ask_first();
    let options = options(arguments.execution.threads, ctrl_c);
    let finished = in_new_folder(arguments.output.out.as_deref(), &spec.name(), |folder| {
        execute_weighing(&spec, folder, &options, &mut observer)
    });
    let finished = finished.map_err(|it| study_failure(&it))?;
    conclude(&spec, &finished, arguments)
}

/// Reads a plan, which the user names, or the scenario and what it names.
fn read_named(arguments: &WeighArguments, path: &Path) -> io::Result<String> {
    let is_plan = arguments
        .plans
        .iter()
        .map(PathBuf::as_path)
        .any(|it| it == path);
    let named = if is_plan { path } else { &arguments.file };
    arguments.settings.cited.reader(named)(path)
}

/// Prints how the plans fare, and writes the page.
fn conclude(
    spec: &WeighingSpec,
    finished: &FinishedWeighing,
    arguments: &WeighArguments,
) -> Result<ExitCode, Failure> {
    let directory = &finished.directory;
    report_left_out(&finished.left_out);
    let Some(evaluated) = &finished.evaluated else {
        message(&format!(
            "interrupted: {} has a manifest but no tables",
            directory.path().display()
        ));
        return Ok(ExitCode::from(130));
    };
    let OutputArguments {
        no_report, quiet, ..
    } = arguments.output;
    if !quiet {
        let settings = settings_line(spec.settings(), terminal_width());
        print(&format!("{}\n{settings}", spec.title()))?;
        print(&render_plans(spec, evaluated, terminal_width()))?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if !no_report {
        make_recorded_page(directory, &finished.manifest)?;
        if !quiet {
            print(&report_line(directory))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
