//! Designs over a scenario's own uncertain numbers: which sessions to run to learn what matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::negotiation::{NumberId, Setting};
use demarche_core::randomness::Replication;
use demarche_stats::design::{
    MorrisLevels, SOBOL_DIMENSIONS_MAX, Scrambling, SobolSequence, morris_trajectory,
};

use crate::experiment::studies::form_factors::{FormFactor, levels};
use crate::experiment::studies::form_sessions::{CombinationError, FormSessions, sessions_by_form};
use crate::experiment::studies::study_draws::{
    FormDraws, RadialDraws, StudyDesign, TrajectoryDraws,
};
use crate::experiment::studies::study_factors::{Factor, StudyFactors, StudyInput, whole_groups};

/// Sessions chosen to learn what of a setting matters.
#[derive(Clone, Debug)]
pub struct Study {
    inputs: Vec<StudyInput>,
    /// The dimensions of the form of the model; those with several levels have dimensions of the design
    /// behind those of the inputs.
    forms: Vec<FormFactor>,
    factors: Vec<Factor>,
    /// By input, the factor that it is by itself.
    of_inputs: Vec<usize>,
    /// The scenario with correlations of uncertain numbers only: those of certain ones would depend on
    /// random numbers that are not in the design.
    correlated: Arc<Setting>,
    design: StudyDesign,
    /// The sessions by form of the model; none of a study of one form.
    by_form: Arc<[FormSessions]>,
}

/// What a radial study varies.
#[derive(Clone, Debug, Default)]
pub struct RadialInputs {
    /// Numbers and red lines, each in a dimension of its own.
    pub inputs: Vec<StudyInput>,
    /// Those among them of which all pairs are looked at for interactions.
    pub paired: Vec<StudyInput>,
    /// The dimensions of the form of the model.
    pub forms: Vec<FormFactor>,
}

impl From<Vec<StudyInput>> for RadialInputs {
    /// Numbers and red lines alone.
    fn from(inputs: Vec<StudyInput>) -> Self {
        Self {
            inputs,
            ..Self::default()
        }
    }
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
    #[error("{0} factors exceed the {INPUTS_MAX} of Saltelli's design")]
    TooManyNumbers(usize),
    /// Figures of all sessions, and all points of trajectories, are held in memory.
    #[error("a study of this many factors has at most {0} points")]
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
    /// Every base point is a session with everything at A; then sessions that have something of B:
    ///
    /// - for each input, for correlated numbers together, and for each dimension of the form of the model,
    ///   one with only that,
    /// - one with only the random numbers and, with forms, one with all their dimensions,
    /// - for each basis and for each set of sources, one with all their numbers,
    /// - for each pair of inputs whose interaction is asked for, one with both;
    ///
    /// and a session with everything at B.
    ///
    /// A dimension of the form has one level in a session: the form as it stands or one of its alternatives,
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
        RadialInputs {
            inputs,
            paired,
            forms,
        }: RadialInputs,
        base_points: u32,
        seed: u64,
    ) -> Result<Self, StudyError> {
        let correlated = with_uncertain_correlations(setting);
        let inputs = whole_groups(&correlated, inputs);
        let n_forms = forms.iter().filter(|it| it.n_levels() > 1).count();
        let n_dimensions = inputs.len() + n_forms;
        let sequence = SobolSequence::new(2 * n_dimensions, Scrambling::Owen { seed })
            .ok_or(StudyError::TooManyNumbers(n_dimensions))?;
        let factors = StudyFactors::new(&correlated, &inputs, &forms, &paired);
        let draws = RadialDraws {
            sequence,
            n_dimensions,
            crossed: factors.dimensions,
            base_points,
        };
        check_points(base_points, SESSIONS_MAX / draws.rows_per_base_point())?;
        let by_form = sessions_by_form(setting, &forms, (&draws, inputs.len()))?;
        Ok(Self {
            inputs,
            forms,
            factors: factors.factors,
            of_inputs: factors.of_inputs,
            correlated: Arc::new(correlated),
            design: StudyDesign::Radial(Arc::new(draws)),
            by_form: by_form.into(),
        })
    }

    /// A study by Morris's trajectories: a cheap look at which inputs matter at all.
    ///
    /// Randomness stays the same along a trajectory. A red line moves between not real and real.
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
        let correlated = with_uncertain_correlations(setting);
        let inputs = whole_groups(&correlated, inputs);
        let n_inputs = inputs.len() as u64;
        check_points(
            n_trajectories,
            COORDINATES_MAX / (n_inputs * (n_inputs + 1)).max(1),
        )?;
        let factors = StudyFactors::of_inputs_alone(&correlated, &inputs);
        let is_correlated = factors.dimensions.len() < inputs.len();
        let levels = if is_correlated {
            // The normal quantile of an end is infinite.
            MorrisLevels::FOUR.in_the_middles()
        } else {
            MorrisLevels::FOUR
        };
        let trajectory = |it| {
            let mut points = morris_trajectory(it, inputs.len(), levels, seed);
            for point in &mut points {
                for (coordinate, input) in point.iter_mut().zip(&inputs) {
                    // It has two states, and every move leads from one half of the range into the other.
                    if matches!(input, StudyInput::RedLine(_)) {
                        *coordinate = coordinate.round();
                    }
                }
            }
            points
        };
        let draws = TrajectoryDraws::new(factors.dimensions, (0..n_trajectories).map(trajectory));
        Ok(Self {
            inputs,
            forms: Vec::new(),
            factors: factors.factors,
            of_inputs: factors.of_inputs,
            correlated: Arc::new(correlated),
            design: StudyDesign::Trajectories(Arc::new(draws)),
            by_form: Arc::new([]),
        })
    }

    /// What the outcome may depend on: the inputs in order, those that are correlated together, then
    /// dimensions of the form of the model, random numbers, all forms, bases and sources; and then each
    /// correlated number by itself, which has a direction and no share of the variance.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// What is varied, each in a dimension of its own.
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
    pub fn probabilities(&self, session: Replication) -> Vec<f64> {
        let dimensions = 0..self.inputs.len();
        let independent = dimensions.map(|it| self.design.probability(session, it));
        self.correlated(independent.collect())
    }

    /// The probabilities of the inputs at a point of the design, whose dimensions are independent.
    pub(crate) fn correlated(&self, mut point: Vec<f64>) -> Vec<f64> {
        point.truncate(self.inputs.len());
        let number = |(idx, it): (usize, &StudyInput)| match it {
            StudyInput::Number(id) => Some((idx, *id)),
            StudyInput::RedLine(_) => None,
        };
        if !self.correlated.correlations().is_empty() {
            let numbers = self.inputs.iter().enumerate().filter_map(number);
            let (places, independent): (Vec<usize>, Vec<(NumberId, f64)>) =
                numbers.map(|(idx, id)| (idx, (id, point[idx]))).unzip();
            let correlated = self.correlated.correlated_probabilities(&independent);
            for (place, probability) in places.into_iter().zip(correlated) {
                point[place] = probability;
            }
        }
        point
    }

    /// The position of the factor that an input is by itself.
    pub(crate) fn factor_of(&self, input: usize) -> usize {
        self.of_inputs[input]
    }

    /// How many sessions it takes.
    pub fn n_sessions(&self) -> u64 {
        match &self.design {
            StudyDesign::Radial(it) => it.n_sessions(),
            StudyDesign::Trajectories(it) => it.n_sessions(),
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
        let setting = setting.with_correlations_of(&self.correlated);
        setting.designed(Arc::new(draws))
    }

    /// The dimensions of what is drawn in a setting, by its path: other forms list other numbers of
    /// strategies, and perhaps parties in another order.
    fn dimensions(&self, setting: &Setting) -> BTreeMap<NumberId, usize> {
        let own_factors = self.of_inputs.iter().map(|it| &self.factors[*it]);
        let by_path: BTreeMap<&str, usize> =
            own_factors.map(|it| it.name.as_str()).zip(0..).collect();
        let numbers = setting.numbered();
        let numbers = numbers.map(|(id, it)| (id, by_path.get(it.path.as_str())));
        let red_lines = setting.uncertain_red_lines().into_iter();
        let red_lines = red_lines.map(|it| (it.id, by_path.get(it.path.as_str())));
        let drawn = numbers.chain(red_lines);
        drawn.filter_map(|(id, it)| Some((id, *it?))).collect()
    }
}

/// The setting with correlations of uncertain numbers only.
fn with_uncertain_correlations(setting: &Setting) -> Setting {
    let uncertain = setting.uncertain_numbers();
    setting.clone().with_correlations_among(&uncertain)
}

fn check_points(n_points: u32, most: u64) -> Result<(), StudyError> {
    if u64::from(n_points) <= most {
        return Ok(());
    }
    let most = u32::try_from(most).expect("fewer than the points asked for");
    Err(StudyError::TooManyPoints(most))
}
