//! Plays the equilibrium of dividing a pie: what theory says that one should do.
//!
//! Two games are known. Under `random_proposer` it is that of Baron and Ferejohn (1989) among
//! equals without a last round: stationary, and partners are drawn. Under any other protocol it is
//! that of Rubinstein (1982) between two, with the last round at the deadline, by backward
//! induction over a pie of as many steps as there are outcomes.
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
        | ProtocolKind::SingleText { .. } => {
            let steps = u32::try_from(rules.space.n_outcomes() - 1).unwrap_or(u32::MAX);
            Box::new(Divider::new(
                [numbers[0], numbers[1]],
                rules.deadline_rounds.saturating_mul(2) - 1,
                steps.max(1),
            ))
        }
    },
};

/// What a float may be off by where a whole number of steps is meant.
const STEP_TOLERANCE: f64 = 1e-9;

/// The least whole number of steps that is worth so many.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "steps lie between 0 and the size of a pie, which is a u32"
)]
fn whole_steps(steps: f64) -> u32 {
    libm::ceil(steps - STEP_TOLERANCE).max(0.0) as u32
}

/// One of two who make offers in turn.
#[derive(Debug)]
struct Divider {
    own_discount_factor: f64,
    /// Offers that somebody can still answer: the second party's last is too late for that.
    n_periods: u32,
    /// How many steps the pie is cut into.
    steps: u32,
    /// The demand of whoever proposes, by how many periods are still to come, if the party itself
    /// proposes in the last of them and if not; as far back as it changes.
    demands: [Vec<u32>; 2],
}

impl Divider {
    fn new(discount_factors: [f64; 2], n_periods: u32, steps: u32) -> Self {
        let [own, others] = discount_factors;
        Self {
            own_discount_factor: own,
            n_periods,
            steps,
            demands: [[others, own], [own, others]].map(|it| demands(it, n_periods, steps)),
        }
    }

    /// The share that it demands in a period of its own, counted from 1; 0 after the last.
    fn demand(&self, period: u32) -> f64 {
        let Some(to_come) = self.n_periods.checked_sub(period) else {
            return 0.0;
        };
        let demands = &self.demands[(to_come % 2) as usize];
        let mut idx = to_come as usize;
        if idx >= demands.len() {
            // Further back every second one is the same.
            idx = demands.len() - 1 - (idx + 1 - demands.len()) % 2;
        }
        f64::from(demands[idx]) / f64::from(self.steps)
    }

    /// The period in which it may next propose. A period is a turn: two make a round.
    fn own_period(situation: &Situation<'_>) -> u32 {
        let turn = u32::from(situation.me != PartyId::new(0)) + 1;
        2 * (situation.round - 1) + turn
    }
}

/// What whoever proposes demands, from the last period back: all but the fewest steps for which
/// the other would not rather wait.
///
/// ```text
/// x_t = N − ⌈ δ_j·x_(t+1) ⌉,   x_(T+1) = 0,   j answers in period t
/// ```
///
/// The discount factors are those of who answers in the last period and in the one before. The
/// list ends where every second demand has become the same, as it must: two periods back, more
/// for whoever proposes later never is less for it now, and the first step is down.
fn demands(discount_factors: [f64; 2], n_periods: u32, steps: u32) -> Vec<u32> {
    let mut res: Vec<u32> = Vec::new();
    for discount_factor in discount_factors
        .into_iter()
        .cycle()
        .take(n_periods as usize)
    {
        let later = res.last().copied().unwrap_or_default();
        res.push(steps - whole_steps(discount_factor * f64::from(later)).min(steps));
        if let [.., a, b, c, d] = res[..]
            && (a, b) == (c, d)
        {
            break;
        }
    }
    res
}

impl OfferingRule for Divider {
    /// What it would rather have now than make its own next offer.
    fn aspiration(&self, situation: &Situation<'_>) -> Utility {
        let demand = self.demand(Self::own_period(situation));
        threshold(self.own_discount_factor * demand).max(situation.preferences.reservation_value())
    }

    fn offer(
        &mut self,
        situation: &Situation<'_>,
        search: &mut dyn OutcomeSearch,
        _: &mut Stream,
    ) -> Option<Outcome> {
        let demand = threshold(self.demand(Self::own_period(situation)));
        search.least_at_least(demand.max(situation.preferences.reservation_value()))
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
    fn aspiration(&self, situation: &Situation<'_>) -> Utility {
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
        let is_divided = space
            .issues()
            .all(|it| space.n_options(it) == rules.n_parties);
        if !is_divided {
            return search.least_at_least(situation.best_utility);
        }
        let n_units = u32::try_from(space.n_issues()).expect("at most 64 issues");
        let worth_waiting = self.others_discount_factor / parties(rules);
        let price = whole_steps(f64::from(n_units) * worth_waiting) as usize;
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
            let rest = shares.len() - given;
            shares[given..given + price.min(rest)].fill(OptionId::new(partner.idx()));
            given += price.min(rest);
        }
        Some(space.outcome(&shares))
    }
}

fn parties(rules: &Rules) -> f64 {
    f64::from(u32::try_from(rules.n_parties).expect("at most 64 parties"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demands_are_those_of_backward_induction_by_hand() {
        // With 10 steps and δ = 0.5: the last takes all; before that the other must get 5, then
        // ⌈2.5⌉ = 3, then ⌈3.5⌉ = 4.
        let divider = Divider::new([0.5, 0.5], 5, 10);
        let demands: Vec<f64> = (1..=6).map(|it| divider.demand(it)).collect();
        for (found, expected) in demands.iter().zip([0.7, 0.6, 0.7, 0.5, 1.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{demands:?}");
        }
    }

    #[test]
    fn far_from_the_deadline_demands_are_as_if_all_had_been_listed() {
        let (factors, steps) = ([0.9, 0.8], 1000);
        let divider = Divider::new(factors, 999, steps);
        assert!(divider.demands[0].len() < 200);
        let mut later = 0;
        for period in (1..=999).rev() {
            // In odd periods the party itself proposes.
            let answers = factors[usize::from(period % 2 == 1)];
            later = steps - whole_steps(answers * f64::from(later));
            if period % 2 == 1 {
                let share = f64::from(later) / f64::from(steps);
                assert!((divider.demand(period) - share).abs() < 1e-12, "{period}");
            }
        }
    }
}
