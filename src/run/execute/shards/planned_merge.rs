//! All shards of a plan become what they are parts of.

use std::path::{Path, PathBuf};

use crate::experiment::{EvaluatedPlans, Pieces, Shard, Waves};
use crate::run::execute::error::{
    MissingShards, PlannedMergeError, RefusalReason, RefusedRun, ReopenError, RunError,
};
use crate::run::execute::journal_head::{head, study_head};
use crate::run::execute::options::RunOptions;
use crate::run::execute::shards::open_shards::{MergeableRun, OpenShard};
use crate::run::execute::shards::study_shard::StudyShard;
use crate::run::execute::study::{EvaluatedStudy, FinishedStudy, conclude_study};
use crate::run::execute::weighing::{FinishedWeighing, conclude_weighing};
use crate::run::journal::{JournalHead, StudyHead};
use crate::run::observer::Observer;
use crate::run::shards::{PlanError, ShardPlan};
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

/// A shard that has to be run before all can be merged.
#[derive(Debug)]
pub struct NeededShard {
    /// Which one.
    pub shard: Shard,
    /// What is there in its place; `None` if it is not there, or not complete.
    pub refused: Option<RefusedRun>,
}

/// The shards of a plan that have to be run before all can be merged, in order. Of a run that a rule
/// stops, these are the next ones, as far as those that are there tell, and none once they are enough; only
/// then is more read than the marks of complete shards.
///
/// # Errors
///
/// If the plan of such a run cannot be run by this program.
pub fn needed_shards(
    plan: &ShardPlan,
    folder: &Path,
    observer: &mut dyn Observer,
) -> Result<Vec<NeededShard>, PlanError> {
    let lacking = if plan.has_rule() {
        let spec = plan.spec(None, observer)?;
        let shards = PlannedShards {
            plan,
            folder,
            study: study_head(&spec),
        };
        match &spec {
            PlannedSpec::Run(it) => shards.survey(it, &head(it)).1.shards,
            PlannedSpec::Study(_) | PlannedSpec::Weighing(_) => Vec::new(),
        }
    } else {
        let of_mark = |shard| Some((shard, complete(plan, folder, shard).err()?));
        plan.shards().filter_map(of_mark).collect()
    };
    let needed = lacking.into_iter().map(|(shard, lack)| NeededShard {
        shard,
        refused: match lack {
            Lack::Missing | Lack::Refused(RefusalReason::Unmarked) => None,
            Lack::Refused(reason) => Some(RefusedRun {
                folder: folder.join(plan.folder_name(shard)),
                reason,
            }),
        },
    });
    Ok(needed.collect())
}

/// Why a shard cannot be merged.
#[derive(Debug)]
enum Lack {
    /// It is not there.
    Missing,
    /// It is not whole, or something else.
    Refused(RefusalReason),
}

/// The folder of a shard that is complete, which its mark says: it distinguishes a complete shard of this
/// plan from everything else.
fn complete(plan: &ShardPlan, place: &Path, shard: Shard) -> Result<PathBuf, Lack> {
    let folder = place.join(plan.folder_name(shard));
    if folder.symlink_metadata().is_err() {
        return Err(Lack::Missing);
    }
    match plan.is_complete(shard, &folder) {
        Ok(true) => Ok(folder),
        Ok(false) => Err(Lack::Refused(RefusalReason::Unmarked)),
        Err(mark) => Err(Lack::Refused(mark.into())),
    }
}

/// Shards that cannot be merged.
#[derive(Default)]
struct Lacking {
    shards: Vec<(Shard, Lack)>,
    /// How many shards are there, whole or not.
    n_there: usize,
}

impl Lacking {
    /// Takes in whether a shard can be merged.
    fn take<T>(&mut self, shard: Shard, found: Result<T, Lack>) -> Option<T> {
        self.n_there += usize::from(!matches!(found, Err(Lack::Missing)));
        match found {
            Ok(it) => Some(it),
            Err(lack) => {
                self.shards.push((shard, lack));
                None
            }
        }
    }

    /// Tells of all of them, if there are any.
    fn check(self, plan: &ShardPlan, folder: &Path) -> Result<(), ReopenError> {
        if self.shards.is_empty() {
            return Ok(());
        }
        let (mut missing, mut refused) = (Vec::new(), Vec::new());
        for (shard, lack) in self.shards {
            match lack {
                Lack::Missing => missing.push(shard),
                Lack::Refused(reason) => refused.push(RefusedRun {
                    folder: folder.join(plan.folder_name(shard)),
                    reason,
                }),
            }
        }
        Err(ReopenError::Shards {
            missing: MissingShards::of(plan.n_shards(), self.n_there, &missing),
            refused,
        })
    }
}

/// The shards of a plan, which are in its folder.
struct PlannedShards<'a> {
    plan: &'a ShardPlan,
    folder: &'a Path,
    /// What the journals of a study begin with.
    study: StudyHead,
}

impl PlannedShards<'_> {
    /// Opens all shards of a batch or a sweep, and reads each; of one that a rule stops, those that it
    /// needs.
    fn open_run(&self, spec: RunSpec) -> Result<MergeableRun, ReopenError> {
        let head = head(&spec);
        let (shards, lacking) = self.survey(&spec, &head);
        lacking.check(self.plan, self.folder)?;
        Ok(MergeableRun { shards, head, spec })
    }

    /// The shards of a batch or a sweep that are needed: those that are whole, and the others.
    fn survey(&self, spec: &RunSpec, head: &JournalHead) -> (Vec<OpenShard>, Lacking) {
        let mut waves = (spec.until()).map(|it| Waves::new(it, spec.plan(), spec.pairing()));
        let (mut shards, mut lacking) = (Vec::new(), Lacking::default());
        // How many replications a rule is expected to need, since a shard lacks that would tell.
        let mut n_expected = None;
        for shard in self.plan.shards() {
            let first = shard.part(spec.plan(), spec.cut()).replications_from();
            let is_over = waves.as_ref().is_some_and(Waves::is_over);
            if is_over || n_expected.is_some_and(|it| it <= first) {
                break;
            }
            let found = complete(self.plan, self.folder, shard).and_then(|folder| {
                let waves = waves.as_mut().filter(|_| n_expected.is_none());
                let opened = OpenShard::of_plan(&folder, shard, head);
                let read = opened.and_then(|it| {
                    it.read(spec, None, waves)?;
                    Ok(it)
                });
                read.map_err(Lack::Refused)
            });
            match lacking.take(shard, found) {
                Some(it) => shards.push(it),
                None => n_expected = n_expected.or(waves.as_ref().map(Waves::n_expected)),
            }
        }
        (shards, lacking)
    }

    /// Reads all shards of a study.
    fn read<P: Pieces>(&self, pieces: &P) -> Result<P::Answer, ReopenError> {
        let mut sum = pieces.empty();
        let mut lacking = Lacking::default();
        for shard in self.plan.shards() {
            let found = complete(self.plan, self.folder, shard).and_then(|folder| {
                let opened = StudyShard::of(self.plan, shard, &folder, &self.study);
                opened.read(pieces, &mut sum).map_err(Lack::Refused)
            });
            lacking.take(shard, found);
        }
        lacking.check(self.plan, self.folder)?;
        let contradiction = || ReopenError::refused(self.folder, RefusalReason::Contradiction);
        pieces.answer(sum).ok_or_else(contradiction)
    }
}
