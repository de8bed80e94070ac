//! Why a run was not carried out, in words, and the way out.

use std::path::{Path, PathBuf};

use crate::cli::failure::{Failure, with_causes};
use crate::cli::files::CitedFiles;
use crate::cli::render::{count, counted, shell_word};
use crate::cli::runs::folder::exists;
use crate::experiment::{PLAN_DRAWS_MAX, PlanEvaluationError, StudyError};
use crate::run::{
    FolderPlace, JournalError, MissingShards, PlanError, PlannedMergeError, PlannedShardError,
    RefusalReason, RefusedRun, ReopenError, RunError, RunRequest, SpecError, StoppedRun,
};

/// Why what was asked of a verb cannot be run.
pub fn spec_failure(error: SpecError, verb: &str) -> Failure {
    let description = error.to_string();
    Failure::WrongInput(match error {
        SpecError::Diagnostics(it) => return it.into(),
        SpecError::Shard(it) => return Failure::could_not_finish(&it),
        SpecError::Outcomes(it) => return it.into(),
        SpecError::NoSweep(_) => {
            format!("{description}; run it with `demarche batch`, or add axes to it")
        }
        SpecError::HasSweep(_) if verb == "batch" => {
            format!("{description}; run it with `demarche sweep`")
        }
        SpecError::HasSweep(_) => format!(
            "{description}, and `demarche {verb}` examines one cell; name its scenario, or remove the \
             [sweep]"
        ),
        SpecError::WithoutRows(_) => format!("{description}; choose other --tables"),
        SpecError::TooManyCounted { .. } => {
            format!("{description}; run them as several runs with seeds of their own")
        }
        SpecError::UntilWithoutRows => {
            format!("{description}; choose other --tables, or remove `until`")
        }
        SpecError::Sessions(_) => format!("{description}; reduce --sessions"),
        SpecError::DrawnNumbers(_) => format!("{description}; run it without --draws"),
        SpecError::Numbers(_)
        | SpecError::Forms(_)
        | SpecError::NothingUncertain
        | SpecError::NoParty { .. } => description,
        SpecError::Pairs(it) => format!("{description}; {}", it.hint()),
        SpecError::OutsideInShards => format!("{description}; run it whole, or without --party"),
        SpecError::Points(it) => format!("{description}: take --points {} or more", it.least()),
        SpecError::Study(StudyError::TooManyNumbers(_)) => {
            format!("{description}; choose some with --numbers, or take --method morris")
        }
        SpecError::Study(StudyError::TooManyPoints(_)) => {
            format!("{description}; reduce --points")
        }
        SpecError::Study(StudyError::Forms(_)) => {
            format!("{description}; name fewer in `forms` of [robustness]")
        }
        SpecError::FormsAlongTrajectories => {
            format!("{description}; take --method saltelli, or no --forms")
        }
        SpecError::Plans(PlanEvaluationError::Draws {
            n_plans,
            n_cells,
            n_draws,
        }) => format!(
            "{} in {} over {} exceed the {} that fit into memory; reduce --draws",
            counted(n_plans as u64, "plan"),
            counted(n_cells as u64, "cell"),
            counted(n_draws, "draw"),
            count(PLAN_DRAWS_MAX)
        ),
        SpecError::Plans(it) => format!("{it}; let it settle more issues"),
        SpecError::SearchSessions { n_sessions, most } => format!(
            "the search may require {} sessions, more than {}; reduce --sessions",
            count(n_sessions),
            count(most)
        ),
    })
}

/// Why there is no plan of what is asked of a verb, or it cannot be run.
pub(crate) fn plan_failure(error: PlanError, verb: &str) -> Failure {
    let description = error.to_string();
    match error {
        PlanError::Spec(it) => spec_failure(it, verb),
        PlanError::TooMany { .. } => Failure::WrongInput(format!("{description}; reduce --shards")),
        PlanError::NoText(_)
        | PlanError::NoPlan(_)
        | PlanError::Version { .. }
        | PlanError::Changed
        | PlanError::Damaged { .. } => Failure::WrongInput(description),
    }
}

/// Why a shard of a plan was not run to its end, and what to do.
pub(crate) fn planned_shard_failure(error: PlannedShardError, folder: &Path) -> Failure {
    match error {
        PlannedShardError::Plan(it) => plan_failure(it, "shard"),
        PlannedShardError::Reopen(it) => {
            let is_in_use = matches!(
                &it,
                ReopenError::Refused(RefusedRun {
                    reason: RefusalReason::Journal(JournalError::InUse),
                    ..
                })
            );
            match reopen_failure("run the shard in", it, None) {
                Failure::WrongInput(it) if is_in_use => Failure::TryAgain(it),
                failure @ (Failure::Diagnostics(_)
                | Failure::WrongInput(_)
                | Failure::Shards(_)
                | Failure::TryAgain(_)
                | Failure::CouldNotFinish(_)
                | Failure::Interrupted) => failure,
            }
        }
        PlannedShardError::Run(RunError::Stopped(it)) => {
            let why = with_causes(&it.cause);
            Failure::CouldNotFinish(format!("{why}; the same command resumes the shard"))
        }
        PlannedShardError::Run(RunError::FolderExists(_)) => Failure::WrongInput(format!(
            "{} is no shard, and nothing is overwritten; move it, or name another folder with --out",
            folder.display()
        )),
        PlannedShardError::Run(RunError::Folder(it)) => Failure::could_not_finish(&it),
        PlannedShardError::Run(it @ RunError::NobodyAnswers(_)) => {
            Failure::WrongInput(it.to_string())
        }
    }
}

/// Why the shards of a plan cannot be merged.
pub(crate) fn planned_merge_failure(error: PlannedMergeError) -> Failure {
    match error {
        PlannedMergeError::Plan(it) => plan_failure(it, MERGE),
        PlannedMergeError::Reopen(it) => reopen_failure(MERGE, it, None),
    }
}

/// The act on shards.
pub(crate) const MERGE: &str = "merge";

/// Why a run cannot be taken up for an act, such as `merge`; its request, as far as it is known.
pub(crate) fn reopen_failure(
    act: &str,
    error: ReopenError,
    request: Option<&RunRequest>,
) -> Failure {
    match error {
        ReopenError::Refused(it) => refusal(act, &it, request),
        ReopenError::Shards { missing, refused } => {
            let missing = missing.map(|it| missing_for(act, it));
            let refused = refused.iter().map(|it| refused_for(act, it, request));
            let each: Vec<String> = missing.into_iter().chain(refused).collect();
            Failure::Shards(each.join("\nerror: "))
        }
        ReopenError::Spec(it) => spec_failure(it, request.map_or("", |it| it.verb.name())),
    }
}

/// Which shards are missing.
fn missing_for(act: &str, missing: MissingShards) -> String {
    let MissingShards {
        of,
        n_there,
        n_missing,
        first: mut names,
    } = missing;
    if n_missing > names.len() {
        names.push(format!("{} more", n_missing - names.len()));
    }
    let missing = names.join(", ") + if n_missing == 1 { " is" } else { " are" };
    let there = format!("cannot {act}: {n_there} of {of} shards are there");
    if n_there + n_missing == of {
        format!("{there}, and {missing} missing")
    } else if n_there == 0 {
        format!("{there}, and {missing} needed first")
    } else {
        format!(
            "{there}, which are not enough for the precision that `until` asks for; {missing} next"
        )
    }
}

fn refusal(act: &str, refused: &RefusedRun, request: Option<&RunRequest>) -> Failure {
    let (folder, reason) = (&refused.folder, &refused.reason);
    let description = refused_for(act, refused, request);
    let is_of_disk = matches!(reason, RefusalReason::Journal(JournalError::Unreadable(_)));
    if is_of_disk && folder.is_dir() {
        return Failure::CouldNotFinish(description);
    }
    match reason {
        RefusalReason::Journal(_) | RefusalReason::NoShard if act == MERGE => {
            Failure::Shards(description)
        }
        RefusalReason::OtherRun { .. }
        | RefusalReason::OtherNumber { .. }
        | RefusalReason::SameShard { .. }
        | RefusalReason::Unmarked
        | RefusalReason::Mark(_)
        | RefusalReason::Corruption(_)
        | RefusalReason::Contradiction => Failure::Shards(description),
        RefusalReason::NotFound(_)
        | RefusalReason::Journal(_)
        | RefusalReason::Unreadable { .. }
        | RefusalReason::UnknownFile(_)
        | RefusalReason::Difference(_)
        | RefusalReason::NamedTwice
        | RefusalReason::NoShard
        | RefusalReason::Shard(_) => Failure::WrongInput(description),
    }
}

/// Why a folder cannot be taken up for an act, and how to continue it.
fn refused_for(act: &str, refused: &RefusedRun, request: Option<&RunRequest>) -> String {
    let (folder, reason) = (&refused.folder, &refused.reason);
    let mut why = with_causes(reason);
    match (reason, request) {
        (RefusalReason::Corruption(_), Some(request)) => {
            why = format!("{why}; {}", way_on(request, folder));
        }
        (RefusalReason::Corruption(_) | RefusalReason::Mark(_), None) => {
            why = format!("{why}; remove the folder, and run the shard again");
        }
        _ => {}
    }
    format!("cannot {act} {}: {why}", folder.display())
}

/// Why a run failed, and how it can be resumed.
pub fn run_failure(error: &RunError, request: &RunRequest) -> Failure {
    match error {
        RunError::FolderExists(path) => exists(path),
        RunError::NobodyAnswers(_) => Failure::WrongInput(error.to_string()),
        RunError::Folder(it) => Failure::could_not_finish(it),
        RunError::Stopped(it) => stopped(it, request),
    }
}

/// Why a study failed; it cannot be resumed.
pub fn study_failure(error: &RunError) -> Failure {
    match error {
        RunError::FolderExists(path) => exists(path),
        RunError::NobodyAnswers(_) => Failure::WrongInput(error.to_string()),
        RunError::Folder(it) => Failure::could_not_finish(it),
        RunError::Stopped(it) => Failure::could_not_finish(&it.cause),
    }
}

/// A run that could not go on, and how it can be resumed.
fn stopped(run: &StoppedRun, request: &RunRequest) -> Failure {
    let mut what = with_causes(&run.cause);
    if let Some(n_sessions) = run.n_sessions {
        let sessions = counted(n_sessions, "session");
        what = format!("{what}; {sessions} are complete");
    }
    let path = run.folder.display();
    Failure::CouldNotFinish(match run.place {
        FolderPlace::There => format!("{what}; {}", way_on(request, &run.folder)),
        FolderPlace::Replaced => {
            format!(
                "{what}; {path} now refers to something else; the run is in the folder that was moved"
            )
        }
        FolderPlace::Gone => format!("{what}; the folder {path} is gone"),
    })
}

/// What people type to resume a run that was stopped.
pub(crate) fn way_on(request: &RunRequest, folder: &Path) -> String {
    let verb = request.verb;
    let files_below = files_below(request, folder).map_or_else(String::new, |it| {
        format!(" --files-below {}", shell_word(&it.display().to_string()))
    });
    let path = shell_word(&folder.display().to_string());
    if request.outside.values().any(|it| !it.starts_with("exec:")) {
        return format!(
            "what is in {path} stays, and cannot be continued: its parties are not programs"
        );
    }
    let parties = request.outside.iter().map(|(party, answers)| {
        let argument = format!("{party}={answers}");
        format!(" --party {}", shell_word(&argument))
    });
    let parties: String = parties.collect();
    format!("continue with `demarche {verb} --resume {path}{files_below}{parties}`")
}

/// The folder that has to be allowed for going on with a run; `None` if its files are near it.
fn files_below(request: &RunRequest, folder: &Path) -> Option<PathBuf> {
    let allowed = request.files_below.as_deref().map(PathBuf::from);
    let experiment = Path::new(&request.experiment);
    let is_near =
        request.experiment_text.is_some() || CitedFiles::near_run(folder, None).has(experiment);
    let own = || experiment.parent().map(Path::to_owned);
    allowed.or_else(|| if is_near { None } else { own() })
}
