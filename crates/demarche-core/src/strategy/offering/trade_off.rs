//! Gives way with time, and on the way looks for what the others could like.
//!
//! Of all outcomes worth its aspiration it offers the one nearest to what those whose consent it
//! needs have put forward and accepted so far.
//! Faratin, Sierra and Jennings, *Using similarity criteria to make issue trade-offs in automated
//! negotiations*, Artificial Intelligence 142 (2002), 205–237; here the search is exact, and
//! similarity is to all that was put forward and accepted, see
//! [`OfferDistance`](crate::search::OfferDistance).
//!
//! By default it looks at the whole space, so that an offer may change many issues of the one before
//! and return to what it gave up. With a limit to the issues changed it looks at the small steps from
//! its last offer alone, as `incremental` does, see [`Revision`]; of the others those count whose answer
//! to an outcome does.
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
    name: "trade_off",
    about: "among the outcomes at its aspiration or above, offers the one nearest to the others' offers",
    parameters: &[
        CONCESSION_EXPONENT,
        Parameter {
            default: Some(1.0),
            ..WEIGHT_OF_YES
        },
        Parameter {
            about: "how many issues it changes in one offer at most, each by a small step; rounded to a whole number, of which 0 is no limit",
            min: 0.0,
            words: &[("all", 0.0)],
            default: Some(0.0),
            ..ISSUES_CHANGED_MAX
        },
        Parameter {
            about: "with a limit to the issues changed, the relative time from which it also offers what was asked for earlier, and changes as many issues as it may",
            ..SWEETENER_AFTER
        },
    ],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        Box::new(TradeOff {
            aspiration: Aspiration::new(numbers[0]),
            reception: Reception::new(rules, Counted::Asked, numbers[1]),
            revision: (numbers[2] >= 0.5).then(|| Revision::new(rules, numbers[2], numbers[3])),
        })
    },
};

#[derive(Debug)]
struct TradeOff {
    aspiration: Aspiration,
    reception: Reception,
    /// If it changes its last offer in small steps.
    revision: Option<Revision>,
}

impl OfferingRule for TradeOff {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(revision) = &mut self.revision {
            revision.observe(event, situation);
        }
        self.reception.observe(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        self.aspiration.now(&turn.situation)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let demand = self.aspiration(turn);
        let situation = &turn.situation;
        let revised = (self.revision.as_mut())
            .and_then(|it| it.offer(situation, &mut self.reception, demand));
        revised.or_else(|| {
            self.reception.weigh(self.reception.refusers(situation));
            let offer_distance = self.reception.offer_distance();
            turn.search.nearest_at_least(demand, offer_distance)
        })
    }
}
