//! `batch` and `sweep`: many sessions, of one cell or of many, and their tables.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::cli::analyze::check_size;
use crate::cli::failure::{Failure, with_causes};
use crate::cli::progress::Progress;
use crate::cli::report::{report_of, told as told_report};
use crate::cli::study_summary::push_findings;
use crate::cli::summary::{summary, sureness};
use crate::cli::sweep_summary::{planned, sweep_summary};
use crate::cli::text::{count, counted, terminal_width};
use crate::cli::{
    FileArgument, Settings, hush_caught_panics, listen_for_interrupt, parse_count, print,
};
use crate::config::{Experiment, Input, Luck, load_experiment};
use crate::design::DesignedPoints;
use crate::experiment::{
    BatchError, Cell, Factor, Finding, Forfeit, Interrupt, Pairing, Plan, StoppingRule, Tally,
    design_findings, run,
};
use crate::output::{
    Counts, Delimiter, Distances, Edition, Extras, Finished, InputFile, LuckRecord, Manifest,
    Parameters, RESULTS_VERSION, RunDirectory, RunTables, SweepRecord, Timing, Transcripts, Until,
    WriteError, write_sensitivity,
};
use crate::seeds::{MasterSeed, Seeds};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// An experiment's file, or a scenario's
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
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
    /// Make no page of the run; `demarche report` makes it later
    #[arg(long)]
    no_report: bool,
    /// Show no progress and no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
pub(super) struct SweepArguments {
    #[command(flatten)]
    run: RunArguments,
    /// Print the cells and the number of sessions, and run nothing
    #[arg(long)]
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

/// What is to be run, and what to say of it.
struct Job {
    verb: &'static str,
    plan: Plan,
    until: Option<StoppingRule>,
    parameters: Parameters,
    pairing: Pairing,
    design: Option<DesignedPoints>,
    sweep: Option<SweepRecord>,
    name: String,
    title: String,
    seed: MasterSeed,
    inputs: Vec<Input>,
    resolved: serde_json::Value,
}

/// Runs a batch.
pub(super) fn batch(arguments: &RunArguments) -> Result<ExitCode, Failure> {
    let experiment = load(arguments)?;
    if experiment.sweep.is_some() {
        return Err(Failure::WrongInput(format!(
            "{} has a [sweep]; run it with `demarche sweep`",
            arguments.file.display()
        )));
    }
    run_job(&job_of_one_cell(experiment)?, arguments)
}

fn job_of_one_cell(experiment: Experiment) -> Result<Job, Failure> {
    let seeds = Seeds::new(experiment.seed);
    let setting = Arc::new(experiment.scenario.setting);
    Ok(Job {
        verb: "batch",
        plan: plan(vec![Cell { setting, seeds }], experiment.sessions)?,
        until: experiment.until,
        parameters: Parameters {
            paths: Vec::new(),
            values: vec![Vec::new()],
        },
        pairing: Pairing::Unpaired,
        design: None,
        sweep: None,
        name: experiment.name,
        title: experiment.title,
        seed: experiment.seed,
        inputs: experiment.scenario.inputs,
        resolved: experiment.scenario.resolved,
    })
}

/// Runs a sweep.
pub(super) fn sweep(arguments: &SweepArguments) -> Result<ExitCode, Failure> {
    let experiment = load(&arguments.run)?;
    let Some(sweep) = experiment.sweep else {
        return Err(Failure::WrongInput(format!(
            "{} has no [sweep]; run it with `demarche batch`, or add axes to it",
            arguments.run.file.display()
        )));
    };
    let record = SweepRecord {
        luck: match sweep.luck {
            Luck::Common => LuckRecord::Common,
            Luck::Independent => LuckRecord::Independent,
        },
        paths: sweep.paths.clone(),
        values: sweep.json_values,
        scenarios: sweep.scenarios,
    };
    let seeds = |cell: u64| match sweep.luck {
        Luck::Common => Seeds::new(experiment.seed),
        Luck::Independent => Seeds::of_cell(experiment.seed, cell),
    };
    let cells = (0..)
        .zip(sweep.settings)
        .map(|(cell, setting)| Cell {
            setting: Arc::new(setting),
            seeds: seeds(cell),
        })
        .collect();
    let job = Job {
        verb: "sweep",
        plan: plan(cells, experiment.sessions)?,
        until: experiment.until,
        parameters: Parameters {
            paths: sweep.paths,
            values: sweep.values,
        },
        pairing: match sweep.luck {
            Luck::Common => Pairing::Paired,
            Luck::Independent => Pairing::Unpaired,
        },
        design: sweep.design,
        sweep: Some(record),
        name: experiment.name,
        title: experiment.title,
        seed: experiment.seed,
        inputs: experiment.scenario.inputs,
        resolved: experiment.scenario.resolved,
    };
    if arguments.dry_run {
        let is_most = job.until.is_some();
        print(&planned(&job.parameters, job.plan.n_sessions(), is_most))?;
        return Ok(ExitCode::SUCCESS);
    }
    run_job(&job, &arguments.run)
}

fn plan(cells: Vec<Cell>, sessions: u64) -> Result<Plan, Failure> {
    let plan = Plan::new(cells, sessions);
    plan.map_err(|it| Failure::WrongInput(format!("{it}; ask for fewer with --sessions")))
}

fn load(arguments: &RunArguments) -> Result<Experiment, Failure> {
    let overrides = arguments.settings.overrides(arguments.sessions);
    Ok(load_experiment(
        &arguments.file,
        &overrides,
        &arguments.settings.cited.reader(&arguments.file),
    )?)
}

/// Runs a job and writes its tables.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a run took is told to people and to the manifest"
)]
fn run_job(job: &Job, arguments: &RunArguments) -> Result<ExitCode, Failure> {
    if arguments.distances {
        check_size(job.plan.cells()[0].setting.scenario())?;
    }
    let started = jiff::Zoned::now();
    let directory = create_directory(arguments.out.as_deref(), &job.name, &started)?;
    let clock = Instant::now();
    let interrupt = Interrupt::default();
    listen_for_interrupt(&interrupt);
    hush_caught_panics();
    let mut editions = vec![Edition::PLAIN];
    editions.extend(arguments.excel.map(|it| Edition::spreadsheet(it.resolve())));
    let extras = Extras {
        transcripts: if arguments.transcripts {
            Transcripts::Written
        } else {
            Transcripts::Omitted
        },
        distances: if arguments.distances {
            Distances::Measured
        } else {
            Distances::Omitted
        },
    };
    let parameters = job.parameters.clone();
    let cells = job.plan.cells();
    let mut tables = RunTables::open(
        &directory,
        cells,
        parameters,
        job.pairing,
        editions.clone(),
        extras,
    )
    .map_err(|it| Failure::could_not_finish(&it))?;
    let threads = threads(arguments.threads);
    let done = carry_out(job, threads, arguments, &interrupt, &mut tables)
        .map_err(|(it, n_done)| failed(&it, n_done, &directory))?;
    let finished = tables
        .finish(&directory)
        .map_err(|it| Failure::could_not_finish(&it))?;
    let (factors, findings) = found(job, &finished);
    if job.design.is_some() {
        let scenario = job.plan.cells()[0].setting.scenario();
        write_sensitivity(&directory, &editions, scenario, &factors, &findings)
            .map_err(|it| Failure::could_not_finish(&it))?;
    }
    let mut endings = [0; 4];
    for tally in &finished.tallies {
        for (sum, n) in endings.iter_mut().zip(tally.endings()) {
            *sum += n;
        }
    }
    let timing = Timing {
        started: started.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        wall_seconds: clock.elapsed().as_secs_f64(),
        threads,
    };
    let manifest = manifest(job, arguments, &done, endings, timing);
    directory
        .write("manifest.json", &manifest.to_json())
        .map_err(|it| Failure::could_not_finish(&it))?;
    if !arguments.quiet {
        let mut text = told(job, &finished);
        if job.design.is_some() {
            text.push('\n');
            push_findings(&mut text, &factors, &findings, terminal_width());
        }
        print(&text)?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    if !arguments.no_report {
        let first = &job.plan.cells()[0];
        report_of(&directory, &manifest, &first.setting, &first.seeds)?;
        if !arguments.quiet {
            print(&told_report(&directory))?;
        }
    }
    let first_forfeit = finished.first_forfeit.as_ref();
    Ok(exit_code(job, &done, first_forfeit, endings, &directory))
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
struct Done {
    n_done: u64,
    /// How many sessions there were to do; of a run that stops when it is sure, as far as it got.
    n_planned: u64,
}

/// Runs all sessions of a job, or as many as make it sure.
fn carry_out(
    job: &Job,
    threads: usize,
    arguments: &RunArguments,
    interrupt: &Interrupt,
    tables: &mut RunTables,
) -> Result<Done, (BatchError<WriteError>, u64)> {
    let worker = tables.worker();
    let n_most = job.plan.n_sessions();
    let mut progress = Progress::new(n_most, job.until.is_some(), arguments.quiet);
    let (mut n_done, mut n_planned, mut n_agreements) = (0, 0, 0);
    let next_wave = |tables: &RunTables| {
        let rule = job.until.as_ref()?;
        rule.next_wave(&job.plan, job.pairing, tables.tallies())
    };
    let mut next = match job.until {
        None => Some(job.plan.clone()),
        Some(_) => next_wave(tables),
    };
    while let Some(plan) = next {
        n_planned += plan.n_sessions();
        let res = run(&plan, threads, interrupt, &worker, |chunk| {
            n_done += chunk.product.tally().n_sessions();
            n_agreements += chunk.product.tally().n_agreements();
            tables.push(chunk)?;
            progress.advance(n_done, n_agreements);
            Ok(())
        });
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

fn manifest(
    job: &Job,
    arguments: &RunArguments,
    done: &Done,
    endings: [u64; 4],
    timing: Timing,
) -> Manifest {
    let scenario = job.plan.cells()[0].setting.scenario();
    Manifest {
        schema: 1,
        demarche: env!("CARGO_PKG_VERSION").to_owned(),
        results_version: RESULTS_VERSION,
        name: job.name.clone(),
        title: job.title.clone(),
        verb: job.verb.to_owned(),
        seed: job.seed.0.to_string(),
        sessions: job.plan.n_sessions(),
        until: job.until.as_ref().map(|it| Until {
            metric: it.metric.to_owned(),
            party: it.party.map(|party| scenario.party(party).name.clone()),
            half_width: it.half_width,
            confidence: it.confidence,
        }),
        cells: job.plan.cells().len(),
        settings: arguments.settings.set.clone(),
        study: None,
        sweep: job.sweep.clone(),
        inputs: job
            .inputs
            .iter()
            .map(|it| InputFile::new(&it.path, &it.text))
            .collect(),
        complete: done.n_done == done.n_planned,
        counts: Counts::new(done.n_done, endings),
        resolved: job.resolved.clone(),
        timing,
    }
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

/// What a run's sessions deserve: whether all were run, and none was forfeited.
fn exit_code(
    job: &Job,
    done: &Done,
    first_forfeit: Option<&Forfeit>,
    endings: [u64; 4],
    directory: &RunDirectory,
) -> ExitCode {
    let folder = directory.path().display();
    if done.n_done < done.n_planned {
        tell(&format!(
            "interrupted: {} of {} sessions are complete in {folder}",
            count(done.n_done),
            count(done.n_planned),
        ));
        return ExitCode::from(130);
    }
    let Some(first) = first_forfeit else {
        return ExitCode::SUCCESS;
    };
    let [.., forfeits] = endings;
    let party = job.plan.cells()[0].setting.scenario().party(first.party);
    let cell = match &job.sweep {
        Some(_) => format!(" --cell {}", first.cell.0),
        None => String::new(),
    };
    tell(&format!(
        "{}, see `ended_by` in sessions.csv; in the first {} {}, which is told by\n  \
         demarche replay {folder} {}{cell}",
        counted(forfeits, "forfeit"),
        party.name,
        first.violation,
        first.replication.0,
    ));
    ExitCode::from(1)
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

/// Makes the run's folder: the one asked for, or one named after the time and the experiment.
pub(super) fn create_directory(
    asked: Option<&Path>,
    name: &str,
    started: &jiff::Zoned,
) -> Result<RunDirectory, Failure> {
    if let Some(path) = asked {
        return create_new(path);
    }
    let stamp = started.strftime("%Y-%m-%dT%H-%M-%S");
    let base = PathBuf::from("runs").join(format!("{stamp}_{name}"));
    // Two runs may begin within a second.
    let mut path = base.clone();
    for number in 2..100 {
        if path.symlink_metadata().is_err() {
            break;
        }
        path = base.with_file_name(format!("{stamp}_{name}_{number}"));
    }
    RunDirectory::create(&path).map_err(|it| Failure::could_not_finish(&it))
}

/// Makes the folder that was asked for.
pub(super) fn create_new(path: &Path) -> Result<RunDirectory, Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::WrongInput(format!(
            "{} exists already, and runs are never overwritten; name another folder with --out",
            path.display()
        )));
    }
    RunDirectory::create(path).map_err(|it| Failure::could_not_finish(&it))
}

fn failed(error: &BatchError<WriteError>, n_done: u64, directory: &RunDirectory) -> Failure {
    Failure::CouldNotFinish(format!(
        "{}; {} sessions are complete in {}",
        with_causes(error),
        count(n_done),
        directory.path().display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::reading::read_file;
    use crate::config::Overrides;
    use crate::domain::{Outcome, Utility};
    use crate::negotiation::Setting;
    use crate::search::{Audiences, OutcomeSearch};
    use crate::seeds::Stream;
    use crate::strategy::{OfferingKind, OfferingRule, Situation};

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
        fn aspiration(&mut self, it: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
            it.best_utility
        }

        fn offer(
            &mut self,
            _: &Situation<'_>,
            search: &mut dyn OutcomeSearch,
            stream: &mut Stream,
        ) -> Option<Outcome> {
            assert!(stream.uniform() < 0.9, "the strategy is broken");
            Some(search.best())
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
        let line = ["run", "file", "--quiet", "--out", out.to_str().unwrap()];
        let arguments = <Line as clap::Parser>::parse_from(line).run;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("configs/scenarios/two-villages.toml");
        let experiment = load_experiment(&file, &Overrides::default(), &read_file).unwrap();
        let was = &experiment.scenario.setting;
        let scenario = was.scenario().clone();
        let strategies = scenario.party_ids().map(|it| was.strategies(it).to_vec());
        let mut strategies: Vec<_> = strategies.collect();
        for it in &mut strategies[1] {
            it.offering = &BROKEN;
            it.offering_numbers.clear();
        }
        let protocol = was.rules().protocol.clone();
        let setting = Setting::new(scenario, protocol, 10, strategies).unwrap();
        let seeds = Seeds::new(experiment.seed);
        let setting = Arc::new(setting);
        let job = Job {
            plan: plan(vec![Cell { setting, seeds }], 300).unwrap(),
            ..job_of_one_cell(experiment).unwrap()
        };
        assert_eq!(run_job(&job, &arguments).unwrap(), ExitCode::from(1));
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
