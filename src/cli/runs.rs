//! `batch` and `sweep`: many sessions, of one cell or of many, and their tables.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use crate::cli::failure::{Failure, with_causes};
use crate::cli::job::Job;
use crate::cli::progress::{Achieved, Progress, Work};
use crate::cli::report::{report_of, told as told_report};
use crate::cli::resume::reopen;
use crate::cli::study_summary::push_findings;
use crate::cli::summary::{summary, sureness};
use crate::cli::sweep_summary::{planned, sweep_summary};
use crate::cli::text::{count, counted, shell_word, terminal_width};
use crate::cli::{FileArgument, Settings, parse_count, parse_formats, print};
use crate::experiment::{
    BatchError, Factor, Finding, Interrupt, Shard, Tally, design_findings, run,
};
use crate::output::{
    Delimiter, Distances, Finished, Journal, ParquetTwins, RunDirectory, RunRequest, RunTables,
    Timing, Transcripts, WriteError, write_sensitivity,
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[derive(Debug, Args)]
pub(super) struct RunArguments {
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
    /// Write the tables a second time, to excel/, for spreadsheets to open by double-click
    #[arg(long, value_name = "DELIMITER", num_args = 0..=1, default_missing_value = "auto", require_equals = true)]
    excel: Option<DelimiterArgument>,
    /// The tables' formats: `csv`, or `csv,parquet` for a twin of each table as Parquet
    #[arg(long, value_name = "FORMATS", default_value = "csv", value_parser = parse_formats)]
    format: ParquetTwins,
    /// Go on with the run in this folder, which was stopped, to the bytes it would have had
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
const WHAT_A_RUN_KNOWS: [&str; 10] = [
    "file",
    "sessions",
    "out",
    "transcripts",
    "distances",
    "excel",
    "format",
    "shard",
    "settings",
    "seed",
];

#[derive(Debug, Args)]
pub(super) struct SweepArguments {
    #[command(flatten)]
    run: RunArguments,
    /// Print the cells and the number of sessions, and run nothing
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DelimiterArgument {
    /// As the environment's locale has it
    Auto,
    /// Commas, and decimals behind a point
    Comma,
    /// Semicolons, and decimals behind a comma
    Semicolon,
}

impl DelimiterArgument {
    fn resolve(self) -> Delimiter {
        match self {
            Self::Comma => Delimiter::Comma,
            Self::Semicolon => Delimiter::Semicolon,
            Self::Auto => {
                let locale = ["LC_ALL", "LC_NUMERIC", "LANG"]
                    .iter()
                    .filter_map(|it| std::env::var(it).ok())
                    .find(|it| !it.is_empty());
                Delimiter::of_locale(&locale.unwrap_or_default())
            }
        }
    }
}

impl RunArguments {
    fn request(&self, verb: &str) -> RunRequest {
        let file = self.file.as_deref();
        let file = file.expect("a run that is not gone on with has a file");
        RunRequest {
            verb: verb.to_owned(),
            experiment: file.display().to_string(),
            settings: self.settings.settings.clone(),
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
            excel: self.excel.map(DelimiterArgument::resolve),
            parquet: self.format,
            shard: self.shard.map(|it| it.to_string()),
        }
    }
}

/// Runs a batch.
pub(super) fn batch(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    begin_or_resume("batch", arguments)
}

/// Runs a sweep.
pub(super) fn sweep(arguments: &SweepArguments) -> Result<ExitCode, Failure> {
    if arguments.dry_run {
        let job = Job::load(arguments.run.request("sweep"))?;
        let is_most = job.until.is_some();
        print(&planned(&job.parameters, job.part().n_sessions(), is_most))?;
        return Ok(ExitCode::SUCCESS);
    }
    begin_or_resume("sweep", &arguments.run)
}

fn begin_or_resume(verb: &str, arguments: &RunArguments) -> Result<ExitCode, Failure> {
    // Whoever sees the folder can interrupt what fills it.
    let interrupt = Interrupt::default();
    listen_for_interrupt(&interrupt);
    let run = match &arguments.resume {
        Some(run) => reopen(verb, run)?,
        None => Some(begin(verb, arguments)?),
    };
    let Some((job, directory, journal)) = run else {
        return Ok(ExitCode::SUCCESS);
    };
    let stopwatch = Stopwatch::start(threads(arguments.threads));
    let opened = job.open_tables(&directory, journal);
    let mut tables = opened.map_err(|it| stopped(&with_causes(&it), &job, &directory))?;
    let done = carry_out(
        &job,
        stopwatch.threads,
        arguments.quiet,
        &interrupt,
        &mut tables,
    );
    let done = done.map_err(|(error, n_done)| {
        let sessions = counted(n_done, "session");
        let what = format!("{}; {sessions} are complete", with_causes(&error));
        stopped(&what, &job, &directory)
    })?;
    match job.shard {
        Some(_) if done.n_done < done.n_planned => Ok(interrupted(&job, &done, &directory)),
        Some(shard) => conclude_shard(&job, shard, &directory, &tables, arguments.quiet),
        None => conclude(
            &job,
            &directory,
            tables,
            &done,
            &stopwatch,
            !arguments.no_report,
            arguments.quiet,
        ),
    }
}

/// Makes the folder of a new run.
fn begin(verb: &str, arguments: &RunArguments) -> Result<(Job, RunDirectory, Journal), Failure> {
    let job = Job::load(arguments.request(verb))?;
    let out = arguments.out.as_deref();
    let path = new_path(out, &job.name, &jiff::Zoned::now())?;
    let created = RunDirectory::create_with_journal(&path, &job.head());
    let (directory, journal) = created.map_err(|it| Failure::could_not_finish(&it))?;
    Ok((job, directory, journal))
}

/// When a run began, and on how many threads.
pub(super) struct Stopwatch {
    started: jiff::Zoned,
    clock: Instant,
    threads: usize,
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
    let finished = tables.finish(directory).map_err(lost)?;
    let (factors, findings) = found(job, &finished);
    if job.design.is_some() {
        let scenario = job.plan.cells()[0].setting.scenario();
        write_sensitivity(directory, &job.editions(), scenario, &factors, &findings)
            .map_err(lost)?;
    }
    directory.sync().map_err(lost)?;
    let manifest = job.manifest(done, endings, stopwatch.timing());
    directory
        .write("manifest.json", &manifest.to_json())
        .map_err(lost)?;
    if manifest.complete {
        finished.journal.remove().map_err(lost)?;
    }
    if !is_quiet {
        let mut text = told(job, &finished);
        if job.design.is_some() {
            text.push('\n');
            push_findings(&mut text, &factors, &findings, terminal_width());
        }
        print(&text)?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if has_report {
        let first = &job.plan.cells()[0];
        report_of(directory, &manifest, &first.setting, &first.seeds)?;
        if !is_quiet {
            print(&told_report(directory))?;
        }
    }
    if done.n_done < done.n_planned {
        return Ok(interrupted(job, done, directory));
    }
    Ok(exit_code(endings))
}

/// Makes sure of a shard, which waits for the others.
fn conclude_shard(
    job: &Job,
    shard: Shard,
    directory: &RunDirectory,
    tables: &RunTables,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let synced = directory.sync();
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
    Ok(exit_code(endings))
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

/// How much of a job was done.
pub(super) struct Done {
    pub(super) n_done: u64,
    /// How many sessions there were to do; of a run that stops when it is sure, as far as it got.
    pub(super) n_planned: u64,
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
    interrupt: &Interrupt,
    tables: &mut RunTables,
) -> Result<Done, (BatchError<WriteError>, u64)> {
    let worker = tables.worker();
    let whole = job.part();
    let n_cells = job.plan.cells().len();
    let work = Work {
        n_sessions: whole.n_sessions(),
        is_most: job.until.is_some(),
        n_cells,
    };
    let mut progress = Progress::new(work, is_quiet);
    let mut achieved = Achieved::default();
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
        let n_restored = restored.map_err(|it| (it, achieved.sessions))?;
        let (tallies, active) = (tables.tallies(), plan.active_cells());
        let is_complete = |it: &Tally| it.n_sessions() == job.plan.n_replications();
        achieved = Achieved {
            sessions: tallies.iter().map(Tally::n_sessions).sum(),
            agreements: tallies.iter().map(Tally::n_agreements).sum(),
            // Cells that are left out are known well enough.
            cells: n_cells - active.len()
                + active
                    .iter()
                    .filter(|it| is_complete(&tallies[it.idx()]))
                    .count(),
        };
        let rest = plan.chunks(n_restored..plan.n_chunks());
        let res = run(&rest, threads, interrupt, &worker, |chunk| {
            let cell = chunk.cell.idx();
            achieved.sessions += chunk.product.tally().n_sessions();
            achieved.agreements += chunk.product.tally().n_agreements();
            tables.push(chunk)?;
            achieved.cells += usize::from(is_complete(&tables.tallies()[cell]));
            progress.advance(achieved);
            if synced.elapsed() >= SYNC_INTERVAL {
                tables.sync()?;
                synced = Instant::now();
            }
            Ok(())
        });
        if let Err(error) = res {
            progress.finish();
            return Err((error, achieved.sessions));
        }
        let is_complete = achieved.sessions == n_planned;
        next = is_complete.then(|| next_wave(tables)).flatten();
    }
    progress.finish();
    Ok(Done {
        n_done: achieved.sessions,
        n_planned,
    })
}

/// What is said of a run when it is over.
fn told(job: &Job, finished: &Finished) -> String {
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
            sweep_summary(setting, &job.parameters, until, finished, width),
        )
    };
    format!("{}\n{what}, seed {}\n\n{rest}", job.title, job.seed.0)
}

/// Tells how far an interrupted run got.
fn interrupted(job: &Job, done: &Done, directory: &RunDirectory) -> ExitCode {
    tell(&format!(
        "interrupted: {} of {} sessions are complete in {}; {}",
        count(done.n_done),
        count(done.n_planned),
        directory.path().display(),
        way_on(job, directory)
    ));
    ExitCode::from(130)
}

/// What sessions deserve that were all run: whether none was forfeited.
pub(super) fn exit_code(endings: [u64; 4]) -> ExitCode {
    let [.., forfeits] = endings;
    if forfeits > 0 {
        tell(&format!(
            "{}: a party broke the rules, see `ended_by` in sessions.csv",
            counted(forfeits, "forfeit")
        ));
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}

pub(super) fn tell(text: &str) {
    use std::io::Write as _;
    // Nobody is left to tell if standard error is gone.
    let _ = writeln!(anstream::stderr(), "{text}");
}

pub(super) fn threads(asked: Option<u64>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked
        .map_or_else(available, |it| usize::try_from(it).unwrap_or(usize::MAX))
        .min(1024)
}

/// Where a run's folder is to be: the one asked for, or one named after the time and the experiment.
pub(super) fn new_path(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        refuse_existing(path)?;
        return Ok(path.to_owned());
    }
    let stamp = started.strftime("%Y-%m-%dT%H-%M-%S");
    let base = PathBuf::from("runs").join(format!("{stamp}_{name}"));
    // Two runs may begin within a second.
    let further = (2..100).map(|it| base.with_file_name(format!("{stamp}_{name}_{it}")));
    let mut paths = std::iter::once(base.clone()).chain(further);
    let free = paths.find(|it| it.symlink_metadata().is_err());
    Ok(free.unwrap_or(base))
}

fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::WrongInput(format!(
            "{} exists already, and runs are never overwritten; name another folder with --out",
            path.display()
        )));
    }
    Ok(())
}

/// Makes the folder that was asked for.
pub(super) fn create_new(path: &Path) -> Result<RunDirectory, Failure> {
    refuse_existing(path)?;
    RunDirectory::create(path).map_err(|it| Failure::could_not_finish(&it))
}

/// Makes the run's folder: the one asked for, or one named after the time and the experiment.
pub(super) fn create_directory(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<RunDirectory, Failure> {
    let path = new_path(asked, name, started)?;
    RunDirectory::create(&path).map_err(|it| Failure::could_not_finish(&it))
}

/// Stops the run at the first Ctrl-C, and the process at the second.
pub(super) fn listen_for_interrupt(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    let listening = ctrlc::set_handler(move || {
        if interrupt.is_requested() {
            std::process::exit(130);
        }
        interrupt.request();
        tell("\ninterrupting: finishing the sessions under way (Ctrl-C again to leave at once)");
    });
    if let Err(error) = listening {
        tell(&format!("Ctrl-C will end the run at once: {error}"));
    }
}

/// A run that could not go on, and how it can be gone on with.
pub(super) fn stopped(what: &str, job: &Job, directory: &RunDirectory) -> Failure {
    let path = directory.path();
    Failure::CouldNotFinish(if path.is_dir() {
        format!("{what}; {}", way_on(job, directory))
    } else {
        format!("{what}; the folder {} is gone", path.display())
    })
}

/// What people type to go on with a run that was stopped.
pub(super) fn way_on(job: &Job, directory: &RunDirectory) -> String {
    let path = directory.path().display().to_string();
    let verb = &job.request.verb;
    format!(
        "go on with `demarche {verb} --resume {}`",
        shell_word(&path)
    )
}
