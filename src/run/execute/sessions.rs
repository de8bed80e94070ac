//! Running the sessions of a batch or a sweep, as far as they are not in its tables yet.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use crate::experiment::{BatchError, Cut, Pairing, Plan, Robustness, Tally, run};
use crate::run::execute::error::{RunError, StopCause, StoppedRun};
use crate::run::execute::finish::{Done, FinishedRun, FormResults, conclude};
use crate::run::execute::journal_head::head;
use crate::run::execute::model_forms::run_forms;
use crate::run::execute::options::RunOptions;
use crate::run::execute::stopwatch::{Stopwatch, SyncTimer};
use crate::run::journal::Journal;
use crate::run::observer::{Observer, Progress, Workload};
use crate::run::spec::RunSpec;
use crate::run::writer::{RunTables, TableLayout};
use crate::tables::{RunDirectory, WriteError};

/// Runs a batch or a sweep into a folder, which must not exist.
///
/// The folder gets a journal first, so that [`resume`](crate::run::resume) can resume a run
/// that was stopped, whatever stopped it; at the end it has all tables and a manifest, and no
/// journal. The bytes of the tables depend on the spec alone.
///
/// An interrupt is no error: the run ends early, with what is complete, and can be resumed.
///
/// # Errors
///
/// If the folder exists or cannot be made, if nobody answers for a party from outside, and if the run
/// cannot go on.
///
/// # Examples
///
/// ```
/// use demarche::run::{self, RunOptions, RunRequest, RunSpec};
///
/// // Files are read through the function that is given: here the only one is in memory.
/// let file = include_str!("../../../configs/scenarios/two-villages.toml");
/// let request = RunRequest {
///     sessions: Some(100),
///     ..RunRequest::batch("two-villages.toml")
/// };
/// let spec = RunSpec::load(request, &|_| Ok(file.to_owned()), &mut ())?;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("run");
/// let finished = run::execute(&spec, &path, &RunOptions::default(), &mut ())?;
///
/// let [agreements, ..] = finished.endings;
/// println!("{agreements} of {} sessions end in an agreement", finished.n_sessions);
/// assert!(path.join("sessions.csv").exists() && path.join("manifest.json").exists());
/// # assert_eq!(finished.n_sessions, 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn execute(
    spec: &RunSpec,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    check_outside(spec, options)?;
    let made = Journal::create(folder, &head(spec));
    let (directory, journal) = made.map_err(|it| RunError::not_made(folder, it))?;
    carry_on(spec, directory, journal, options, observer)
}

/// Makes sure that somebody answers for every party from outside.
pub(super) fn check_outside(spec: &RunSpec, options: &RunOptions) -> Result<(), RunError> {
    let unanswered = spec.outside().difference(options.outside.parties());
    let party = unanswered.iter().next();
    party.map_or(Ok(()), |it| {
        let name = spec.setting().scenario().party(it).name.clone();
        Err(RunError::NobodyAnswers(name))
    })
}

/// Creates the tables of a run, or continues them.
pub(super) fn open_tables(
    spec: &RunSpec,
    directory: &RunDirectory,
    journal: Journal,
) -> Result<RunTables, WriteError> {
    RunTables::open(
        directory,
        journal,
        TableLayout {
            cells: spec.plan().cells(),
            parameters: spec.parameters().clone(),
            pairing: match (spec.shard(), spec.cut()) {
                // A shard may begin after the first of the cells that are compared.
                (Some(_), Cut::Chunks) => Pairing::Unpaired,
                (None, _) | (Some(_), Cut::Blocks) => spec.pairing(),
            },
            copies: spec.request().copies,
            extras: spec.table_options(),
        },
    )
}

/// Runs what is missing of a run.
pub(super) fn carry_on(
    spec: &RunSpec,
    directory: RunDirectory,
    journal: Journal,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    observer.began(directory.path());
    let stopwatch = Stopwatch::start(options.threads);
    let tables = open_tables(spec, &directory, journal);
    let mut tables = tables.map_err(|it| RunError::stopped(&directory, it))?;
    let ran = run_sessions(spec, options, &mut tables, observer);
    let stopped = |cause: StopCause, n_sessions| {
        RunError::Stopped(StoppedRun {
            n_sessions: Some(n_sessions),
            ..StoppedRun::new(&directory, cause)
        })
    };
    let ran = match ran {
        Ok(done) => try_forms(spec, done, options, observer)
            .map_err(|error| stopped(error.into(), done.n_done)),
        Err((error, n_sessions)) => Err(stopped(error.into(), n_sessions)),
    };
    observer.sessions_ended();
    observer.safe_to_leave();
    let (done, forms) = ran?;
    conclude(spec, directory, tables, (done, forms), &stopwatch, observer)
}

/// Tries the other forms of the model, if the sessions are complete and there are such forms.
pub(super) fn try_forms(
    spec: &RunSpec,
    done: Done,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<(Done, Option<FormResults>), BatchError<Infallible>> {
    let Some(robustness) = spec.robustness().filter(|_| done.n_done == done.n_planned) else {
        return Ok((done, None));
    };
    let results = run_forms(
        robustness,
        spec.seed(),
        done.n_done,
        options,
        observer,
        &mut [0; 4],
    )?;
    let done = match results {
        Some(_) => done,
        // The run is not complete without them.
        None => Done {
            n_planned: done.n_planned + robustness.n_sessions(),
            ..done
        },
    };
    Ok((done, results))
}

/// Runs all sessions of a run that are not in its tables yet, or as many as make it sure.
fn run_sessions(
    spec: &RunSpec,
    options: &RunOptions,
    tables: &mut RunTables,
    observer: &mut dyn Observer,
) -> Result<Done, (BatchError<WriteError>, u64)> {
    let worker = Arc::new(tables.worker(options.outside.clone()));
    let whole = spec.part();
    let n_replications = spec.plan().n_replications();
    let n_cells = spec.plan().cells().len();
    let n_of_forms = spec.robustness().map_or(0, Robustness::n_sessions);
    observer.planned(Workload {
        noun: "session",
        n: whole.n_sessions() + n_of_forms,
        is_most: spec.until().is_some(),
    });
    let next_wave = |tables: &RunTables| -> Option<Plan> {
        spec.until()?
            .next_wave(spec.plan(), spec.pairing(), tables.tallies())
    };
    let mut n_done = 0;
    let mut n_planned = 0;
    let mut timer = SyncTimer::start();
    let mut next = match spec.until() {
        None => Some(whole),
        Some(_) => next_wave(tables),
    };
    while let Some(plan) = next {
        n_planned += plan.n_sessions();
        let restored = tables.restore(&plan).map_err(BatchError::Delivery);
        let n_restored = restored.map_err(|it| (it, n_done))?;
        let (tallies, active) = (tables.tallies(), plan.active_cells());
        let is_complete = |it: &Tally| it.n_sessions() == n_replications;
        n_done = tallies.iter().map(Tally::n_sessions).sum();
        // Cells that are left out are known well enough.
        let mut n_cells_done = n_cells - active.len()
            + active
                .iter()
                .filter(|it| is_complete(&tallies[it.idx()]))
                .count();
        if n_restored > 0 {
            observer.restored(n_done);
        }
        let rest = plan.chunks(n_restored..plan.n_chunks());
        observer.wave_begins();
        let res = run(
            &rest,
            options.threads,
            &options.interrupt,
            &worker,
            |chunk| {
                let cell = chunk.cell.idx();
                n_done += chunk.product.tally.n_sessions();
                tables.push(chunk)?;
                let tallies = tables.tallies();
                n_cells_done += usize::from(is_complete(&tallies[cell]));
                observer.progressed(Progress::Cells {
                    n_sessions: n_done,
                    n_cells: n_cells_done,
                    tallies,
                });
                if timer.is_due() {
                    tables.sync()?;
                    timer.restart();
                }
                Ok(())
            },
        );
        observer.wave_ends();
        res.map_err(|error| (error, n_done))?;
        let is_complete = n_done == n_planned;
        next = is_complete.then(|| next_wave(tables)).flatten();
    }
    Ok(Done { n_done, n_planned })
}
