//! `batch` and `sweep`: many sessions, of one cell or of many, and their tables.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::cli::failure::{Failure, with_causes};
use crate::cli::file_access::stream_text;
use crate::cli::finish_run::{Done, Stopwatch, conclude, conclude_shard, interrupted, stopped};
use crate::cli::interactive::{Asked, CtrlC, Progress, Work, cells_so_far, deals_so_far};
use crate::cli::render::{counted, planned, shell_word};
use crate::cli::resume::reopen;
use crate::cli::run_folder::create_with_journal;
use crate::cli::run_spec::Job;
use crate::cli::{
    FileArgument, Settings, hush_caught_panics, message, parse_count, parse_formats, print,
    workbook,
};
use crate::experiment::{BatchError, Shard, Tally, run};
use crate::run::{Journal, RunRequest, RunTables};
use crate::tables::{Distances, DrawTable, ParquetTables, RunDirectory, Transcripts, WriteError};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// An experiment's file, or a scenario's
    #[arg(value_name = "EXPERIMENT", required_unless_present = "resume")]
    file: Option<FileArgument>,
    /// How many sessions; of a sweep, in each cell
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: Option<u64>,
    /// How many threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    threads: Option<u64>,
    /// The folder to write, which must not exist; by default a new one under runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write every offer and every answer too, to offers.csv
    #[arg(long)]
    transcripts: bool,
    /// Hold every agreement against what theory says, in columns of sessions.csv; takes much longer
    #[arg(long)]
    distances: bool,
    /// Write the numbers drawn in each session too, to draws.csv: a row per session, a column per number
    #[arg(long)]
    draws: bool,
    /// Write the tables as a workbook too, to tables.xlsx
    #[arg(long)]
    excel: bool,
    /// The tables' formats: `csv`, or `csv,parquet` for a twin of each table as Parquet
    #[arg(long, value_name = "FORMATS", default_value = "csv", value_parser = parse_formats)]
    format: ParquetTables,
    /// Go on with the run in this folder, which was stopped, to the bytes it would have had; `latest` is the newest run in runs/
    #[arg(long, value_name = "RUN", conflicts_with_all = WHAT_A_RUN_KNOWS)]
    resume: Option<PathBuf>,
    /// Run one of several parts, such as 3/64; `demarche merge` makes the run of all of them
    #[arg(long, value_name = "NUMBER/OF")]
    shard: Option<Shard>,
    /// Make no page of the run; `demarche report` makes it later
    #[arg(long)]
    no_report: bool,
    /// Show no progress and no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    settings: Settings,
}

/// What a run that is gone on with was asked when it began.
const WHAT_A_RUN_KNOWS: [&str; 11] = [
    "file",
    "sessions",
    "out",
    "transcripts",
    "distances",
    "draws",
    "excel",
    "format",
    "shard",
    "set",
    "seed",
];

#[derive(Debug, Args)]
pub(crate) struct SweepArguments {
    #[command(flatten)]
    run: RunArguments,
    /// Print the cells and the number of sessions, and run nothing
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
}

impl RunArguments {
    /// What is asked for; of a pipe also what is in it.
    fn request(&self, verb: &str) -> Result<RunRequest, Failure> {
        let file = self.file.as_deref();
        let file = file.expect("a run that is not gone on with has a file");
        let files_below = self.settings.cited.files_below.as_deref();
        Ok(RunRequest {
            verb: verb.to_owned(),
            experiment: file.display().to_string(),
            experiment_text: stream_text(file)?,
            settings: self.settings.set.clone(),
            sessions: self.sessions,
            seed: self.settings.seed,
            transcripts: if self.transcripts {
                Transcripts::Written
            } else {
                Transcripts::Omitted
            },
            distances: if self.distances {
                Distances::Measured
            } else {
                Distances::Omitted
            },
            draws: if self.draws {
                DrawTable::Written
            } else {
                DrawTable::Omitted
            },
            excel: workbook(self.excel),
            parquet: self.format,
            files_below: files_below.map(|it| it.display().to_string()),
            shard: self.shard.map(|it| it.to_string()),
        })
    }
}

/// Runs a batch.
pub(crate) fn batch(arguments: &RunArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    begin_or_resume("batch", arguments, ctrl_c)
}

/// Runs a sweep.
pub(crate) fn sweep(arguments: &SweepArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    if arguments.dry_run {
        let job = Job::load(
            arguments.run.request("sweep")?,
            None,
            arguments.run.settings.cited.files_below.as_deref(),
        )?;
        let is_most = job.until.is_some();
        print(&planned(&job.parameters, job.part().n_sessions(), is_most))?;
        return Ok(ExitCode::SUCCESS);
    }
    begin_or_resume("sweep", &arguments.run, ctrl_c)
}

fn begin_or_resume(
    verb: &str,
    arguments: &RunArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    hush_caught_panics();
    let files_below = arguments.settings.cited.files_below.as_deref();
    let Some(run) = &arguments.resume else {
        let job = Job::load(arguments.request(verb)?, None, files_below)?;
        if job.has_study && !arguments.quiet {
            let file = shell_word(&job.request.experiment);
            message(&format!(
                "note: the [sensitivity] of {file} is no part of this {verb}; \
                 `demarche sensitivity {file}` runs it"
            ));
        }
        // Whoever sees the folder can interrupt what fills it.
        let asked = ctrl_c.ask_first();
        let out = arguments.out.as_deref();
        let (directory, journal) = create_with_journal(out, &job.name, &job.head())?;
        return carry_on(&job, &directory, journal, Some(asked), ctrl_c, arguments);
    };
    match reopen(verb, run, files_below, arguments.quiet)? {
        Some((job, directory, journal)) => {
            // What is there is read first, and nothing is lost by leaving that.
            let asked = None;
            carry_on(&job, &directory, journal, asked, ctrl_c, arguments)
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

/// What is told when a run is left in the middle of something that does not look at the interrupt.
pub(crate) const LEFT_AT_ONCE: &str = "\nleft at once; the run goes on by --resume";

/// Runs what is missing of a job.
fn carry_on(
    job: &Job,
    directory: &RunDirectory,
    journal: Journal,
    asked: Option<Asked>,
    ctrl_c: &CtrlC,
    arguments: &RunArguments,
) -> Result<ExitCode, Failure> {
    ctrl_c.set_last_words(LEFT_AT_ONCE);
    let stopwatch = Stopwatch::start(threads(arguments.threads));
    let opened = job.open_tables(directory, journal);
    let mut tables = opened.map_err(|it| stopped(&with_causes(&it), job, directory))?;
    let done = carry_out(job, stopwatch.threads, arguments.quiet, ctrl_c, &mut tables);
    drop(asked);
    let done = done.map_err(|(error, n_done)| {
        let sessions = counted(n_done, "session");
        let what = format!("{}; {sessions} are complete", with_causes(&error));
        stopped(&what, job, directory)
    })?;
    match job.shard {
        Some(_) if done.n_done < done.n_planned => Ok(interrupted(job, &done, directory)),
        Some(shard) => conclude_shard(job, shard, directory, &tables, arguments.quiet),
        None => conclude(
            job,
            directory,
            tables,
            &done,
            &stopwatch,
            !arguments.no_report,
            arguments.quiet,
        ),
    }
}

/// How often what was run is made sure of: so much work is lost if the power is.
const SYNC_INTERVAL: Duration = Duration::from_secs(10);

/// Runs all sessions of a job that are not in its tables yet, or as many as make it sure.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a disk may lag behind is about wall time; no result sees it"
)]
fn carry_out(
    job: &Job,
    threads: usize,
    is_quiet: bool,
    ctrl_c: &CtrlC,
    tables: &mut RunTables,
) -> Result<Done, (BatchError<WriteError>, u64)> {
    let worker = Arc::new(tables.worker());
    let whole = job.part();
    let n_cells = job.plan.cells().len();
    let work = Work {
        n_sessions: whole.n_sessions(),
        is_most: job.until.is_some(),
    };
    let mut progress = Progress::new(work, is_quiet);
    let mut n_done = 0;
    let mut n_planned = 0;
    let mut synced = Instant::now();
    let next_wave = |tables: &RunTables| {
        let rule = job.until.as_ref()?;
        rule.next_wave(&job.plan, job.pairing, tables.tallies())
    };
    let mut next = match job.until {
        None => Some(whole),
        Some(_) => next_wave(tables),
    };
    while let Some(plan) = next {
        n_planned += plan.n_sessions();
        let restored = tables.restore(&plan).map_err(BatchError::Delivery);
        let n_restored = restored.map_err(|it| (it, n_done))?;
        let (tallies, active) = (tables.tallies(), plan.active_cells());
        let is_complete = |it: &Tally| it.n_sessions() == job.plan.n_replications();
        n_done = tallies.iter().map(Tally::n_sessions).sum();
        // Cells that are left out are known well enough.
        let mut n_cells_done = n_cells - active.len()
            + active
                .iter()
                .filter(|it| is_complete(&tallies[it.idx()]))
                .count();
        if n_restored > 0 {
            progress.go_on_from(n_done);
        }
        let rest = plan.chunks(n_restored..plan.n_chunks());
        let asked = ctrl_c.ask_first();
        let res = run(&rest, threads, ctrl_c.interrupt(), &worker, |chunk| {
            let cell = chunk.cell.idx();
            n_done += chunk.product.tally().n_sessions();
            tables.push(chunk)?;
            let tallies = tables.tallies();
            n_cells_done += usize::from(is_complete(&tallies[cell]));
            progress.advance(n_done, || match tallies {
                [only] => deals_so_far(only.n_agreements(), only.n_sessions()),
                _ => cells_so_far(n_cells_done, tallies),
            });
            if synced.elapsed() >= SYNC_INTERVAL {
                tables.sync()?;
                synced = Instant::now();
            }
            Ok(())
        });
        drop(asked);
        if let Err(error) = res {
            progress.finish();
            return Err((error, n_done));
        }
        let is_complete = n_done == n_planned;
        next = is_complete.then(|| next_wave(tables)).flatten();
    }
    progress.finish();
    Ok(Done { n_done, n_planned })
}

pub(crate) fn threads(asked: Option<u64>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked
        .map_or_else(available, |it| usize::try_from(it).unwrap_or(usize::MAX))
        .min(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::Arc;

    use crate::experiment::{Cell, Plan};
    use crate::run::Manifest;
    use demarche_core::domain::{Outcome, Utility};
    use demarche_core::negotiation::Setting;
    use demarche_core::search::Audiences;
    use demarche_core::strategy::{OfferingKind, OfferingRule, Turn};

    /// A strategy whose code panics in about half of all sessions.
    #[derive(Debug)]
    struct Broken;

    static BROKEN: OfferingKind = OfferingKind {
        name: "broken",
        about: "for tests",
        parameters: &[],
        audiences: Audiences::Alike,
        start: |_, _| Box::new(Broken),
    };

    impl OfferingRule for Broken {
        fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
            turn.situation.best_utility
        }

        fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
            assert!(turn.stream.uniform() < 0.9, "the strategy is broken");
            Some(turn.search.best())
        }
    }

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        run: RunArguments,
    }

    #[test]
    fn a_run_with_a_broken_strategy_has_all_rows_and_says_that_it_had_forfeits() {
        let folder = tempfile::TempDir::new().unwrap();
        let out = folder.path().join("run");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("configs/scenarios/two-villages.toml");
        let line = [
            "run",
            file.to_str().unwrap(),
            "--sessions",
            "300",
            "--quiet",
        ];
        let arguments = <Line as clap::Parser>::parse_from(line).run;
        let mut job = Job::load(arguments.request("batch").unwrap(), None, None).unwrap();
        let Cell {
            setting: was,
            seeds,
        } = &job.plan.cells()[0];
        let scenario = was.scenario().clone();
        let strategies = scenario.party_ids().map(|it| was.strategies(it).to_vec());
        let mut strategies: Vec<_> = strategies.collect();
        for it in &mut strategies[1] {
            it.offering = &BROKEN;
            it.offering_numbers.clear();
        }
        let protocol = was.rules().protocol.clone();
        let setting = Setting::new(scenario, protocol, 10, strategies).unwrap();
        let (setting, seeds) = (Arc::new(setting), *seeds);
        job.plan = Plan::new(vec![Cell { setting, seeds }], 300).unwrap();
        let made = Journal::create(&out, &job.head());
        let (directory, journal) = made.unwrap();
        let ctrl_c = CtrlC::default();
        let ended = carry_on(&job, &directory, journal, None, &ctrl_c, &arguments);
        assert_eq!(ended.unwrap(), ExitCode::from(1));
        assert!(out.join("report.html").exists());
        let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
        let counts = &Manifest::from_json(&manifest).unwrap().counts;
        assert_eq!(counts.sessions, 300);
        assert!((30..270).contains(&counts.forfeit), "{counts:?}");
        let sessions = std::fs::read_to_string(out.join("sessions.csv")).unwrap();
        let forfeited = |it: &&str| it.contains(",forfeit,") && it.contains(",lower,");
        assert_eq!(
            sessions.lines().filter(forfeited).count() as u64,
            counts.forfeit
        );
        assert_eq!(sessions.lines().count(), 301);
    }
}
