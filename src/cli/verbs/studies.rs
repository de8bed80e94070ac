//! `sensitivity`, `flip` and `robustness`: what the answer depends on, and what would change it.

use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{ExecutionArguments, FileArgument, OutputArguments, Settings};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::questions::{FlipQuestion, Question, RobustnessQuestion, SensitivityQuestion};
use crate::cli::runs::{conclude_study, in_new_folder, spec_failure, study_failure};
use crate::cli::{hush_caught_panics, options};
use crate::run::{StudySpec, execute_study};

#[derive(Debug, Args)]
pub(crate) struct StudyArguments<Q: Question> {
    /// An experiment or scenario file
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    #[command(flatten)]
    execution: ExecutionArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    question: Q,
}

pub(crate) type SensitivityArguments = StudyArguments<SensitivityQuestion>;
pub(crate) type FlipArguments = StudyArguments<FlipQuestion>;
pub(crate) type RobustnessArguments = StudyArguments<RobustnessQuestion>;

/// The message when a study is stopped while it evaluates its sessions.
const STUDY_LEFT_AT_ONCE: &str = "\nstopped immediately: the folder has a manifest but no tables";

/// Runs a study and prints its findings.
pub(crate) fn study<Q: Question>(
    arguments: &StudyArguments<Q>,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let StudyArguments {
        file,
        execution,
        output,
        settings,
        question,
    } = arguments;
    let mut observer = RunObserver::new(ctrl_c, STUDY_LEFT_AT_ONCE, output.quiet);
    let request = question.request(file, &execution.formats, settings);
    let verb = request.question.verb();
    let spec = StudySpec::load(request, &settings.cited.reader(file), &mut observer);
    let spec = spec.map_err(|it| spec_failure(it, verb))?;
    hush_caught_panics();
    // Whoever sees the folder can interrupt what fills it.
    observer.ask_first();
    let options = options(execution.threads, ctrl_c);
    let finished = in_new_folder(output.out.as_deref(), &spec.name(), |folder| {
        execute_study(&spec, folder, &options, &mut observer)
    });
    let finished = finished.map_err(|it| study_failure(&it))?;
    conclude_study(&spec, &finished, !output.no_report, output.quiet)
}
