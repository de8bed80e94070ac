//! `plan`: a run is cut into shards, for other programs to distribute.

use std::fs::File;
use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::cli::arguments::{ContentArguments, FileArgument, FormatArguments, Settings};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::render::{counted, shell_word};
use crate::cli::runs::{in_new_folder, plan_failure, refuse_existing, run_failure};
use crate::cli::{LEFT_AT_ONCE, print};
use crate::run::{PLAN, PlanError, RunError, RunVerb, ShardPlan, SpecError};

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// An experiment or scenario file
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    /// Number of shards
    #[arg(long, value_name = "N")]
    shards: NonZeroU32,
    #[command(flatten)]
    content: ContentArguments,
    #[command(flatten)]
    formats: FormatArguments,
    /// The folder to create; by default a new one in runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Writes the plan of a run in shards.
pub(crate) fn plan(arguments: &PlanArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if let Some(out) = &arguments.out {
        refuse_existing(out)?;
    }
    let mut plan = cut(arguments, ctrl_c)?;
    plan.program_sha256 = program_digest().ok();
    let (request, name) = (plan.request().clone(), plan.name().to_owned());
    let folder = in_new_folder(arguments.out.as_deref(), &name, |folder| {
        let written = plan.write(folder);
        let folder = folder.to_owned();
        written.map_err(|it| {
            if it.is_of_existing() {
                RunError::FolderExists(folder.clone())
            } else {
                RunError::Folder(it.into())
            }
        })?;
        Ok(folder)
    });
    let folder = folder.map_err(|it| run_failure(&it, &request))?;
    if !arguments.quiet {
        print(&render(&plan, &folder.join(PLAN).display().to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Cuts a batch into shards or, of an experiment with a `[sweep]`, a sweep.
fn cut(arguments: &PlanArguments, ctrl_c: &CtrlC) -> Result<ShardPlan, Failure> {
    let cut = |verb: RunVerb| {
        let request = (arguments.content).request(
            verb,
            &arguments.file,
            &arguments.formats,
            &arguments.settings,
        )?;
        let read_file = arguments.settings.cited.reader(&arguments.file);
        let mut observer = RunObserver::new(ctrl_c, LEFT_AT_ONCE, arguments.quiet);
        let plan = ShardPlan::new(request, arguments.shards.get(), &read_file, &mut observer);
        Ok::<_, Failure>(plan)
    };
    let plan = match cut(RunVerb::Batch)? {
        Err(PlanError::Spec(SpecError::HasSweep(_))) => cut(RunVerb::Sweep)?,
        plan => plan,
    };
    plan.map_err(plan_failure)
}

/// The SHA-256 of this program.
fn program_digest() -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(std::env::current_exe()?)?, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
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
