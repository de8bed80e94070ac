//! `shard`: one shard of a plan, run wherever a program puts it.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::parse_count;
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver, end_with_parent};
use crate::cli::render::{count, counted};
use crate::cli::runs::{planned_shard_failure, read_plan};
use crate::cli::{hush_caught_panics, message, options, print};
use crate::experiment::Shard;
use crate::run::{Observer as _, ShardPlan, execute_shard};

#[derive(Debug, Args)]
pub(crate) struct ShardArguments {
    /// The plan.json that `demarche plan` wrote
    #[arg(long, value_name = "PLAN")]
    manifest: PathBuf,
    /// Which shard, from 1; by default the position that a cluster gives to this process:
    /// `SLURM_ARRAY_TASK_ID`, `PBS_ARRAY_INDEX`, `HQ_TASK_ID`, or one more than
    /// `JOB_COMPLETION_INDEX`
    #[arg(long, value_name = "I", value_parser = parse_index, allow_negative_numbers = true)]
    index: Option<u32>,
    /// The folder of the shard; by default one beside the plan
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Number of threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    threads: Option<u64>,
    /// Print no progress and no summary
    #[arg(long, short)]
    quiet: bool,
}

/// Variables in which a cluster tells a process its position, and the shard of position 0.
const POSITIONS: [(&str, u32); 4] = [
    ("SLURM_ARRAY_TASK_ID", 0),
    ("PBS_ARRAY_INDEX", 0),
    ("HQ_TASK_ID", 0),
    ("JOB_COMPLETION_INDEX", 1),
];

/// What is said where a shard is left at once.
const LEFT: &str = "\nstopped immediately; the same command resumes the shard";

fn parse_index(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| {
        if let Ok(shard) = text.parse::<Shard>() {
            format!(
                "the plan knows how many shards there are: write {}",
                shard.number()
            )
        } else {
            "the number of a shard, from 1".to_owned()
        }
    })
}

/// Runs one shard.
pub(crate) fn shard(arguments: &ShardArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    hush_caught_panics();
    end_with_parent();
    let (plan, place) = read_plan(&arguments.manifest)?;
    let shard = chosen(&plan, arguments.index)?;
    let own = || place.join(plan.folder_name(shard));
    let folder = arguments.out.clone().unwrap_or_else(own);
    let mut observer = RunObserver::new(ctrl_c, LEFT, arguments.quiet);
    observer.ask_first();
    let options = options(arguments.threads, ctrl_c);
    let ran = execute_shard(&plan, shard, &folder, &options, &mut observer);
    observer.safe_to_leave();
    let ran = ran.map_err(|it| planned_shard_failure(it, &folder))?;
    let place = folder.display();
    let Some(finished) = ran else {
        if !arguments.quiet {
            print(&format!("shard {shard} is already complete in {place}\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    if finished.is_interrupted {
        message(&format!(
            "interrupted: {} of {} are complete in {place}; the same command resumes the shard",
            count(finished.n_done),
            counted(finished.n_planned, finished.noun),
        ));
        return Ok(ExitCode::from(130));
    }
    if !arguments.quiet {
        let done = counted(finished.n_done, finished.noun);
        print(&format!("shard {shard}: {done} in {place}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The shard that is asked for, or that a cluster wants of this process.
fn chosen(plan: &ShardPlan, index: Option<u32>) -> Result<Shard, Failure> {
    let of = plan.n_shards();
    let (number, asked) = match index {
        Some(it) => (Some(it), format!("--index {it}")),
        None => position().ok_or_else(|| {
            let variables = POSITIONS.map(|it| it.0).join(", ");
            Failure::WrongInput(format!(
                "which shard is to be run? Name one from 1 to {of} with --index; a cluster would tell \
                 in {variables}"
            ))
        })?,
    };
    let shard = number.and_then(|it| plan.shard(it));
    shard.ok_or_else(|| Failure::WrongInput(format!("{asked} is no shard: the plan has 1 to {of}")))
}

/// The position that a cluster tells, and how it does.
fn position() -> Option<(Option<u32>, String)> {
    POSITIONS.into_iter().find_map(|(variable, first)| {
        let text = env::var(variable).ok()?;
        let number = text.parse::<u32>().ok();
        let number = number.and_then(|it| it.checked_add(first));
        Some((number, format!("{variable}={text}")))
    })
}
