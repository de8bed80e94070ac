//! `dist`: an engine that others operate runs the shards of a run.

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::arguments::parse_count;
use crate::cli::engines::{
    DaskCluster, DaskJob, SUBMIT, TlsFiles, run_on_dask, submit, write_scripts,
};
use crate::cli::failure::Failure;
use crate::cli::interactive::{CtrlC, RunObserver};
use crate::cli::program::program;
use crate::cli::render::{count, counted, shell_word};
use crate::cli::runs::{planned_merge_failure, refuse_existing};
use crate::cli::shards::{CutOrPlan, MANIFEST, array_list, merge_aside, missing_numbers};
use crate::cli::{hush_caught_panics, message, options, print};
use crate::run::{self, MergeablePlan};

#[derive(Debug, Args)]
pub(crate) struct DistArguments {
    #[command(subcommand)]
    engine: Engine,
}

#[derive(Debug, Subcommand)]
enum Engine {
    /// Run the shards as job arrays of Slurm, and the merge after them
    ///
    /// Makes a plan and scripts beside it, which you can edit: array.sh runs one shard and requeues it
    /// if it fails, merge.sh merges all of them, and submit.sh submits both. The folder and this
    /// program must be on a file system that all nodes share. The same command again submits the
    /// shards that are missing.
    Slurm(SlurmArguments),
    /// Run the shards on a Dask cluster, bring them here and merge them
    ///
    /// Needs Python with the package `distributed`. The nodes receive this program and the plan; they
    /// need no shared file system. The same command again runs the shards that are missing.
    Dask(DaskArguments),
}

#[derive(Debug, Args)]
struct SlurmArguments {
    #[command(flatten)]
    cut: CutOrPlan,
    /// The folder of the plan, the scripts and the shards
    #[arg(long, value_name = "FOLDER", required_unless_present = MANIFEST, conflicts_with = MANIFEST)]
    out: Option<PathBuf>,
    /// An option of sbatch for all jobs, such as `--sbatch --partition=long`; may be repeated
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    sbatch: Vec<String>,
    /// Submit the jobs; otherwise the command that does so is printed
    #[arg(long)]
    submit: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("cluster").required(true).args(["scheduler", "local"]))]
struct DaskArguments {
    #[command(flatten)]
    cut: CutOrPlan,
    /// The folder of the merged run; without --manifest, the plan and the shards are in another one,
    /// `RUN-shards`
    #[arg(long, value_name = "RUN")]
    out: PathBuf,
    /// The address of the scheduler, such as `tcp://10.0.0.1:8786`
    #[arg(long, value_name = "ADDRESS")]
    scheduler: Option<String>,
    /// Start so many processes on this machine in place of a cluster
    #[arg(long, value_name = "N")]
    local: Option<NonZeroU64>,
    /// Number of threads of each shard
    #[arg(long, value_name = "N", value_parser = parse_count, default_value = "1")]
    threads: u64,
    /// How often a shard that failed is run again
    #[arg(long, value_name = "N", default_value = "3")]
    retries: u32,
    /// The certificates of authorities that the scheduler's certificate is checked against
    #[arg(long, value_name = "FILE")]
    tls_ca_file: Option<PathBuf>,
    /// This machine's certificate
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The key of this machine's certificate
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// The Python that runs the driver; by default `$PYTHON`, or python3
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Do not write the page of the run; `demarche report` writes it later
    #[arg(long)]
    no_report: bool,
    /// Print no progress and no summary
    #[arg(long, short)]
    quiet: bool,
}

/// What is said where the work is left at once.
const LEFT: &str = "\ninterrupted; the same command again runs the shards that are missing";

/// Distributes the shards of a run.
pub(crate) fn dist(arguments: &DistArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    match &arguments.engine {
        Engine::Slurm(it) => slurm(it, ctrl_c),
        Engine::Dask(it) => dask(it, ctrl_c),
    }
}

fn slurm(arguments: &SlurmArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let mut observer = RunObserver::new(ctrl_c, LEFT, arguments.quiet);
    let out = arguments.out.as_deref().unwrap_or(Path::new("."));
    let (plan, folder) = arguments.cut.plan(out, &mut observer)?;
    let program = program();
    let program = program.map_err(|error| {
        Failure::CouldNotFinish(format!("cannot find this program's file: {error}"))
    })?;
    write_scripts(&folder, &program, &arguments.sbatch)?;
    if !arguments.quiet {
        print(&format!(
            "{} in {}\n",
            counted(plan.n_shards().into(), "shard"),
            folder.display()
        ))?;
    }
    if arguments.submit {
        return submit(&folder);
    }
    if !arguments.quiet {
        let script = shell_word(&folder.join(SUBMIT).display().to_string());
        print(&format!("submit them: bash {script}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn dask(arguments: &DaskArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    hush_caught_panics();
    let (out, is_quiet) = (&arguments.out, arguments.quiet);
    let mut observer = RunObserver::new(ctrl_c, LEFT, is_quiet);
    let place = shards_of(out);
    let is_begun = matches!(arguments.cut, CutOrPlan::Cut(_)) && place.exists();
    if !is_begun {
        refuse_existing(out)?;
    }
    let (plan, place) = arguments.cut.plan(&place, &mut observer)?;
    if out.join(run::MANIFEST).exists() {
        if !is_quiet {
            print(&format!(
                "the run is already complete in {}\n",
                out.display()
            ))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    refuse_existing(out)?;
    ctrl_c.set_last_words(LEFT);
    let mut missing = missing_numbers(&plan, &place)?;
    while !missing.is_empty() {
        let n_complete = u64::from(plan.n_shards()) - missing.len() as u64;
        if !is_quiet && !plan.has_rule() {
            message(&format!(
                "{} of {} are complete",
                count(n_complete),
                counted(plan.n_shards().into(), "shard"),
            ));
        }
        let code = run_on_dask(&DaskJob {
            folder: &place,
            missing: &array_list(&missing),
            n_shards: plan.n_shards(),
            cluster: &arguments.cluster(),
            tls: &arguments.tls(),
            threads: arguments.threads,
            retries: arguments.retries,
            python: arguments.python.as_deref(),
            is_quiet,
        })?;
        let before = missing;
        missing = missing_numbers(&plan, &place)?;
        if code != 0 {
            // Wrong input is mended first.
            if code != 2 {
                let missing = array_list(&missing);
                message(&format!(
                    "missing: {missing}; the same command again runs these shards"
                ));
            }
            return Ok(ExitCode::from(code));
        }
        // What is there and cannot be merged is named by the merge.
        if missing == before {
            break;
        }
    }
    let shards = MergeablePlan::open(&plan, &place, &mut observer);
    let shards = shards.map_err(planned_merge_failure)?;
    let merged = merge_aside(&shards, &place, out, &options(None, ctrl_c), &mut observer)?;
    merged.conclude(!arguments.no_report, is_quiet)
}

impl DaskArguments {
    fn cluster(&self) -> DaskCluster {
        match (&self.scheduler, self.local) {
            (Some(address), _) => DaskCluster::Scheduler(address.clone()),
            (None, n_processes) => DaskCluster::Local(n_processes.map_or(1, NonZeroU64::get)),
        }
    }

    fn tls(&self) -> TlsFiles {
        TlsFiles {
            ca_file: self.tls_ca_file.clone(),
            cert: self.tls_cert.clone(),
            key: self.tls_key.clone(),
        }
    }
}

/// The folder of the shards of a run.
fn shards_of(run: &Path) -> PathBuf {
    let mut name = OsString::from(run.file_name().unwrap_or_default());
    name.push("-shards");
    run.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_beside_their_run() {
        assert_eq!(
            shards_of(Path::new("runs/one")),
            Path::new("runs/one-shards")
        );
        assert_eq!(shards_of(Path::new("one.2/")), Path::new("one.2-shards"));
    }
}
