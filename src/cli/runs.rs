//! `batch`: many sessions of one scenario, and their tables.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::cli::failure::{Failure, with_causes};
use crate::cli::progress::Progress;
use crate::cli::summary::summary;
use crate::cli::text::{count, counted, terminal_width};
use crate::cli::{FileArgument, Settings, parse_count, print, read_file};
use crate::config::load_experiment;
use crate::experiment::{BatchError, Interrupt, Plan, Tally, run};
use crate::output::{
    Counts, Delimiter, Edition, InputFile, Manifest, RESULTS_VERSION, RunDirectory, RunTables,
    Timing, Transcripts, WriteError,
};
use crate::seeds::Seeds;

#[derive(Debug, Args)]
pub(super) struct BatchArguments {
    /// An experiment's file, or a scenario's
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    /// How many sessions
    #[arg(long, value_name = "N", value_parser = parse_count)]
    sessions: Option<u64>,
    /// How many threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count)]
    threads: Option<u64>,
    /// The folder to write, which must not exist; by default a new one under runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Write every offer and every answer too, to offers.csv
    #[arg(long)]
    transcripts: bool,
    /// Write the tables a second time, to excel/, for spreadsheets to open by double-click
    #[arg(long, value_name = "DELIMITER", num_args = 0..=1, default_missing_value = "auto", require_equals = true)]
    excel: Option<DelimiterArgument>,
    /// Show no progress and no summary
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    settings: Settings,
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

/// Runs a batch.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a run took is told to people and to the manifest"
)]
pub(super) fn batch(arguments: &BatchArguments) -> Result<ExitCode, Failure> {
    let overrides = arguments.settings.overrides(arguments.sessions);
    let experiment = load_experiment(&arguments.file, &overrides, &read_file)?;
    let threads = threads(arguments.threads);
    let started = jiff::Zoned::now();
    let directory = create_directory(arguments, &experiment.name, &started)?;
    let clock = Instant::now();

    let interrupt = Interrupt::default();
    listen_for_interrupt(&interrupt);
    let setting = Arc::new(experiment.scenario.setting);
    let mut editions = vec![Edition::PLAIN];
    editions.extend(arguments.excel.map(|it| Edition::spreadsheet(it.resolve())));
    let transcripts = if arguments.transcripts {
        Transcripts::Written
    } else {
        Transcripts::Omitted
    };
    let mut tables = RunTables::open(&directory, &setting, editions, transcripts)
        .map_err(|it| Failure::could_not_finish(&it))?;
    let worker = tables.worker(&setting);
    let scenario = setting.scenario();
    let mut tally = Tally::new(&scenario.space, scenario.parties.len());
    let mut progress = Progress::new(experiment.sessions, arguments.quiet);
    let res = run(
        Plan::batch(experiment.sessions),
        &setting,
        &Seeds::new(experiment.seed),
        threads,
        &interrupt,
        &worker,
        |chunk| {
            tally.merge(&chunk.product.tally);
            tables.push(chunk.product)?;
            progress.advance(tally.n_sessions(), tally.n_agreements());
            Ok(())
        },
    );
    progress.finish();
    res.map_err(|it| failed(&it, tally.n_sessions(), &directory))?;
    let commonest = tables
        .finish(&directory, &setting, &tally)
        .map_err(|it| Failure::could_not_finish(&it))?;
    let is_complete = tally.n_sessions() == experiment.sessions;
    let manifest = Manifest {
        schema: 1,
        demarche: env!("CARGO_PKG_VERSION"),
        results_version: RESULTS_VERSION,
        name: experiment.name,
        title: experiment.title.clone(),
        verb: "batch",
        seed: experiment.seed.0.to_string(),
        sessions: experiment.sessions,
        settings: arguments.settings.settings.clone(),
        inputs: experiment
            .scenario
            .inputs
            .iter()
            .map(|it| InputFile::new(&it.path, &it.text))
            .collect(),
        complete: is_complete,
        counts: Counts::new(tally.n_sessions(), tally.endings()),
        resolved: experiment.scenario.resolved,
        timing: Timing {
            started: started.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            wall_seconds: clock.elapsed().as_secs_f64(),
            threads,
        },
    };
    directory
        .write("manifest.json", &manifest.to_json())
        .map_err(|it| Failure::could_not_finish(&it))?;
    if !arguments.quiet {
        let head = format!(
            "{}\n{} of {} rounds, seed {}\n\n",
            experiment.title,
            counted(tally.n_sessions(), "session"),
            setting.rules().deadline_rounds,
            experiment.seed.0,
        );
        print(&head)?;
        print(&summary(&setting, &tally, &commonest, terminal_width()))?;
        print(&format!("Tables: {}\n", directory.path().display()))?;
    }
    Ok(exit_code(&tally, experiment.sessions, &directory))
}

fn exit_code(tally: &Tally, sessions: u64, directory: &RunDirectory) -> ExitCode {
    let [.., forfeits] = tally.endings();
    if tally.n_sessions() < sessions {
        tell(&format!(
            "interrupted: {} of {} sessions are complete in {}",
            count(tally.n_sessions()),
            count(sessions),
            directory.path().display()
        ));
        ExitCode::from(130)
    } else if forfeits > 0 {
        tell(&format!(
            "{}: a party broke the rules, see `ended_by` in sessions.csv",
            counted(forfeits, "forfeit")
        ));
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}

fn tell(text: &str) {
    use std::io::Write as _;
    // Nobody is left to tell if standard error is gone.
    let _ = writeln!(anstream::stderr(), "{text}");
}

fn threads(asked: Option<u64>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked
        .map_or_else(available, |it| usize::try_from(it).unwrap_or(usize::MAX))
        .min(1024)
}

/// Makes the run's folder: the one asked for, or one named after the time and the experiment.
fn create_directory(
    arguments: &BatchArguments,
    name: &str,
    started: &jiff::Zoned,
) -> Result<RunDirectory, Failure> {
    if let Some(path) = &arguments.out {
        if path.symlink_metadata().is_ok() {
            return Err(Failure::WrongInput(format!(
                "{} exists already, and runs are never overwritten; name another folder with --out",
                path.display()
            )));
        }
        return RunDirectory::create(path).map_err(|it| Failure::could_not_finish(&it));
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

/// Stops the run at the first Ctrl-C, and the process at the second.
fn listen_for_interrupt(interrupt: &Interrupt) {
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

fn failed(error: &BatchError<WriteError>, n_done: u64, directory: &RunDirectory) -> Failure {
    Failure::CouldNotFinish(format!(
        "{}; {} sessions are complete in {}",
        with_causes(error),
        count(n_done),
        directory.path().display()
    ))
}
