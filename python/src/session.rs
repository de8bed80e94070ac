//! One session, played: its events, its ending, its narration and its page.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use demarche::cli::embedding::{narrated, play_session, spec_failure};
use demarche::experiment::{CellId, Interrupt};
use demarche::negotiation::Setting;
use demarche::randomness::Replication;
use demarche::report::SessionReport;
use demarche::run::{MemoryRun, RunRequest, RunSpec};
use demarche::tables::event_lines;
use pyo3::prelude::*;

use crate::errors::exception;
use crate::loaded_scenario::LoadedScenario;
use crate::parties::{Raised, parties_of};

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
    parties: BTreeMap<String, Py<PyAny>>,
) -> PyResult<PlayedSession> {
    let request = RunRequest {
        settings: scenario.settings.clone(),
        sessions: Some(1),
        seed,
        ..RunRequest::batch(&scenario.path)
    };
    let (raised, interrupt) = (Raised::default(), Interrupt::default());
    let outside = parties_of(scenario.setting.scenario(), parties, &raised, &interrupt)?;
    let played = py.detach(|| {
        let spec = RunSpec::load(request, &|it: &Path| scenario.read(it), &mut ());
        let spec = spec.map_err(|it| exception(&spec_failure(it, "play")))?;
        let run = MemoryRun::new(spec);
        let setting = Setting::clone(run.spec().setting()).with_outside(outside.parties());
        let (setting, seeds) = (&Arc::new(setting), run.seeds());
        let played = play_session(setting, *seeds, Replication(replication), outside);
        let (session, result) = played.map_err(|it| exception(&it))?;
        let manifest = run.results().manifest;
        let report = SessionReport {
            manifest: &manifest,
            setting,
            seeds,
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
    });
    raised.raise()?;
    played
}
