//! The draws of a study: where a design has each session, in place of random numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::negotiation::{DesignedDraws, NumberId};
use demarche_core::randomness::Replication;
use demarche_stats::design::{SobolSequence, quantile_argument};

/// How a study chooses its sessions.
#[derive(Clone, Debug)]
pub(crate) enum StudyDesign {
    /// Base points with rows that differ in one factor.
    Radial(Arc<RadialDraws>),
    /// Trajectories along which one factor moves at a time.
    Trajectories(Arc<TrajectoryDraws>),
}

impl StudyDesign {
    /// The probability at which a session is in a dimension of the design.
    ///
    /// # Panics
    ///
    /// If there is no such session.
    pub(super) fn probability(&self, session: Replication, dimension: usize) -> f64 {
        match self {
            Self::Radial(it) => it.probability(session, dimension),
            Self::Trajectories(it) => it.probability(session, dimension),
        }
    }
}

/// The draws of a study's sessions in one form of the model.
#[derive(Debug)]
pub(super) struct FormDraws {
    pub(super) design: StudyDesign,
    /// The dimensions of what is drawn in this form.
    pub(super) dimensions: BTreeMap<NumberId, usize>,
    /// By replication, which session of the study it is; `None` where they are the same.
    pub(super) sessions: Option<Arc<[u64]>>,
}

impl FormDraws {
    fn session(&self, replication: Replication) -> Replication {
        let Some(sessions) = &self.sessions else {
            return replication;
        };
        let idx = usize::try_from(replication.0).expect("a replication of this form");
        Replication(sessions[idx])
    }
}

impl DesignedDraws for FormDraws {
    fn base_replication(&self, row: Replication) -> Replication {
        let session = self.session(row);
        match &self.design {
            StudyDesign::Radial(it) => it.base_replication(session),
            StudyDesign::Trajectories(it) => it.base_replication(session),
        }
    }

    fn probability(&self, row: Replication, number: NumberId) -> Option<f64> {
        let dimension = *self.dimensions.get(&number)?;
        Some(self.design.probability(self.session(row), dimension))
    }
}

/// The draws of a radial study: base points, each with rows that differ in one factor.
#[derive(Debug)]
pub(crate) struct RadialDraws {
    /// A in the first half of the dimensions, B in the second.
    pub(super) sequence: SobolSequence,
    pub(super) n_dimensions: usize,
    /// By row between A and B, the dimensions that are at B; none where only random numbers are.
    pub(super) crossed: Vec<Vec<usize>>,
    pub(super) base_points: u32,
}

impl RadialDraws {
    /// By row between A and B, the dimensions that are at B; none where only random numbers are.
    pub(crate) fn crossed(&self) -> &[Vec<usize>] {
        &self.crossed
    }

    /// How many sessions it has.
    pub(super) fn n_sessions(&self) -> u64 {
        u64::from(self.base_points) * self.rows_per_base_point()
    }

    pub(crate) fn rows_per_base_point(&self) -> u64 {
        self.crossed.len() as u64 + 2
    }

    /// The probabilities at A and at B of every base point.
    pub(crate) fn points(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.base_points).flat_map(|it| {
            let mut a = self.sequence.point(it);
            let b = a.split_off(self.n_dimensions);
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
    pub(super) fn crossed_idx(&self, place: u64) -> Option<usize> {
        let idx = usize::try_from(place.checked_sub(1)?).ok()?;
        (idx < self.crossed.len()).then_some(idx)
    }

    /// The dimensions that a row has at B; `None` if it is A or B itself.
    fn crossed_in(&self, place: u64) -> Option<&Vec<usize>> {
        self.crossed_idx(place).map(|it| &self.crossed[it])
    }

    fn base_replication(&self, row: Replication) -> Replication {
        let (base_point, place) = self.place(row);
        let is_b = place + 1 == self.rows_per_base_point()
            || self.crossed_in(place).is_some_and(Vec::is_empty);
        Replication(2 * u64::from(base_point) + u64::from(is_b))
    }

    pub(super) fn probability(&self, row: Replication, dimension: usize) -> f64 {
        let (base_point, place) = self.place(row);
        let is_b = place + 1 == self.rows_per_base_point()
            || self
                .crossed_in(place)
                .is_some_and(|it| it.contains(&dimension));
        let half = if is_b { self.n_dimensions } else { 0 };
        self.sequence.coordinate(base_point, half + dimension)
    }
}

/// The draws of a study by trajectories.
#[derive(Debug)]
pub(crate) struct TrajectoryDraws {
    /// By factor, the dimensions that it moves.
    dimensions: Vec<Vec<usize>>,
    /// The points of one trajectory after the other.
    points: Vec<Vec<f64>>,
}

impl TrajectoryDraws {
    /// The draws of trajectories along which one dimension moves at a time, with factors that move
    /// several dimensions: all of them at the turn of the first, each to where it moves by itself.
    pub(super) fn new(
        dimensions: Vec<Vec<usize>>,
        trajectories: impl Iterator<Item = Vec<Vec<f64>>>,
    ) -> Self {
        let together = |points: Vec<Vec<f64>>| {
            let (Some(start), Some(end)) = (points.first(), points.last()) else {
                return points;
            };
            let mut point = start.clone();
            let mut merged = vec![point.clone()];
            for step in points.windows(2) {
                let is_moved = |it: &usize| step[0][*it].total_cmp(&step[1][*it]).is_ne();
                let factor = dimensions.iter().find(|it| is_moved(&it[0]));
                for dimension in factor.into_iter().flatten() {
                    point[*dimension] = end[*dimension];
                }
                if factor.is_some() {
                    merged.push(point.clone());
                }
            }
            merged
        };
        let points = trajectories.flat_map(together).collect();
        Self { dimensions, points }
    }

    /// The points, of every factor the first of its dimensions.
    pub(crate) fn points_by_factor(&self) -> Vec<Vec<f64>> {
        let of_factors = |point: &Vec<f64>| {
            let first = self.dimensions.iter().map(|it| point[it[0]]);
            first.collect()
        };
        self.points.iter().map(of_factors).collect()
    }

    /// The position of the factor that differs from the session before.
    pub(super) fn moved_at(&self, session: Replication) -> Option<usize> {
        let idx = usize::try_from(session.0).ok()?;
        let (before, after) = (self.points.get(idx.checked_sub(1)?)?, self.points.get(idx)?);
        let mut factors = self.dimensions.iter().map(|it| it[0]);
        factors.position(|it| before[it].total_cmp(&after[it]).is_ne())
    }

    pub(super) fn n_sessions(&self) -> u64 {
        self.points.len() as u64
    }

    pub(super) fn n_steps(&self) -> u64 {
        self.dimensions.len() as u64
    }

    fn base_replication(&self, row: Replication) -> Replication {
        Replication(row.0 / (self.n_steps() + 1))
    }

    fn probability(&self, row: Replication, dimension: usize) -> f64 {
        let row = usize::try_from(row.0).expect("a session of the study");
        quantile_argument(self.points[row][dimension])
    }
}

#[cfg(test)]
mod tests {
    use demarche_stats::design::Scrambling;

    use super::*;

    #[test]
    fn a_factor_of_several_dimensions_moves_them_at_the_turn_of_the_first() {
        let trajectory = [
            [0.0, 1.0, 2.0],
            [0.0, 6.0, 2.0],
            [5.0, 6.0, 2.0],
            [5.0, 6.0, 7.0],
        ];
        let trajectory = trajectory.map(Vec::from).to_vec();
        let of = |dimensions: &[&[usize]]| {
            let dimensions = dimensions.iter().map(|it| it.to_vec()).collect();
            TrajectoryDraws::new(dimensions, [trajectory.clone()].into_iter())
        };
        assert_eq!(of(&[&[0], &[1], &[2]]).points, trajectory);
        let draws = of(&[&[0, 2], &[1]]);
        let expected = [[0.0, 1.0, 2.0], [0.0, 6.0, 2.0], [5.0, 6.0, 7.0]].map(Vec::from);
        assert_eq!(draws.points, expected);
        assert_eq!(
            draws.points_by_factor(),
            [[0.0, 1.0], [0.0, 6.0], [5.0, 6.0]]
        );
        let moved = [0, 1, 2].map(|it| draws.moved_at(Replication(it)));
        assert_eq!(moved, [None, Some(1), Some(0)]);
    }

    #[test]
    fn a_row_differs_from_a_in_what_is_crossed_and_nothing_else() {
        let numbers: Vec<NumberId> = [3, 5, 8].map(NumberId::new).to_vec();
        let radial = Arc::new(RadialDraws {
            sequence: SobolSequence::new(6, Scrambling::Owen { seed: 1 }).unwrap(),
            n_dimensions: 3,
            crossed: vec![vec![0], vec![1], vec![2], vec![], vec![0, 2]],
            base_points: 4,
        });
        let draws = FormDraws {
            design: StudyDesign::Radial(Arc::clone(&radial)),
            dimensions: numbers.iter().copied().zip(0..).collect(),
            sessions: None,
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
        let points: Vec<Vec<f64>> = radial.points().collect();
        assert_eq!(points[2], row(7));
        assert_eq!(points[3], row(13));
        assert_eq!(draws.probability(Replication(0), NumberId::new(4)), None);
    }
}
