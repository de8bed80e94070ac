//! A study of one scenario's numbers, ready to be run.

use std::sync::Arc;

use demarche_core::negotiation::{NumberId, Setting};
use demarche_core::randomness::{MasterSeed, Seeds};
use demarche_core::strategy::Strategies;

use crate::config::{
    Overrides, ReadFile, StudiedForms, StudyMethod, StudyPlan, load_experiment, nearest, numbers,
    study_inputs,
};
use crate::experiment::{
    Cell, FORM_SESSIONS_DEFAULT, FlipSearch, FormFactor, RadialInputs, Robustness, Study,
    StudyInput, built_in_forms, form_names,
};
use crate::run::observer::Observer;
use crate::run::record::StudyRecord;
use crate::run::spec::description::{Description, Names};
use crate::run::spec::error::SpecError;
use crate::run::spec::request::{StudyQuestion, StudyRequest};
use crate::tables::{DrawTable, TableCopies, Workbook};

/// Most sessions of a search for flips: how each ended is held in memory.
const FLIP_SESSIONS_MAX: u64 = 1 << 30;

/// A study of one scenario's numbers: a request with the files it names, read and checked.
#[derive(Debug)]
pub struct StudySpec {
    pub(crate) description: Description,
    request: StudyRequest,
    setting: Arc<Setting>,
    work: StudyWork,
    record: StudyRecord,
}

/// What a study runs.
#[derive(Debug)]
pub enum StudyWork {
    /// Sessions chosen to learn which numbers matter.
    Sensitivity {
        /// Which sessions.
        study: Study,
        /// Whether every one is written with its numbers.
        draws: DrawTable,
    },
    /// Sessions at ever nearer shifts of one number.
    Flip(Box<FlipSearch>),
    /// Sessions under other forms of the model.
    Robustness(Robustness),
}

impl StudySpec {
    /// Reads the files that a request names, through the function that is given; the observer is
    /// warned of what in them is most likely not meant.
    ///
    /// # Errors
    ///
    /// All errors in the files, or what is asked of them that cannot be done.
    pub fn load(
        request: StudyRequest,
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
        let scenario = experiment.scenario;
        for it in scenario.warnings() {
            observer.warned(&it);
        }
        if experiment.sweep.is_some() {
            return Err(SpecError::HasSweep(path.display().to_string()));
        }
        let setting = Arc::new(scenario.setting);
        let seed = experiment.seed;
        let (work, record) = match request.question.clone() {
            StudyQuestion::Sensitivity {
                method,
                points,
                numbers,
                forms,
                interactions,
                draws,
            } => {
                let asked = Asked {
                    method,
                    points,
                    numbers: &numbers,
                    interactions: &interactions,
                };
                let forms = match forms.unwrap_or(experiment.study.forms) {
                    StudiedForms::AsWritten => Vec::new(),
                    StudiedForms::Varied => {
                        studied_forms(&setting, &request.strategies, experiment.robustness)
                    }
                };
                let (study, record) = asked.study(&setting, &experiment.study, forms, seed)?;
                (StudyWork::Sensitivity { study, draws }, record)
            }
            StudyQuestion::Flip {
                rate,
                numbers,
                sessions,
            } => {
                let (search, record) = search(&setting, seed, rate, &numbers, sessions)?;
                (StudyWork::Flip(Box::new(search)), record)
            }
            StudyQuestion::Robustness { sessions, forms } => {
                let strategies = &request.strategies;
                let asked = forms_asked(&setting, strategies, experiment.robustness, &forms);
                let robustness = asked.map_err(SpecError::Forms)?;
                let robustness = match sessions {
                    Some(it) => robustness.with_sessions(it),
                    None => robustness,
                };
                robustness.check()?;
                let record = StudyRecord::Robustness {
                    sessions_per_form: robustness.sessions(),
                    forms: robustness.forms().iter().map(|it| it.id.clone()).collect(),
                };
                (StudyWork::Robustness(robustness), record)
            }
        };
        let description = Description::new(
            Names {
                verb: request.question.verb().to_owned(),
                name: experiment.name,
                title: experiment.title,
            },
            seed,
            &request.settings,
            &scenario.inputs,
            scenario.resolved,
            &setting,
        );
        Ok(Self {
            description,
            request,
            setting,
            work,
            record,
        })
    }

    /// A short name, fit for file names: the experiment's, and what is asked of it.
    pub fn name(&self) -> String {
        format!("{}_{}", self.description.name, self.description.verb)
    }

    /// What was asked for.
    pub fn request(&self) -> &StudyRequest {
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

    /// Scenario, rules and strategies as they stand.
    pub fn setting(&self) -> &Arc<Setting> {
        &self.setting
    }

    /// What is run.
    pub fn work(&self) -> &StudyWork {
        &self.work
    }

    /// What is asked, as the manifest has it.
    pub(crate) fn record(&self) -> &StudyRecord {
        &self.record
    }

    /// The setting and the random numbers of its sessions.
    pub(crate) fn cell(&self) -> Cell {
        Cell {
            setting: Arc::clone(&self.setting),
            seeds: Seeds::new(self.seed()),
        }
    }

    pub(crate) fn excel(&self) -> Workbook {
        self.request.excel
    }

    pub(crate) fn copies(&self) -> TableCopies {
        self.request.copies
    }
}

/// What is asked of a study beyond its file.
struct Asked<'a> {
    method: Option<StudyMethod>,
    points: Option<u32>,
    numbers: &'a [String],
    interactions: &'a [String],
}

impl Asked<'_> {
    /// The study that is asked for, here and in the file.
    fn study(
        &self,
        setting: &Setting,
        of_file: &StudyPlan,
        forms: Vec<FormFactor>,
        seed: MasterSeed,
    ) -> Result<(Study, StudyRecord), SpecError> {
        let inputs = if self.numbers.is_empty() {
            let all = || StudyInput::all(setting);
            of_file.inputs.clone().unwrap_or_else(all)
        } else {
            study_inputs(setting, self.numbers).map_err(SpecError::Numbers)?
        };
        if inputs.is_empty() && forms.iter().all(|it| it.n_levels() == 1) {
            return Err(SpecError::NothingUncertain);
        }
        let method = self.method.unwrap_or(of_file.method);
        let points_of_file = (method == of_file.method).then_some(of_file.points);
        let points = self
            .points
            .or(points_of_file.flatten())
            .unwrap_or_else(|| method.points_default());
        method.check_points(points)?;
        if method == StudyMethod::Morris && !forms.is_empty() {
            return Err(SpecError::FormsAlongTrajectories);
        }
        let levels = forms.iter().flat_map(FormFactor::alternatives);
        let levels = levels.map(|it| it.id.clone()).collect();
        let paired = if self.interactions.is_empty() {
            let of_file = of_file.paired.iter().filter(|_| method == of_file.method);
            of_file.cloned().collect()
        } else {
            study_inputs(setting, self.interactions).map_err(SpecError::Numbers)?
        };
        if !paired.is_empty() {
            method.check_paired(&paired, setting, Some(&inputs))?;
        }
        let pair_paths = paired.iter().map(|it| it.path(setting).to_owned());
        let pair_paths = pair_paths.collect();
        let varied = RadialInputs {
            inputs: inputs.clone(),
            paired,
            forms,
        };
        let study = match method {
            StudyMethod::Saltelli => Study::radial(setting, varied, points, seed.0),
            StudyMethod::Morris => Study::trajectories(setting, inputs, points, seed.0),
        }?;
        let inputs = study.inputs().iter();
        let record = StudyRecord::Design {
            method: method.name().to_owned(),
            points,
            numbers: inputs.map(|it| it.path(setting).to_owned()).collect(),
            forms: levels,
            interactions: pair_paths,
        };
        Ok((study, record))
    }
}

/// The dimensions of the form of the model with the forms of the file, or all usual ones.
fn studied_forms(
    setting: &Setting,
    strategies: &Strategies,
    of_file: Option<Robustness>,
) -> Vec<FormFactor> {
    let forms = match of_file {
        // The first is the scenario as it stands.
        Some(it) => it.forms()[1..].to_vec(),
        None => built_in_forms(setting, strategies, None),
    };
    FormFactor::all(forms)
}

/// The forms that are asked for by name or, without names, those of the file, or all usual ones.
fn forms_asked(
    setting: &Arc<Setting>,
    strategies: &Strategies,
    of_file: Option<Robustness>,
    names: &[String],
) -> Result<Robustness, String> {
    let known = form_names(strategies);
    if let Some(unknown) = names.iter().find(|it| !known.contains(it)) {
        return Err(unknown_form(unknown, &known));
    }
    let sessions = of_file.as_ref().map(Robustness::sessions);
    Ok(match of_file {
        Some(it) if names.is_empty() => it,
        _ => Robustness::new(
            Arc::clone(setting),
            built_in_forms(setting, strategies, (!names.is_empty()).then_some(names)),
            sessions.unwrap_or(FORM_SESSIONS_DEFAULT),
        ),
    })
}

/// What is wrong with the name of a form.
fn unknown_form(name: &str, known: &[String]) -> String {
    let near = nearest(name, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("one of {}", known.join(", ")),
        |it| format!("is `{it}` meant?"),
    );
    format!("there is no form `{name}`: {hint}")
}

/// The search for flips of some numbers or, without names, of every party's reservation value.
fn search(
    setting: &Setting,
    seed: MasterSeed,
    rate: f64,
    names: &[String],
    sessions: u64,
) -> Result<(FlipSearch, StudyRecord), SpecError> {
    let reservation_values = || -> Vec<String> {
        let parties = setting.scenario().parties.iter();
        let paths = parties.map(|it| it.preferences.reservation_value.path.clone());
        paths.collect()
    };
    let numbers = if names.is_empty() {
        numbers(setting, &reservation_values())
    } else {
        numbers(setting, names)
    };
    let search = FlipSearch {
        setting: setting.clone(),
        seeds: Seeds::new(seed),
        numbers: numbers.map_err(SpecError::Numbers)?,
        rate,
        sessions,
    };
    let n_sessions = search.n_sessions_max();
    if n_sessions > FLIP_SESSIONS_MAX {
        return Err(SpecError::SearchSessions {
            n_sessions,
            most: FLIP_SESSIONS_MAX,
        });
    }
    let record = StudyRecord::Flip {
        rate,
        sessions_per_shift: sessions,
        numbers: paths(setting, &search.numbers),
    };
    Ok((search, record))
}

fn paths(setting: &Setting, numbers: &[NumberId]) -> Vec<String> {
    let all: Vec<_> = setting.numbers().collect();
    let path = |it: &NumberId| all[it.idx()].path.clone();
    numbers.iter().map(path).collect()
}
