//! Concedes with time exactly as the time-based negotiators of `NegMAS` do.
//!
//! For comparing results with that platform to the last offer: `BoulwareTBNegotiator` and its
//! like with a tolerance of 0.0001, `AspirationNegotiator` with 0.001; together with the
//! acceptance condition `aspiration`.
//! Mohammad, Nakadai and Greenwald, *`NegMAS`: a platform for automated negotiations*,
//! PRIMA 2020; version 0.16.0, with equal utilities in the order of the space.
//!
//! ```text
//! a(t) = 1 − t^e
//! m    = max(worst utility, r),   M = best utility
//! low  = (M − m)·a(t) + m − tolerance, held within [m, M]
//! ```
//!
//! It says yes from `low` on, and offers the outcome of least utility from `low` on, or one that
//! is less than a millionth below `low` if that is nearer to it.
//! Without any outcome worth the reservation value r it offers its best, and stays.
//! Utilities here are floats, summed in the order of the issues with weights as they were drawn.

use crate::domain::{OptionId, Outcome, Utility, units};
use crate::protocol::{RelativeTime, Rules};
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "negmas_time_based",
    about: "offers and accepts exactly as the time-based negotiators of NegMAS do",
    parameters: &[EXPONENT, TOLERANCE, UNIT],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::Any,
    start: |numbers, _: &Rules| {
        Box::new(NegmasTimeBased {
            exponent: numbers[0],
            tolerance: numbers[1] * numbers[2],
            nearness: NEARNESS * numbers[2],
            wishes: None,
            range: None,
        })
    },
};

const EXPONENT: Parameter = Parameter {
    name: "exponent",
    about: "e in 1 − t^e: above 1 holds out (Boulware), below 1 concedes early (Conceder)",
    min: 0.001,
    max: 1000.0,
    words: &[("boulware", 4.0), ("linear", 1.0), ("conceder", 0.25)],
    default: None,
};

const TOLERANCE: Parameter = Parameter {
    name: "tolerance",
    about: "tolerance below the curve, in NegMAS's utilities",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: Some(1e-4),
};

const UNIT: Parameter = Parameter {
    name: "unit",
    about: "NegMAS's utility 1 in this file: a power of two, below 1 if utilities were scaled down",
    min: 1e-18,
    max: 1.0,
    words: &[],
    default: Some(1.0),
};

/// How far below its target an outcome may be and still be offered, in `NegMAS`'s utilities.
const NEARNESS: f64 = 1e-6;

/// How far a sum of weights is from 1 when reservation values are no longer taken for utilities
/// under weights as they are.
const WEIGHT_SUM_TOLERANCE: f64 = 1e-9;

/// `NegMAS` sorts so many outcomes and approximates beyond; so the least from `low` on will do.
const SORTED_OUTCOMES_MAX: u64 = 1_000_000;

/// More than the difference between a float sum and the exact one, in units.
const SLACK_UNITS: i64 = 512;

#[derive(Debug)]
struct NegmasTimeBased {
    exponent: f64,
    /// Both in utilities of the file.
    tolerance: f64,
    nearness: f64,
    /// What the party wants; `None` until it is first asked.
    wishes: Option<FloatWishes>,
    /// The round of the last question, with the utilities that the rule was content with then.
    range: Option<(u32, (f64, f64))>,
}

/// What a party wants, as `NegMAS` computes it; the same throughout a session.
#[derive(Clone, Debug)]
struct FloatWishes {
    /// Weights that are all 0 count as equal, as everywhere.
    weights: Vec<f64>,
    weight_sum: f64,
    reservation_value: f64,
    best: Outcome,
    best_utility: f64,
    worst_utility: f64,
}

/// Which end of a party's wishes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extreme {
    Best,
    Worst,
}

impl FloatWishes {
    fn new(turn: &mut Turn<'_>) -> Self {
        let situation = turn.situation;
        let mut weights = situation.numbers.weights.clone();
        if weights.iter().all(|it| *it == 0.0) {
            weights.fill(1.0);
        }
        let weight_sum: f64 = weights.iter().sum();
        let is_scaled = (weight_sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE;
        let mut wishes = Self {
            weight_sum,
            reservation_value: situation.numbers.lowered_reservation_value()
                * if is_scaled { weight_sum } else { 1.0 },
            best: extreme(&situation, &weights, Extreme::Best),
            weights,
            best_utility: 0.0,
            worst_utility: 0.0,
        };
        let drawn = situation.preferences;
        if (!drawn.interactions().is_empty() || drawn.real_red_lines().next().is_some())
            && let Some(best) = turn.search.best()
        {
            wishes.best = best;
        }
        wishes.best_utility = wishes.utility(wishes.best, &situation);
        let worst = extreme(&situation, &wishes.weights, Extreme::Worst);
        wishes.worst_utility = wishes.utility(worst, &situation);
        wishes
    }

    /// Weight times utility, added up from the first issue to the last.
    fn utility(&self, outcome: Outcome, situation: &Situation<'_>) -> f64 {
        let Situation {
            numbers,
            preferences,
            ..
        } = situation;
        let space = preferences.space();
        let of_issues = space.flat_options(outcome).zip(self.weights.iter());
        let of_issues = of_issues.fold(0.0, |sum, (flat, weight)| {
            sum + weight * numbers.utilities[flat]
        });
        let interactions = preferences.interactions().iter().zip(&numbers.adds);
        interactions.fold(of_issues, |sum, ((condition, _), adds)| {
            if condition.holds(space, outcome) {
                sum + adds * self.weight_sum
            } else {
                sum
            }
        })
    }

    /// About what a utility is among exact sums.
    fn units(&self, utility: f64) -> i64 {
        units(utility / self.weight_sum)
    }
}

/// The outcome that takes the best option of every issue, or the worst.
///
/// Of equal options the best is the last and the worst the first; where an issue has no weight,
/// they change places.
fn extreme(situation: &Situation<'_>, weights: &[f64], extreme: Extreme) -> Outcome {
    let space = situation.preferences.space();
    let utilities = &situation.numbers.utilities;
    let options: Vec<OptionId> = space
        .issues()
        .zip(weights)
        .map(|(issue, weight)| {
            let by_utility = |a: &OptionId, b: &OptionId| {
                utilities[space.flat(issue, *a)].total_cmp(&utilities[space.flat(issue, *b)])
            };
            let options = space.options(issue);
            // The greatest is the last of equals, the least the first of them.
            let option = if (extreme == Extreme::Best) == (*weight > 0.0) {
                options.max_by(by_utility)
            } else {
                options.min_by(by_utility)
            };
            option.expect("an issue has options")
        })
        .collect();
    space.outcome(&options)
}

impl NegmasTimeBased {
    /// What the party wants, computed when it is first asked in a session.
    fn wishes(&mut self, turn: &mut Turn<'_>) -> &FloatWishes {
        self.wishes.get_or_insert_with(|| FloatWishes::new(turn))
    }

    /// The utilities that it is content with: from the first to the second.
    fn range(&mut self, turn: &mut Turn<'_>) -> (f64, f64) {
        let Situation { round, rules, .. } = turn.situation;
        if let Some((at, range)) = self.range
            && at == round
        {
            return range;
        }
        let wishes = self.wishes(turn);
        let least = wishes.worst_utility.max(wishes.reservation_value);
        let greatest = wishes.best_utility;
        let held = |it: f64| least.max(greatest.min(it));
        let t = RelativeTime::Genius.at(round, rules.deadline_rounds);
        let share = 1.0 - libm::pow(t, self.exponent);
        let range = (
            held((greatest - least) * share + least - self.tolerance),
            held((greatest - least) + least + self.tolerance),
        );
        self.range = Some((round, range));
        range
    }

    /// The outcome of least utility from `low` on, or a nearer one just below.
    fn nearest(&self, low: f64, wishes: &FloatWishes, turn: &mut Turn<'_>) -> Option<Outcome> {
        let Turn {
            situation, search, ..
        } = turn;
        let mut above: Option<(f64, Outcome)> = None;
        let mut below: Option<(f64, Outcome)> = None;
        // Exact sums are near to float ones, not equal: what is this much above `low` is above it as
        // floats, and what is twice as far above that sum is not the least.
        let from = wishes.units(low - self.nearness) - SLACK_UNITS;
        let enough = wishes.units(low) + SLACK_UNITS + 1;
        search.each_up_to_least(from, enough, 2 * SLACK_UNITS, &mut |outcome| {
            let utility = wishes.utility(outcome, situation);
            // Of equal utilities the first outcome.
            if utility >= low {
                if above.is_none_or(|it| (utility, outcome) < it) {
                    above = Some((utility, outcome));
                }
            } else if utility >= low - self.nearness
                && below.is_none_or(|it| utility.total_cmp(&it.0).then(it.1.cmp(&outcome)).is_gt())
            {
                below = Some((utility, outcome));
            }
        });
        let distance = above.map_or(f64::INFINITY, |it| it.0 - low);
        let nearer = below.filter(|it| low - it.0 < distance);
        nearer.or(above).map(|it| it.1)
    }
}

impl OfferingRule for NegmasTimeBased {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let (low, _) = self.range(turn);
        Utility::clamped(self.wishes(turn).units(low))
    }

    fn is_content_with(&mut self, outcome: Outcome, turn: &mut Turn<'_>) -> bool {
        let (low, high) = self.range(turn);
        let utility = self.wishes(turn).utility(outcome, &turn.situation);
        (low..=high).contains(&utility)
    }

    fn is_hopeless(&self, _: &Situation<'_>) -> bool {
        false
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let (low, _) = self.range(turn);
        let wishes = self.wishes(turn);
        if wishes.best_utility < wishes.reservation_value {
            return Some(wishes.best);
        }
        if turn.situation.preferences.space().n_outcomes() > SORTED_OUTCOMES_MAX {
            let target = Utility::clamped(wishes.units(low));
            return turn.search.least_at_least(target);
        }
        let wishes = self.wishes.as_ref()?;
        self.nearest(low, wishes, turn)
    }
}
