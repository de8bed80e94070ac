//! Gives way in small steps from its own last offer, towards those who refused it.
//!
//! Everybody opens with what is best for it and then revises its last proposal step by step: the idea
//! of monotonic concession (Endriss, *Monotonic concession protocols for multilateral negotiation*,
//! AAMAS 2006, 392–399). Where to step follows from similarity to what the others ask, as in
//! `trade_off` and in the sequential projection of Zheng, Dai, Sycara and Chakraborty, *Automated
//! multilateral negotiation on multiple issues with private information*, INFORMS Journal on
//! Computing 28 (2016), 612–628. What is put together from these, with its limits on a step, is this
//! program's own.
//!
//! It offers the [`Revision`] of its last offer that is nearest to all others heard.
//! Its first offer, and the next one if the demand has risen above all of these, is the nearest of all
//! outcomes worth the demand.

use crate::domain::{Outcome, Utility};
use crate::protocol::{Event, Rules};
use crate::search::{Audiences, Counted};
use crate::strategy::offering::revision::{
    ISSUES_CHANGED_MAX, Reception, Revision, SWEETENER_AFTER, WEIGHT_OF_YES,
};
use crate::strategy::offering::time_dependent::{Aspiration, CONCESSION_EXPONENT};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "incremental",
    about: "changes few issues of its last offer, each by a step towards those who refused it",
    parameters: &[
        CONCESSION_EXPONENT,
        ISSUES_CHANGED_MAX,
        Parameter {
            default: Some(0.2),
            ..WEIGHT_OF_YES
        },
        SWEETENER_AFTER,
    ],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        Box::new(Incremental {
            aspiration: Aspiration::new(numbers[0]),
            reception: Reception::new(rules, Counted::All, numbers[2]),
            revision: Revision::new(rules, numbers[1], numbers[3]),
        })
    },
};

#[derive(Debug)]
struct Incremental {
    aspiration: Aspiration,
    reception: Reception,
    revision: Revision,
}

impl OfferingRule for Incremental {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.revision.observe(event, situation);
        self.reception.observe(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.aspiration.now(&turn.situation)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let demand = self.aspiration(turn);
        let situation = &turn.situation;
        let revised = self.revision.offer(situation, &mut self.reception, demand);
        revised.or_else(|| {
            self.reception.weigh(self.reception.refusers(situation));
            let offer_distance = self.reception.offer_distance();
            turn.search.nearest_at_least(demand, offer_distance)
        })
    }
}
