//! `sensitivity` and `flip`: what the answer depends on, and what would change it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use demarche_core::negotiation::{NumberId, Setting};
use demarche_core::randomness::Seeds;

use crate::cli::failure::Failure;
use crate::cli::finish_run::report_left_out;
use crate::cli::interactive::{Asked, CtrlC, Progress, Work};
use crate::cli::render::{
    count, counted, percent, render_flips, render_sensitivity, terminal_width,
};
use crate::cli::run_folder::create_directory;
use crate::cli::verbs::batch_sweep::threads;
use crate::cli::verbs::report::{render as render_report, report_of};
use crate::cli::verbs::verify::check_written;
use crate::cli::{
    FileArgument, Settings, hush_caught_panics, message, parse_count, parse_formats, print, warn,
};
use crate::config::{Experiment, StudyMethod, load_experiment, numbers, uncertain_numbers};
use crate::experiment::{
    Cell, FlipSearch, Interrupt, Plan, SessionFigures, Study, StudyError, Trial, agreement_boxes,
    findings, run,
};
use crate::run::{Counts, InputFile, MANIFEST, Manifest, RESULTS_VERSION, StudyRecord, Timing};
use crate::tables::{
    DrawTable, FinishedTable, ParquetTables, PointTable, RunDirectory, StudyWorker, WorkbookRun,
    WriteError, write_boxes, write_flips, write_sensitivity, write_workbook,
};

#[derive(Debug, Args)]
pub(crate) struct StudyArguments {
    /// An experiment's file, or a scenario's
    #[arg(value_name = "EXPERIMENT")]
    file: FileArgument,
    /// How many threads; by default one per core. Results do not depend on it
    #[arg(long, value_name = "N", value_parser = parse_count, allow_negative_numbers = true)]
    threads: Option<u64>,
    /// The folder to write, which must not exist; by default a new one under runs/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The tables' formats: `csv`, or `csv,parquet` for a twin of each table as Parquet
    #[arg(long, value_name = "FORMATS", default_value = "csv", value_parser = parse_formats)]
    format: ParquetTables,
    /// Write the tables as a workbook too, to tables.xlsx
    #[arg(long)]
    excel: bool,
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
pub(crate) struct SensitivityArguments {
    #[command(flatten)]
    study: StudyArguments,
    /// Which design chooses the sessions
    #[arg(long, value_enum)]
    method: Option<MethodArgument>,
    /// How many base points, at least 32 and best a power of two; or trajectories, at least 10
    #[arg(long, value_name = "N", value_parser = parse_points, allow_negative_numbers = true)]
    points: Option<u32>,
    /// Which numbers: a basis such as `assumed`, a path, or the beginning of paths such as `party.russia`; may be repeated
    #[arg(long, value_name = "NUMBERS")]
    numbers: Vec<String>,
    /// Write every session too, with its numbers and how it ended, to points.csv: some ten bytes per number and session
    #[arg(long)]
    draws: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum MethodArgument {
    /// Saltelli's radial design: Sobol' indices, rank correlations, boxes
    Saltelli,
    /// Morris's trajectories: elementary effects, cheaper
    Morris,
}

#[derive(Debug, Args)]
pub(crate) struct FlipArguments {
    #[command(flatten)]
    study: StudyArguments,
    /// The share of deals to cross, in per cent
    #[arg(long, value_name = "PERCENT", default_value = "50", value_parser = parse_percent, allow_negative_numbers = true)]
    rate: f64,
    /// Which numbers to move, one at a time: a basis, a path, or the beginning of paths; may be repeated. By default every party's reservation value
    #[arg(long, value_name = "NUMBERS")]
    numbers: Vec<String>,
    /// How many sessions at each shift; a number takes up to 30 shifts
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse_count, allow_negative_numbers = true)]
    sessions: u64,
}

/// Most sessions of a search for flips: how each ended is held in memory.
const FLIP_SESSIONS_MAX: u64 = 1 << 30;

fn parse_points(text: &str) -> Result<u32, String> {
    let points = parse_count(text).ok();
    points
        .and_then(|it| u32::try_from(it).ok())
        .ok_or_else(|| format!("a whole number from 1 to {}, such as 1024", u32::MAX))
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let (digits, is_marked) = match text.trim().strip_suffix('%') {
        Some(it) => (it.trim_end(), true),
        None => (text.trim(), false),
    };
    let number: Option<f64> = digits.parse().ok();
    let percent = number
        .filter(|it| 0.0 < *it && *it < 100.0)
        .ok_or_else(|| "a number above 0 and below 100".to_owned())?;
    if percent < 1.0 && !is_marked {
        return Err(format!(
            "the rate is in per cent: is {} meant? for less than one per cent write {digits}%",
            (1e6 * percent).round() / 1e4
        ));
    }
    Ok(percent / 100.0)
}

/// A study under way: its folder, its clock, and how to stop it.
struct Running<'a> {
    arguments: &'a StudyArguments,
    experiment: &'a Experiment,
    verb: &'static str,
    record: StudyRecord,
    directory: RunDirectory,
    started: jiff::Zoned,
    clock: Instant,
    interrupt: Interrupt,
    /// As long as its sessions are run.
    asked: Option<Asked>,
    threads: usize,
}

/// What is told when a study is left while it works up its sessions.
const LEFT_AT_ONCE: &str = "\nleft at once: the folder has a manifest and no tables";

impl<'a> Running<'a> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a run took is told to people and to the manifest"
    )]
    fn start(
        verb: &'static str,
        record: StudyRecord,
        arguments: &'a StudyArguments,
        experiment: &'a Experiment,
        ctrl_c: &CtrlC,
    ) -> Result<Self, Failure> {
        let started = jiff::Zoned::now();
        let name = format!("{}_{verb}", experiment.name);
        // Whoever sees the folder can interrupt what fills it.
        let asked = Some(ctrl_c.ask_first());
        ctrl_c.set_last_words(LEFT_AT_ONCE);
        hush_caught_panics();
        let directory = create_directory(arguments.out.as_deref(), &name, &started)?;
        Ok(Self {
            arguments,
            experiment,
            verb,
            record,
            directory,
            started,
            clock: Instant::now(),
            interrupt: ctrl_c.interrupt().clone(),
            asked,
            threads: threads(arguments.threads),
        })
    }

    /// Writes the tables as a workbook too, if that is asked for.
    fn write_workbook(&self, tables: &[FinishedTable], endings: [u64; 4]) -> Result<(), Failure> {
        if !self.arguments.excel {
            return Ok(());
        }
        let run = WorkbookRun {
            title: &self.experiment.title,
            name: &self.experiment.name,
            verb: self.verb,
            seed: self.experiment.seed.0,
            n_sessions: endings.iter().sum(),
            is_complete: true,
            scenario: self.experiment.scenario.setting.scenario(),
        };
        let left_out = write_workbook(&self.directory, &run, tables);
        report_left_out(&left_out.map_err(|it| Failure::could_not_finish(&it))?);
        Ok(())
    }

    /// Its sessions are over. What is made of them takes its time and can be left at any moment:
    /// until then the manifest says that the study is not complete.
    fn work_up(&mut self, n_asked: u64, endings: [u64; 4]) -> Result<(), Failure> {
        self.write_manifest(&Manifest {
            complete: false,
            ..self.manifest(n_asked, endings)
        })?;
        self.asked = None;
        Ok(())
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), Failure> {
        if manifest.complete {
            let read = check_written(&self.directory, &manifest.tables, self.arguments.quiet);
            read.map_err(Failure::CouldNotFinish)?;
        }
        let written = self.directory.write(MANIFEST, &manifest.to_json());
        written.map_err(|it| Failure::could_not_finish(&it))
    }

    fn manifest(&self, n_asked: u64, endings: [u64; 4]) -> Manifest {
        let n_done = endings.iter().sum();
        Manifest {
            schema: 1,
            demarche: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: RESULTS_VERSION,
            name: self.experiment.name.clone(),
            title: self.experiment.title.clone(),
            verb: self.verb.to_owned(),
            seed: self.experiment.seed.0.to_string(),
            sessions: n_asked,
            cells: 1,
            settings: self.arguments.settings.set.clone(),
            study: Some(self.record.clone()),
            sweep: None,
            inputs: self
                .experiment
                .scenario
                .inputs
                .iter()
                .map(|it| InputFile::new(&it.path, &it.text))
                .collect(),
            tables: self.directory.tables(),
            until: None,
            complete: n_done == n_asked,
            counts: Counts::new(n_done, endings),
            resolved: self.experiment.scenario.resolved.clone(),
            set_numbers: self.experiment.scenario.setting.set_numbers(),
            timing: Timing {
                started: self.started.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
                wall_seconds: self.clock.elapsed().as_secs_f64(),
                threads: self.threads,
            },
        }
    }

    /// Writes the manifest; the exit code that the sessions deserve.
    fn finish(&self, n_asked: u64, endings: [u64; 4]) -> Result<ExitCode, Failure> {
        let n_done = endings.iter().sum();
        let manifest = self.manifest(n_asked, endings);
        self.write_manifest(&manifest)?;
        if n_done < n_asked {
            message(&format!(
                "interrupted after {} of {} sessions: {} has a manifest and no tables",
                count(n_done),
                count(n_asked),
                self.directory.path().display()
            ));
            return Ok(ExitCode::from(130));
        }
        if !self.arguments.no_report {
            report_of(&self.directory, &manifest)?;
            if !self.arguments.quiet {
                print(&render_report(&self.directory))?;
            }
        }
        let [.., forfeits] = endings;
        if forfeits > 0 {
            let forfeits = counted(forfeits, "forfeit");
            message(&format!(
                "{forfeits}: a party broke the rules or failed; `demarche batch` tells of sessions one by one"
            ));
            return Ok(ExitCode::from(1));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Studies what outcomes depend on.
pub(crate) fn sensitivity(
    arguments: &SensitivityArguments,
    ctrl_c: &CtrlC,
) -> Result<ExitCode, Failure> {
    let experiment = load("sensitivity", &arguments.study)?;
    let setting = Arc::new(experiment.scenario.setting.clone());
    let (study, record) = study(arguments, &experiment)?;
    let mut running = Running::start("sensitivity", record, &arguments.study, &experiment, ctrl_c)?;
    let draws = if arguments.draws {
        DrawTable::Written
    } else {
        DrawTable::Omitted
    };
    let mut table = arguments
        .draws
        .then(|| {
            let format = arguments.study.format;
            PointTable::begin(&running.directory, format, &study, &setting)
        })
        .transpose()
        .map_err(|it| Failure::could_not_finish(&it))?;
    let cell = Cell {
        setting: Arc::new(study.designed((*setting).clone())),
        seeds: Seeds::new(experiment.seed),
    };
    let plan = Plan::new(vec![cell], study.n_sessions()).expect("a study has fewer sessions");
    let mut figures: Vec<SessionFigures> = Vec::new();
    let mut endings = [0; 4];
    let work = Work {
        n_sessions: plan.n_sessions(),
        is_most: false,
    };
    let mut progress = Progress::new(work, arguments.study.quiet);
    let res = run(
        &plan,
        running.threads,
        &running.interrupt,
        &Arc::new(StudyWorker::new(&study, &setting, draws)),
        |chunk| {
            let product = chunk.product;
            for it in &product.figures {
                endings[it.ending()] += 1;
            }
            figures.extend(product.figures);
            if let (Some(table), Some(rows)) = (&mut table, &product.rows) {
                table.push(rows)?;
            }
            let n_done = figures.len() as u64;
            progress.advance(n_done, || points_so_far(&study, n_done));
            Ok::<(), WriteError>(())
        },
    );
    progress.finish();
    res.map_err(|it| Failure::could_not_finish(&it))?;
    let is_complete = figures.len() as u64 == study.n_sessions();
    let mut tables = Vec::new();
    if let Some(table) = table {
        let ended = if is_complete {
            table.finish().map(|it| tables.push(it))
        } else {
            table.discard(&running.directory)
        };
        ended.map_err(|it| Failure::could_not_finish(&it))?;
    }
    if is_complete {
        running.work_up(study.n_sessions(), endings)?;
        let seed = experiment.seed.0;
        let found = findings(&study, &figures, seed);
        let boxes = agreement_boxes(&study, &setting, &figures, &found);
        let (directory, parquet_tables) = (&running.directory, arguments.study.format);
        let factors = study.factors();
        let written = write_sensitivity(
            directory,
            parquet_tables,
            setting.scenario(),
            factors,
            &found,
        )
        .and_then(|first| {
            Ok([
                first,
                write_boxes(directory, parquet_tables, factors, &boxes)?,
            ])
        });
        tables.extend(written.map_err(|it| Failure::could_not_finish(&it))?);
        running.write_workbook(&tables, endings)?;
        if !arguments.study.quiet {
            let width = terminal_width();
            print(&format!("{}\n", experiment.title))?;
            let scenario = setting.scenario();
            print(&render_sensitivity(
                &study, scenario, &found, &boxes, endings, width,
            ))?;
            print(&format!("Tables: {}\n", directory.path().display()))?;
        }
    }
    running.finish(study.n_sessions(), endings)
}

/// The study that an experiment and the command line ask for.
fn study(
    arguments: &SensitivityArguments,
    experiment: &Experiment,
) -> Result<(Study, StudyRecord), Failure> {
    let setting = &experiment.scenario.setting;
    let numbers = if arguments.numbers.is_empty() {
        let all = || setting.uncertain_numbers();
        experiment.study.numbers.clone().unwrap_or_else(all)
    } else {
        uncertain_numbers(setting, &arguments.numbers).map_err(Failure::WrongInput)?
    };
    if numbers.is_empty() {
        return Err(Failure::WrongInput(
            "every number of the scenario is certain: there is nothing to study".into(),
        ));
    }
    let method = arguments
        .method
        .map_or(experiment.study.method, |it| match it {
            MethodArgument::Saltelli => StudyMethod::Saltelli,
            MethodArgument::Morris => StudyMethod::Morris,
        });
    let of_file = (method == experiment.study.method).then_some(experiment.study.points);
    let points = arguments
        .points
        .or(of_file.flatten())
        .unwrap_or_else(|| method.points_default());
    method
        .check_points(points)
        .map_err(|it| Failure::WrongInput(format!("{it}: take --points {} or more", it.least())))?;
    let record = StudyRecord::Design {
        method: method.name().to_owned(),
        points,
        numbers: paths(setting, &numbers),
    };
    let seed = experiment.seed.0;
    let study = match method {
        StudyMethod::Saltelli => Study::radial(setting, numbers, points, seed),
        StudyMethod::Morris => Study::trajectories(setting, numbers, points, seed),
    };
    let study = study.map_err(|it| {
        let way_out = match it {
            StudyError::TooManyNumbers(_) => "choose some with --numbers, or take --method morris",
            StudyError::TooManyPoints(_) => "ask for fewer with --points",
        };
        Failure::WrongInput(format!("{it}; {way_out}"))
    })?;
    Ok((study, record))
}

fn paths(setting: &Setting, numbers: &[NumberId]) -> Vec<String> {
    let all: Vec<_> = setting.numbers().collect();
    let path = |it: &NumberId| all[it.idx()].path.clone();
    numbers.iter().map(path).collect()
}

/// Searches the smallest changes that flip the answer.
pub(crate) fn flip(arguments: &FlipArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let experiment = load("flip", &arguments.study)?;
    let setting = &experiment.scenario.setting;
    let search = FlipSearch {
        setting: setting.clone(),
        seeds: Seeds::new(experiment.seed),
        numbers: numbers_to_move(setting, &arguments.numbers)?,
        rate: arguments.rate,
        sessions: arguments.sessions,
    };
    if search.n_sessions_max() > FLIP_SESSIONS_MAX {
        return Err(Failure::WrongInput(format!(
            "the search might take {} sessions, more than {}; ask for fewer with --sessions",
            count(search.n_sessions_max()),
            count(FLIP_SESSIONS_MAX)
        )));
    }
    let record = StudyRecord::Flip {
        rate: search.rate,
        sessions_per_shift: search.sessions,
        numbers: paths(setting, &search.numbers),
    };
    let mut running = Running::start("flip", record, &arguments.study, &experiment, ctrl_c)?;
    let mut endings = [0; 4];
    let mut n_done = 0;
    let work = Work {
        n_sessions: search.n_sessions_max(),
        is_most: true,
    };
    let mut progress = Progress::new(work, arguments.study.quiet);
    let trials = search.run(running.threads, &running.interrupt, |trial, figures| {
        for it in figures {
            endings[it.ending()] += 1;
        }
        n_done += figures.len() as u64;
        progress.advance(n_done, || trial_so_far(setting, &search, trial));
    });
    progress.finish();
    let trials = trials.map_err(|it| Failure::could_not_finish(&it))?;
    let Some(trials) = trials else {
        return running.finish(search.n_sessions_max(), endings);
    };
    running.work_up(n_done, endings)?;
    let flips = trials.flips();
    let tables = write_flips(
        &running.directory,
        arguments.study.format,
        setting,
        search.rate,
        &flips.flips,
    );
    let tables = tables.map_err(|it| Failure::could_not_finish(&it))?;
    running.write_workbook(&tables, endings)?;
    if !arguments.study.quiet {
        print(&format!("{}\n", experiment.title))?;
        print(&render_flips(setting, &search, &flips, terminal_width()))?;
        print(&format!("Tables: {}\n", running.directory.path().display()))?;
    }
    running.finish(n_done, endings)
}

/// How many base points or trajectories are done.
fn points_so_far(study: &Study, n_sessions: u64) -> String {
    format!(
        "{} of {} {}",
        count(n_sessions / study.sessions_per_point()),
        count(study.n_points()),
        study.points_noun()
    )
}

/// What is tried at the moment, and how far it is from the share of deals that is sought.
fn trial_so_far(setting: &Setting, search: &FlipSearch, trial: &Trial) -> String {
    let sought = percent(search.rate);
    let share = percent(trial.share);
    match trial.number {
        None => format!("deals {share} as things stand, {sought} sought"),
        Some(number) => {
            let number = setting.numbers().nth(number.idx());
            let path = &number.expect("one of the setting's").path;
            format!(
                "deals {share}, {sought} sought, at {:+.3} of {path}",
                trial.by
            )
        }
    }
}

/// The numbers of these names, or every party's reservation value.
fn numbers_to_move(setting: &Setting, names: &[String]) -> Result<Vec<NumberId>, Failure> {
    if names.is_empty() {
        let parties = setting.scenario().parties.iter();
        let paths: Vec<&str> = parties
            .map(|it| it.preferences.reservation_value.path.as_str())
            .collect();
        return numbers(setting, &paths).map_err(Failure::WrongInput);
    }
    numbers(setting, names).map_err(Failure::WrongInput)
}

fn load(verb: &str, arguments: &StudyArguments) -> Result<Experiment, Failure> {
    let overrides = arguments.settings.overrides(None);
    let experiment = load_experiment(
        &arguments.file,
        &overrides,
        &arguments.settings.cited.reader(&arguments.file),
    )?;
    warn(&experiment.scenario);
    if experiment.sweep.is_some() {
        return Err(Failure::WrongInput(format!(
            "{} has a [sweep], and `demarche {verb}` looks at one cell; name its scenario, or take the [sweep] out",
            arguments.file.display()
        )));
    }
    Ok(experiment)
}
