//! Plays the equilibrium of dividing a pie: what theory says that one should do.
//!
//! Two games are known. Under `random_proposer` it is that of Baron and Ferejohn (1989) among
//! equals without a last round: stationary, and partners are drawn. Under any other protocol it is
//! that of Rubinstein (1982) between two, with the last round at the deadline, by backward
//! induction. A pie that is cut into steps is divided at the step next to that, in favor of who
//! answers, so that the answer is yes.
//!
//! The party knows its own share of an outcome, which is its utility, and takes it that the rest
//! goes to the other; where it has to say who gets what, option i of an issue gives it to party i.
//! What the others lose by waiting is public: it is a parameter.

use crate::domain::{OptionId, Outcome, PartyId, PartySet, Utility, threshold};
use crate::protocol::{ProtocolKind, Rules};
use crate::search::{Audiences, OutcomeSearch};
use crate::seeds::Stream;
use crate::strategy::{OfferingKind, OfferingRule, Parameter, Situation};

const OWN_DISCOUNT_FACTOR: Parameter = discount_factor(
    "own_discount_factor",
    "what its own share keeps of its worth when it comes a turn later",
);
const OTHERS_DISCOUNT_FACTOR: Parameter = discount_factor(
    "others_discount_factor",
    "what the others' shares keep of theirs",
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

pub(super) const KIND: OfferingKind = OfferingKind {
    name: "equilibrium",
    about: "offers and accepts what the equilibrium of dividing a pie says",
    parameters: &[OWN_DISCOUNT_FACTOR, OTHERS_DISCOUNT_FACTOR],
    audiences: Audiences::Alike,
    start: |numbers, rules: &Rules| match rules.protocol {
        ProtocolKind::RandomProposer { .. } => Box::new(Legislator {
            own_discount_factor: numbers[0],
            others_discount_factor: numbers[1],
        }),
        ProtocolKind::ProposalAndVote
        | ProtocolKind::AlternatingOffers
        | ProtocolKind::AlternatingOffersByTurn
        | ProtocolKind::SingleText { .. } => {
            let steps = u32::try_from(rules.space.n_outcomes() - 1).unwrap_or(u32::MAX);
            let turns = rules.deadline_rounds.saturating_mul(turns_per_round(rules));
            Box::new(Divider::new(
                [numbers[0], numbers[1]],
                turns - 1,
                steps.max(1),
            ))
        }
    },
};

/// What a float may be off by where a whole number of steps is meant.
const STEP_TOLERANCE: f64 = 1e-9;

/// A change from which on shares count as settled.
const SETTLED: f64 = 1e-15;

/// One of two who make offers in turn.
#[derive(Debug)]
struct Divider {
    own_discount_factor: f64,
    /// Offers that somebody can still answer: the second party's last is too late for that.
    n_periods: u32,
    /// How many steps the pie is cut into.
    steps: f64,
    /// The share of whoever proposes, by how many periods are still to come, if the party itself
    /// proposes in the last of them and if not; as far back as it changes.
    shares: [Vec<f64>; 2],
}

impl Divider {
    fn new(discount_factors: [f64; 2], n_periods: u32, steps: u32) -> Self {
        let [own, others] = discount_factors;
        Self {
            own_discount_factor: own,
            n_periods,
            steps: f64::from(steps),
            shares: [[others, own], [own, others]].map(|it| proposers_shares(it, n_periods)),
        }
    }

    /// The share due to it in a period of its own, counted from 1; 0 after the last.
    fn share(&self, period: u32) -> f64 {
        let Some(to_come) = self.n_periods.checked_sub(period) else {
            return 0.0;
        };
        let shares = &self.shares[(to_come % 2) as usize];
        let mut idx = to_come as usize;
        if idx >= shares.len() {
            // Further back every second one is the same.
            idx = shares.len() - 1 - (idx + 1 - shares.len()) % 2;
        }
        shares[idx]
    }

    /// The period in which it may next propose. A period is a turn.
    fn own_period(situation: &Situation<'_>) -> u32 {
        match turns_per_round(situation.rules) {
            1 => situation.round,
            turns => {
                let turn = u32::from(situation.me != PartyId::new(0)) + 1;
                turns * (situation.round - 1) + turn
            }
        }
    }
}

/// How many turns of the two parties a round has.
fn turns_per_round(rules: &Rules) -> u32 {
    match rules.protocol {
        ProtocolKind::AlternatingOffersByTurn => 1,
        ProtocolKind::ProposalAndVote
        | ProtocolKind::AlternatingOffers
        | ProtocolKind::RandomProposer { .. }
        | ProtocolKind::SingleText { .. } => 2,
    }
}

/// The share of whoever proposes, from the last period back: what is left when the other gets just
/// what it would wait for.
///
/// ```text
/// x_t = 1 − δ_j·x_(t+1),   x_(T+1) = 0,   j answers in period t
/// ```
///
/// The discount factors are those of who answers in the last period and in the one before.
/// The list ends where every second share has settled.
fn proposers_shares(discount_factors: [f64; 2], n_periods: u32) -> Vec<f64> {
    let mut res: Vec<f64> = Vec::new();
    let answering = discount_factors.into_iter().cycle();
    for discount_factor in answering.take(n_periods as usize) {
        let later = res.last().copied().unwrap_or_default();
        res.push(1.0 - discount_factor * later);
        if let [.., a, b, c, d] = res[..]
            && (a - c).abs().max((b - d).abs()) <= SETTLED
        {
            break;
        }
    }
    res
}

impl OfferingRule for Divider {
    /// What it would rather have now than make its own next offer.
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        let share = self.share(Self::own_period(situation));
        threshold(self.own_discount_factor * share).max(situation.preferences.reservation_value())
    }

    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        _: &mut Stream,
    ) -> Option<Outcome> {
        let share = self.share(Self::own_period(situation));
        let demand = threshold(libm::floor(self.steps * share + STEP_TOLERANCE) / self.steps);
        let floor = situation.preferences.reservation_value();
        search.least_at_least(demand.max(floor).min(situation.best_utility))
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
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        let price = self.own_discount_factor / parties(situation.rules);
        threshold(price).max(situation.preferences.reservation_value())
    }

    /// Buys others, drawn one after the other, until their yes is enough; keeps the rest.
    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        stream: &mut Stream,
    ) -> Option<Outcome> {
        let rules = situation.rules;
        let space = &rules.space;
        let is_pie = space
            .issues()
            .all(|it| space.n_options(it) == rules.n_parties);
        if !is_pie {
            return Some(search.best());
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
            let drawn = stream.below(others.len() as u64);
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
        let is_rational = situation.preferences.is_individually_rational(offer);
        Some(if is_rational { offer } else { search.best() })
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
        let divider = Divider::new([0.5, 0.5], 5, 10);
        let expected = [0.6875, 0.625, 0.75, 0.5, 1.0, 0.0];
        for (period, expected) in (1..).zip(expected) {
            assert!((divider.share(period) - expected).abs() < 1e-15, "{period}");
        }
    }

    #[test]
    fn far_from_the_deadline_shares_are_as_if_all_had_been_listed() {
        let factors = [0.9, 0.8];
        let divider = Divider::new(factors, 999, 1000);
        assert!(divider.shares[0].len() < 300);
        let mut later = 0.0;
        for period in (1..=999).rev() {
            // In odd periods the party itself proposes.
            later = 1.0 - factors[usize::from(period % 2 == 1)] * later;
            if period % 2 == 1 {
                assert!((divider.share(period) - later).abs() < 1e-12, "{period}");
            }
        }
    }
}
