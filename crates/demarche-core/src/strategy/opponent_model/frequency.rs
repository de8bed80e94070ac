//! Counts: what a party keeps is what it wants, and what it seldom changes matters to it.
//!
//! Van Krimpen, Looije and Hajizadeh, *`HardHeaded`*, in *Complex Automated Negotiations* (2013),
//! 223–227; Hindriks, Baarslag and others call it the frequency model of an opponent.
//! There it learns from one opponent's offers; here from offers and answers of every party.
//!
//! ```text
//! w_i  = (1 + s_i) / Σ_k (1 + s_k),   s_i: of successive offers, how many left issue i as it was
//! c_ij = (1 + y_ij)·(1 − n_ij / (2 + 2n)),   y_ij: how often j was offered or accepted,
//!                                            n_ij: in how many of the n refused outcomes it was
//! v_ij = c_ij / max_k c_ik
//! ```

use std::sync::Arc;

use crate::domain::{Outcome, OutcomeSpace, PartyId};
use crate::strategy::opponent_model::{EstimatedPreferences, OpponentModel, Said};

/// The frequency model.
#[derive(Clone, Debug)]
pub struct FrequencyModel {
    space: Arc<OutcomeSpace>,
    parties: Vec<Counts>,
}

/// What was counted of one party.
#[derive(Clone, Debug)]
struct Counts {
    last_offer: Option<Outcome>,
    /// By issue, how many offers left it as it was in the one before.
    kept: Vec<u32>,
    /// By option of all issues, in how many outcomes offered or accepted it was.
    wanted: Vec<u32>,
    /// By option of all issues, in how many refused outcomes it was.
    refused: Vec<u32>,
    n_refused: u32,
}

impl FrequencyModel {
    /// A model of so many parties that have said nothing yet.
    pub fn new(space: &Arc<OutcomeSpace>, n_parties: usize) -> Self {
        let nothing = Counts {
            last_offer: None,
            kept: vec![0; space.n_issues()],
            wanted: vec![0; space.n_options_total()],
            refused: vec![0; space.n_options_total()],
            n_refused: 0,
        };
        Self {
            space: Arc::clone(space),
            parties: vec![nothing; n_parties],
        }
    }
}

impl OpponentModel for FrequencyModel {
    fn hear(&mut self, party: PartyId, outcome: Outcome, said: Said, _: f64) {
        let space = &self.space;
        let counts = &mut self.parties[party.idx()];
        if said == Said::Offered
            && let Some(last) = counts.last_offer.replace(outcome)
        {
            for issue in space.issues() {
                let is_kept = space.option(last, issue) == space.option(outcome, issue);
                counts.kept[issue.idx()] += u32::from(is_kept);
            }
        }
        let counted = match said {
            Said::Offered | Said::Accepted => &mut counts.wanted,
            Said::Refused => {
                counts.n_refused += 1;
                &mut counts.refused
            }
        };
        for flat in space.flat_options(outcome) {
            counted[flat] += 1;
        }
    }

    fn estimate(&self, party: PartyId) -> EstimatedPreferences {
        let counts = &self.parties[party.idx()];
        let sum: f64 = counts.kept.iter().map(|it| 1.0 + f64::from(*it)).sum();
        let weights: Vec<f64> = (counts.kept.iter())
            .map(|it| (1.0 + f64::from(*it)) / sum)
            .collect();
        let refusals = 2.0 + 2.0 * f64::from(counts.n_refused);
        let mut values: Vec<f64> = (counts.wanted.iter().zip(&counts.refused))
            .map(|(wanted, refused)| {
                (1.0 + f64::from(*wanted)) * (1.0 - f64::from(*refused) / refusals)
            })
            .collect();
        for issue in self.space.issues() {
            let of_issue = &mut values[self.space.flat_range(issue)];
            let greatest = of_issue.iter().copied().fold(0.0, f64::max);
            for it in of_issue {
                *it /= greatest;
            }
        }
        EstimatedPreferences::new(&self.space, &weights, &values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_matters_and_what_is_refused_does_not() {
        let space = Arc::new(OutcomeSpace::new(&[2, 2]).unwrap());
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let party = PartyId::new(0);
        let mut model = FrequencyModel::new(&space, 1);
        let utilities = |model: &FrequencyModel| {
            let estimate = model.estimate(party);
            [0, 1, 2, 3].map(|it| estimate.utility(outcomes[it]))
        };
        assert_eq!(utilities(&model).map(f64::to_bits), [1_f64.to_bits(); 4]);
        // Two offers that differ on the second issue: weights 2/3 and 1/3, values 1 and 1/3 of the
        // options of the first.
        model.hear(party, outcomes[0], Said::Offered, 0.1);
        model.hear(party, outcomes[1], Said::Offered, 0.2);
        let third = 1.0 / 3.0;
        let expected = [
            1.0,
            1.0,
            2.0 * third * third + third,
            2.0 * third * third + third,
        ];
        for (found, expected) in utilities(&model).into_iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-15,
                "{found} is not {expected}"
            );
        }
        // A refusal takes a quarter off what was refused.
        model.hear(party, outcomes[2], Said::Refused, 0.3);
        let expected = [
            2.0 * third + third * 0.75,
            1.0,
            2.0 * third * third * 0.75 + third * 0.75,
            2.0 * third * third * 0.75 + third,
        ];
        for (found, expected) in utilities(&model).into_iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-15,
                "{found} is not {expected}"
            );
        }
    }
}
