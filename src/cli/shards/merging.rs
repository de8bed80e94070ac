//! The shards of a plan become the run that they are parts of.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::files::cannot;
use crate::cli::runs::{MERGE, reopen_failure, study_failure};
use crate::run::{self, FinishedRun, MergeableRun, Observer, OpenShards, RunOptions, ShardPlan};
use crate::tables::RunDirectory;

/// The folder beside a plan that a merge fills before it gets its place.
const UNFINISHED: &str = "merging";

/// Opens all shards of a plan, which are beside it.
pub(crate) fn open_planned(
    plan: &ShardPlan,
    place: &Path,
    observer: &mut dyn Observer,
) -> Result<MergeableRun, Failure> {
    let shards = OpenShards::of_plan(plan, place);
    let shards = shards.map_err(|it| reopen_failure(MERGE, it, None))?;
    let run = shards.load(&|it| plan.read_file(it), observer);
    run.map_err(|it| advised(reopen_failure(MERGE, it, None)))
}

/// Adds what to do with the shards of a plan that cannot be merged.
fn advised(failure: Failure) -> Failure {
    if let Failure::Shards(it) = failure {
        let advice = "remove the folder of each, and run the shard again";
        Failure::Shards(format!("{it}\n{advice}"))
    } else {
        failure
    }
}

/// Merges shards beside their plan, and moves the run to its place once it is complete: if it is
/// stopped before, it begins anew.
pub(crate) fn merge_aside(
    run: &MergeableRun,
    place: &Path,
    out: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, Failure> {
    let unfinished = place.join(UNFINISHED);
    match fs::remove_dir_all(&unfinished) {
        Err(it) if it.kind() != ErrorKind::NotFound => {
            return Err(cannot("remove", &unfinished, &it));
        }
        _ => {}
    }
    let finished = run::merge(run, &unfinished, options, observer);
    let finished = finished.map_err(|it| study_failure(&it))?;
    if finished.is_interrupted() {
        return Err(Failure::Interrupted);
    }
    fs::rename(&unfinished, out).map_err(|it| cannot("move the merged run to", out, &it))?;
    let directory = RunDirectory::open_existing(out);
    Ok(FinishedRun {
        directory: directory.map_err(|it| Failure::could_not_finish(&it))?,
        ..finished
    })
}
