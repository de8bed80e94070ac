//! `merge`: the shards of a batch or a sweep become the run that they are parts of.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, OutputArguments};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::runs::{
    JournaledFiles, conclude, in_new_folder, refuse_existing, reopen_failure, run_failure,
};
use crate::cli::{LEFT_AT_ONCE, hush_caught_panics, options};
use crate::run::{self, OpenShards};

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// The folders of all shards, in any order
    #[arg(value_name = "SHARD", required = true)]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    cited: CitedArguments,
}

/// The action on shards, in words.
const ACT: &str = "merge";

/// Combines shards into a run.
pub(crate) fn merge(arguments: &MergeArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(out) = &arguments.output.out {
        refuse_existing(out)?;
    }
    let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, arguments.output.quiet);
    let shards = OpenShards::open(&arguments.folders);
    let shards = shards.map_err(|it| reopen_failure(ACT, it, None))?;
    let request = shards.request().clone();
    let files_below = arguments.cited.files_below.as_deref();
    let files = JournaledFiles::of(shards.first_folder(), &request, files_below);
    let run = shards.load(&|it| files.read(it), &mut observer);
    let run = run.map_err(|it| reopen_failure(ACT, it, Some(&request)))?;
    hush_caught_panics();
    let options = options(None, ctrl_c);
    let finished = in_new_folder(
        arguments.output.out.as_deref(),
        run.spec().name(),
        |folder| run::merge(&run, folder, &options, &mut observer),
    );
    let finished = finished.map_err(|it| run_failure(&it, &request))?;
    conclude(
        run.spec(),
        &finished,
        !arguments.output.no_report,
        arguments.output.quiet,
    )
}
