//! `MiCRO`: gives way by the smallest step, and only as often as the others do.
//!
//! De Jonge, *An analysis of the linear bilateral ANAC domains using the `MiCRO` benchmark
//! strategy*, IJCAI 2022, 223–229.
//!
//! ```text
//! o_1, o_2, … = outcomes worth at least r, by falling worth
//! s           = how many of them it has put forward
//! s′          = how many distinct outcomes another has put forward, the least of all others
//! offers        o_(s+1) if s ≤ s′ and there is one, else any of o_1 … o_s
//! aspiration  = u(o_(s+1)) if s ≤ s′ and there is one, else u(o_s)
//! ```
//!
//! The paper knows one opponent; with several, whoever has given way least sets the pace.

use std::collections::BTreeSet;

use crate::domain::{Outcome, Utility};
use crate::protocol::{Event, Rules};
use crate::search::{Audiences, Ranked};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "micro",
    about: "descends its own ranking by one outcome for each new offer of the others",
    parameters: &[],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, rules: &Rules| {
        Box::new(Micro {
            sent: Vec::new(),
            next: None,
            received: vec![BTreeSet::new(); rules.n_parties],
        })
    },
};

#[derive(Debug)]
struct Micro {
    sent: Vec<Ranked>,
    /// What follows in the ranking, once looked up.
    next: Option<Ranked>,
    /// By party, what it has put forward.
    received: Vec<BTreeSet<Outcome>>,
}

impl Micro {
    /// The next outcome of the ranking, if it is time to put it forward and it is worth it.
    fn step(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let situation = &turn.situation;
        let of_others = (self.received.iter().enumerate())
            .filter(|it| it.0 != situation.me.idx())
            .map(|it| it.1.len());
        if of_others.min().is_some_and(|least| self.sent.len() > least) {
            return None;
        }
        if self.next.is_none() {
            self.next = turn.search.next_in_ranking(self.sent.last().copied());
        }
        self.next
            .map(|it| it.outcome)
            .filter(|&it| situation.preferences.is_acceptable(it))
    }
}

impl OfferingRule for Micro {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        let Some(offer) = event.offer() else {
            return;
        };
        self.received[offer.proposer.idx()].insert(offer.outcome);
        let is_next = self.next.is_some_and(|it| it.outcome == offer.outcome);
        if offer.proposer == situation.me && is_next {
            self.sent.extend(self.next.take());
        }
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let next = self.step(turn);
        let wanted = next.or_else(|| self.sent.last().map(|it| it.outcome));
        let situation = &turn.situation;
        let utility = wanted.map(|it| situation.preferences.utility(it));
        utility.unwrap_or(situation.best_utility)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        if let Some(next) = self.step(turn) {
            return Some(next);
        }
        if self.sent.is_empty() {
            return None;
        }
        let any = turn.stream.below(self.sent.len() as u64);
        let any = usize::try_from(any).expect("a place in a list");
        Some(self.sent[any].outcome)
    }
}
