//! Plays the equilibrium of dividing a pie: what theory says that one should do.
//!
//! Two games are known. Under `random_proposer` it is that of Baron and Ferejohn (1989) among
//! equals without a last round: stationary, and partners are drawn. Under any other protocol it is
//! that of Rubinstein (1982) between two, with the last period at the deadline. A pie that is cut
//! into steps is divided at the step next to that, in favor of who answers, so that the answer is
//! yes.
//!
//! The party knows its own share of an outcome, which is its utility, and takes it that the rest
//! goes to the other; where it has to say who gets what, option i of an issue gives it to party i.
//! What the others lose by waiting is public: it is a parameter.

use crate::domain::{OptionId, Outcome, PartyId, PartySet, Utility, threshold};
use crate::protocol::{ProtocolKind, Rules};
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

const OWN_DISCOUNT_FACTOR: Parameter =
    discount_factor("own_discount_factor", "its discount factor per turn");
const OTHERS_DISCOUNT_FACTOR: Parameter = discount_factor(
    "others_discount_factor",
    "the others' discount factor per turn",
);

const fn discount_factor(name: &'static str, about: &'static str) -> Parameter {
    Parameter {
        name,
        about,
        min: 0.001,
        max: 1.0,
        words: &[],
        default: None,
    }
}

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "equilibrium",
    about: "follows the equilibrium of alternating offers over the division of a pie",
    parameters: &[OWN_DISCOUNT_FACTOR, OTHERS_DISCOUNT_FACTOR],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        if matches!(rules.protocol, ProtocolKind::RandomProposer { .. }) {
            return Box::new(Legislator {
                own_discount_factor: numbers[0],
                others_discount_factor: numbers[1],
            });
        }
        let steps = u32::try_from(rules.space.n_outcomes() - 1).unwrap_or(u32::MAX);
        Box::new(Divider {
            own_discount_factor: numbers[0],
            others_discount_factor: numbers[1],
            n_periods: n_periods(rules),
            steps: f64::from(steps.max(1)),
        })
    },
};

/// What a float may be off by where an integer of steps is meant.
const STEP_TOLERANCE: f64 = 1e-9;

/// One of two who make offers in turn. A period is a turn.
#[derive(Debug)]
struct Divider {
    own_discount_factor: f64,
    others_discount_factor: f64,
    /// Offers that somebody can still answer.
    n_periods: u32,
    /// How many steps the pie is cut into.
    steps: f64,
}

impl Divider {
    /// The share due to it in a period of its own, counted from 1; 0 after the last.
    fn share(&self, period: u32) -> f64 {
        let n_left = self.n_periods.saturating_add(1).saturating_sub(period);
        proposers_share(
            self.own_discount_factor,
            self.others_discount_factor,
            n_left,
        )
    }
}

/// How many offers of the two somebody can still answer.
fn n_periods(rules: &Rules) -> u32 {
    let turns = rules.deadline_rounds.saturating_mul(turns_per_round(rules));
    // Where an answer takes a turn, the last offer comes too late for one.
    turns - u32::from(rules.protocol.is_alternating())
}

/// How many turns of the two parties a round has.
fn turns_per_round(rules: &Rules) -> u32 {
    let is_turn = matches!(rules.protocol, ProtocolKind::AlternatingOffersByTurn);
    if is_turn { 1 } else { 2 }
}

/// The period of this round in which it proposes.
fn own_period(situation: &Situation<'_>) -> u32 {
    match turns_per_round(situation.rules) {
        1 => situation.round,
        turns => {
            let turn = u32::from(situation.me != PartyId::new(0)) + 1;
            (situation.round - 1).saturating_mul(turns) + turn
        }
    }
}

/// The period in which it may propose if it says no now.
fn period_after_no(situation: &Situation<'_>) -> u32 {
    let period = own_period(situation);
    let was_first = situation.me == PartyId::new(0) && !situation.rules.protocol.is_alternating();
    // Whoever proposed first in the round has to wait for the next.
    let rounds = u32::from(was_first);
    period.saturating_add(rounds * turns_per_round(situation.rules))
}

/// The share of whoever proposes with so many periods left, this one included: what remains when
/// the other gets just what it would wait for.
///
/// ```text
/// x_n = 1 − δ_j·y_(n−1),   y_n = 1 − δ_i·x_(n−1),   x_0 = y_0 = 0
/// ```
///
/// with i who proposes, j who answers; with q the product of both factors and m whole pairs of periods,
///
/// ```text
/// x_n = (1 − q^m)·(1 − δ_j)/(1 − q) + q^m·[n is odd]
/// ```
fn proposers_share(proposers_factor: f64, answerers_factor: f64, n_periods: u32) -> f64 {
    let of_pair = proposers_factor * answerers_factor;
    // Where nobody loses by waiting, the last to propose has everything.
    let without_end = if of_pair < 1.0 {
        (1.0 - answerers_factor) / (1.0 - of_pair)
    } else {
        0.0
    };
    let weight_of_end = libm::pow(of_pair, f64::from(n_periods / 2));
    (1.0 - weight_of_end) * without_end + weight_of_end * f64::from(n_periods % 2)
}

impl OfferingRule for Divider {
    /// What it would rather have now than make its own next offer.
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let situation = &turn.situation;
        let share = self.share(period_after_no(situation));
        threshold(self.own_discount_factor * share).max(situation.preferences.reservation_value())
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let situation = &turn.situation;
        let share = self.share(own_period(situation));
        let demand = threshold(libm::floor(self.steps * share + STEP_TOLERANCE) / self.steps);
        let floor = situation.preferences.reservation_value();
        turn.search
            .least_at_least(demand.max(floor).min(situation.best_utility))
    }
}

/// One of many who vote on the proposal of whoever is drawn.
#[derive(Debug)]
struct Legislator {
    own_discount_factor: f64,
    others_discount_factor: f64,
}

impl OfferingRule for Legislator {
    /// What waiting is worth among n equals: δ/n.
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let situation = &turn.situation;
        let price = self.own_discount_factor / parties(situation.rules);
        threshold(price).max(situation.preferences.reservation_value())
    }

    /// Buys others, drawn one after the other, until their yes is enough; keeps the rest.
    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let situation = &turn.situation;
        let rules = situation.rules;
        let space = &rules.space;
        let is_pie = space
            .issues()
            .all(|it| space.n_options(it) == rules.n_parties);
        if !is_pie {
            return turn.search.best();
        }
        let n_units = u32::try_from(space.n_issues()).expect("at most 64 issues");
        let price = f64::from(n_units) * self.others_discount_factor / parties(rules);
        let mut shares = vec![OptionId::new(situation.me.idx()); space.n_issues()];
        let mut given = 0;
        let mut yes = PartySet::only(situation.me);
        let mut others: Vec<PartyId> = PartySet::all(rules.n_parties)
            .without(situation.me)
            .iter()
            .collect();
        while !rules
            .consent
            .is_satisfied(space, space.outcome(&shares), yes)
            && !others.is_empty()
        {
            let drawn = turn.stream.below(others.len() as u64);
            let partner = others.remove(usize::try_from(drawn).expect("one of the others"));
            yes = yes.with(partner);
            let mut paid = 0.0;
            while paid < price - STEP_TOLERANCE && given < shares.len() {
                shares[given] = OptionId::new(partner.idx());
                given += 1;
                paid += 1.0;
            }
        }
        let offer = space.outcome(&shares);
        let is_rational = situation.preferences.is_acceptable(offer);
        if is_rational {
            Some(offer)
        } else {
            turn.search.best()
        }
    }
}

fn parties(rules: &Rules) -> f64 {
    f64::from(u32::try_from(rules.n_parties).expect("at most 64 parties"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_backward_induction_by_hand() {
        // With δ = 0.5: the last takes all, before that the other must get a half, and so on.
        let divider = Divider {
            own_discount_factor: 0.5,
            others_discount_factor: 0.5,
            n_periods: 5,
            steps: 10.0,
        };
        let expected = [0.6875, 0.625, 0.75, 0.5, 1.0, 0.0];
        for (period, expected) in (1..).zip(expected) {
            assert!((divider.share(period) - expected).abs() < 1e-15, "{period}");
        }
    }

    #[test]
    fn the_closed_form_is_the_recursion() {
        for factors in [[0.9, 0.8], [0.001, 1.0], [1.0, 0.001], [1.0, 1.0]] {
            // The share of either as proposer.
            let mut shares = [0.0; 2];
            for n_periods in 0..=999 {
                for (proposer, expected) in shares.into_iter().enumerate() {
                    let (own, others) = (factors[proposer], factors[1 - proposer]);
                    let found = proposers_share(own, others, n_periods);
                    assert!((found - expected).abs() < 1e-12, "{factors:?}, {n_periods}");
                }
                shares = [1.0 - factors[1] * shares[1], 1.0 - factors[0] * shares[0]];
            }
        }
    }
}
