//! Offers what promises most: what it is worth, times how likely the others are to accept it.
//!
//! Saha, Biswas and Sen, *Modeling opponent decision in repeated one-shot negotiations*,
//! AAMAS 2005, 397–403; here with the frequency model for what others seem to want, and the least
//! they have consented to for what they demand.
//!
//! ```text
//! o*     = argmax ( u(o) − r )·Π_p P_p(o),   p whose answer to o counts
//! P_p(o) = 1 / ( 1 + exp( −(û_p(o) − d_p)/s ) ),   s = 0.1
//! d_p    = the least û_p of what p has put forward or accepted; 1 before that
//! ```
//!
//! The maximum is taken over one outcome for each of 17 levels of own utility: the one that the
//! others seem to like best.
//! It makes up its mind once a round, when it is first asked.

use crate::domain::{Outcome, PartySet, Utility};
use crate::protocol::{Event, Rules};
use crate::search::Audiences;
use crate::strategy::opponent_model::{FrequencyModel, OpponentModel, Wishes};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "expected_utility",
    about: "offers the outcome with the greatest utility times estimated probability of acceptance",
    parameters: &[],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, rules: &Rules| {
        Box::new(ExpectedUtility {
            model: FrequencyModel::new(&rules.space, rules.n_parties),
            consented: vec![Vec::new(); rules.n_parties],
            plan: None,
        })
    },
};

/// How much below its demand an offer's estimated utility is when the odds have fallen to 1 : e.
const SOFTNESS: f64 = 0.1;

#[derive(Debug)]
struct ExpectedUtility {
    model: FrequencyModel,
    /// By party, the distinct outcomes that it has put forward or accepted, sorted.
    consented: Vec<Vec<Outcome>>,
    /// The round of its last decision, and what it would offer.
    plan: Option<(u32, Option<Outcome>)>,
}

/// How likely a party is to accept what seems to be worth so much to it.
fn acceptance_probability(utility: f64, demand: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-(utility - demand) / SOFTNESS))
}

impl ExpectedUtility {
    fn hear(&mut self, parties: PartySet, outcome: Outcome) {
        for party in parties.iter() {
            let consented = &mut self.consented[party.idx()];
            if let Err(place) = consented.binary_search(&outcome) {
                consented.insert(place, outcome);
            }
        }
    }

    /// The most promising outcome in this round, looked for when it is first asked.
    fn most_promising(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let round = turn.situation.round;
        if let Some((_, planned)) = self.plan.filter(|it| it.0 == round) {
            return planned;
        }
        let wishes = Wishes::new(&self.model, &turn.situation);
        let demands: Vec<f64> = (wishes.estimates().iter().zip(&self.consented))
            .map(|(estimate, consented)| {
                let utilities = consented.iter().map(|it| estimate.utility(*it));
                utilities.fold(1.0, f64::min)
            })
            .collect();
        let found = wishes.best_by(turn, |party, utility| {
            acceptance_probability(utility, demands[party.idx()])
        });
        self.plan = Some((round, found));
        found
    }
}

impl OfferingRule for ExpectedUtility {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.model.observe(event, situation.relative_time());
        if let Some(offer) = event.offer() {
            self.hear(PartySet::only(offer.proposer), offer.outcome);
        }
        // Who likes a text better than another has not said that it would agree to it.
        if let Some(answers) = event.answers_to_offer() {
            self.hear(answers.accepted(), answers.outcome);
        }
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let next = self.most_promising(turn);
        let situation = &turn.situation;
        next.map_or(situation.best_utility, |it| {
            situation.preferences.utility(it)
        })
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        self.most_promising(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceptance_is_even_odds_at_the_demand() {
        let e = std::f64::consts::E;
        let table = [
            (0.5, 0.5, 0.5),
            (0.6, 0.5, e / (e + 1.0)),
            (0.4, 0.5, 1.0 / (e + 1.0)),
        ];
        for (utility, demand, expected) in table {
            let p = acceptance_probability(utility, demand);
            assert!((p - expected).abs() < 1e-12, "{utility} of {demand}: {p}");
        }
    }
}
