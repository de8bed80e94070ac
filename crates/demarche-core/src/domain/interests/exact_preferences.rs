//! What outcomes are worth in exact arithmetic: equal sums are equal.

use std::sync::Arc;

use crate::domain::condition::Condition;
use crate::domain::interests::drawn_numbers::DrawnNumbers;
use crate::domain::issue::{IssueId, OptionId};
use crate::domain::number::{DECIMALS, Decimal, ONE_IN_UNITS, greatest_common_divisor};
use crate::domain::outcome::{Outcome, OutcomeSpace};

/// How far an outcome may fall short of the reservation value: by 2⁻³⁹, as much as sessions make up
/// for in [`threshold`](crate::domain::number::threshold).
const SLACK_BITS: u32 = 39;
/// Digits that the greatest weight counts with; the others have the same unit.
const WEIGHT_DIGITS: i32 = 17;

/// A party's preferences as drawn, in integers of a scale of the party's own.
///
/// [`Preferences`](crate::domain::interests::preferences::Preferences), which sessions use, round every product of weight
/// and utility by itself, so that sums that are equal come apart by some 10⁻¹⁵. Here every number
/// is the shortest decimal that is read as its float, which is what the file says, and all of a
/// party's are brought to one denominator:
///
/// ```text
/// u(o) = clamp( ( Σ_i w_i·u_i(o_i) + W·Σ_k a_k·[o fulfils k] ) / W, 0, 1 ),  W = Σ_i w_i
/// ```
///
/// so sums are exact, in any order, and outcomes compare as they do on paper.
///
/// A number is held as it is if it has at most 17 decimals, and a weight if it has at most 17
/// digits below the power of ten above the greatest weight: as a rule, all that floats can hold.
/// Other numbers are rounded to that once, each by itself; that moves a utility by less than
/// 10⁻¹⁶ per issue.
#[derive(Clone, PartialEq, Debug)]
pub struct ExactPreferences {
    space: Arc<OutcomeSpace>,
    /// For all options of all issues.
    contributions: Vec<i128>,
    interactions: Vec<(Condition, i128)>,
    /// Those that are real.
    red_lines: Vec<Condition>,
    /// What a utility of 1 is, and as a float.
    one: i128,
    scale: f64,
    reservation_value: f64,
    /// The least sums that are no worse, and that are better, than no agreement.
    acceptable: i128,
    better: i128,
}

impl ExactPreferences {
    /// Of numbers drawn for a space, for these conditions of interactions and these real red lines.
    pub(super) fn new<'a>(
        space: &Arc<OutcomeSpace>,
        conditions: impl Iterator<Item = &'a Condition>,
        red_lines: Vec<Condition>,
        numbers: &DrawnNumbers,
    ) -> Self {
        let mut weights = whole_weights(&numbers.weights);
        divide_by_common_factor(&mut weights);
        let weight_sum: i128 = weights.iter().sum();

        let decimals = |numbers: &[f64]| -> Vec<Decimal> {
            numbers.iter().copied().map(Decimal::shortest).collect()
        };
        let (utilities, adds) = (decimals(&numbers.utilities), decimals(&numbers.adds));
        let places = utilities.iter().chain(&adds).map(|it| it.decimals()).max();
        let places = places.unwrap_or_default().clamp(0, DECIMALS);
        let parts = utilities.iter().chain(&adds).map(|it| it.in_units(places));
        let mut parts: Vec<i128> = parts.chain([10_i128.pow(places.unsigned_abs())]).collect();
        divide_by_common_factor(&mut parts);
        let unit = parts.pop().expect("1 was put in last");
        // A utility is below 10^17 units and weights sum to less than 64·10^17, so that a sum with
        // 256 interactions stays within 128 bits.
        let one = weight_sum * unit;
        let (utilities, adds) = parts.split_at(utilities.len());

        let mut contributions = vec![0; utilities.len()];
        for (issue, weight) in space.issues().zip(&weights) {
            for option in space.options(issue) {
                let flat = space.flat(issue, option);
                contributions[flat] = weight * utilities[flat];
            }
        }
        let interactions = conditions
            .zip(adds)
            .map(|(when, adds)| (when.clone(), weight_sum * adds))
            .collect();
        let reservation_value = whole_reservation_value(numbers);
        let common = greatest_common_divisor(reservation_value, ONE_IN_UNITS);
        let (numerator, denominator) = (reservation_value / common, ONE_IN_UNITS / common);
        // r·one in two parts, of which neither leaves 128 bits.
        let whole = numerator * (one / denominator);
        let rest = numerator * (one % denominator);
        Self {
            space: Arc::clone(space),
            contributions,
            interactions,
            red_lines,
            one,
            scale: as_float(one),
            reservation_value: as_float(numerator) / as_float(denominator),
            acceptable: (whole + (rest + denominator - 1) / denominator - (one >> SLACK_BITS))
                .max(0),
            better: whole + rest / denominator + 1,
        }
    }

    /// The space the preferences are about.
    pub fn space(&self) -> &Arc<OutcomeSpace> {
        &self.space
    }

    /// What a utility of 1 is in integers.
    pub fn one(&self) -> i128 {
        self.one
    }

    /// What an option adds to an outcome's worth, in integers.
    pub fn contribution(&self, issue: IssueId, option: OptionId) -> i128 {
        self.contributions[self.space.flat(issue, option)]
    }

    /// The conditions under which options interact, with what they add in integers.
    pub fn interactions(&self) -> &[(Condition, i128)] {
        &self.interactions
    }

    /// The red lines that are real.
    pub fn red_lines(&self) -> &[Condition] {
        &self.red_lines
    }

    /// Whether an outcome is across no real red line.
    pub fn allows(&self, outcome: Outcome) -> bool {
        !(self.red_lines.iter()).any(|it| it.holds(&self.space, outcome))
    }

    /// What an outcome is worth before that is held within [0, 1], in integers.
    pub fn sum_of_contributions(&self, outcome: Outcome) -> i128 {
        let flat = self.space.flat_options(outcome);
        let sum: i128 = flat.map(|it| self.contributions[it]).sum();
        let interactions = self.interactions.iter();
        let fulfilled = interactions.filter(|it| it.0.holds(&self.space, outcome));
        sum + fulfilled.map(|it| it.1).sum::<i128>()
    }

    /// The utility of no agreement, held within [0, 1].
    pub fn reservation_value(&self) -> f64 {
        self.reservation_value
    }

    /// The utility of an outcome.
    pub fn utility(&self, outcome: Outcome) -> f64 {
        self.utility_of_sum(self.sum_of_contributions(outcome))
    }

    /// The utility of a sum.
    ///
    /// The float nearest to it where a utility of 1 is at most 2⁵³, and within two of that
    /// otherwise. Equal sums have equal utilities, and a greater sum has never a smaller one.
    pub fn utility_of_sum(&self, sum: i128) -> f64 {
        as_float(sum.clamp(0, self.one)) / self.scale
    }

    /// Whether an outcome with this sum is worth no less than no agreement; red lines do not count.
    ///
    /// Exactly where a utility of 1 is less than 2³⁹. Otherwise numbers may be quotients that were
    /// cut off in some file, and a sum may fall short by 2⁻³⁹, as in sessions.
    pub fn is_acceptable(&self, sum: i128) -> bool {
        sum.clamp(0, self.one) >= self.acceptable
    }

    /// Whether an outcome with this sum is worth more than no agreement.
    pub fn is_better(&self, sum: i128) -> bool {
        sum.clamp(0, self.one) >= self.better
    }

    /// What the outcome is worth over no agreement; negative below the reservation value.
    pub fn surplus(&self, outcome: Outcome) -> f64 {
        self.utility(outcome) - self.reservation_value
    }
}

/// Weights in integers of one unit; weights that are all zero count as equal.
fn whole_weights(weights: &[f64]) -> Vec<i128> {
    let decimals: Vec<Decimal> = weights.iter().copied().map(Decimal::shortest).collect();
    let above_zero = decimals.iter().zip(weights).filter(|it| *it.1 > 0.0);
    let of_places = above_zero.map(|(it, _)| (it.decimals(), it.places()));
    let widest = of_places.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)));
    let Some((behind, before)) = widest else {
        return vec![1; weights.len()];
    };
    let places = behind.min(WEIGHT_DIGITS - before);
    decimals.iter().map(|it| it.in_units(places)).collect()
}

/// What no agreement is worth after all leverage, held within [0, 1], in units of [`DECIMALS`].
fn whole_reservation_value(numbers: &DrawnNumbers) -> i128 {
    let units = |number| Decimal::shortest(number).in_units(DECIMALS);
    let taken: i128 = numbers.leverages.iter().copied().map(units).sum();
    (units(numbers.reservation_value) - taken).clamp(0, ONE_IN_UNITS)
}

/// Divides all by the greatest number that divides them all.
fn divide_by_common_factor(numbers: &mut [i128]) {
    let factor = numbers.iter().fold(0, |res, it| match res {
        1 => 1,
        _ => greatest_common_divisor(res, *it),
    });
    if factor > 1 {
        for it in numbers {
            *it /= factor;
        }
    }
}

/// The float nearest to an integer; of two numbers the greater has never the smaller one.
#[expect(clippy::cast_precision_loss, reason = "the nearest is meant")]
fn as_float(whole: i128) -> f64 {
    whole as f64
}
