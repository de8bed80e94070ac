//! Designs over a scenario's own uncertain numbers: which sessions to run to learn what matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::domain::{Basis, Number};
use demarche_core::negotiation::{DesignedDraws, NumberId, Setting, UncertainRedLine};
use demarche_core::randomness::Replication;
use demarche_stats::design::{
    MorrisLevels, SOBOL_DIMENSIONS_MAX, Scrambling, SobolSequence, morris_trajectory,
    quantile_argument,
};

/// Something that an outcome may depend on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// What kind of thing it is.
    pub kind: FactorKind,
    /// Its name: the path of a number or of a red line's draw, a basis, names of sources with ` + ` between
    /// them, or `luck`.
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
    /// A parameter that a sweep varies.
    Parameter,
    /// All that is left to random numbers: which strategy a party follows, what it happens to offer, and
    /// numbers that the study leaves out.
    Randomness,
    /// All numbers of the study with one basis, together.
    Basis,
    /// All numbers of the study that rest on the same sources, together.
    Source,
}

impl FactorKind {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::RedLine => "red_line",
            Self::Parameter => "parameter",
            Self::Randomness => "luck",
            Self::Basis => "basis",
            Self::Source => "source",
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

    /// By which the draws of a design have it.
    fn id(&self) -> NumberId {
        match self {
            Self::Number(id) => *id,
            Self::RedLine(it) => it.id,
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
    factors: Vec<Factor>,
    design: StudyDesign,
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

/// How a study chooses its sessions.
#[derive(Clone, Debug)]
pub(crate) enum StudyDesign {
    /// Base points with rows that differ in one factor.
    Radial(Arc<RadialDraws>),
    /// Trajectories along which one factor moves at a time.
    Trajectories(Arc<TrajectoryDraws>),
}

/// Why numbers cannot be studied as asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// Saltelli's design needs two dimensions of the Sobol' sequence for each.
    #[error("{0} numbers exceed the {INPUTS_MAX} of Saltelli's design")]
    TooManyNumbers(usize),
    /// Figures of all sessions, and all points of trajectories, are held in memory.
    #[error("a study of this many numbers has at most {0} points")]
    TooManyPoints(u32),
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
    /// Every base point is a session with all inputs at A; then for each input a session with
    /// only that one at B, a session with only the random numbers of B, for each basis and for each set of
    /// sources one with all their numbers at B; and a session with everything at B.
    ///
    /// # Errors
    ///
    /// If there are more inputs or more points than there is room for.
    ///
    /// # Panics
    ///
    /// If the setting has no such input.
    pub fn radial(
        setting: &Setting,
        inputs: Vec<StudyInput>,
        base_points: u32,
        seed: u64,
    ) -> Result<Self, StudyError> {
        let sequence = SobolSequence::new(2 * inputs.len(), Scrambling::Owen { seed })
            .ok_or(StudyError::TooManyNumbers(inputs.len()))?;
        let mut factors = factors_of(setting, &inputs);
        let mut crossed: Vec<Vec<usize>> = (0..inputs.len()).map(|it| vec![it]).collect();
        // Randomness takes no dimension of the sequence.
        crossed.push(Vec::new());
        for (factor, members) in groups_of(&factors) {
            factors.push(factor);
            crossed.push(members);
        }
        let draws = RadialDraws {
            sequence,
            dimensions: dimensions(&inputs),
            crossed,
            base_points,
        };
        check_points(base_points, SESSIONS_MAX / draws.rows_per_base_point())?;
        Ok(Self {
            inputs,
            factors,
            design: StudyDesign::Radial(Arc::new(draws)),
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
        let mut factors = factors_of(setting, &inputs);
        factors.truncate(inputs.len());
        let draws = TrajectoryDraws {
            dimensions: dimensions(&inputs),
            points: (0..n_trajectories)
                .flat_map(|it| morris_trajectory(it, inputs.len(), MorrisLevels::FOUR, seed))
                .collect(),
        };
        Ok(Self {
            inputs,
            factors,
            design: StudyDesign::Trajectories(Arc::new(draws)),
        })
    }

    /// What the outcome may depend on: the inputs in order, then random numbers, bases and sources.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// What is varied one by one.
    pub fn inputs(&self) -> &[StudyInput] {
        &self.inputs
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
        let design: &dyn DesignedDraws = match &self.design {
            StudyDesign::Radial(it) => &**it,
            StudyDesign::Trajectories(it) => &**it,
        };
        let probability = move |it: &StudyInput| design.probability(session, it.id());
        let inputs = self.inputs.iter();
        inputs.map(move |it| probability(it).expect("a session of the study"))
    }

    /// How many sessions it takes.
    pub fn n_sessions(&self) -> u64 {
        match &self.design {
            StudyDesign::Radial(it) => u64::from(it.base_points) * it.rows_per_base_point(),
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

    /// The setting whose replications are the sessions of this study.
    pub fn designed(&self, setting: Setting) -> Setting {
        match &self.design {
            StudyDesign::Radial(it) => setting.designed(Arc::clone(it) as _),
            StudyDesign::Trajectories(it) => setting.designed(Arc::clone(it) as _),
        }
    }
}

fn check_points(n_points: u32, most: u64) -> Result<(), StudyError> {
    if u64::from(n_points) <= most {
        return Ok(());
    }
    let most = u32::try_from(most).expect("fewer than the points asked for");
    Err(StudyError::TooManyPoints(most))
}

/// The inputs as factors, and random numbers.
fn factors_of(setting: &Setting, inputs: &[StudyInput]) -> Vec<Factor> {
    let of_inputs = inputs.iter().map(|it| it.factor(setting));
    of_inputs
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

/// The dimension of everything that is varied.
fn dimensions(inputs: &[StudyInput]) -> BTreeMap<NumberId, usize> {
    inputs.iter().map(StudyInput::id).zip(0..).collect()
}

/// The draws of a radial study: base points, each with rows that differ in one factor.
#[derive(Debug)]
pub(crate) struct RadialDraws {
    /// A in the first half of the dimensions, B in the second.
    sequence: SobolSequence,
    dimensions: BTreeMap<NumberId, usize>,
    /// By row between A and B, the dimensions that are at B; none where only random numbers are.
    crossed: Vec<Vec<usize>>,
    base_points: u32,
}

impl RadialDraws {
    /// By row between A and B, the dimensions that are at B; none where only random numbers are.
    pub(crate) fn crossed(&self) -> &[Vec<usize>] {
        &self.crossed
    }

    pub(crate) fn rows_per_base_point(&self) -> u64 {
        self.crossed.len() as u64 + 2
    }

    /// The probabilities at A and at B of every base point.
    pub(crate) fn points(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.base_points).flat_map(|it| {
            let mut a = self.sequence.point(it);
            let b = a.split_off(self.dimensions.len());
            [a, b]
        })
    }

    /// The base point of a row, and which of its rows it is.
    fn place(&self, row: Replication) -> (u32, u64) {
        let rows = self.rows_per_base_point();
        let base_point = u32::try_from(row.0 / rows).expect("a study has fewer than 2^32 points");
        (base_point, row.0 % rows)
    }

    /// Which factor a row has at B; `None` if it is A or B itself.
    fn crossed_idx(&self, place: u64) -> Option<usize> {
        let idx = usize::try_from(place.checked_sub(1)?).ok()?;
        (idx < self.crossed.len()).then_some(idx)
    }

    /// The dimensions that a row has at B; `None` if it is A or B itself.
    fn crossed_in(&self, place: u64) -> Option<&Vec<usize>> {
        self.crossed_idx(place).map(|it| &self.crossed[it])
    }
}

impl DesignedDraws for RadialDraws {
    fn base_replication(&self, row: Replication) -> Replication {
        let (base_point, place) = self.place(row);
        let is_b = place + 1 == self.rows_per_base_point()
            || self.crossed_in(place).is_some_and(Vec::is_empty);
        Replication(2 * u64::from(base_point) + u64::from(is_b))
    }

    fn probability(&self, row: Replication, number: NumberId) -> Option<f64> {
        let dimension = *self.dimensions.get(&number)?;
        let (base_point, place) = self.place(row);
        let is_b = place + 1 == self.rows_per_base_point()
            || self
                .crossed_in(place)
                .is_some_and(|it| it.contains(&dimension));
        let half = if is_b { self.dimensions.len() } else { 0 };
        Some(self.sequence.coordinate(base_point, half + dimension))
    }
}

/// The draws of a study by trajectories.
#[derive(Debug)]
pub(crate) struct TrajectoryDraws {
    dimensions: BTreeMap<NumberId, usize>,
    /// The points of one trajectory after the other.
    points: Vec<Vec<f64>>,
}

impl TrajectoryDraws {
    pub(crate) fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// The position of the number that differs from the session before.
    fn moved_at(&self, session: Replication) -> Option<usize> {
        let idx = usize::try_from(session.0).ok()?;
        let (before, after) = (self.points.get(idx.checked_sub(1)?)?, self.points.get(idx)?);
        let mut pairs = before.iter().zip(after);
        pairs.position(|(before, after)| before.total_cmp(after).is_ne())
    }

    fn n_steps(&self) -> u64 {
        self.dimensions.len() as u64
    }
}

impl DesignedDraws for TrajectoryDraws {
    fn base_replication(&self, row: Replication) -> Replication {
        Replication(row.0 / (self.n_steps() + 1))
    }

    fn probability(&self, row: Replication, number: NumberId) -> Option<f64> {
        let dimension = *self.dimensions.get(&number)?;
        let point = usize::try_from(row.0)
            .ok()
            .and_then(|it| self.points.get(it))?;
        Some(quantile_argument(point[dimension]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_differs_from_a_in_what_is_crossed_and_nothing_else() {
        let numbers: Vec<NumberId> = [3, 5, 8].map(NumberId::new).to_vec();
        let inputs: Vec<StudyInput> = numbers.iter().copied().map(StudyInput::Number).collect();
        let draws = RadialDraws {
            sequence: SobolSequence::new(6, Scrambling::Owen { seed: 1 }).unwrap(),
            dimensions: dimensions(&inputs),
            crossed: vec![vec![0], vec![1], vec![2], vec![], vec![0, 2]],
            base_points: 4,
        };
        let row = |it: u64| -> Vec<f64> {
            let at = |number: &NumberId| draws.probability(Replication(it), *number).unwrap();
            numbers.iter().map(at).collect()
        };
        for base_point in 0..4 {
            let first = 7 * base_point;
            let (a, b) = (row(first), row(first + 6));
            let crossed = |at: [bool; 3]| -> Vec<f64> {
                (0..3)
                    .map(|it| if at[it] { b[it] } else { a[it] })
                    .collect()
            };
            assert_eq!(row(first + 1), crossed([true, false, false]));
            assert_eq!(row(first + 3), crossed([false, false, true]));
            assert_eq!(row(first + 4), a);
            assert_eq!(row(first + 5), crossed([true, false, true]));
            let replications: Vec<u64> = (first..first + 7)
                .map(|it| draws.base_replication(Replication(it)).0 - 2 * base_point)
                .collect();
            assert_eq!(replications, [0, 0, 0, 0, 1, 0, 1]);
        }
        let points: Vec<Vec<f64>> = draws.points().collect();
        assert_eq!(points[2], row(7));
        assert_eq!(points[3], row(13));
        assert_eq!(draws.probability(Replication(0), NumberId::new(4)), None);
    }
}
