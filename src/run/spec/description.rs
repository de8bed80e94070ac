//! Common description of a run, for all verbs.

use demarche_core::domain::Scenario;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::MasterSeed;

use crate::config::Input;
use crate::run::record::{Counts, InputFile, Manifest, RESULTS_VERSION, SCHEMA, Timing};
use crate::tables::{TableRecord, WorkbookRun};

/// Common description of a run.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) verb: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) seed: MasterSeed,
    pub(crate) settings: Vec<String>,
    pub(crate) inputs: Vec<InputFile>,
    resolved: serde_json::Value,
    set_numbers: Vec<String>,
}

/// What an experiment's file says of it.
pub(crate) struct Names {
    pub(crate) verb: String,
    pub(crate) name: String,
    pub(crate) title: String,
}

impl Description {
    pub(crate) fn new(
        names: Names,
        seed: MasterSeed,
        settings: &[String],
        inputs: &[Input],
        resolved: serde_json::Value,
        setting: &Setting,
    ) -> Self {
        let inputs = inputs.iter().map(|it| InputFile::new(&it.path, &it.text));
        Self {
            verb: names.verb,
            name: names.name,
            title: names.title,
            seed,
            settings: settings.to_vec(),
            inputs: inputs.collect(),
            resolved,
            // Those of the configuration without the values of cells, which say of themselves that they are.
            set_numbers: setting.set_numbers(),
        }
    }

    /// The manifest of one cell, all of whose sessions were run.
    pub(crate) fn manifest(
        &self,
        endings: [u64; 4],
        tables: Vec<TableRecord>,
        timing: Timing,
    ) -> Manifest {
        let sessions = endings.iter().sum();
        Manifest {
            schema: SCHEMA,
            demarche: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: RESULTS_VERSION,
            name: self.name.clone(),
            title: self.title.clone(),
            verb: self.verb.clone(),
            seed: self.seed.0.to_string(),
            sessions,
            until: None,
            cells: 1,
            settings: self.settings.clone(),
            study: None,
            sweep: None,
            inputs: self.inputs.clone(),
            tables,
            complete: true,
            counts: Counts::new(sessions, endings),
            resolved: self.resolved.clone(),
            set_numbers: self.set_numbers.clone(),
            outside: None,
            timing,
        }
    }

    /// What a workbook says of the run; `work` is what was done, with how often.
    pub(crate) fn workbook_run<'a>(
        &'a self,
        scenario: &'a Scenario,
        work: (&'static str, u64),
        is_complete: bool,
    ) -> WorkbookRun<'a> {
        WorkbookRun {
            title: &self.title,
            name: &self.name,
            verb: &self.verb,
            seed: self.seed.0,
            work,
            is_complete,
            scenario,
        }
    }
}
