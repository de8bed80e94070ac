//! Plans to be weighed for a scenario: a request with the files it names, read and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche_core::domain::{DraftPlan, Scenario};
use demarche_core::negotiation::Setting;
use demarche_core::randomness::MasterSeed;
use demarche_core::strategy::Strategies;
use serde::{Deserialize, Serialize};

use crate::config::{Overrides, ReadFile, load_experiment, load_plans};
use crate::experiment::PlanEvaluator;
use crate::run::observer::Observer;
use crate::run::record::{PlanRecord, StudyRecord, SweepRecord};
use crate::run::spec::description::{Description, Names};
use crate::run::spec::error::SpecError;
use crate::run::spec::spec_cells::SpecCells;
use crate::run::writer::SweptParameters;
use crate::tables::{TableCopies, Workbook};

/// Draws over which plans are weighed where nobody says how many.
pub const PLAN_DRAWS_DEFAULT: u64 = 10_000;

/// Who would sign some plans: with the files it names, all that the answer depends on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WeighingRequest {
    /// The path of the scenario's or experiment's file as given.
    pub experiment: PathBuf,
    /// The paths of the plans' files.
    pub plans: Vec<PathBuf>,
    /// Settings `PATH=VALUE`.
    pub settings: Vec<String>,
    /// Which master seed, if not the file's.
    pub seed: Option<u64>,
    /// Over how many draws of all preferences.
    pub draws: u64,
    /// Whether the tables are written as a workbook too.
    pub excel: Workbook,
    /// In which formats each table has a copy.
    pub copies: TableCopies,
    /// The strategies that the files can name: those built in, unless others are added.
    #[serde(skip)]
    pub strategies: Strategies,
}

impl WeighingRequest {
    /// Plans for the scenario of a file.
    pub fn new(experiment: &Path, plans: &[PathBuf]) -> Self {
        Self {
            experiment: experiment.to_owned(),
            plans: plans.to_vec(),
            settings: Vec::new(),
            seed: None,
            draws: PLAN_DRAWS_DEFAULT,
            excel: Workbook::Omitted,
            copies: TableCopies::NONE,
            strategies: Strategies::default(),
        }
    }
}

/// Plans to be weighed for a scenario, in one cell or in those of a sweep: a request with the files it
/// names, read and checked.
#[derive(Debug)]
pub struct WeighingSpec {
    pub(crate) description: Description,
    request: WeighingRequest,
    setting: Arc<Setting>,
    evaluator: PlanEvaluator,
    parameters: SweptParameters,
    sweep: Option<SweepRecord>,
    record: StudyRecord,
}

impl WeighingSpec {
    /// Reads the files that a request names, through the function that is given; the observer is
    /// warned of what in them is most likely not meant.
    ///
    /// # Errors
    ///
    /// All errors in the scenario's files, or else all in the plans' files; or what is asked of them
    /// that cannot be done.
    pub fn load(
        request: WeighingRequest,
        read_file: &ReadFile<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, SpecError> {
        let overrides = Overrides {
            settings: request.settings.clone(),
            sessions: None,
            seed: request.seed,
            strategies: request.strategies.clone(),
        };
        let path = request.experiment.as_path();
        let experiment = load_experiment(path, &overrides, read_file)?;
        let mut scenario = experiment.scenario;
        for it in scenario.warnings() {
            observer.warned(&it);
        }
        let loaded = load_plans(&request.plans, scenario.setting.scenario(), read_file)?;
        scenario.inputs.extend(loaded.inputs);
        let seed = experiment.seed;
        let description = Description::new(
            Names {
                verb: "weigh".to_owned(),
                name: experiment.name,
                title: experiment.title,
            },
            seed,
            &request.settings,
            &scenario.inputs,
            scenario.resolved,
            &scenario.setting,
        );
        let cells = match experiment.sweep {
            None => SpecCells::only(scenario.setting, seed),
            Some(sweep) => SpecCells::of_sweep(sweep, seed),
        };
        let setting = Arc::clone(&cells.cells[0].setting);
        let of_scenario = |it: &DraftPlan| plan_record(setting.scenario(), it);
        let record = StudyRecord::Weigh {
            draws: request.draws,
            plans: loaded.plans.iter().map(of_scenario).collect(),
        };
        let evaluator = PlanEvaluator::new(cells.cells, loaded.plans, request.draws)?;
        Ok(Self {
            description,
            setting,
            evaluator,
            parameters: cells.parameters,
            sweep: cells.record,
            record,
            request,
        })
    }

    /// A short name, fit for file names: the experiment's, and what is asked of it.
    pub fn name(&self) -> String {
        format!("{}_{}", self.description.name, self.description.verb)
    }

    /// What was asked for.
    pub fn request(&self) -> &WeighingRequest {
        &self.request
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
        &self.setting
    }

    /// The plans, and over which draws they are weighed.
    pub fn evaluator(&self) -> &PlanEvaluator {
        &self.evaluator
    }

    /// What is swept, if the experiment has a `[sweep]`.
    pub fn parameters(&self) -> &SweptParameters {
        &self.parameters
    }

    /// What is swept, as the manifest has it.
    pub(crate) fn sweep(&self) -> Option<&SweepRecord> {
        self.sweep.as_ref()
    }

    /// What is asked, as the manifest has it.
    pub(crate) fn record(&self) -> &StudyRecord {
        &self.record
    }

    pub(crate) fn excel(&self) -> Workbook {
        self.request.excel
    }

    pub(crate) fn copies(&self) -> TableCopies {
        self.request.copies
    }
}

/// A plan as the manifest has it.
fn plan_record(scenario: &Scenario, plan: &DraftPlan) -> PlanRecord {
    let named = scenario.issues.iter().zip(&plan.options);
    let options: BTreeMap<String, String> = named
        .filter_map(|(issue, option)| {
            let option = &issue.options[(*option)?.idx()];
            Some((issue.name.clone(), option.name.clone()))
        })
        .collect();
    PlanRecord {
        name: plan.name.clone(),
        label: plan.label.clone(),
        source: plan.source.clone(),
        note: plan.note.clone(),
        lost: plan.lost.clone(),
        options,
    }
}
