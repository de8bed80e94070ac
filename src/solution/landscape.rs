//! What can be agreed, seen from utility space: how many outcomes, the best for each, the frontier.

use crate::domain::{ConsentRule, Preferences, Utility};
use crate::solution::acceptable_outcomes::for_each_acceptable;
use crate::solution::frontier::{Frontier, FrontierBuilder};

/// The most outcomes a space should have for all to be looked at: some seconds' work, and a frontier
/// of them all would still fit the memory.
pub const LANDSCAPE_OUTCOMES_MAX: u64 = 20_000_000;

/// The outcomes that can be agreed on, summed up.
#[derive(Clone, PartialEq, Debug)]
pub struct Landscape {
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
}

/// Sums up acceptable outcomes that come one by one.
#[derive(Clone, Debug)]
pub struct LandscapeBuilder {
    n_acceptable: u64,
    n_better_for_all: u64,
    reservation_values: Vec<f64>,
    ideal: Vec<f64>,
    frontier: FrontierBuilder,
}

impl LandscapeBuilder {
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
        self.frontier.add(outcome, utilities);
        self.n_acceptable += 1;
        let mut pairs = utilities.iter().zip(&self.reservation_values);
        self.n_better_for_all += u64::from(pairs.all(|(u, r)| u > r));
        if self.ideal.is_empty() {
            self.ideal.extend_from_slice(utilities);
        }
        for (most, &utility) in self.ideal.iter_mut().zip(utilities) {
            *most = most.max(utility);
        }
    }

    /// What all that were added come to.
    pub fn finish(self) -> Landscape {
        Landscape {
            n_acceptable: self.n_acceptable,
            n_better_for_all: self.n_better_for_all,
            reservation_values: self.reservation_values,
            ideal: self.ideal,
            frontier: self.frontier.finish(),
        }
    }
}

/// The landscape of drawn preferences; outcomes are numbered in the order of their space.
///
/// An outcome is acceptable if the rule is satisfied by the yes of all parties that are at least as
/// well off with it as without agreement:
///
/// ```text
/// consent( o, { p : u_p(o) ≥ r_p } )
/// ```
///
/// # Panics
///
/// If there is no party, or the rule names one that is not there.
pub fn landscape(parties: &[Preferences], consent: &ConsentRule) -> Landscape {
    let reservation_values = parties.iter().map(|it| it.reservation_value().get());
    let mut builder = LandscapeBuilder::new(reservation_values.collect());
    let mut utilities = vec![0.0; parties.len()];
    for_each_acceptable(parties, consent, |outcome, exact: &[Utility]| {
        for (slot, it) in utilities.iter_mut().zip(exact) {
            *slot = it.get();
        }
        builder.add(outcome, &utilities);
    });
    builder.finish()
}
