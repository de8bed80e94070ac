//! Weighing plans: over draws of all preferences, into tables of their own.

use std::path::Path;

use crate::experiment::EvaluatedPlans;
use crate::run::execute::error::RunError;
use crate::run::execute::finish::seal;
use crate::run::execute::options::RunOptions;
use crate::run::execute::stopwatch::Stopwatch;
use crate::run::execute::study_folder::begin_without_journal;
use crate::run::observer::{Observer, Progress, Workload};
use crate::run::record::{Manifest, Timing};
use crate::run::spec::WeighingSpec;
use crate::tables::{
    Column, FinishedTable, LeftOut, PlanCells, RunDirectory, TableRecord, Workbook, WriteError,
    write_plans, write_workbook,
};

/// Plans that are weighed, or were until the interrupt.
#[derive(Debug)]
pub struct FinishedWeighing {
    /// Its folder.
    pub directory: RunDirectory,
    /// What makes it repeatable.
    pub manifest: Manifest,
    /// How they fare, by cell; `None` if it was interrupted, for then it has no tables.
    pub evaluated: Option<Vec<EvaluatedPlans>>,
    /// Tables that the workbook has no room for.
    pub left_out: Vec<LeftOut>,
}

/// Weighs plans into a folder, which must not exist.
///
/// An interrupt is no error: nothing comes of it then. It cannot be resumed.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if a table cannot be written.
pub fn execute_weighing(
    spec: &WeighingSpec,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedWeighing, RunError> {
    let directory = begin_without_journal(folder, observer)?;
    let stopwatch = Stopwatch::start(options.threads);
    let evaluator = spec.evaluator();
    let n_plans = evaluator.plans().len();
    observer.planned(Workload {
        noun: "draw",
        n: evaluator.n_draws_in_all(),
        is_most: false,
    });
    observer.wave_begins();
    let evaluated = evaluator.run(options.threads, &options.interrupt, &mut |n_draws| {
        observer.progressed(Progress::Draws { n_draws, n_plans });
    });
    observer.wave_ends();
    observer.sessions_ended();
    conclude(spec, directory, evaluated, &stopwatch, observer)
}

/// Writes plans that were weighed before to a folder, which must not exist.
///
/// # Errors
///
/// If the folder exists or cannot be made, and if a table cannot be written.
pub(super) fn conclude_weighing(
    spec: &WeighingSpec,
    evaluated: Vec<EvaluatedPlans>,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn Observer,
) -> Result<FinishedWeighing, RunError> {
    let directory = begin_without_journal(folder, observer)?;
    let stopwatch = Stopwatch::start(options.threads);
    conclude(spec, directory, Some(evaluated), &stopwatch, observer)
}

/// Writes the tables, unless plans were not weighed to the end, and the manifest.
fn conclude(
    spec: &WeighingSpec,
    directory: RunDirectory,
    evaluated: Option<Vec<EvaluatedPlans>>,
    stopwatch: &Stopwatch,
    observer: &mut dyn Observer,
) -> Result<FinishedWeighing, RunError> {
    let stopped = |it: WriteError| RunError::stopped(&directory, it);
    let mut left_out = Vec::new();
    if let Some(evaluated) = &evaluated {
        let scenario = spec.setting().scenario();
        let parameters = spec.parameters();
        let columns: Vec<Column> = parameters.columns().collect();
        let cells = PlanCells {
            scenario,
            paths: &columns,
            values: &parameters.values,
            evaluated,
        };
        let tables = write_plans(&directory, spec.copies(), cells);
        left_out = write_workbook_of(spec, &directory, &tables.map_err(stopped)?, evaluated)
            .map_err(stopped)?;
    }
    let (tables, timing) = (directory.tables(), stopwatch.timing());
    let manifest = weighing_manifest(spec, evaluated.is_some(), tables, timing);
    seal(&directory, &manifest, observer)?;
    Ok(FinishedWeighing {
        directory,
        manifest,
        evaluated,
        left_out,
    })
}

/// What makes it repeatable.
pub(super) fn weighing_manifest(
    spec: &WeighingSpec,
    is_complete: bool,
    tables: Vec<TableRecord>,
    timing: Timing,
) -> Manifest {
    Manifest {
        cells: spec.parameters().values.len(),
        study: Some(spec.record().clone()),
        sweep: spec.sweep().cloned(),
        complete: is_complete,
        ..spec.description.manifest([0; 4], tables, timing)
    }
}

/// Writes the workbook if it is asked for.
fn write_workbook_of(
    spec: &WeighingSpec,
    directory: &RunDirectory,
    tables: &[FinishedTable],
    evaluated: &[EvaluatedPlans],
) -> Result<Vec<LeftOut>, WriteError> {
    match spec.excel() {
        Workbook::Omitted => Ok(Vec::new()),
        Workbook::Written => {
            let n_draws = evaluated.iter().map(|it| it.n_draws).sum();
            let scenario = spec.setting().scenario();
            let run = (spec.description).workbook_run(scenario, ("draw", n_draws), true);
            write_workbook(directory, &run, tables)
        }
    }
}
