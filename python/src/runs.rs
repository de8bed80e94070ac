//! Runs and studies of a scenario: what is asked, read, executed and kept.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use demarche::cli::embedding::{
    CitedFiles, parse_tables, run_failure, spec_failure, study_failure,
};
use demarche::config::{StudiedForms, StudyMethod};
use demarche::run::{
    RunRequest, RunSpec, StudyQuestion, StudyRequest, StudySpec, WeighingRequest, WeighingSpec,
    execute, execute_study, execute_weighing,
};
use demarche::tables::{Distances, DrawTable, TableCopies, Transcripts, Workbook};
use pyo3::exceptions::{PyKeyboardInterrupt, PyValueError};
use pyo3::prelude::*;

use crate::errors::exception;
use crate::kept_run::{KeptRun, Place};
use crate::loaded_scenario::LoadedScenario;
use crate::parties::{Raised, parties_of};
use crate::watched::Watch;

/// What records say of a party that Python answers for.
const PYTHON: &str = "python";

/// How a run is executed, and where it is kept: what its results do not depend on.
#[derive(Debug, FromPyObject)]
pub(crate) struct Execution {
    #[pyo3(item)]
    seed: Option<u64>,
    #[pyo3(item)]
    threads: Option<usize>,
    #[pyo3(item)]
    out: Option<PathBuf>,
    #[pyo3(item)]
    report: Option<bool>,
    #[pyo3(item)]
    formats: Vec<String>,
    #[pyo3(item)]
    progress: Option<Py<PyAny>>,
}

/// What a batch or a sweep runs and writes.
#[derive(Debug, FromPyObject)]
pub(crate) struct Content {
    #[pyo3(item)]
    sessions: Option<u64>,
    #[pyo3(item)]
    tables: String,
    #[pyo3(item)]
    transcripts: bool,
    #[pyo3(item)]
    distances: bool,
    #[pyo3(item)]
    draws: bool,
}

impl Execution {
    fn watch(&mut self) -> Watch {
        Watch {
            progress: self.progress.take(),
            threads: self.threads,
            ..Watch::default()
        }
    }

    /// In which formats tables are written besides CSV, and whether as a workbook.
    fn formats(&self) -> PyResult<(TableCopies, Workbook)> {
        let (mut copies, mut workbook) = (TableCopies::NONE, Workbook::Omitted);
        for it in &self.formats {
            if it == "excel" {
                workbook = Workbook::Written;
            } else if it != "csv" {
                copies = copies.with(it).map_err(|it| {
                    PyValueError::new_err(format!("{it}; the formats are csv, parquet and excel"))
                })?;
            }
        }
        Ok((copies, workbook))
    }

    /// A complete run as Python keeps it, with its page if one is wanted: by default in a folder that was
    /// asked for.
    fn keep(
        &self,
        py: Python<'_>,
        directory: demarche::tables::RunDirectory,
        place: Place,
    ) -> PyResult<KeptRun> {
        let has_page = self.report.unwrap_or(place.is_asked_for());
        let run = KeptRun::of(directory, place)?;
        if has_page {
            py.detach(|| run.write_page())?;
        }
        Ok(run)
    }
}

/// A number of sessions or draws, which is at least 1.
fn counted(name: &str, n: Option<u64>) -> PyResult<Option<u64>> {
    match n {
        Some(0) => Err(PyValueError::new_err(format!(
            "{name}: 0 is not a whole number from 1"
        ))),
        it => Ok(it),
    }
}

/// What is raised where a run ended early although nobody raised anything.
fn stopped_early() -> PyErr {
    PyKeyboardInterrupt::new_err("the run was interrupted")
}

/// Runs a batch, or a sweep where the experiment has one and a sweep is asked for.
#[pyfunction]
pub(crate) fn run_sessions(
    py: Python<'_>,
    scenario: &LoadedScenario,
    is_sweep: bool,
    content: Content,
    parties: BTreeMap<String, Py<PyAny>>,
    mut execution: Execution,
) -> PyResult<KeptRun> {
    let Content {
        sessions,
        tables,
        transcripts,
        distances,
        draws,
    } = content;
    let (copies, excel) = execution.formats()?;
    let new = if is_sweep {
        RunRequest::sweep
    } else {
        RunRequest::batch
    };
    let request = RunRequest {
        settings: scenario.settings.clone(),
        sessions: counted("sessions", sessions)?,
        seed: execution.seed,
        tables: parse_tables(&tables).map_err(PyValueError::new_err)?,
        transcripts: if transcripts {
            Transcripts::Written
        } else {
            Transcripts::Omitted
        },
        distances: if distances {
            Distances::Measured
        } else {
            Distances::Omitted
        },
        draws: draw_table(draws),
        excel,
        copies,
        files_below: scenario.files_below(),
        outside: (parties.keys())
            .map(|it| (it.clone(), PYTHON.to_owned()))
            .collect(),
        ..new(&scenario.path)
    };
    let verb = request.verb.name();
    let spec = py.detach(|| {
        let spec = RunSpec::load(request, &|it: &Path| scenario.read(it), &mut ());
        spec.map_err(|it| exception(&spec_failure(it, verb)))
    })?;
    let place = Place::new(execution.out.take())?;
    let (mut watch, raised) = (execution.watch(), Raised::default());
    let scenario = spec.setting().scenario();
    watch.outside = parties_of(scenario, parties, &raised, &watch.interrupt)?;
    let finished = watch.run(py, |options, observer| {
        execute(&spec, &place.path, options, observer)
    })?;
    raised.raise()?;
    let finished = finished.map_err(|it| exception(&run_failure(&it, spec.request())))?;
    if finished.is_interrupted() {
        return Err(stopped_early());
    }
    execution.keep(py, finished.directory, place)
}

fn draw_table(is_written: bool) -> DrawTable {
    if is_written {
        DrawTable::Written
    } else {
        DrawTable::Omitted
    }
}

/// Studies which numbers the result depends on.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "named arguments in Python, one each"
)]
pub(crate) fn sensitivity(
    py: Python<'_>,
    scenario: &LoadedScenario,
    method: Option<&str>,
    points: Option<u32>,
    numbers: Vec<String>,
    interactions: Vec<String>,
    forms: Option<bool>,
    draws: bool,
    execution: Execution,
) -> PyResult<KeptRun> {
    let method = match method {
        None => None,
        Some("saltelli") => Some(StudyMethod::Saltelli),
        Some("morris") => Some(StudyMethod::Morris),
        Some(it) => {
            return Err(PyValueError::new_err(format!(
                "the methods are `saltelli` and `morris`, not `{it}`"
            )));
        }
    };
    let question = StudyQuestion::Sensitivity {
        method,
        points,
        numbers,
        interactions,
        forms: forms.map(|it| {
            if it {
                StudiedForms::Varied
            } else {
                StudiedForms::AsWritten
            }
        }),
        draws: draw_table(draws),
    };
    study(py, scenario, question, execution)
}

/// Searches for the smallest change of a number that crosses a share of deals.
#[pyfunction]
pub(crate) fn flip(
    py: Python<'_>,
    scenario: &LoadedScenario,
    rate: f64,
    numbers: Vec<String>,
    sessions: u64,
    execution: Execution,
) -> PyResult<KeptRun> {
    if !(0.0 < rate && rate < 1.0) {
        return Err(PyValueError::new_err(format!(
            "rate: {rate} is not a share above 0 and below 1"
        )));
    }
    counted("sessions", Some(sessions))?;
    let question = StudyQuestion::Flip {
        rate,
        numbers,
        sessions,
    };
    study(py, scenario, question, execution)
}

/// Tries other forms of the model.
#[pyfunction]
pub(crate) fn robustness(
    py: Python<'_>,
    scenario: &LoadedScenario,
    sessions: Option<u64>,
    forms: Vec<String>,
    execution: Execution,
) -> PyResult<KeptRun> {
    let sessions = counted("sessions", sessions)?;
    let question = StudyQuestion::Robustness { sessions, forms };
    study(py, scenario, question, execution)
}

/// Runs a study.
fn study(
    py: Python<'_>,
    scenario: &LoadedScenario,
    question: StudyQuestion,
    mut execution: Execution,
) -> PyResult<KeptRun> {
    let (copies, excel) = execution.formats()?;
    let request = StudyRequest {
        settings: scenario.settings.clone(),
        seed: execution.seed,
        excel,
        copies,
        ..StudyRequest::new(Path::new(&scenario.path), question)
    };
    let verb = request.question.verb();
    let spec = py.detach(|| {
        let spec = StudySpec::load(request, &|it: &Path| scenario.read(it), &mut ());
        spec.map_err(|it| exception(&spec_failure(it, verb)))
    })?;
    let place = Place::new(execution.out.take())?;
    let finished = execution.watch().run(py, |options, observer| {
        let finished = execute_study(&spec, &place.path, options, observer);
        finished.map(|it| (it.answer.is_some(), it.directory))
    })?;
    let (is_answered, directory) = finished.map_err(|it| exception(&study_failure(&it)))?;
    if !is_answered {
        return Err(stopped_early());
    }
    execution.keep(py, directory, place)
}

/// Weighs plans, each a path with its text if it is in memory only.
#[pyfunction]
pub(crate) fn weigh(
    py: Python<'_>,
    scenario: &LoadedScenario,
    plans: Vec<(PathBuf, Option<String>)>,
    draws: u64,
    mut execution: Execution,
) -> PyResult<KeptRun> {
    counted("draws", Some(draws))?;
    let (copies, excel) = execution.formats()?;
    let (paths, texts): (Vec<PathBuf>, Vec<Option<String>>) = plans.into_iter().unzip();
    let request = WeighingRequest {
        settings: scenario.settings.clone(),
        seed: execution.seed,
        draws,
        excel,
        copies,
        ..WeighingRequest::new(Path::new(&scenario.path), &paths)
    };
    let read = |path: &Path| -> io::Result<String> {
        match paths.iter().zip(&texts).find(|it| it.0 == path) {
            Some((_, Some(text))) => Ok(text.clone()),
            Some((_, None)) => CitedFiles::of(path, None).read(path),
            None => scenario.read(path),
        }
    };
    let spec = py.detach(|| {
        let spec = WeighingSpec::load(request, &read, &mut ());
        spec.map_err(|it| exception(&spec_failure(it, "weigh")))
    })?;
    let place = Place::new(execution.out.take())?;
    let finished = execution.watch().run(py, |options, observer| {
        execute_weighing(&spec, &place.path, options, observer)
    })?;
    let finished = finished.map_err(|it| exception(&study_failure(&it)))?;
    if finished.evaluated.is_none() {
        return Err(stopped_early());
    }
    execution.keep(py, finished.directory, place)
}
