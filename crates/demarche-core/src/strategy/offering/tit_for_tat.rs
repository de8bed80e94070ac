//! Gives way as the others do, in terms of its own utility.
//!
//! Faratin, Sierra and Jennings, *Negotiation decision functions for autonomous agents*,
//! Robotics and Autonomous Systems 24 (1998), 159–182, section 4.3 (absolute tit-for-tat), on
//! utilities instead of single issues and over the whole session instead of the last step.

use crate::domain::{Utility, units};
use crate::protocol::{Event, Rules};
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "tit_for_tat",
    about: "concedes as much as the others' offers have improved for it",
    parameters: &[RECIPROCITY],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        Box::new(TitForTat {
            reciprocity: numbers[0],
            yielding: Yielding::new(rules),
        })
    },
};

const RECIPROCITY: Parameter = Parameter {
    name: "reciprocity",
    about: "its concession per unit of the others' concession",
    min: 0.0,
    max: 10.0,
    words: &[],
    default: Some(1.0),
};

/// How the others' offers have changed, in utilities of the party itself.
#[derive(Debug)]
pub(crate) struct Yielding {
    /// By party; `None` before its first offer.
    offers: Vec<Option<Offers>>,
}

/// What a party's offers are worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offers {
    pub(crate) first: Utility,
    pub(crate) best: Utility,
    pub(crate) last: Utility,
}

impl Yielding {
    pub(crate) fn new(rules: &Rules) -> Self {
        Self {
            offers: vec![None; rules.n_parties],
        }
    }

    pub(crate) fn hear(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer != situation.me
        {
            let utility = situation.preferences.utility(offer.outcome);
            let offers = self.offers[offer.proposer.idx()].get_or_insert(Offers {
                first: utility,
                best: utility,
                last: utility,
            });
            offers.best = offers.best.max(utility);
            offers.last = utility;
        }
    }

    /// What the offers of those are worth who have made some.
    pub(crate) fn offers(&self) -> impl Iterator<Item = &Offers> {
        self.offers.iter().flatten()
    }

    /// The utility that a party demands which gives way as the others did.
    ///
    /// ```text
    /// u* − ρ · mean over p of ( u(last offer of p) − u(first offer of p) ),   held within [r, u*]
    /// ```
    pub(crate) fn answered_in_kind(&self, reciprocity: f64, situation: &Situation<'_>) -> Utility {
        let gains = self.offers().map(|it| it.last.units() - it.first.units());
        let (n, sum) = gains.fold((0, 0), |(n, sum), gain| (n + 1, sum + gain));
        let mean = Utility::clamped(sum / i64::max(n, 1));
        let given = units(reciprocity * mean.get());
        let target = Utility::clamped(situation.best_utility.units() - given);
        target.max(situation.preferences.reservation_value())
    }
}

#[derive(Debug)]
struct TitForTat {
    reciprocity: f64,
    yielding: Yielding,
}

impl OfferingRule for TitForTat {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.yielding.hear(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.yielding
            .answered_in_kind(self.reciprocity, &turn.situation)
    }
}
