//! `merge`: the shards of a batch or a sweep become the run that they are parts of.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, OutputArguments};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::runs::{
    JournaledFiles, MERGE, conclude, in_new_folder, read_plan, refuse_existing, reopen_failure,
    run_failure,
};
use crate::cli::shards::open_planned;
use crate::cli::{LEFT_AT_ONCE, hush_caught_panics, options};
use crate::run::{self, MergeableRun, OpenShards, RunRequest};

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// The folders of all shards, in any order
    #[arg(value_name = "SHARD", required_unless_present = "manifest")]
    folders: Vec<PathBuf>,
    /// Combine the shards of this plan, which are beside it: the plan.json that `demarche plan` wrote
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["folders", "files_below"])]
    manifest: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    cited: CitedArguments,
}

/// Combines shards into a run.
pub(crate) fn merge(arguments: &MergeArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(out) = &arguments.output.out {
        refuse_existing(out)?;
    }
    let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, arguments.output.quiet);
    let (run, request) = match &arguments.manifest {
        Some(path) => {
            let (plan, place) = read_plan(path)?;
            let run = open_planned(&plan, &place, &mut observer)?;
            (run, plan.request().clone())
        }
        None => open_named(arguments, &mut observer)?,
    };
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

/// Opens the shards that are named, and what was asked for of the whole run.
fn open_named(
    arguments: &MergeArguments,
    observer: &mut RunObserver<'_>,
) -> Result<(MergeableRun, RunRequest), Failure> {
    let shards = OpenShards::open(&arguments.folders);
    let shards = shards.map_err(|it| reopen_failure(MERGE, it, None))?;
    let request = shards.request().clone();
    let files_below = arguments.cited.files_below.as_deref();
    let files = JournaledFiles::of(shards.first_folder(), &request, files_below);
    let run = shards.load(&|it| files.read(it), observer);
    let run = run.map_err(|it| reopen_failure(MERGE, it, Some(&request)))?;
    Ok((run, request))
}
