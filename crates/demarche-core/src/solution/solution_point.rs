//! Which points of a frontier bargaining theory singles out.

use std::cmp::Ordering;

use crate::solution::concept::Concept;
use crate::solution::exact_figures::ExactFigures;
use crate::solution::frontier::{FeasibleSet, Frontier};

/// Against what gains are measured, and by whose definitions.
#[derive(Clone, PartialEq, Debug)]
pub struct Normalization {
    convention: Convention,
    /// What no agreement is worth.
    disagreement: Vec<f64>,
    /// The most a party can get.
    ideal: Vec<f64>,
    /// Those of the feasible set: with them figures are exact, without them floats.
    denominators: Vec<u64>,
}

/// Whose definitions hold.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Convention {
    Textbook,
    Negmas {
        /// Whether some party can gain next to nothing.
        is_gain_tiny: bool,
        /// Whether some party finds all outcomes worth next to the same.
        is_range_tiny: bool,
    },
}

/// What `NegMAS` takes for equal.
const NEGMAS_TOLERANCE: f64 = 1e-12;

impl Normalization {
    /// Gains over the reservation values, up to the best acceptable outcome of each party.
    pub fn textbook(feasible_set: &FeasibleSet) -> Self {
        Self {
            convention: Convention::Textbook,
            disagreement: feasible_set.reservation_values.clone(),
            ideal: feasible_set.ideal.clone(),
            denominators: feasible_set.denominators.clone(),
        }
    }

    /// The definitions of `NegMAS` 0.16, for comparing results with it.
    ///
    /// `ranges` has the least and the most that any outcome is worth to each party, acceptable or
    /// not. It differs from the textbook in this:
    ///
    /// - d is the reservation value if that is finite and no less than the worst outcome, which it
    ///   is otherwise; M is the best outcome of all.
    /// - Kalai and Smorodinsky's point is the one with the least `max_i R_i − min_i R_i`.
    /// - Nash's product is taken as it is, over all parties.
    /// - Points within 10⁻¹² of the best are as good as the best, and every point is if some party
    ///   can gain no more than that.
    ///
    /// Its frontier is that of the outcomes that all parties accept, whatever the consent rule.
    ///
    /// # Panics
    ///
    /// If there is not one range per reservation value.
    pub fn negmas(reservation_values: &[f64], ranges: &[(f64, f64)]) -> Self {
        assert_eq!(reservation_values.len(), ranges.len(), "a range per party");
        let disagreement: Vec<f64> = reservation_values
            .iter()
            .zip(ranges)
            .map(|(&r, range)| {
                if r.is_finite() && r >= range.0 {
                    r
                } else {
                    range.0
                }
            })
            .collect();
        let mut gains = disagreement.iter().zip(ranges).map(|(d, it)| it.1 - d);
        Self {
            convention: Convention::Negmas {
                is_gain_tiny: gains.any(|it| it <= NEGMAS_TOLERANCE),
                is_range_tiny: ranges.iter().any(|it| it.1 - it.0 <= NEGMAS_TOLERANCE),
            },
            disagreement,
            ideal: ranges.iter().map(|it| it.1).collect(),
            denominators: Vec::new(),
        }
    }

    /// The points of a frontier that a concept singles out, in the order of their outcomes.
    ///
    /// By the textbook all of them have the very same figure, and the first is taken where one is
    /// wanted; none only if the frontier is empty. Figures of the textbook are compared in exact
    /// arithmetic where the feasible set has denominators: as fractions of these, and reservation
    /// values as the shortest decimals that are read as their floats.
    pub fn best(&self, concept: Concept, frontier: &Frontier) -> Vec<usize> {
        let tolerance = match self.convention {
            Convention::Textbook if !self.denominators.is_empty() => {
                let (disagreement, ideal) = (&self.disagreement, &self.ideal);
                let figures = ExactFigures::new(&self.denominators, disagreement, ideal);
                return figures.best(concept, frontier);
            }
            Convention::Textbook => 0.0,
            Convention::Negmas {
                is_gain_tiny,
                is_range_tiny,
            } => {
                let is_indifferent = match concept {
                    Concept::Nash | Concept::KalaiSmorodinsky | Concept::Egalitarian => {
                        is_gain_tiny
                    }
                    Concept::Utilitarian | Concept::RelativeUtilitarian => is_range_tiny,
                };
                if is_indifferent {
                    return (0..frontier.len()).collect();
                }
                NEGMAS_TOLERANCE
            }
        };
        let figures: Vec<Figure> = frontier
            .points()
            .map(|it| self.figure(concept, it))
            .collect();
        let Some(best) = figures.iter().copied().max_by(Figure::cmp) else {
            return Vec::new();
        };
        let is_best = |it: &Figure| it.n == best.n && it.value >= best.value - tolerance;
        (0..figures.len())
            .filter(|&it| is_best(&figures[it]))
            .collect()
    }

    /// What a concept makes as great as possible.
    fn figure(&self, concept: Concept, utilities: &[f64]) -> Figure {
        let gains = || utilities.iter().zip(&self.disagreement).map(|(u, d)| u - d);
        let relative_gains = || {
            let possible = self.ideal.iter().zip(&self.disagreement);
            let pairs = gains().zip(possible.map(|(most, d)| most - d));
            pairs.filter_map(|(gain, possible)| self.relative(gain, possible))
        };
        let least = |it: f64, than: f64| it.min(than);
        match (concept, self.convention) {
            (Concept::Nash, Convention::Textbook) => {
                let positive = || gains().filter(|&it| it > 0.0);
                Figure {
                    n: positive().count(),
                    value: positive().product(),
                }
            }
            (Concept::Nash, Convention::Negmas { .. }) => Figure::of(gains().product()),
            (Concept::KalaiSmorodinsky, Convention::Textbook) => {
                Figure::of(relative_gains().fold(f64::INFINITY, least))
            }
            (Concept::KalaiSmorodinsky, Convention::Negmas { .. }) => {
                let most = relative_gains().fold(f64::NEG_INFINITY, f64::max);
                Figure::of(relative_gains().fold(f64::INFINITY, least) - most)
            }
            (Concept::Egalitarian, _) => Figure::of(gains().fold(f64::INFINITY, least)),
            (Concept::Utilitarian, _) => Figure::of(utilities.iter().sum()),
            (Concept::RelativeUtilitarian, _) => Figure::of(relative_gains().sum()),
        }
    }

    /// A gain as a share of the possible one; `None` if the party is left out.
    fn relative(&self, gain: f64, possible: f64) -> Option<f64> {
        match self.convention {
            Convention::Textbook => (possible > 0.0).then(|| gain / possible),
            Convention::Negmas { .. } if possible == 0.0 => Some(gain),
            Convention::Negmas { .. } => Some(gain / possible),
        }
    }
}

/// What makes one point better than another; greater is better.
#[derive(Clone, Copy, Debug)]
struct Figure {
    /// Goes before the value.
    n: usize,
    value: f64,
}

impl Figure {
    fn of(value: f64) -> Self {
        Self { n: 0, value }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.n
            .cmp(&other.n)
            .then(self.value.total_cmp(&other.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solution::frontier::FeasibleSetBuilder;

    fn seen(reservation_values: &[f64], points: &[&[f64]]) -> FeasibleSet {
        let mut builder = FeasibleSetBuilder::new(reservation_values.to_vec());
        for (outcome, it) in (0..).zip(points) {
            builder.add(outcome, it);
        }
        builder.finish()
    }

    #[track_caller]
    fn check(feasible_set: &FeasibleSet, expected: [&[usize]; 5]) {
        let normalization = Normalization::textbook(feasible_set);
        for (concept, expected) in Concept::ALL.into_iter().zip(expected) {
            let best = normalization.best(concept, &feasible_set.frontier);
            assert_eq!(best, expected, "{concept:?}");
        }
    }

    #[test]
    fn each_concept_has_a_point_of_its_own() {
        // Products of gains: 9, 32, 22.5, 24, 9. Least shares: 1/9, 4/9, 0.5, 4/9, 1/9.
        // Least gains: 1, 4, 4.5, 4, 1. Sums: 11, 13, 10.5, 11, 11. Sums of shares: 10/9, 12/9, 9.5/9, 10/9, 10/9.
        let points: [&[f64]; 5] = [
            &[10.0, 1.0],
            &[9.0, 4.0],
            &[5.5, 5.0],
            &[5.0, 6.0],
            &[2.0, 9.0],
        ];
        check(&seen(&[1.0, 0.0], &points), [&[1], &[2], &[2], &[1], &[1]]);
    }

    #[test]
    fn equals_come_in_the_order_of_outcomes() {
        let points: [&[f64]; 3] = [&[3.0, 1.0], &[2.0, 2.0], &[1.0, 3.0]];
        check(
            &seen(&[1.0, 1.0], &points),
            [&[1], &[1], &[1], &[0, 1, 2], &[0, 1, 2]],
        );
    }

    #[test]
    fn who_can_gain_nothing_does_not_decide_for_the_others() {
        let points: [&[f64]; 2] = [&[0.5, 4.0, 1.0], &[0.5, 3.0, 3.0]];
        check(
            &seen(&[0.5, 0.0, 0.0], &points),
            [&[1], &[1], &[0, 1], &[1], &[1]],
        );
        check(&seen(&[0.0, 0.0], &[]), [&[]; 5]);
    }

    #[test]
    fn more_parties_with_a_gain_go_before_a_greater_product() {
        let feasible_set = seen(&[0.0; 3], &[&[100.0, 0.0, 0.0], &[1.0, 2.0, 0.0]]);
        let normalization = Normalization::textbook(&feasible_set);
        assert_eq!(
            normalization.best(Concept::Nash, &feasible_set.frontier),
            [1]
        );
    }
}
