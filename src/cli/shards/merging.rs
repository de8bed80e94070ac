//! Shards become the run or the study that they are parts of.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::failure::Failure;
use crate::cli::files::cannot;
use crate::cli::runs::{conclude, conclude_study, conclude_weighing, run_failure, study_failure};
use crate::run::{
    FinishedRun, FinishedStudy, FinishedWeighing, MergeablePlan, Observer, RunError, RunOptions,
    RunSpec, StudySpec, WeighingSpec, merge, merge_study, merge_weighing,
};
use crate::tables::RunDirectory;

/// The folder beside a plan that a merge fills before it gets its place.
const UNFINISHED: &str = "merging";

/// What became of all shards of a plan.
#[derive(Debug)]
pub(crate) enum MergedPlan<'a> {
    Run(&'a RunSpec, Box<FinishedRun>),
    Study(&'a StudySpec, Box<FinishedStudy<'a>>),
    Weighing(&'a WeighingSpec, Box<FinishedWeighing>),
}

impl<'a> MergedPlan<'a> {
    /// Merges shards into a folder, which must not exist.
    pub(crate) fn of(
        shards: &'a MergeablePlan,
        folder: &Path,
        options: &RunOptions,
        observer: &mut dyn Observer,
    ) -> Result<Self, RunError> {
        Ok(match shards {
            MergeablePlan::Run(it) => {
                let finished = merge(it, folder, options, observer)?;
                Self::Run(it.spec(), finished.into())
            }
            MergeablePlan::Study(it) => {
                let finished = merge_study(it, folder, options, observer)?;
                Self::Study(it.spec(), finished.into())
            }
            MergeablePlan::Weighing(it) => {
                let finished = merge_weighing(it, folder, options, observer)?;
                Self::Weighing(it.spec(), finished.into())
            }
        })
    }

    fn is_interrupted(&self) -> bool {
        match self {
            Self::Run(_, it) => it.is_interrupted(),
            Self::Study(_, it) => it.answer.is_none(),
            Self::Weighing(_, it) => it.evaluated.is_none(),
        }
    }

    fn directory(&mut self) -> &mut RunDirectory {
        match self {
            Self::Run(_, it) => &mut it.directory,
            Self::Study(_, it) => &mut it.directory,
            Self::Weighing(_, it) => &mut it.directory,
        }
    }

    /// Tells what came out of it, and makes its page.
    pub(crate) fn conclude(&self, has_report: bool, is_quiet: bool) -> Result<ExitCode, Failure> {
        match self {
            Self::Run(spec, it) => conclude(spec, it, has_report, is_quiet),
            Self::Study(spec, it) => conclude_study(spec, it, has_report, is_quiet),
            Self::Weighing(spec, it) => conclude_weighing(spec, it, has_report, is_quiet),
        }
    }
}

/// Why shards were not merged, and what to do.
pub(crate) fn merge_failure(error: &RunError, shards: &MergeablePlan) -> Failure {
    match shards {
        MergeablePlan::Run(it) => run_failure(error, it.spec().request()),
        MergeablePlan::Study(_) | MergeablePlan::Weighing(_) => study_failure(error),
    }
}

/// Merges shards beside their plan, and moves the result to its place once it is complete: if it is
/// stopped before, it begins anew.
pub(crate) fn merge_aside<'a>(
    shards: &'a MergeablePlan,
    place: &Path,
    out: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<MergedPlan<'a>, Failure> {
    let unfinished = place.join(UNFINISHED);
    match fs::remove_dir_all(&unfinished) {
        Err(it) if it.kind() != ErrorKind::NotFound => {
            return Err(cannot("remove", &unfinished, &it));
        }
        _ => {}
    }
    let merged = MergedPlan::of(shards, &unfinished, options, observer);
    let mut merged = merged.map_err(|it| study_failure(&it))?;
    if merged.is_interrupted() {
        return Err(Failure::Interrupted);
    }
    fs::rename(&unfinished, out).map_err(|it| cannot("move the merged run to", out, &it))?;
    let moved = RunDirectory::open_existing(out);
    *merged.directory() = moved.map_err(|it| Failure::could_not_finish(&it))?;
    Ok(merged)
}
