//! A batch or a sweep, ready to be run.

use std::path::Path;
use std::sync::Arc;

use demarche_core::domain::{PartySet, Scenario};
use demarche_core::negotiation::Setting;
use demarche_core::randomness::MasterSeed;
use demarche_stats::design::DesignedPoints;

use crate::config::{Overrides, ReadFile, load_experiment};
use crate::experiment::{
    Cell, Cut, Pairing, Plan, Robustness, Shard, StoppingRule, check_outcomes,
};
use crate::run::observer::Observer;
use crate::run::record::{InputFile, SweepRecord};
use crate::run::spec::description::{Description, Names};
use crate::run::spec::error::{COUNTED_SESSIONS_MAX, SpecError};
use crate::run::spec::request::{RunRequest, RunVerb};
use crate::run::spec::spec_cells::SpecCells;
use crate::run::writer::{SweptParameters, TableOptions};
use crate::tables::{
    DRAWN_NUMBERS_MAX, Distances, DrawColumns, DrawTable, RowTables, SessionTable, Transcripts,
};

/// A batch or a sweep: a request with the files it names, read and checked.
#[derive(Debug)]
pub struct RunSpec {
    pub(crate) description: Description,
    request: RunRequest,
    /// All of it, also what other shards run.
    pub(crate) plan: Plan,
    shard: Option<Shard>,
    until: Option<StoppingRule>,
    parameters: SweptParameters,
    pairing: Pairing,
    design: Option<DesignedPoints>,
    sweep: Option<SweepRecord>,
    has_study: bool,
    robustness: Option<Robustness>,
}

impl RunSpec {
    /// Reads the files that a request names, through the function that is given; the observer is
    /// warned of what in them is most likely not meant.
    ///
    /// # Errors
    ///
    /// All errors in the files, or what is asked of them that cannot be done.
    pub fn load(
        request: RunRequest,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, SpecError> {
        let path = Path::new(&request.experiment);
        let overrides = Overrides {
            settings: request.settings.clone(),
            sessions: request.sessions,
            seed: request.seed,
            strategies: request.strategies.clone(),
        };
        let experiment = load_experiment(path, &overrides, &|it| match &request.experiment_text {
            Some(text) if it == path => Ok(text.clone()),
            _ => read_file(it),
        })?;
        // What cannot be run gets no warnings.
        match (&experiment.sweep, request.verb) {
            (None, RunVerb::Sweep) => return Err(SpecError::NoSweep(request.experiment)),
            (Some(_), RunVerb::Batch) => return Err(SpecError::HasSweep(request.experiment)),
            (None, RunVerb::Batch) | (Some(_), RunVerb::Sweep) => {}
        }
        let scenario = experiment.scenario;
        for it in scenario.warnings() {
            observer.warned(&it);
        }
        let description = Description::new(
            Names {
                verb: request.verb.name().to_owned(),
                name: experiment.name,
                title: experiment.title,
            },
            experiment.seed,
            &request.settings,
            &scenario.inputs,
            scenario.resolved,
            &scenario.setting,
        );
        let (cells, pairing, design) = match experiment.sweep {
            None => {
                let cells = SpecCells::only(scenario.setting, experiment.seed);
                (cells, Pairing::Unpaired, None)
            }
            Some(mut sweep) => {
                let (pairing, design) = (sweep.random_numbers.pairing(), sweep.design.take());
                let cells = SpecCells::of_sweep(sweep, experiment.seed);
                (cells, pairing, design)
            }
        };
        let SpecCells {
            cells,
            parameters,
            record: sweep,
        } = cells;
        let cells = with_outside(cells, &request)?;
        let res = Self {
            description,
            shard: request.shard.as_deref().map(str::parse).transpose()?,
            request,
            plan: Plan::new(cells, experiment.sessions)?,
            until: experiment.until,
            parameters,
            pairing,
            design,
            sweep,
            has_study: experiment.study.is_in_file,
            // Never more under a form than without: a quick look stays quick.
            robustness: (experiment.robustness)
                .map(|it| it.with_sessions_at_most(experiment.sessions)),
        };
        res.check()?;
        Ok(res)
    }

    /// Tells what cannot be done, although the files are right.
    fn check(&self) -> Result<(), SpecError> {
        if !self.outside().is_empty() && self.shard.is_some() {
            return Err(SpecError::OutsideInShards);
        }
        if self.request.distances == Distances::Measured {
            check_outcomes(self.setting().scenario())?;
        }
        if self.request.draws == DrawTable::Written {
            let n_numbers = DrawColumns::of(self.plan.cells()).n_numbers();
            if n_numbers > DRAWN_NUMBERS_MAX {
                return Err(SpecError::DrawnNumbers(n_numbers));
            }
        }
        if let Some(it) = &self.robustness {
            it.check()?;
        }
        self.check_tables()?;
        Ok(())
    }

    /// Tells what tables that are not written cannot hold.
    fn check_tables(&self) -> Result<(), SpecError> {
        let request = &self.request;
        let has_sessions = request.tables.has(SessionTable::Sessions);
        if request.distances == Distances::Measured && !has_sessions {
            return Err(SpecError::WithoutRows("distances"));
        }
        if request.tables != RowTables::Neither {
            return Ok(());
        }
        let sessions = self.plan.n_replications();
        if sessions > COUNTED_SESSIONS_MAX {
            return Err(SpecError::TooManyCounted { sessions });
        }
        if !request.outside.is_empty() {
            return Err(SpecError::WithoutRows("replies"));
        }
        if request.transcripts == Transcripts::Written {
            return Err(SpecError::WithoutRows("offers"));
        }
        if request.draws == DrawTable::Written {
            return Err(SpecError::WithoutRows("drawn numbers"));
        }
        if self.until.is_some() {
            return Err(SpecError::UntilWithoutRows);
        }
        Ok(())
    }

    /// What was asked for.
    pub fn request(&self) -> &RunRequest {
        &self.request
    }

    /// A short name, fit for file names.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// What people read.
    pub fn title(&self) -> &str {
        &self.description.title
    }

    /// The settings from the command line that replace values of the files.
    pub fn settings(&self) -> &[String] {
        &self.description.settings
    }

    /// The master seed.
    pub fn seed(&self) -> MasterSeed {
        self.description.seed
    }

    /// Scenario, rules and strategies of the first cell. All cells have the same parties and issues.
    pub fn setting(&self) -> &Arc<Setting> {
        &self.plan.cells()[0].setting
    }

    /// All that is to be run, also by other shards.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Which part of the plan is run; `None` for all of it.
    pub fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// What is run of the plan.
    pub fn part(&self) -> Plan {
        let part = self.shard.map(|it| it.part(&self.plan, self.cut()));
        part.unwrap_or_else(|| self.plan.clone())
    }

    /// Where shards may begin. Differences between cells are kept as sums only, so that the sessions
    /// that are compared must be in one shard.
    pub fn cut(&self) -> Cut {
        let is_paired = self.pairing == Pairing::Paired;
        if is_paired && self.request.tables == RowTables::Neither {
            Cut::Blocks
        } else {
            Cut::Chunks
        }
    }

    /// When a cell is run no further; `None` of a shard, which has a part of the sessions: those that
    /// were needed are known once shards are merged.
    pub fn until(&self) -> Option<&StoppingRule> {
        self.until.as_ref().filter(|_| self.shard.is_none())
    }

    /// What is swept.
    pub fn parameters(&self) -> &SweptParameters {
        &self.parameters
    }

    /// Whether cells are compared replication by replication.
    pub fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// The design that the cells follow; `None` of a batch, and of combinations and tables.
    pub fn design(&self) -> Option<&DesignedPoints> {
        self.design.as_ref()
    }

    /// Whether the file asks for a study too, which is no part of this run.
    pub fn has_study(&self) -> bool {
        self.has_study
    }

    /// The other forms of the model that are tried after the sessions; `None` of a shard, which has a
    /// part of them, and of a run in which parties are answered for from outside, who follow no
    /// strategy that could be another.
    pub fn robustness(&self) -> Option<&Robustness> {
        let is_whole = self.shard.is_none() && self.outside().is_empty();
        self.robustness.as_ref().filter(|_| is_whole)
    }

    /// The parties that are answered for from outside.
    pub fn outside(&self) -> PartySet {
        self.setting().outside()
    }

    /// The files that the run is made from.
    pub(crate) fn inputs(&self) -> &[InputFile] {
        &self.description.inputs
    }

    /// What is swept, as the manifest has it.
    pub(crate) fn sweep(&self) -> Option<&SweepRecord> {
        self.sweep.as_ref()
    }

    /// Optional contents of the tables.
    pub(crate) fn table_options(&self) -> TableOptions {
        TableOptions {
            rows: self.request.tables,
            transcripts: self.request.transcripts,
            distances: self.request.distances,
            draws: self.request.draws,
        }
    }
}

/// The cells with the parties in them that a request has answered for from outside.
fn with_outside(mut cells: Vec<Cell>, request: &RunRequest) -> Result<Vec<Cell>, SpecError> {
    for cell in &mut cells {
        let parties = parties_named(cell.setting.scenario(), request.outside.keys())?;
        if !parties.is_empty() {
            let setting = Setting::clone(&cell.setting).with_outside(parties);
            cell.setting = Arc::new(setting);
        }
    }
    Ok(cells)
}

/// The parties with these names.
fn parties_named<'a>(
    scenario: &Scenario,
    names: impl Iterator<Item = &'a String>,
) -> Result<PartySet, SpecError> {
    let parties = names.map(|name| {
        let found = scenario.party_named(name);
        found.ok_or_else(|| SpecError::NoParty {
            name: name.clone(),
            known: scenario.parties.iter().map(|it| it.name.clone()).collect(),
        })
    });
    parties.collect()
}
