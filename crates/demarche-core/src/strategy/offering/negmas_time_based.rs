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

use std::borrow::Cow;

use crate::domain::{OptionId, Outcome, Utility, units};
use crate::protocol::{RelativeTime, Rules};
use crate::search::{Audiences, OutcomeSearch};
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
}

/// What a party wants, as `NegMAS` computes it.
struct FloatPreferences<'a> {
    situation: Situation<'a>,
    /// Weights that are all 0 count as equal, as everywhere.
    weights: Cow<'a, [f64]>,
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

impl<'a> FloatPreferences<'a> {
    fn new(turn: &mut Turn<'a>) -> Self {
        let situation = turn.situation;
        let drawn = &situation.numbers.weights;
        let weights = if drawn.iter().all(|it| *it == 0.0) {
            Cow::Owned(vec![1.0; drawn.len()])
        } else {
            Cow::Borrowed(drawn.as_slice())
        };
        let weight_sum: f64 = weights.iter().sum();
        let is_scaled = (weight_sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE;
        let mut preferences = Self {
            situation,
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
            preferences.best = best;
        }
        preferences.best_utility = preferences.utility(preferences.best);
        let worst = extreme(&situation, &preferences.weights, Extreme::Worst);
        preferences.worst_utility = preferences.utility(worst);
        preferences
    }

    /// Weight times utility, added up from the first issue to the last.
    fn utility(&self, outcome: Outcome) -> f64 {
        let Situation {
            numbers,
            preferences,
            ..
        } = self.situation;
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
    /// The utilities that it is content with: from the first to the second.
    fn range(&self, preferences: &FloatPreferences<'_>) -> (f64, f64) {
        let least = preferences.worst_utility.max(preferences.reservation_value);
        let greatest = preferences.best_utility;
        let held = |it: f64| least.max(greatest.min(it));
        let Situation { round, rules, .. } = preferences.situation;
        let t = RelativeTime::Genius.at(round, rules.deadline_rounds);
        let share = 1.0 - libm::pow(t, self.exponent);
        (
            held((greatest - least) * share + least - self.tolerance),
            held((greatest - least) + least + self.tolerance),
        )
    }

    /// The outcome of least utility from `low` on, or a nearer one just below.
    fn nearest(
        &self,
        low: f64,
        preferences: &FloatPreferences<'_>,
        search: &mut dyn OutcomeSearch,
    ) -> Option<Outcome> {
        let mut above: Option<(f64, Outcome)> = None;
        let mut from = preferences.units(low) - SLACK_UNITS;
        // Exact sums are near to float ones, not equal: a little more may be a little less.
        while let Some(sum) = search.least_sum_at_least(from) {
            if above.is_some_and(|it| sum > preferences.units(it.0) + SLACK_UNITS) {
                break;
            }
            search.each_within(sum..=sum + SLACK_UNITS, &mut |outcome| {
                let found = (preferences.utility(outcome), outcome);
                if found.0 >= low && above.is_none_or(|it| found < it) {
                    above = Some(found);
                }
            });
            from = sum + SLACK_UNITS + 1;
        }
        let distance = above.map_or(f64::INFINITY, |it| it.0 - low);
        let lowest = low - self.nearness.min(distance);
        let mut below: Option<(f64, Outcome)> = None;
        let nearby = preferences.units(lowest) - SLACK_UNITS..=preferences.units(low) + SLACK_UNITS;
        search.each_within(nearby, &mut |outcome| {
            let utility = preferences.utility(outcome);
            let is_nearer = below.is_none_or(|it| {
                // Of equal utilities the first outcome.
                utility.total_cmp(&it.0).then(it.1.cmp(&outcome)).is_gt()
            });
            let is_near = utility >= low - self.nearness && low - utility < distance;
            if utility < low && is_near && is_nearer {
                below = Some((utility, outcome));
            }
        });
        below.or(above).map(|it| it.1)
    }
}

impl OfferingRule for NegmasTimeBased {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let preferences = FloatPreferences::new(turn);
        Utility::clamped(preferences.units(self.range(&preferences).0))
    }

    fn is_content_with(&mut self, outcome: Outcome, turn: &mut Turn<'_>) -> bool {
        let preferences = FloatPreferences::new(turn);
        let (low, high) = self.range(&preferences);
        (low..=high).contains(&preferences.utility(outcome))
    }

    fn is_hopeless(&self, _: &Situation<'_>) -> bool {
        false
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let preferences = FloatPreferences::new(turn);
        if preferences.best_utility < preferences.reservation_value {
            return Some(preferences.best);
        }
        let (low, _) = self.range(&preferences);
        if turn.situation.preferences.space().n_outcomes() > SORTED_OUTCOMES_MAX {
            return turn
                .search
                .least_at_least(Utility::clamped(preferences.units(low)));
        }
        self.nearest(low, &preferences, turn.search)
    }
}
