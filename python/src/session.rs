//! One session, played: its events, its ending, its narration and its page.

use std::path::Path;

use demarche::cli::embedding::{narrated, spec_failure};
use demarche::experiment::CellId;
use demarche::randomness::Replication;
use demarche::report::SessionReport;
use demarche::run::{MemoryRun, RunRequest, RunSpec};
use demarche::tables::event_lines;
use pyo3::prelude::*;

use crate::errors::exception;
use crate::loaded_scenario::LoadedScenario;

/// A session that was played.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct PlayedSession {
    /// Its events and its ending, a line of JSON each.
    #[pyo3(get)]
    lines: String,
    /// What happened, for people.
    #[pyo3(get)]
    text: String,
    /// Its page as HTML.
    #[pyo3(get)]
    page: String,
}

/// Plays the session of a batch that has this number.
#[pyfunction]
pub(crate) fn play(
    py: Python<'_>,
    scenario: &LoadedScenario,
    replication: u64,
    seed: Option<u64>,
) -> PyResult<PlayedSession> {
    let request = RunRequest {
        settings: scenario.settings.clone(),
        sessions: Some(1),
        seed,
        ..RunRequest::batch(&scenario.path)
    };
    py.detach(|| {
        let spec = RunSpec::load(request, &|it: &Path| scenario.read(it), &mut ());
        let spec = spec.map_err(|it| exception(&spec_failure(it, "play")))?;
        let mut run = MemoryRun::new(spec);
        let (session, result) = run.session(Replication(replication));
        let setting = run.spec().setting();
        let manifest = run.results().manifest;
        let report = SessionReport {
            manifest: &manifest,
            setting,
            seeds: run.seeds(),
            session: &session,
            result: &result,
            whose: &format!("seed {}", manifest.seed),
            checks: &[],
        };
        Ok(PlayedSession {
            lines: event_lines(setting, CellId(0), &session, &result),
            text: narrated(setting, &session, &result),
            page: report.page().html(),
        })
    })
}
