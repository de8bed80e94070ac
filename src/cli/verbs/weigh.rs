//! `weigh`: who would sign a plan, and what would have to change.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{ExecutionArguments, OutputArguments, Settings};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::options;
use crate::cli::questions::WeighingQuestion;
use crate::cli::runs::{conclude_weighing, in_new_folder, spec_failure, study_failure};
use crate::run::{WeighingSpec, execute_weighing};

#[derive(Debug, Args)]
pub(crate) struct WeighArguments {
    #[command(flatten)]
    question: WeighingQuestion,
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
    let WeighArguments {
        question,
        execution,
        output,
        settings,
    } = arguments;
    let mut observer = RunObserver::new(ctrl_c, WEIGHING_LEFT_AT_ONCE, output.quiet);
    let request = question.request(&execution.formats, settings);
    let read_file = |it: &Path| question.read(settings, it);
    let spec = WeighingSpec::load(request, &read_file, &mut observer);
    let spec = spec.map_err(|it| spec_failure(it, "weigh"))?;
    // Whoever sees the folder can interrupt what fills it.
    observer.ask_first();
    let options = options(execution.threads, ctrl_c);
    let finished = in_new_folder(output.out.as_deref(), &spec.name(), |folder| {
        execute_weighing(&spec, folder, &options, &mut observer)
    });
    let finished = finished.map_err(|it| study_failure(&it))?;
    conclude_weighing(&spec, &finished, !output.no_report, output.quiet)
}
