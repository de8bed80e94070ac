//! What is written and told when a run is over, or when it stops before.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use demarche_core::protocol::ProtocolViolation;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::file_access::CitedFiles;
use crate::cli::render::{
    Studied, count, counted, push_findings, shell_word, summary, sureness, sweep_summary,
    terminal_width,
};
use crate::cli::run_spec::Job;
use crate::cli::verbs::{check_written, render as render_report, report_of};
use crate::cli::{message, print};
use crate::experiment::{Factor, Finding, Forfeit, Shard, Tally, design_findings};
use crate::report::DealCounts;
use crate::run::{Finished, MANIFEST, RunTables, Timing};
use crate::tables::{
    LeftOut, RunDirectory, Workbook, WriteError, write_sensitivity, write_workbook,
};

/// When a run began, and on how many threads.
pub(super) struct Stopwatch {
    started: jiff::Zoned,
    clock: Instant,
    pub(super) threads: usize,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a run took is told to people and to the manifest"
    )]
    pub(super) fn start(threads: usize) -> Self {
        Self {
            started: jiff::Zoned::now(),
            clock: Instant::now(),
            threads,
        }
    }

    fn timing(&self) -> Timing {
        Timing {
            started: self.started.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            wall_seconds: self.clock.elapsed().as_secs_f64(),
            threads: self.threads,
        }
    }
}

/// How much of a job was done.
pub(super) struct Done {
    pub(super) n_done: u64,
    /// How many sessions there were to do; of a run that stops when it is sure, as far as it got.
    pub(super) n_planned: u64,
}

/// Writes the tables over all sessions and the manifest, and tells what came out.
pub(super) fn conclude(
    job: &Job,
    directory: &RunDirectory,
    tables: RunTables,
    done: &Done,
    stopwatch: &Stopwatch,
    has_report: bool,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let lost = |it: WriteError| stopped(&with_causes(&it), job, directory);
    let endings = endings(tables.tallies());
    let mut finished = tables.finish(directory).map_err(lost)?;
    let (factors, findings) = found(job, &finished);
    if job.design.is_some() {
        let scenario = job.plan.cells()[0].setting.scenario();
        let parquet_tables = job.request.parquet;
        let written = write_sensitivity(directory, parquet_tables, scenario, &factors, &findings);
        finished.tables.push(written.map_err(lost)?);
    }
    let left_out = match job.request.excel {
        Workbook::Omitted => Vec::new(),
        Workbook::Written => {
            let run = job.workbook_run(done);
            write_workbook(directory, &run, &finished.tables).map_err(lost)?
        }
    };
    directory.sync().map_err(lost)?;
    let manifest = job.manifest(done, endings, directory.tables(), stopwatch.timing());
    if manifest.complete {
        let read = check_written(directory, &manifest.tables, is_quiet);
        read.map_err(|it| stopped(&it, job, directory))?;
    }
    directory
        .write(MANIFEST, &manifest.to_json())
        .map_err(lost)?;
    if manifest.complete {
        finished.journal.remove().map_err(lost)?;
    }
    if !is_quiet {
        let mut text = render(job, &finished);
        if job.design.is_some() {
            text.push('\n');
            let [deals, ..] = endings;
            let studied = Studied {
                scenario: job.plan.cells()[0].setting.scenario(),
                factors: &factors,
                findings: &findings,
                sessions: DealCounts {
                    sessions: endings.iter().sum(),
                    deals,
                },
                points: None,
            };
            push_findings(&mut text, &studied, terminal_width());
        }
        print(&text)?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    report_left_out(&left_out);
    if has_report {
        report_of(directory, &manifest)?;
        if !is_quiet {
            print(&render_report(directory))?;
        }
    }
    if done.n_done < done.n_planned {
        return Ok(interrupted(job, done, directory));
    }
    let first_forfeit = finished.first_forfeit.as_ref();
    Ok(exit_code(job, endings, first_forfeit, directory))
}

/// Says which tables the workbook lacks.
pub(super) fn report_left_out(tables: &[LeftOut]) {
    for it in tables {
        message(&it.to_string());
    }
}

/// Makes sure of a shard, which waits for the others.
pub(super) fn conclude_shard(
    job: &Job,
    shard: Shard,
    directory: &RunDirectory,
    tables: &RunTables,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let synced = tables.sync().and_then(|()| directory.sync());
    synced.map_err(|it| stopped(&with_causes(&it), job, directory))?;
    let endings = endings(tables.tallies());
    if !is_quiet {
        let sessions = counted(endings.iter().sum(), "session");
        let (title, path) = (&job.title, directory.path().display());
        print(&format!(
            "{title}\nshard {shard}: {sessions} in {path}\n\
             `demarche merge` makes the run of all {} shards\n",
            shard.of()
        ))?;
    }
    Ok(exit_code(job, endings, None, directory))
}

/// All sessions by ending.
fn endings(tallies: &[Tally]) -> [u64; 4] {
    let mut res = [0; 4];
    for tally in tallies {
        for (sum, n) in res.iter_mut().zip(tally.endings()) {
            *sum += n;
        }
    }
    res
}

/// What a sweep shows whose cells follow a design.
fn found(job: &Job, finished: &Finished) -> (Vec<Factor>, Vec<Finding>) {
    let Some(design) = &job.design else {
        return (Vec::new(), Vec::new());
    };
    let paths = job.parameters.paths.iter();
    let factors: Vec<Factor> = paths.map(|it| Factor::parameter(it)).collect();
    let findings = design_findings(design, &factors, &finished.tallies, job.seed.0);
    (factors, findings)
}

/// What is said of a run when it is over.
fn render(job: &Job, finished: &Finished) -> String {
    let setting = &job.plan.cells()[0].setting;
    let sessions = counted(
        finished.tallies.iter().map(Tally::n_sessions).sum(),
        "session",
    );
    let width = terminal_width();
    let until = job.until.as_ref();
    let (what, rest) = if job.parameters.paths.is_empty() {
        let rounds = setting.rules().deadline_rounds;
        (
            format!("{sessions} of {rounds} rounds"),
            until.map_or_else(String::new, |it| sureness(it, setting, &finished.tallies))
                + &summary(setting, &finished.tallies[0], &finished.commonest[0], width),
        )
    } else {
        let cells = counted(job.plan.cells().len() as u64, "cell");
        (
            format!("{sessions} in {cells}"),
            sweep_summary(
                setting,
                &job.parameters,
                until,
                job.design.is_none(),
                finished,
                width,
            ),
        )
    };
    format!("{}\n{what}, seed {}\n\n{rest}", job.title, job.seed.0)
}

/// Tells how far an interrupted run got.
pub(super) fn interrupted(job: &Job, done: &Done, directory: &RunDirectory) -> ExitCode {
    message(&format!(
        "interrupted: {} of {} sessions are complete in {}; {}",
        count(done.n_done),
        count(done.n_planned),
        directory.path().display(),
        way_on(job, directory)
    ));
    ExitCode::from(130)
}

/// What sessions deserve that were all run: whether none was forfeited.
fn exit_code(
    job: &Job,
    endings: [u64; 4],
    first_forfeit: Option<&Forfeit>,
    directory: &RunDirectory,
) -> ExitCode {
    let [.., forfeits] = endings;
    if forfeits == 0 {
        return ExitCode::SUCCESS;
    }
    // Whoever gave no answer did so in all sessions under way, and need not do so in each by itself.
    let rendered = first_forfeit.filter(|it| it.violation != ProtocolViolation::NoAnswer);
    let first = rendered.map(|first| {
        let party = job.plan.cells()[0].setting.scenario().party(first.party);
        let cell = match job.request.verb.as_str() {
            "sweep" => format!(" --cell {}", first.cell.0),
            _ => String::new(),
        };
        format!(
            "; in the first {} {}, which is told by\n  demarche replay {} {}{cell}",
            party.name,
            first.violation,
            shell_word(&directory.path().display().to_string()),
            first.replication.0,
        )
    });
    message(&format!(
        "{}, see `ended_by` in sessions.csv{}",
        counted(forfeits, "forfeit"),
        first.unwrap_or_default()
    ));
    ExitCode::from(1)
}

/// A run that could not go on, and how it can be gone on with.
pub(super) fn stopped(what: &str, job: &Job, directory: &RunDirectory) -> Failure {
    let path = directory.path();
    Failure::CouldNotFinish(if directory.is_in_place() {
        format!("{what}; {}", way_on(job, directory))
    } else if path.symlink_metadata().is_ok() {
        let path = path.display();
        format!("{what}; something else is at {path} now, and the run is where its folder is")
    } else {
        format!("{what}; the folder {} is gone", path.display())
    })
}

/// What people type to go on with a run that was stopped.
pub(super) fn way_on(job: &Job, directory: &RunDirectory) -> String {
    let path = directory.path().display().to_string();
    let verb = &job.request.verb;
    let files_below = files_below(job, directory).map_or_else(String::new, |it| {
        format!(" --files-below {}", shell_word(&it.display().to_string()))
    });
    let path = shell_word(&path);
    format!("go on with `demarche {verb} --resume {path}{files_below}`")
}

/// The folder that has to be allowed for going on with a run; `None` if its files are near it.
fn files_below(job: &Job, directory: &RunDirectory) -> Option<PathBuf> {
    let request = &job.request;
    let allowed = request.files_below.as_deref().map(PathBuf::from);
    let experiment = Path::new(&request.experiment);
    let is_near = request.experiment_text.is_some()
        || CitedFiles::near_run(directory.path(), None).has(experiment);
    let own = || experiment.parent().map(Path::to_owned);
    allowed.or_else(|| if is_near { None } else { own() })
}
