//! Running one shard of a plan, however often it is asked for.

use std::path::Path;

use crate::experiment::Shard;
use crate::run::execute::error::{PlannedShardError, RefusalReason, ReopenError, RunError};
use crate::run::execute::finish::FinishedRun;
use crate::run::execute::journal_head::{head, study_head};
use crate::run::execute::options::RunOptions;
use crate::run::execute::resume::{InterruptedRun, resume};
use crate::run::execute::sessions::execute;
use crate::run::execute::shards::study_shard::{FinishedShard, StudyShard};
use crate::run::journal::JOURNAL;
use crate::run::observer::Observer;
use crate::run::shards::{ShardMarkError, ShardPlan};
use crate::run::spec::{PlannedSpec, RunSpec, StudyWork};

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
) -> Result<Option<FinishedShard>, PlannedShardError> {
    let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
    let is_complete = plan.is_complete(shard, folder);
    if is_complete.map_err(|it| refused(it.into()))? {
        return Ok(None);
    }
    let spec = plan.spec(Some(shard), observer)?;
    let of_study = |spec: &PlannedSpec| StudyShard::of(plan, shard, folder, &study_head(spec));
    let finished = match &spec {
        PlannedSpec::Run(it) => {
            let finished = run_shard(plan, it, folder, options, observer)?;
            FinishedShard {
                n_done: finished.n_sessions,
                n_planned: finished.n_planned,
                noun: plan.request().noun(),
                is_interrupted: finished.is_interrupted(),
            }
        }
        PlannedSpec::Study(it) => {
            let shard = of_study(&spec);
            match it.work() {
                StudyWork::Sensitivity { study, .. } => {
                    shard.run(&study.pieces(&it.cell()), options, observer)
                }
                StudyWork::Flip(search) => shard.run(&search.pieces(), options, observer),
                StudyWork::Robustness(forms) => {
                    shard.run(&forms.pieces(it.cell().seeds), options, observer)
                }
            }?
        }
        PlannedSpec::Weighing(it) => {
            of_study(&spec).run(&it.evaluator().pieces(), options, observer)?
        }
    };
    Ok(Some(finished))
}

/// Runs a shard of a batch or a sweep.
fn run_shard(
    plan: &ShardPlan,
    spec: &RunSpec,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, PlannedShardError> {
    let refused = |reason: RefusalReason| ReopenError::refused(folder, reason);
    if !folder.join(JOURNAL).exists() {
        match execute(spec, folder, options, observer) {
            // Another process began it at the same time.
            Err(RunError::FolderExists(_)) if folder.join(JOURNAL).exists() => {}
            finished => return Ok(finished?),
        }
    }
    let begun = InterruptedRun::open(folder).map_err(|it| refused(it.into()))?;
    let run = begun.load(&|it| plan.read_file(it), &mut ())?;
    if !is_same(run.spec(), spec) {
        return Err(refused(ShardMarkError::Foreign.into()).into());
    }
    Ok(resume(run, options, observer)?.1)
}

/// Whether two specs are of the same shard of the same run.
fn is_same(one: &RunSpec, other: &RunSpec) -> bool {
    head(one).digest() == head(other).digest()
}
