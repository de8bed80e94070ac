//! Designs over a scenario's own uncertain numbers: which sessions to run to learn what matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::domain::{Basis, Number};
use demarche_core::negotiation::{NumberId, Setting, UncertainRedLine};
use demarche_core::randomness::Replication;
use demarche_stats::design::{
    MorrisLevels, SOBOL_DIMENSIONS_MAX, Scrambling, SobolSequence, morris_trajectory,
};

use crate::experiment::studies::form_factors::{FormFactor, levels};
use crate::experiment::studies::form_sessions::{CombinationError, FormSessions, sessions_by_form};
use crate::experiment::studies::study_draws::{
    FormDraws, RadialDraws, StudyDesign, TrajectoryDraws,
};

/// Something that an outcome may depend on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// What kind of thing it is.
    pub kind: FactorKind,
    /// Its name: the path of a number or of a red line's draw, a dimension of the form of the model, a
    /// basis, names of sources with ` + ` between them, or `luck`.
    pub name: String,
    /// Of a number, how it follows from its sources.
    pub basis: Option<Basis>,
    /// Of a number, the names of its sources.
    pub sources: Vec<String>,
}

impl Factor {
    /// A parameter of a sweep.
    pub fn parameter(path: &str) -> Self {
        group(FactorKind::Parameter, path)
    }
}

/// What kind of thing an outcome may depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactorKind {
    /// A number that is drawn.
    Number,
    /// Whether a red line is real.
    RedLine,
    /// A dimension of the form of the model.
    Form,
    /// A parameter that a sweep varies.
    Parameter,
    /// All that is left to random numbers: which strategy a party follows, what it happens to offer, and
    /// numbers that the study leaves out.
    Randomness,
    /// All numbers of the study with one basis, together.
    Basis,
    /// All numbers of the study that rest on the same sources, together.
    Source,
    /// All dimensions of the form of the model, together.
    AllForms,
}

impl FactorKind {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::RedLine => "red_line",
            Self::Form => "form",
            Self::Parameter => "parameter",
            Self::Randomness => "luck",
            Self::Basis => "basis",
            Self::Source => "source",
            Self::AllForms => "all_forms",
        }
    }

    /// Whether it is no group of others.
    pub fn is_single(self) -> bool {
        match self {
            Self::Number | Self::RedLine | Self::Form | Self::Parameter | Self::Randomness => true,
            Self::Basis | Self::Source | Self::AllForms => false,
        }
    }
}

/// Something that a study varies by itself: each has a dimension of the design.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudyInput {
    /// A number.
    Number(NumberId),
    /// Whether a red line is real.
    RedLine(UncertainRedLine),
}

impl StudyInput {
    /// All that is uncertain in a setting: its numbers, then its red lines.
    pub fn all(setting: &Setting) -> Vec<Self> {
        let numbers = setting.uncertain_numbers().into_iter().map(Self::Number);
        let red_lines = setting.uncertain_red_lines().into_iter();
        numbers.chain(red_lines.map(Self::RedLine)).collect()
    }

    /// Its name in files and tables.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    pub fn path<'a>(&'a self, setting: &'a Setting) -> &'a str {
        match self {
            Self::Number(id) => &number(setting, *id).path,
            Self::RedLine(it) => &it.path,
        }
    }

    fn factor(&self, setting: &Setting) -> Factor {
        match self {
            Self::Number(id) => {
                let number = number(setting, *id);
                Factor {
                    kind: FactorKind::Number,
                    name: number.path.clone(),
                    basis: number.provenance.basis,
                    sources: number.provenance.sources.clone(),
                }
            }
            Self::RedLine(it) => group(FactorKind::RedLine, &it.path),
        }
    }
}

fn number(setting: &Setting, id: NumberId) -> &Number {
    let number = setting.numbers().nth(id.idx());
    number.expect("one of the setting's numbers")
}

/// Sessions chosen to learn what of a setting matters.
#[derive(Clone, Debug)]
pub struct Study {
    inputs: Vec<StudyInput>,
    /// The dimensions of the form of the model; those with several levels have dimensions of the design
    /// behind those of the inputs.
    forms: Vec<FormFactor>,
    factors: Vec<Factor>,
    design: StudyDesign,
    /// The sessions by form of the model; none of a study of one form.
    by_form: Arc<[FormSessions]>,
}

/// A session's place in the design of a study.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DesignRow {
    /// Which base point or trajectory it belongs to.
    pub point: u64,
    /// Which of its rows it is.
    pub block: DesignBlock,
    /// The position of the factor that is crossed or was moved, if one is.
    pub factor: Option<usize>,
}

/// What a row of a design is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DesignBlock {
    /// All numbers and random numbers at A.
    A,
    /// At A, but for one factor that is at B.
    Crossed,
    /// All numbers and random numbers at B.
    B,
    /// The beginning of a trajectory.
    Start,
    /// The point before, but for one input.
    Step,
}

impl DesignBlock {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::Crossed => "ab",
            Self::B => "b",
            Self::Start => "start",
            Self::Step => "step",
        }
    }
}

/// Why a setting cannot be studied as asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// Saltelli's design needs two dimensions of the Sobol' sequence for each.
    #[error("{0} numbers exceed the {INPUTS_MAX} of Saltelli's design")]
    TooManyNumbers(usize),
    /// Figures of all sessions, and all points of trajectories, are held in memory.
    #[error("a study of this many numbers has at most {0} points")]
    TooManyPoints(u32),
    /// Forms of the model cannot be varied together.
    #[error(transparent)]
    Forms(#[from] CombinationError),
}

/// Most inputs of a radial study.
const INPUTS_MAX: usize = SOBOL_DIMENSIONS_MAX / 2;

/// Most sessions of a radial study: some gigabytes of figures.
const SESSIONS_MAX: u64 = 1 << 24;

/// Most coordinates of all points of trajectories together: a gigabyte.
const COORDINATES_MAX: u64 = 1 << 27;

impl Study {
    /// A study by Saltelli's radial design: for variance-based indices, rank correlations, boxes.
    ///
    /// Every base point is a session with everything at A; then for each input and for each dimension of
    /// the form of the model a session with only that one at B, a session with only the random numbers of
    /// B, with forms one with all their dimensions at B, for each basis and for each set of sources one with
    /// all their numbers at B; and a session with everything at B.
    ///
    /// A dimension of the form has one level in a session: the form as written or one of its alternatives,
    /// all equally likely. Only settings that the design meets are made.
    ///
    /// # Errors
    ///
    /// If there are more inputs, points or forms than there is room for, or forms do not go together.
    ///
    /// # Panics
    ///
    /// If the setting has no such input.
    pub fn radial(
        setting: &Setting,
        inputs: Vec<StudyInput>,
        forms: Vec<FormFactor>,
        base_points: u32,
        seed: u64,
    ) -> Result<Self, StudyError> {
        let n_forms = forms.iter().filter(|it| it.n_levels() > 1).count();
        let n_dimensions = inputs.len() + n_forms;
        let sequence = SobolSequence::new(2 * n_dimensions, Scrambling::Owen { seed })
            .ok_or(StudyError::TooManyNumbers(n_dimensions))?;
        let mut factors = factors_of(setting, &inputs, &forms);
        let mut crossed: Vec<Vec<usize>> = (0..n_dimensions).map(|it| vec![it]).collect();
        // Randomness takes no dimension of the sequence.
        crossed.push(Vec::new());
        if n_forms > 0 {
            factors.push(group(FactorKind::AllForms, "form of the model"));
            crossed.push((inputs.len()..n_dimensions).collect());
        }
        for (factor, members) in groups_of(&factors) {
            factors.push(factor);
            crossed.push(members);
        }
        let draws = RadialDraws {
            sequence,
            n_dimensions,
            crossed,
            base_points,
        };
        check_points(base_points, SESSIONS_MAX / draws.rows_per_base_point())?;
        let by_form = sessions_by_form(setting, &forms, (&draws, inputs.len()))?;
        Ok(Self {
            inputs,
            forms,
            factors,
            design: StudyDesign::Radial(Arc::new(draws)),
            by_form: by_form.into(),
        })
    }

    /// A study by Morris's trajectories: a cheap look at which inputs matter at all.
    ///
    /// Randomness stays the same along a trajectory.
    ///
    /// # Errors
    ///
    /// If there are more trajectories than there is room for.
    ///
    /// # Panics
    ///
    /// If the setting has no such input.
    pub fn trajectories(
        setting: &Setting,
        inputs: Vec<StudyInput>,
        n_trajectories: u32,
        seed: u64,
    ) -> Result<Self, StudyError> {
        let n_inputs = inputs.len() as u64;
        check_points(
            n_trajectories,
            COORDINATES_MAX / (n_inputs * (n_inputs + 1)).max(1),
        )?;
        let mut factors = factors_of(setting, &inputs, &[]);
        factors.truncate(inputs.len());
        let draws = TrajectoryDraws {
            n_dimensions: inputs.len(),
            points: (0..n_trajectories)
                .flat_map(|it| morris_trajectory(it, inputs.len(), MorrisLevels::FOUR, seed))
                .collect(),
        };
        Ok(Self {
            inputs,
            forms: Vec::new(),
            factors,
            design: StudyDesign::Trajectories(Arc::new(draws)),
            by_form: Arc::new([]),
        })
    }

    /// What the outcome may depend on: the inputs in order, then dimensions of the form of the model, random
    /// numbers, all forms, bases and sources.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// What is varied one by one.
    pub fn inputs(&self) -> &[StudyInput] {
        &self.inputs
    }

    /// The dimensions of the form of the model, also those without an alternative, which are no factors.
    pub fn forms(&self) -> &[FormFactor] {
        &self.forms
    }

    /// The level of each dimension of the form of the model in a session.
    ///
    /// # Panics
    ///
    /// If there is no such session.
    pub fn levels(&self, session: Replication) -> Vec<usize> {
        let n_inputs = self.inputs.len();
        levels(&self.forms, |form| {
            self.design.probability(session, n_inputs + form)
        })
    }

    pub(super) fn by_form(&self) -> &[FormSessions] {
        &self.by_form
    }

    pub(crate) fn design(&self) -> &StudyDesign {
        &self.design
    }

    /// Which row of the design a session is.
    ///
    /// # Panics
    ///
    /// If there is no such session.
    pub fn row(&self, session: Replication) -> DesignRow {
        let n_rows = self.sessions_per_point();
        let (point, place) = (session.0 / n_rows, session.0 % n_rows);
        let (block, factor) = match &self.design {
            StudyDesign::Radial(it) => match it.crossed_idx(place) {
                Some(factor) => (DesignBlock::Crossed, Some(factor)),
                None if place == 0 => (DesignBlock::A, None),
                None => (DesignBlock::B, None),
            },
            StudyDesign::Trajectories(_) if place == 0 => (DesignBlock::Start, None),
            StudyDesign::Trajectories(it) => (DesignBlock::Step, it.moved_at(session)),
        };
        DesignRow {
            point,
            block,
            factor,
        }
    }

    /// The probability at whose quantile each of the inputs is in a session, in their order.
    ///
    /// # Panics
    ///
    /// If there is no such session.
    pub fn probabilities(&self, session: Replication) -> impl Iterator<Item = f64> {
        let dimensions = 0..self.inputs.len();
        dimensions.map(move |it| self.design.probability(session, it))
    }

    /// How many sessions it takes.
    pub fn n_sessions(&self) -> u64 {
        match &self.design {
            StudyDesign::Radial(it) => it.n_sessions(),
            StudyDesign::Trajectories(it) => it.points.len() as u64,
        }
    }

    /// How many base points or trajectories it has.
    pub fn n_points(&self) -> u64 {
        self.n_sessions() / self.sessions_per_point()
    }

    /// How many sessions each of them takes, one after the other.
    pub fn sessions_per_point(&self) -> u64 {
        match &self.design {
            StudyDesign::Radial(it) => it.rows_per_base_point(),
            StudyDesign::Trajectories(it) => it.n_steps() + 1,
        }
    }

    /// What its points are called.
    pub fn points_noun(&self) -> &'static str {
        match &self.design {
            StudyDesign::Radial(_) => "base points",
            StudyDesign::Trajectories(_) => "trajectories",
        }
    }

    /// The setting whose replications are the sessions of this study, all in the form as it stands.
    pub fn designed(&self, setting: Setting) -> Setting {
        self.designed_sessions(setting, None)
    }

    /// The setting in a form of the model whose replications are these sessions; without a list, all.
    pub(super) fn designed_sessions(
        &self,
        setting: Setting,
        sessions: Option<Arc<[u64]>>,
    ) -> Setting {
        let draws = FormDraws {
            design: self.design.clone(),
            dimensions: self.dimensions(&setting),
            sessions,
        };
        setting.designed(Arc::new(draws))
    }

    /// The dimensions of what is drawn in a setting, by its path: other forms list other numbers of
    /// strategies, and perhaps parties in another order.
    fn dimensions(&self, setting: &Setting) -> BTreeMap<NumberId, usize> {
        let by_path: BTreeMap<&str, usize> = (self.factors[..self.inputs.len()].iter())
            .map(|it| it.name.as_str())
            .zip(0..)
            .collect();
        let numbers = setting.numbered();
        let numbers = numbers.map(|(id, it)| (id, by_path.get(it.path.as_str())));
        let red_lines = setting.uncertain_red_lines().into_iter();
        let red_lines = red_lines.map(|it| (it.id, by_path.get(it.path.as_str())));
        let drawn = numbers.chain(red_lines);
        drawn.filter_map(|(id, it)| Some((id, *it?))).collect()
    }
}

fn check_points(n_points: u32, most: u64) -> Result<(), StudyError> {
    if u64::from(n_points) <= most {
        return Ok(());
    }
    let most = u32::try_from(most).expect("fewer than the points asked for");
    Err(StudyError::TooManyPoints(most))
}

/// The inputs as factors, dimensions of the form of the model with several levels, and random numbers.
fn factors_of(setting: &Setting, inputs: &[StudyInput], forms: &[FormFactor]) -> Vec<Factor> {
    let of_inputs = inputs.iter().map(|it| it.factor(setting));
    let forms = forms.iter().filter(|it| it.n_levels() > 1);
    let of_forms = forms.map(|it| group(FactorKind::Form, it.dimension().name()));
    of_inputs
        .chain(of_forms)
        .chain([group(FactorKind::Randomness, "luck")])
        .collect()
}

fn group(kind: FactorKind, name: &str) -> Factor {
    Factor {
        kind,
        name: name.to_owned(),
        basis: None,
        sources: Vec::new(),
    }
}

/// The factors by basis and by sources, with their positions.
fn groups_of(factors: &[Factor]) -> Vec<(Factor, Vec<usize>)> {
    let mut bases: BTreeMap<Option<Basis>, Vec<usize>> = BTreeMap::new();
    let mut sources: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (idx, it) in factors.iter().enumerate() {
        if it.kind == FactorKind::Number {
            bases.entry(it.basis).or_default().push(idx);
            sources.entry(&it.sources).or_default().push(idx);
        }
    }
    let of_bases = bases.into_iter().map(|(basis, members)| {
        let name = basis.map_or("no basis", Basis::name);
        (group(FactorKind::Basis, name), members)
    });
    let of_sources = sources.into_iter().map(|(names, members)| {
        let name = if names.is_empty() {
            "no source".to_owned()
        } else {
            names.join(" + ")
        };
        (group(FactorKind::Source, &name), members)
    });
    of_bases.chain(of_sources).collect()
}
