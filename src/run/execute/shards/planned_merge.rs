//! All shards of a plan become what they are parts of.

use std::path::Path;

use crate::experiment::{EvaluatedPlans, Pieces, Shard};
use crate::run::execute::error::{
    MissingShards, PlannedMergeError, RefusalReason, RefusedRun, ReopenError, RunError,
};
use crate::run::execute::journal_head::{head, study_head};
use crate::run::execute::options::RunOptions;
use crate::run::execute::shards::open_shards::{MergeableRun, OpenShard};
use crate::run::execute::shards::study_shard::StudyShard;
use crate::run::execute::study::{EvaluatedStudy, FinishedStudy, conclude_study};
use crate::run::execute::weighing::{FinishedWeighing, conclude_weighing};
use crate::run::journal::StudyHead;
use crate::run::observer::Observer;
use crate::run::shards::ShardPlan;
use crate::run::spec::{PlannedSpec, RunSpec, StudySpec, StudyWork, WeighingSpec};

/// What all shards of a plan hold, each of which is whole.
#[derive(Debug)]
pub enum MergeablePlan {
    /// A batch or a sweep.
    Run(Box<MergeableRun>),
    /// A study.
    Study(MergeableStudy),
    /// Plans to be weighed.
    Weighing(MergeableWeighing),
}

/// A study with what came of all its sessions.
#[derive(Debug)]
pub struct MergeableStudy {
    spec: Box<StudySpec>,
    evaluated: EvaluatedStudy,
}

/// Plans with what came of all draws.
#[derive(Debug)]
pub struct MergeableWeighing {
    spec: Box<WeighingSpec>,
    evaluated: Vec<EvaluatedPlans>,
}

impl MergeablePlan {
    /// Opens all shards of a plan, which are in the plan's own folder, and reads each to its end.
    ///
    /// # Errors
    ///
    /// If the plan cannot be run by this program, and if shards are missing, not whole, or none of this
    /// plan; all of them are named.
    pub fn open(
        plan: &ShardPlan,
        folder: &Path,
        observer: &mut dyn Observer,
    ) -> Result<Self, PlannedMergeError> {
        let spec = plan.spec(None, observer)?;
        let shards = PlannedShards {
            plan,
            folder,
            study: study_head(&spec),
        };
        Ok(match spec {
            PlannedSpec::Run(spec) => Self::Run(shards.open_run(*spec)?.into()),
            PlannedSpec::Study(spec) => {
                let evaluated = match spec.work() {
                    StudyWork::Sensitivity { study, .. } => {
                        EvaluatedStudy::Sensitivity(shards.read(&study.pieces(&spec.cell()))?)
                    }
                    StudyWork::Flip(search) => EvaluatedStudy::Flip(shards.read(&search.pieces())?),
                    StudyWork::Robustness(forms) => {
                        let pieces = forms.pieces(spec.cell().seeds);
                        EvaluatedStudy::Robustness(shards.read(&pieces)?)
                    }
                };
                Self::Study(MergeableStudy { spec, evaluated })
            }
            PlannedSpec::Weighing(spec) => {
                let evaluated = shards.read(&spec.evaluator().pieces())?;
                Self::Weighing(MergeableWeighing { spec, evaluated })
            }
        })
    }

    /// A short name, fit for file names.
    pub fn name(&self) -> String {
        match self {
            Self::Run(it) => it.spec().name().to_owned(),
            Self::Study(it) => it.spec.name(),
            Self::Weighing(it) => it.spec.name(),
        }
    }
}

impl MergeableStudy {
    /// What the shards are parts of.
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }
}

impl MergeableWeighing {
    /// What the shards are parts of.
    pub fn spec(&self) -> &WeighingSpec {
        &self.spec
    }
}

/// Writes a study, all of whose sessions are in shards, to a folder that must not exist: the same bytes
/// as if it had been run in one go.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if something cannot be written.
pub fn merge_study<'a>(
    study: &'a MergeableStudy,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedStudy<'a>, RunError> {
    conclude_study(&study.spec, &study.evaluated, folder, options, observer)
}

/// Writes plans, all of whose draws are in shards, to a folder that must not exist: the same bytes as if
/// they had been weighed in one go.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if something cannot be written.
pub fn merge_weighing(
    weighing: &MergeableWeighing,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedWeighing, RunError> {
    let evaluated = weighing.evaluated.clone();
    conclude_weighing(&weighing.spec, evaluated, folder, options, observer)
}

/// The shards of a plan, which are in its folder.
struct PlannedShards<'a> {
    plan: &'a ShardPlan,
    folder: &'a Path,
    /// What the journals of a study begin with.
    study: StudyHead,
}

impl PlannedShards<'_> {
    /// Opens all shards of a batch or a sweep, and reads each.
    fn open_run(&self, spec: RunSpec) -> Result<MergeableRun, ReopenError> {
        let head = head(&spec);
        let mut shards = Vec::new();
        self.for_each(|shard, folder| {
            let opened = OpenShard::of_plan(folder, shard, &head)?;
            opened.read(&spec, None)?;
            shards.push(opened);
            Ok(())
        })?;
        Ok(MergeableRun { shards, head, spec })
    }

    /// Reads all shards of a study.
    fn read<P: Pieces>(&self, pieces: &P) -> Result<P::Answer, ReopenError> {
        let mut sum = pieces.empty();
        self.for_each(|shard, folder| {
            StudyShard::of(self.plan, shard, folder, &self.study).read(pieces, &mut sum)
        })?;
        let contradiction = || ReopenError::refused(self.folder, RefusalReason::Contradiction);
        pieces.answer(sum).ok_or_else(contradiction)
    }

    /// Reads one shard after the other, and tells of all that are missing or cannot be read.
    fn for_each(
        &self,
        mut read: impl FnMut(Shard, &Path) -> Result<(), RefusalReason>,
    ) -> Result<(), ReopenError> {
        let (mut missing, mut refused) = (Vec::new(), Vec::new());
        for shard in self.plan.shards() {
            let folder = self.folder.join(self.plan.folder_name(shard));
            if folder.symlink_metadata().is_err() {
                missing.push(shard);
                continue;
            }
            // The mark distinguishes a complete shard of this plan from everything else.
            let reason = match self.plan.is_complete(shard, &folder) {
                Ok(true) => read(shard, &folder).err(),
                Ok(false) => Some(RefusalReason::Unmarked),
                Err(mark) => Some(mark.into()),
            };
            refused.extend(reason.map(|reason| RefusedRun { folder, reason }));
        }
        let missing = MissingShards::of(self.plan.n_shards(), &missing);
        if missing.is_none() && refused.is_empty() {
            return Ok(());
        }
        Err(ReopenError::Shards { missing, refused })
    }
}
