//! What `batch` and `sweep` are to run: a request with the files it names.

use std::path::Path;
use std::sync::Arc;

use demarche_core::randomness::{MasterSeed, Seeds};
use demarche_stats::design::DesignedPoints;

use crate::cli::failure::Failure;
use crate::cli::file_access::CitedFiles;
use crate::cli::finish_run::Done;
use crate::cli::verbs::check_size;
use crate::cli::warn;
use crate::config::{Input, Overrides, load_experiment};
use crate::experiment::{Cell, CellId, Pairing, Plan, Shard, StoppingRule};
use crate::run::{
    Counts, InputFile, Journal, JournalHead, Manifest, RESULTS_VERSION, RunRequest, RunTables,
    SweepRecord, SweptParameters, TableOptions, Timing, Until,
};
use crate::tables::{
    DRAWN_NUMBERS_MAX, Distances, DrawColumns, DrawTable, RunDirectory, TableRecord, WorkbookRun,
    WriteError,
};

/// What is to be run, and what to say of it.
pub(super) struct Job {
    pub(super) request: RunRequest,
    /// All of it, also what other shards run.
    pub(super) plan: Plan,
    pub(super) shard: Option<Shard>,
    pub(super) until: Option<StoppingRule>,
    pub(super) parameters: SweptParameters,
    pub(super) pairing: Pairing,
    pub(super) design: Option<DesignedPoints>,
    sweep: Option<SweepRecord>,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) seed: MasterSeed,
    /// Whether its file asks for a study too, which is run by another verb.
    pub(super) has_study: bool,
    inputs: Vec<Input>,
    resolved: serde_json::Value,
    set_numbers: Vec<String>,
}

impl Job {
    /// Reads the files that a request names, those below a folder if it is allowed; `text` is that of
    /// the experiment's file, if it was read before.
    pub(super) fn load(
        request: RunRequest,
        text: Option<String>,
        files_below: Option<&Path>,
    ) -> Result<Self, Failure> {
        let path = Path::new(&request.experiment);
        let overrides = Overrides {
            settings: request.settings.clone(),
            sessions: request.sessions,
            seed: request.seed,
            ..Overrides::default()
        };
        let text = text.or_else(|| request.experiment_text.clone());
        let files = CitedFiles::of(path, files_below).with_text(text);
        let experiment = load_experiment(path, &overrides, &|it| files.read(it))?;
        warn(&experiment.scenario);
        // Those of the configuration without the values of cells, which say of themselves that they are.
        let set_numbers = experiment.scenario.setting.set_numbers();
        let (cells, parameters, pairing, design, sweep) = match experiment.sweep {
            None if request.verb == "sweep" => {
                return Err(Failure::WrongInput(format!(
                    "{} has no [sweep]; run it with `demarche batch`, or add axes to it",
                    path.display()
                )));
            }
            Some(_) if request.verb == "batch" => {
                return Err(Failure::WrongInput(format!(
                    "{} has a [sweep]; run it with `demarche sweep`",
                    path.display()
                )));
            }
            None => {
                let cell = Cell {
                    setting: Arc::new(experiment.scenario.setting),
                    seeds: Seeds::new(experiment.seed),
                };
                let parameters = SweptParameters {
                    paths: Vec::new(),
                    values: vec![Vec::new()],
                };
                (vec![cell], parameters, Pairing::Unpaired, None, None)
            }
            Some(sweep) => {
                let luck = sweep.luck;
                let cells = (0..).map(CellId).zip(sweep.settings);
                let cells = cells.map(|(cell, setting)| Cell {
                    setting: Arc::new(setting),
                    seeds: luck.seeds(experiment.seed, cell),
                });
                let record = SweepRecord {
                    luck,
                    paths: sweep.paths.clone(),
                    values: sweep.json_values,
                    scenarios: sweep.scenarios,
                };
                let parameters = SweptParameters {
                    paths: sweep.paths,
                    values: sweep.values,
                };
                let cells = cells.collect();
                (
                    cells,
                    parameters,
                    luck.pairing(),
                    sweep.design,
                    Some(record),
                )
            }
        };
        let shard = request.shard.as_deref().map(str::parse).transpose();
        let res = Self {
            shard: shard.map_err(|it| Failure::could_not_finish(&it))?,
            request,
            plan: plan(cells, experiment.sessions)?,
            until: experiment.until,
            parameters,
            pairing,
            design,
            sweep,
            name: experiment.name,
            title: experiment.title,
            seed: experiment.seed,
            has_study: experiment.study.is_in_file,
            inputs: experiment.scenario.inputs,
            resolved: experiment.scenario.resolved,
            set_numbers,
        };
        res.check()?;
        Ok(res)
    }

    /// Tells what cannot be done, although the files are right.
    fn check(&self) -> Result<(), Failure> {
        if self.request.distances == Distances::Measured {
            check_size(self.plan.cells()[0].setting.scenario())?;
        }
        if self.request.draws == DrawTable::Written {
            let n_numbers = DrawColumns::of(self.plan.cells()).n_numbers();
            if n_numbers > DRAWN_NUMBERS_MAX {
                return Err(Failure::WrongInput(format!(
                    "draws.csv would have {n_numbers} numbers, more than {DRAWN_NUMBERS_MAX}; run it without --draws"
                )));
            }
        }
        if self.shard.is_some() && self.until.is_some() {
            return Err(Failure::WrongInput(
                "an experiment with `until` has no shards: how many sessions it takes shows only \
                 when all before are run; take `until` out, or run it in one go"
                    .into(),
            ));
        }
        Ok(())
    }

    /// What is run of the plan.
    pub(super) fn part(&self) -> Plan {
        let part = self.shard.map(|it| it.part(&self.plan));
        part.unwrap_or_else(|| self.plan.clone())
    }

    /// What the journal of its run begins with.
    pub(super) fn head(&self) -> JournalHead {
        JournalHead::new(self.request.clone(), self.input_files())
    }

    fn input_files(&self) -> Vec<InputFile> {
        let files = self.inputs.iter();
        files.map(|it| InputFile::new(&it.path, &it.text)).collect()
    }

    /// What its tables hold beyond what every run tells.
    pub(super) fn extras(&self) -> TableOptions {
        TableOptions {
            transcripts: self.request.transcripts,
            distances: self.request.distances,
            draws: self.request.draws,
        }
    }

    /// Begins its tables, or goes on with them.
    pub(super) fn open_tables(
        &self,
        directory: &RunDirectory,
        journal: Journal,
    ) -> Result<RunTables, WriteError> {
        RunTables::open(
            directory,
            journal,
            self.plan.cells(),
            self.parameters.clone(),
            // A shard may begin behind the first of the cells that are compared.
            self.shard.map_or(self.pairing, |_| Pairing::Unpaired),
            self.request.parquet,
            self.extras(),
        )
    }

    /// What its workbook says of it.
    pub(super) fn workbook_run(&self, done: &Done) -> WorkbookRun<'_> {
        WorkbookRun {
            title: &self.title,
            name: &self.name,
            verb: &self.request.verb,
            seed: self.seed.0,
            n_sessions: done.n_done,
            is_complete: done.n_done == done.n_planned,
            scenario: self.plan.cells()[0].setting.scenario(),
        }
    }

    /// What makes its run repeatable.
    pub(super) fn manifest(
        &self,
        done: &Done,
        endings: [u64; 4],
        tables: Vec<TableRecord>,
        timing: Timing,
    ) -> Manifest {
        let scenario = self.plan.cells()[0].setting.scenario();
        Manifest {
            schema: 1,
            demarche: env!("CARGO_PKG_VERSION").to_owned(),
            results_version: RESULTS_VERSION,
            name: self.name.clone(),
            title: self.title.clone(),
            verb: self.request.verb.clone(),
            seed: self.seed.0.to_string(),
            sessions: self.plan.n_sessions(),
            until: self.until.as_ref().map(|it| Until {
                metric: it.metric.to_owned(),
                party: it.party.map(|party| scenario.party(party).name.clone()),
                half_width: it.half_width,
                confidence: it.confidence,
            }),
            cells: self.plan.cells().len(),
            settings: self.request.settings.clone(),
            study: None,
            sweep: self.sweep.clone(),
            inputs: self.input_files(),
            tables,
            complete: done.n_done == done.n_planned,
            counts: Counts::new(done.n_done, endings),
            resolved: self.resolved.clone(),
            set_numbers: self.set_numbers.clone(),
            timing,
        }
    }
}

fn plan(cells: Vec<Cell>, sessions: u64) -> Result<Plan, Failure> {
    let plan = Plan::new(cells, sessions);
    plan.map_err(|it| Failure::WrongInput(format!("{it}; ask for fewer with --sessions")))
}
