//! What can be agreed, seen from utility space: how many outcomes, the best for each, the frontier.

use crate::domain::{ConsentRule, ExactPreferences};
use crate::solution::agreements::for_each_acceptable;
use crate::solution::frontier::pareto_frontier::{Frontier, FrontierBuilder};

/// The most outcomes a space should have for all to be looked at: some seconds' work, and a frontier
/// of them all would still fit the memory.
pub const FEASIBLE_OUTCOMES_MAX: u64 = 20_000_000;

/// The outcomes that can be agreed on, summed up.
#[derive(Clone, PartialEq, Debug)]
pub struct FeasibleSet {
    /// How many outcomes all accept whose consent they need: the zone of possible agreement.
    pub n_acceptable: u64,
    /// How many of these are worth more than no agreement to every party.
    pub n_better_for_all: u64,
    /// What no agreement is worth to each party.
    pub reservation_values: Vec<f64>,
    /// The most that any acceptable outcome is worth to each party; empty if there is none.
    pub ideal: Vec<f64>,
    /// The Pareto frontier of the acceptable outcomes.
    pub frontier: Frontier,
    /// What a party's utilities are whole multiples of: one over this number. Empty where utilities
    /// are floats that stand for themselves.
    pub denominators: Vec<u64>,
}

/// Sums up acceptable outcomes that come one by one.
#[derive(Clone, Debug)]
pub struct FeasibleSetBuilder {
    n_acceptable: u64,
    n_better_for_all: u64,
    reservation_values: Vec<f64>,
    ideal: Vec<f64>,
    frontier: FrontierBuilder,
}

impl FeasibleSetBuilder {
    /// For parties with these reservation values.
    ///
    /// # Panics
    ///
    /// If there is no party.
    pub fn new(reservation_values: Vec<f64>) -> Self {
        Self {
            n_acceptable: 0,
            n_better_for_all: 0,
            ideal: Vec::new(),
            frontier: FrontierBuilder::new(reservation_values.len()),
            reservation_values,
        }
    }

    /// Takes in an acceptable outcome; outcomes come in rising order of their numbers.
    ///
    /// # Panics
    ///
    /// If there is not one utility per party.
    pub fn add(&mut self, outcome: u64, utilities: &[f64]) {
        let mut pairs = utilities.iter().zip(&self.reservation_values);
        let is_better_for_all = pairs.all(|(u, r)| u > r);
        self.add_compared(outcome, utilities, is_better_for_all);
    }

    /// Takes in an acceptable outcome that is known to be worth more than no agreement to every
    /// party, or not to be.
    fn add_compared(&mut self, outcome: u64, utilities: &[f64], is_better_for_all: bool) {
        self.frontier.add(outcome, utilities);
        self.n_acceptable += 1;
        self.n_better_for_all += u64::from(is_better_for_all);
        if self.ideal.is_empty() {
            self.ideal.extend_from_slice(utilities);
        }
        for (most, &utility) in self.ideal.iter_mut().zip(utilities) {
            *most = most.max(utility);
        }
    }

    /// The result of all that were added.
    pub fn finish(self) -> FeasibleSet {
        FeasibleSet {
            n_acceptable: self.n_acceptable,
            n_better_for_all: self.n_better_for_all,
            reservation_values: self.reservation_values,
            ideal: self.ideal,
            frontier: self.frontier.finish(),
            denominators: Vec::new(),
        }
    }
}

/// Greater denominators are not distinguished from one another by floats.
const DENOMINATOR_MAX: i128 = 1 << 50;
/// What floats up to 1 are multiples of instead, but for bits that count for nothing beside 1.
const DENOMINATOR_OF_FLOATS: u64 = 1 << 62;

/// The feasible set of drawn preferences; outcomes are numbered in the order of their space.
///
/// An outcome is acceptable if the rule is satisfied by the yes of all parties that are at least as
/// well off with it as without agreement:
///
/// ```text
/// consent( o, { p : u_p(o) ≥ r_p } )
/// ```
///
/// Which outcomes are better than no agreement for all is decided in exact arithmetic, and so is
/// which are acceptable, but for what [`ExactPreferences::is_acceptable`] makes up for. The frontier
/// is exact where each party's numbers have a common denominator of at most 2⁵⁰, as those of files
/// do: weights to a thousandth with utilities to a thousandth are far below it. Beyond that,
/// utilities are equal if they are the same float.
///
/// # Panics
///
/// If there is no party, or the rule names one that is not there.
pub fn feasible_set(parties: &[ExactPreferences], consent: &ConsentRule) -> FeasibleSet {
    let reservation_values = parties.iter().map(ExactPreferences::reservation_value);
    let mut builder = FeasibleSetBuilder::new(reservation_values.collect());
    let mut utilities = vec![0.0; parties.len()];
    for_each_acceptable(parties, consent, |outcome, sums| {
        for ((slot, it), sum) in utilities.iter_mut().zip(parties).zip(sums) {
            *slot = it.utility_of_sum(*sum);
        }
        let mut pairs = parties.iter().zip(sums);
        let is_better_for_all = pairs.all(|(it, sum)| it.is_better(*sum));
        builder.add_compared(outcome, &utilities, is_better_for_all);
    });
    let denominator = |it: &ExactPreferences| {
        let exact = u64::try_from(it.one()).ok();
        let exact = exact.filter(|_| it.one() <= DENOMINATOR_MAX);
        exact.unwrap_or(DENOMINATOR_OF_FLOATS)
    };
    FeasibleSet {
        denominators: parties.iter().map(denominator).collect(),
        ..builder.finish()
    }
}
