//! Bayesian learning: which ranking of issues and which shapes of evaluation fit what was said?
//!
//! Hindriks and Tykhonov, *Opponent modelling in automated multi-issue negotiation using Bayesian
//! learning*, AAMAS 2008, 331–338, in the form of a product over the issues, whose cost is linear
//! in the number of hypotheses; there for one opponent's offers, here for every party's answers
//! too.
//!
//! ```text
//! weight of rank k of n issues   2k / (n·(n + 1))
//! shape with its peak at option p, ordinal issue: a triangle, which is 1 at p and falls in a line
//!                                  to 0 at the ends; downhill and uphill where p is the first
//!                                  or the last;   nominal issue: 1 at p, 0 elsewhere
//! P(h | o) ∝ P(h)·exp( −(u_h(o) − d(t))² / 2σ² ),   d(t) = 1 − t/2,  σ = 1/4
//! ```
//!
//! Here d(t) is what a party is taken to demand at time t, and the utility under a hypothesis has
//! that for one issue and expectations for all others.
//! Of what a party accepts, more than d(t) fits as well as d(t) itself; of what it refuses, less.

use std::sync::Arc;

use crate::domain::{IssueId, Outcome, OutcomeSpace, PartyId, Scale};
use crate::strategy::opponent_model::{EstimatedPreferences, OpponentModel, Said};

/// How far from its demand a party's offers are taken to be.
const SIGMA: f64 = 0.25;

/// The Bayesian model.
#[derive(Clone, Debug)]
pub struct BayesianModel {
    space: Arc<OutcomeSpace>,
    /// The weights of all ranks, from the lowest.
    weights: Vec<f64>,
    /// By issue, the value of every option under every shape: one shape a row.
    shapes: Vec<Vec<Vec<f64>>>,
    parties: Vec<Beliefs>,
}

/// What is believed of one party.
#[derive(Clone, Debug)]
struct Beliefs {
    /// By issue, the probability of every rank.
    ranks: Vec<Vec<f64>>,
    /// By issue, the probability of every shape.
    shapes: Vec<Vec<f64>>,
}

impl BayesianModel {
    /// A model of so many parties that have said nothing yet.
    pub fn new(space: &Arc<OutcomeSpace>, scales: &[Scale], n_parties: usize) -> Self {
        let n_issues = space.n_issues();
        let ranks = (1..=n_issues).map(count);
        let sum: f64 = ranks.clone().sum();
        let shapes: Vec<Vec<Vec<f64>>> = space
            .issues()
            .zip(scales)
            .map(|(issue, scale)| shapes(*scale, space.n_options(issue)))
            .collect();
        let undecided = Beliefs {
            ranks: vec![vec![1.0 / count(n_issues); n_issues]; n_issues],
            shapes: (shapes.iter())
                .map(|it| vec![1.0 / count(it.len()); it.len()])
                .collect(),
        };
        Self {
            space: Arc::clone(space),
            weights: ranks.map(|it| it / sum).collect(),
            shapes,
            parties: vec![undecided; n_parties],
        }
    }

    fn expected_weight(&self, beliefs: &Beliefs, issue: IssueId) -> f64 {
        expectation(&beliefs.ranks[issue.idx()], self.weights.iter().copied())
    }

    fn expected_value(&self, beliefs: &Beliefs, issue: IssueId, option: usize) -> f64 {
        let values = self.shapes[issue.idx()].iter().map(|it| it[option]);
        expectation(&beliefs.shapes[issue.idx()], values)
    }
}

impl OpponentModel for BayesianModel {
    fn hear(&mut self, party: PartyId, outcome: Outcome, said: Said, relative_time: f64) {
        let before = &self.parties[party.idx()];
        let demand = 1.0 - relative_time / 2.0;
        let options: Vec<(IssueId, usize)> = (self.space.issues())
            .map(|it| (it, self.space.option(outcome, it).idx()))
            .collect();
        let expected: Vec<(f64, f64)> = (options.iter())
            .map(|&(issue, option)| {
                (
                    self.expected_weight(before, issue),
                    self.expected_value(before, issue, option),
                )
            })
            .collect();
        let utility: f64 = expected.iter().map(|it| it.0 * it.1).sum();
        let mut after = before.clone();
        for (&(issue, option), &(weight, value)) in options.iter().zip(&expected) {
            let elsewhere = utility - weight * value;
            let likelihood = |utility: f64| likelihood(elsewhere + utility, demand, said);
            let of_ranks = self.weights.iter().map(|it| likelihood(it * value));
            update(&mut after.ranks[issue.idx()], of_ranks);
            let shapes = self.shapes[issue.idx()].iter();
            let of_shapes = shapes.map(|it| likelihood(weight * it[option]));
            update(&mut after.shapes[issue.idx()], of_shapes);
        }
        self.parties[party.idx()] = after;
    }

    fn estimate(&self, party: PartyId) -> EstimatedPreferences {
        let beliefs = &self.parties[party.idx()];
        let weights: Vec<f64> = (self.space.issues())
            .map(|it| self.expected_weight(beliefs, it))
            .collect();
        let sum: f64 = weights.iter().sum();
        let weights: Vec<f64> = weights.iter().map(|it| it / sum).collect();
        let values: Vec<f64> = (self.space.issues())
            .flat_map(|issue| {
                let options = 0..self.space.n_options(issue);
                options.map(move |it| self.expected_value(beliefs, issue, it))
            })
            .collect();
        EstimatedPreferences::new(&self.space, &weights, &values)
    }
}

/// The shapes that values of so many options may have, one a row.
fn shapes(scale: Scale, n_options: usize) -> Vec<Vec<f64>> {
    let value = |peak: usize, option: usize| {
        let end = if option < peak { 0 } else { n_options - 1 };
        match scale {
            _ if option == peak => 1.0,
            Scale::Nominal => 0.0,
            Scale::Ordinal => count(option.abs_diff(end)) / count(peak.abs_diff(end)),
        }
    };
    let row = |peak| (0..n_options).map(|it| value(peak, it)).collect();
    (0..n_options).map(row).collect()
}

/// How likely a party with this utility and this demand is to say so.
fn likelihood(utility: f64, demand: f64, said: Said) -> f64 {
    let distance = match said {
        Said::Offered => utility - demand,
        Said::Accepted => (utility - demand).min(0.0),
        Said::Refused => (utility - demand).max(0.0),
    };
    libm::exp(-distance * distance / (2.0 * SIGMA * SIGMA))
}

fn expectation(probabilities: &[f64], values: impl Iterator<Item = f64>) -> f64 {
    probabilities.iter().zip(values).map(|(p, it)| p * it).sum()
}

/// Bayes' rule.
fn update(probabilities: &mut [f64], likelihoods: impl Iterator<Item = f64>) {
    for (p, likelihood) in probabilities.iter_mut().zip(likelihoods) {
        *p *= likelihood;
    }
    let sum: f64 = probabilities.iter().sum();
    for p in probabilities {
        *p /= sum;
    }
}

/// A number of issues or options as a float.
fn count(n: usize) -> f64 {
    f64::from(u16::try_from(n).expect("at most 64 issues and 4096 options"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_hills_on_an_order_and_points_without_one() {
        let half = 0.5;
        assert_eq!(
            shapes(Scale::Ordinal, 3),
            [[1.0, half, 0.0], [0.0, 1.0, 0.0], [0.0, half, 1.0]]
        );
        assert_eq!(shapes(Scale::Nominal, 2), [[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(shapes(Scale::Ordinal, 1), [[1.0]]);
    }

    #[test]
    fn what_is_offered_early_is_worth_much() {
        let space = Arc::new(OutcomeSpace::new(&[3, 3]).unwrap());
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let party = PartyId::new(0);
        let mut model = BayesianModel::new(&space, &[Scale::Ordinal; 2], 1);
        for _ in 0..5 {
            model.hear(party, outcomes[0], Said::Offered, 0.0);
        }
        let estimate = model.estimate(party);
        let utilities: Vec<f64> = outcomes.iter().map(|it| estimate.utility(*it)).collect();
        assert!(utilities.iter().all(|it| *it <= utilities[0]));
        assert!(utilities[0] > utilities[4] && utilities[4] > utilities[8]);
        // A refusal moves it the other way.
        model.hear(party, outcomes[0], Said::Refused, 0.9);
        assert!(model.estimate(party).utility(outcomes[0]) < utilities[0]);
    }

    #[test]
    fn probabilities_follow_bayes() {
        let mut probabilities = [0.5, 0.5];
        update(&mut probabilities, [0.75, 0.25].into_iter());
        assert_eq!(
            probabilities.map(f64::to_bits),
            [0.75, 0.25].map(f64::to_bits)
        );
        assert!((likelihood(0.75, 1.0, Said::Offered) - libm::exp(-0.5)).abs() < 1e-15);
        assert_eq!(
            likelihood(1.0, 0.5, Said::Accepted).to_bits(),
            1_f64.to_bits()
        );
        assert_eq!(
            likelihood(0.25, 0.5, Said::Refused).to_bits(),
            1_f64.to_bits()
        );
    }
}
