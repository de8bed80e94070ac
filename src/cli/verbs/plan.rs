//! `plan`: a run or a study is cut into shards, for other programs to distribute.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::questions::{FlipQuestion, RobustnessQuestion, SensitivityQuestion};
use crate::cli::render::{counted, shell_word};
use crate::cli::runs::refuse_existing;
use crate::cli::shards::{CutOrElse, StudyCutArguments, WeighingCutArguments, write_plan};
use crate::cli::{LEFT_AT_ONCE, print};
use crate::run::{Observer, PLAN, ShardPlan};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct PlanArguments {
    #[command(subcommand)]
    study: Option<PlannedStudy>,
    #[command(flatten)]
    run: CutOrElse,
    #[command(flatten)]
    place: PlaceArguments,
}

/// A study in place of a batch or a sweep.
#[derive(Debug, Subcommand)]
enum PlannedStudy {
    /// Cut the sessions of `demarche sensitivity` into shards
    Sensitivity(StudyArguments<SensitivityQuestion>),
    /// Cut the searches of `demarche flip` into shards: at most one for each number
    Flip(StudyArguments<FlipQuestion>),
    /// Cut the sessions of `demarche robustness` into shards
    Robustness(StudyArguments<RobustnessQuestion>),
    /// Cut the draws of `demarche weigh` into shards: at most one for each cell if a plan leaves
    /// issues open
    Weigh(WeighArguments),
}

#[derive(Debug, Args)]
struct StudyArguments<Q: Args> {
    #[command(flatten)]
    cut: StudyCutArguments<Q>,
    #[command(flatten)]
    place: PlaceArguments,
}

#[derive(Debug, Args)]
struct WeighArguments {
    #[command(flatten)]
    cut: WeighingCutArguments,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Where the plan is written.
#[derive(Debug, Args)]
struct PlaceArguments {
    /// The folder to create; by default a new one in runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
}

/// Writes the plan of a run or a study in shards.
pub(crate) fn plan(arguments: &PlanArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let write = |place: &PlaceArguments, cut: &Cut<'_>| write(place, cut, ctrl_c);
    match (&arguments.study, &arguments.run.0) {
        (Some(PlannedStudy::Sensitivity(it)), _) => write(&it.place, &|all| it.cut.plan(all)),
        (Some(PlannedStudy::Flip(it)), _) => write(&it.place, &|all| it.cut.plan(all)),
        (Some(PlannedStudy::Robustness(it)), _) => write(&it.place, &|all| it.cut.plan(all)),
        (Some(PlannedStudy::Weigh(it)), _) => write(&it.place, &|all| it.cut.plan(all)),
        (None, Some(cut)) => write(&arguments.place, &|all| cut.plan(all)),
        (None, None) => unreachable!("the arguments demand an experiment or a study"),
    }
}

/// Makes a plan.
type Cut<'a> = dyn Fn(&mut dyn Observer) -> Result<ShardPlan, Failure> + 'a;

fn write(place: &PlaceArguments, cut: &Cut<'_>, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(out) = &place.out {
        refuse_existing(out)?;
    }
    let plan = cut(&mut RunObserver::new(ctrl_c, LEFT_AT_ONCE, place.quiet))?;
    let folder = write_plan(&plan, place.out.as_deref())?;
    if !place.quiet {
        print(&render(&plan, &folder.join(PLAN).display().to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said of a plan: how large it is, and what to do with it.
fn render(plan: &ShardPlan, path: &str) -> String {
    let path = shell_word(path);
    let how = if plan.has_rule() {
        format!(
            "next:     demarche missing --manifest {path} lists the shards that are needed, until none is\n\
             run each: demarche shard --manifest {path} --index N\n"
        )
    } else {
        format!(
            "run each: demarche shard --manifest {path} --index 1 (to {})\n\
             missing:  demarche missing --manifest {path}\n",
            plan.n_shards(),
        )
    };
    format!(
        "{}{} in {}, cut into {}\n{how}then:     demarche merge --manifest {path}\n",
        if plan.is_most() { "at most " } else { "" },
        counted(plan.sessions, plan.request().noun()),
        counted(plan.cells, "cell"),
        counted(plan.n_shards().into(), "shard"),
    )
}
