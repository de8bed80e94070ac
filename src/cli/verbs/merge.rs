//! `merge`: shards become the run or the study that they are parts of.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::{CitedArguments, OutputArguments};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::runs::{
    JournaledFiles, MERGE, in_new_folder, planned_merge_failure, read_plan, refuse_existing,
    reopen_failure,
};
use crate::cli::shards::{MergedPlan, merge_failure};
use crate::cli::{LEFT_AT_ONCE, hush_caught_panics, options};
use crate::run::{MergeablePlan, OpenShards};

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

/// What is said where the merge of a study is left at once.
const STUDY_LEFT_AT_ONCE: &str = "\nstopped immediately; remove the folder and merge again";

/// Combines shards into a run or a study.
pub(crate) fn merge(arguments: &MergeArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let output = &arguments.output;
    if let Some(out) = &output.out {
        refuse_existing(out)?;
    }
    let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, output.quiet);
    let shards = match &arguments.manifest {
        Some(path) => {
            let (plan, place) = read_plan(path)?;
            let opened = MergeablePlan::open(&plan, &place, &mut observer);
            opened.map_err(planned_merge_failure)?
        }
        None => open_named(arguments, &mut observer)?,
    };
    if !matches!(shards, MergeablePlan::Run(_)) {
        observer = RunObserver::new(ctrl_c, STUDY_LEFT_AT_ONCE, output.quiet);
    }
    hush_caught_panics();
    let options = options(None, ctrl_c);
    let merged = in_new_folder(output.out.as_deref(), &shards.name(), |folder| {
        MergedPlan::of(&shards, folder, &options, &mut observer)
    });
    let merged = merged.map_err(|it| merge_failure(&it, &shards))?;
    merged.conclude(!output.no_report, output.quiet)
}

/// Opens the shards that are named.
fn open_named(
    arguments: &MergeArguments,
    observer: &mut RunObserver<'_>,
) -> Result<MergeablePlan, Failure> {
    let shards = OpenShards::open(&arguments.folders);
    let shards = shards.map_err(|it| reopen_failure(MERGE, it, None))?;
    let request = shards.request().clone();
    let files_below = arguments.cited.files_below.as_deref();
    let files = JournaledFiles::of(shards.first_folder(), &request, files_below);
    let run = shards.load(&|it| files.read(it), observer);
    let run = run.map_err(|it| reopen_failure(MERGE, it, Some(&request)))?;
    Ok(MergeablePlan::Run(run.into()))
}
