//! A run is cut into shards: its plan, and the folder of it.

use std::fs::File;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::cli::arguments::{ContentArguments, FileArgument, FormatArguments, Settings};
use crate::cli::failure::Failure;
use crate::cli::runs::{in_new_folder, plan_failure, read_plan, run_failure};
use crate::run::{Observer, PLAN, PlanError, RunError, RunRequest, RunVerb, ShardPlan, SpecError};

/// What is run, and into how many shards it is cut.
#[derive(Debug, Args)]
pub(crate) struct CutArguments {
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
    #[command(flatten)]
    settings: Settings,
}

impl CutArguments {
    /// Cuts a batch into shards or, of an experiment with a `[sweep]`, a sweep.
    pub(crate) fn plan(&self, observer: &mut dyn Observer) -> Result<ShardPlan, Failure> {
        let request =
            (self.content).request(RunVerb::Batch, &self.file, &self.formats, &self.settings)?;
        let read_file = self.settings.cited.reader(&self.file);
        let mut cut =
            |request| ShardPlan::new(request, self.shards.get(), &read_file, &mut *observer);
        let plan = match cut(request.clone()) {
            Err(PlanError::Spec(SpecError::HasSweep(_))) => cut(RunRequest {
                verb: RunVerb::Sweep,
                ..request
            }),
            plan => plan,
        };
        let mut plan = plan.map_err(plan_failure)?;
        plan.program_sha256 = program_digest().ok();
        Ok(plan)
    }
}

/// The SHA-256 of this program.
fn program_digest() -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(std::env::current_exe()?)?, &mut hasher)?;
    Ok(format!("{:x}", hasher.finalize()))
}

/// Writes a plan to a new folder: to the one asked for, or to one named after the time and the
/// experiment.
pub(crate) fn write_plan(plan: &ShardPlan, asked: Option<&Path>) -> Result<PathBuf, Failure> {
    let folder = in_new_folder(asked, plan.name(), |folder| {
        let written = plan.write(folder);
        written.map_err(|it| {
            if it.is_of_existing() {
                RunError::FolderExists(folder.to_owned())
            } else {
                RunError::Folder(it.into())
            }
        })?;
        Ok(folder.to_owned())
    });
    folder.map_err(|it| run_failure(&it, plan.request()))
}

/// The folder of a plan: a new one, or the one where the same plan is already.
pub(crate) fn planned_folder(plan: &ShardPlan, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join(PLAN);
    if !path.exists() {
        return write_plan(plan, Some(folder));
    }
    let (made, place) = read_plan(&path)?;
    if made.has_shards_of(plan) {
        return Ok(place);
    }
    Err(Failure::WrongInput(format!(
        "{} is the plan of another run, or of another number of shards: a file or an option has changed \
         since; name another folder with --out, or continue with the verbs `shard` and `merge`, which \
         need the plan only",
        path.display()
    )))
}
