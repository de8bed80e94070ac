//! The shards of a plan become the run that they are parts of.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::runs::reopen_failure;
use crate::run::{MergeableRun, Observer, OpenShards, ShardPlan};

/// The action on shards, in words.
const ACT: &str = "merge";

/// Opens all shards of a plan, which are beside it.
pub(crate) fn open_planned(
    plan: &ShardPlan,
    place: &Path,
    observer: &mut dyn Observer,
) -> Result<MergeableRun, Failure> {
    let shards = OpenShards::of_plan(plan, place);
    let shards = shards.map_err(|it| reopen_failure(ACT, it, None))?;
    let run = shards.load(&|it| plan.read_file(it), observer);
    run.map_err(|it| advised(reopen_failure(ACT, it, None)))
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
