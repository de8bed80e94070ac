//! Which points of a frontier have the greatest figure, in exact arithmetic.

use std::cmp::Ordering;

use num_bigint::BigInt;

use crate::domain::{DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor};
use crate::solution::concept::Concept;
use crate::solution::frontier::Frontier;

/// How far the float of a figure may be off, as a share of what was added or multiplied: each of
/// at most 64 parties brings a float that is off by a few units in the last of 53 places.
const RELATIVE_ERROR: f64 = 1e-12;
/// Where a product is smaller than this, floats may have lost more of it.
const ABSOLUTE_ERROR: f64 = 1e-290;

/// Figures of points whose utilities are floats of fractions with known denominators.
#[derive(Debug)]
pub(super) struct ExactFigures {
    measures: Vec<Measure>,
}

/// A party's utilities in integers.
#[derive(Debug)]
struct Measure {
    /// What utilities are whole multiples of: one over this number.
    denominator: f64,
    /// What one over the denominator is in integers.
    unit: i128,
    /// What 1 is.
    one: i128,
    /// What no agreement is worth.
    disagreement: i128,
    /// The most that can be gained over it.
    possible: i128,
}

/// A figure as a float, with how far it may be off.
#[derive(Clone, Copy, Debug)]
struct Estimate {
    /// Goes before the value, and is exact.
    n: usize,
    value: f64,
    error: f64,
}

impl ExactFigures {
    /// For parties with these denominators, values of no agreement, and greatest utilities.
    pub(super) fn new(denominators: &[u64], disagreement: &[f64], ideal: &[f64]) -> Self {
        let bounds = disagreement.iter().zip(ideal);
        let measures = denominators.iter().zip(bounds);
        Self {
            measures: measures
                .map(|(&denominator, (&disagreement, &ideal))| {
                    Measure::new(denominator, disagreement, ideal)
                })
                .collect(),
        }
    }

    /// The points whose figure no other one exceeds, in order.
    ///
    /// Floats put aside what is surely smaller; integers decide among the rest.
    pub(super) fn best(&self, concept: Concept, frontier: &Frontier) -> Vec<usize> {
        let points = frontier.points();
        let estimates: Vec<Estimate> = points
            .map(|it| self.estimate(concept, &self.gains(it)))
            .collect();
        let Some(best) = estimates.iter().copied().max_by(Estimate::cmp) else {
            return Vec::new();
        };
        let candidates: Vec<usize> = (0..estimates.len())
            .filter(|&it| estimates[it].may_reach(&best))
            .collect();
        if candidates.len() == 1 {
            return candidates;
        }
        let factors = self.factors(concept);
        let figures: Vec<BigInt> = candidates
            .iter()
            .map(|&it| self.figure(concept, &self.gains(frontier.utilities(it)), &factors))
            .collect();
        let greatest = figures.iter().max();
        let pairs = candidates.iter().zip(&figures);
        pairs
            .filter(|it| Some(it.1) == greatest)
            .map(|it| *it.0)
            .collect()
    }

    /// What each party gains.
    fn gains(&self, utilities: &[f64]) -> Vec<i128> {
        let pairs = self.measures.iter().zip(utilities);
        pairs
            .map(|(it, &utility)| it.whole(utility) - it.disagreement)
            .collect()
    }

    fn estimate(&self, concept: Concept, gains: &[i128]) -> Estimate {
        let pairs = || self.measures.iter().zip(gains);
        let alone = |values: &mut dyn Iterator<Item = f64>| {
            let value = values.reduce(f64::min).unwrap_or_default();
            Estimate::of(0, value, value.abs())
        };
        let together = |values: &mut dyn Iterator<Item = f64>| {
            let (sum, size) = values.fold((0.0, 0.0), |res, it| (res.0 + it, res.1 + it.abs()));
            Estimate::of(0, sum, size)
        };
        let mut absolute = pairs().map(|(it, &gain)| fraction(gain, it.one));
        let can_gain = pairs().filter(|it| it.0.possible > 0);
        let mut relative = can_gain.map(|(it, &gain)| fraction(gain, it.possible));
        match concept {
            Concept::Nash => {
                let positive = || pairs().filter(|it| *it.1 > 0);
                let factors = positive().map(|(it, &gain)| fraction(gain, it.one));
                let product = factors.product();
                Estimate::of(positive().count(), product, product)
            }
            Concept::Egalitarian => alone(&mut absolute),
            Concept::KalaiSmorodinsky => alone(&mut relative),
            Concept::Utilitarian => {
                let utilities = pairs().map(|(it, &gain)| (it, gain + it.disagreement));
                together(&mut utilities.map(|(it, whole)| fraction(whole, it.one)))
            }
            Concept::RelativeUtilitarian => together(&mut relative),
        }
    }

    /// What brings each party's integers to those of all; 0 for parties that are left out.
    fn factors(&self, concept: Concept) -> Vec<BigInt> {
        let whole = |it: &Measure| match concept {
            Concept::Nash | Concept::Egalitarian | Concept::Utilitarian => it.one,
            Concept::KalaiSmorodinsky | Concept::RelativeUtilitarian => it.possible.max(0),
        };
        let wholes: Vec<BigInt> = self.measures.iter().map(|it| whole(it).into()).collect();
        let nothing = BigInt::default();
        let others = |at: usize| -> BigInt {
            if wholes[at] == nothing {
                return nothing.clone();
            }
            let others = wholes.iter().enumerate();
            others
                .filter(|(other, it)| *other != at && **it != nothing)
                .map(|it| it.1)
                .product()
        };
        (0..wholes.len()).map(others).collect()
    }

    /// A whole multiple of the figure, the same one for all points with as many parties that gain.
    fn figure(&self, concept: Concept, gains: &[i128], factors: &[BigInt]) -> BigInt {
        let nothing = BigInt::default();
        let counted = || gains.iter().zip(factors).filter(|it| *it.1 != nothing);
        let in_common = || counted().map(|(gain, factor)| factor * BigInt::from(*gain));
        match concept {
            Concept::Nash => {
                let pairs = self.measures.iter().zip(gains);
                let parts = pairs.map(|(it, &gain)| if gain > 0 { gain } else { it.one });
                parts.map(BigInt::from).product()
            }
            Concept::Egalitarian | Concept::KalaiSmorodinsky => {
                in_common().min().unwrap_or_default()
            }
            // What no agreement is worth is the same for all points.
            Concept::Utilitarian | Concept::RelativeUtilitarian => in_common().sum(),
        }
    }
}

impl Measure {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a denominator is at most 2^50, or a power of two"
    )]
    fn new(denominator: u64, disagreement: f64, ideal: f64) -> Self {
        let no_agreement = Decimal::shortest(disagreement).in_units(DECIMALS);
        let common = greatest_common_divisor(no_agreement, ONE_IN_UNITS);
        let (numerator, parts) = (no_agreement / common, ONE_IN_UNITS / common);
        let steps = i128::from(denominator);
        let unit = parts / greatest_common_divisor(steps, parts);
        let one = steps * unit;
        let mut res = Self {
            denominator: denominator as f64,
            unit,
            one,
            disagreement: numerator * (one / parts),
            possible: 0,
        };
        res.possible = res.whole(ideal) - res.disagreement;
        res
    }

    /// A utility in integers.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a utility is at most 1, and a denominator far below 2^127"
    )]
    fn whole(&self, utility: f64) -> i128 {
        libm::round(utility * self.denominator) as i128 * self.unit
    }
}

impl Estimate {
    fn of(n: usize, value: f64, size: f64) -> Self {
        Self {
            n,
            value,
            error: size * RELATIVE_ERROR + ABSOLUTE_ERROR,
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.n
            .cmp(&other.n)
            .then(self.value.total_cmp(&other.value))
    }

    /// Whether the figure may be as great as one that is at least as great as a float.
    fn may_reach(&self, best: &Self) -> bool {
        self.n == best.n && self.value + self.error >= best.value - best.error
    }
}

/// A fraction as a float, off by three halves of a unit in the last place at most.
#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers are rounded to the nearest float"
)]
fn fraction(numerator: i128, denominator: i128) -> f64 {
    numerator as f64 / denominator as f64
}
