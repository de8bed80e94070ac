//! `merge`: the shards of a batch or a sweep become the run that they are parts of.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::finish_run::{Done, Stopwatch, conclude, stopped, way_on};
use crate::cli::interactive::CtrlC;
use crate::cli::resume::{load_again, not_taken_up, refused};
use crate::cli::run_folder::{create_with_journal, refuse_existing};
use crate::cli::run_spec::Job;
use crate::cli::verbs::batch_sweep::LEFT_AT_ONCE;
use crate::cli::{CitedArguments, hush_caught_panics};
use crate::experiment::Shard;
use crate::run::{Journal, JournalHead, RunTables, ShardCorruption, read_shard};
use crate::tables::RunDirectory;

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// The folders of all shards, in any order
    #[arg(value_name = "SHARD", required = true)]
    folders: Vec<PathBuf>,
    /// The folder to write, which must not exist; by default a new one under runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Make no page of the run; `demarche report` makes it later
    #[arg(long)]
    no_report: bool,
    /// Show no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    cited: CitedArguments,
}

/// A shard's folder, which no other process can change meanwhile.
struct OpenShard {
    shard: Shard,
    head: JournalHead,
    directory: RunDirectory,
    journal: Journal,
}

/// What is done with shards, as it is told.
const ACT: &str = "merge";

/// Missing shards that are named one by one.
const NAMED_MAX: usize = 5;

/// Makes the whole run of its shards.
pub(crate) fn merge(arguments: &MergeArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    refuse_twice(&arguments.folders)?;
    if let Some(out) = &arguments.out {
        refuse_existing(out)?;
    }
    let opened = arguments.folders.iter().map(|it| open(it));
    let mut shards = opened.collect::<Result<Vec<_>, _>>()?;
    shards.sort_by_key(|it| it.shard);
    let head = common_head(&shards)?;
    refuse_gaps(&shards)?;
    let files_below = arguments.cited.files_below.as_deref();
    let job = load_again(ACT, &shards[0].directory, &head, files_below)?;
    if let Some(difference) = head.difference(&job.head()) {
        let first = shards[0].directory.path();
        return Err(refused(ACT, first, &difference));
    }
    for it in &shards {
        it.read(&job, None)
            .map_err(|corruption| it.flawed(&job, &corruption))?;
    }

    hush_caught_panics();
    let stopwatch = Stopwatch::start(1);
    let out = arguments.out.as_deref();
    let (directory, journal) = create_with_journal(out, &job.name, &head)?;
    ctrl_c.set_last_words(LEFT_AT_ONCE);
    let lost = |it: &dyn std::error::Error| stopped(&with_causes(it), &job, &directory);
    let mut tables = job
        .open_tables(&directory, journal)
        .map_err(|it| lost(&it))?;
    for it in &shards {
        it.read(&job, Some(&mut tables))
            .map_err(|corruption| lost(&corruption))?;
    }
    let n_sessions = job.plan.n_sessions();
    let done = Done {
        n_done: n_sessions,
        n_planned: n_sessions,
    };
    conclude(
        &job,
        &directory,
        tables,
        &done,
        &stopwatch,
        !arguments.no_report,
        arguments.quiet,
    )
}

/// Tells of a folder that is named more than once.
fn refuse_twice(folders: &[PathBuf]) -> Result<(), Failure> {
    let mut real: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let path = folder.canonicalize();
        let path = path.map_err(|it| refused(ACT, folder, &it.to_string()))?;
        if real.contains(&path) {
            return Err(refused(ACT, folder, "it is named twice"));
        }
        real.push(path);
    }
    Ok(())
}

fn open(folder: &Path) -> Result<OpenShard, Failure> {
    let opened = Journal::reopen(folder);
    let (directory, journal, head) = opened.map_err(|it| not_taken_up(ACT, folder, &it))?;
    let Some(shard) = head.request.shard.as_deref() else {
        return Err(refused(
            ACT,
            folder,
            "it is no shard, but a whole run that was stopped",
        ));
    };
    let shard = shard.parse();
    Ok(OpenShard {
        shard: shard.map_err(|it| refused(ACT, folder, &with_causes(&it)))?,
        head,
        directory,
        journal,
    })
}

/// What the journal of the whole run begins with, if the shards are of one run and none is twice.
fn common_head(shards: &[OpenShard]) -> Result<JournalHead, Failure> {
    let head = shards[0].head.of_whole();
    for pair in shards.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        let place = one.directory.path().display();
        let why = if let Some(it) = head.difference(&other.head.of_whole()) {
            let first = shards[0].directory.path().display();
            format!("it is of another run than {first}: {it}")
        } else if one.shard.of() != other.shard.of() {
            format!(
                "it is shard {}, and {place} is shard {}",
                other.shard, one.shard
            )
        } else if one.shard == other.shard {
            format!("it is shard {}, and so is {place}", other.shard)
        } else {
            continue;
        };
        return Err(refused(ACT, other.directory.path(), &why));
    }
    Ok(head)
}

/// Tells of shards of a run that are not there.
fn refuse_gaps(shards: &[OpenShard]) -> Result<(), Failure> {
    let of = shards[0].shard.of();
    let n_missing = of as usize - shards.len();
    let is_there = |number: &u32| shards.iter().any(|it| it.shard.number() == *number);
    let missing = (1..=of).filter(|it| !is_there(it)).take(NAMED_MAX);
    let mut names: Vec<String> = missing.map(|it| format!("{it}/{of}")).collect();
    if n_missing > names.len() {
        names.push(format!("{} more", n_missing - names.len()));
    }
    if n_missing == 0 {
        return Ok(());
    }
    Err(Failure::WrongInput(format!(
        "cannot merge {} of {of} shards: {} missing",
        shards.len(),
        names.join(", ") + if n_missing == 1 { " is" } else { " are" }
    )))
}

impl OpenShard {
    fn read(&self, job: &Job, whole: Option<&mut RunTables>) -> Result<(), ShardCorruption> {
        read_shard(
            &self.directory,
            &self.journal,
            &self.shard.part(&job.plan),
            job.extras(),
            whole,
        )
    }

    fn flawed(&self, job: &Job, corruption: &ShardCorruption) -> Failure {
        let path = self.directory.path();
        let way_on = way_on(job, &self.directory);
        refused(ACT, path, &format!("{}; {way_on}", with_causes(corruption)))
    }
}
