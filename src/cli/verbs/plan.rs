//! `plan`: a run is cut into shards, for other programs to distribute.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::render::{counted, shell_word};
use crate::cli::runs::refuse_existing;
use crate::cli::shards::{CutArguments, write_plan};
use crate::cli::{LEFT_AT_ONCE, print};
use crate::run::{PLAN, ShardPlan};

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    cut: CutArguments,
    /// The folder to create; by default a new one in runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
}

/// Writes the plan of a run in shards.
pub(crate) fn plan(arguments: &PlanArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(out) = &arguments.out {
        refuse_existing(out)?;
    }
    let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, arguments.quiet);
    let plan = arguments.cut.plan(&mut observer)?;
    let folder = write_plan(&plan, arguments.out.as_deref())?;
    if !arguments.quiet {
        print(&render(&plan, &folder.join(PLAN).display().to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said of a plan: how large it is, and what to do with it.
fn render(plan: &ShardPlan, path: &str) -> String {
    let path = shell_word(path);
    format!(
        "{} in {}, cut into {}\n\
         run each:  demarche shard --manifest {path} --index 1 (to {})\n\
         what lacks: demarche missing --manifest {path}\n\
         then:      demarche merge --manifest {path}\n",
        counted(plan.sessions, "session"),
        counted(plan.cells, "cell"),
        counted(plan.n_shards().into(), "shard"),
        plan.n_shards(),
    )
}
