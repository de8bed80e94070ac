//! Running one shard of a plan, however often it is asked for.

use std::path::Path;

use crate::experiment::Shard;
use crate::run::execute::error::{PlannedShardError, RefusalReason, ReopenError, RunError};
use crate::run::execute::finish::FinishedRun;
use crate::run::execute::options::RunOptions;
use crate::run::execute::resume::{InterruptedRun, resume};
use crate::run::execute::sessions::execute;
use crate::run::journal::JOURNAL;
use crate::run::observer::Observer;
use crate::run::shards::{ShardMarkError, ShardPlan};
use crate::run::spec::RunSpec;

/// Runs a shard of a plan into a folder: begins it, or resumes what is there of it.
///
/// Returns `None` if it is complete already. Whoever runs a shard twice, one after the other, gets the
/// same bytes and loses no time; two at once cannot harm each other, since the second one is refused.
///
/// # Errors
///
/// If the plan cannot be run by this program, something else is in the folder, another process is at
/// it, and if the run cannot go on.
pub fn execute_shard(
    plan: &ShardPlan,
    shard: Shard,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<Option<(RunSpec, FinishedRun)>, PlannedShardError> {
    let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
    let is_complete = plan.is_complete(shard, folder);
    if is_complete.map_err(|it| refused(it.into()))? {
        return Ok(None);
    }
    let spec = plan.spec(shard, observer)?;
    if !folder.join(JOURNAL).exists() {
        match execute(&spec, folder, options, observer) {
            // Another process began it at the same time.
            Err(RunError::FolderExists(_)) if folder.join(JOURNAL).exists() => {}
            finished => return Ok(Some((spec, finished?))),
        }
    }
    let begun = InterruptedRun::open(folder).map_err(|it| refused(it.into()))?;
    let run = begun.load(&|it| plan.read_file(it), &mut ())?;
    if !plan.is_of(shard, run.spec()) {
        return Err(refused(ShardMarkError::Foreign.into()).into());
    }
    Ok(Some(resume(run, options, observer)?))
}
