//! Gives way with time, and on the way looks for what the others could like.
//!
//! Of all outcomes worth its aspiration it offers the one nearest to what those whose consent it
//! needs have put forward and accepted so far.
//! Faratin, Sierra and Jennings, *Using similarity criteria to make issue trade-offs in automated
//! negotiations*, Artificial Intelligence 142 (2002), 205–237; here the search is exact, and
//! similarity is to all that was put forward and accepted, see [`OfferDistance`].

use crate::domain::{Outcome, PartyId, Utility};
use crate::protocol::{Event, Rules};
use crate::search::{Audiences, OfferDistance};
use crate::strategy::offering::time_dependent::{CONCESSION_EXPONENT, aspiration};
use crate::strategy::{OfferingKind, OfferingRule, Situation, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "trade_off",
    about: "of the outcomes worth its aspiration, offers the one nearest to the others' wishes",
    parameters: &[CONCESSION_EXPONENT],
    audiences: Audiences::Distinguished,
    start: |numbers, rules: &Rules| {
        Box::new(TradeOff {
            concession_exponent: numbers[0],
            offer_distance: OfferDistance::new(&rules.space, &rules.scales, rules.n_parties),
        })
    },
};

#[derive(Debug)]
struct TradeOff {
    concession_exponent: f64,
    offer_distance: OfferDistance,
}

impl TradeOff {
    fn hear(&mut self, situation: &Situation<'_>, party: PartyId, outcome: Outcome) {
        if party != situation.me {
            self.offer_distance
                .hear(&situation.rules.space, party, outcome);
        }
    }
}

impl OfferingRule for TradeOff {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer() {
            self.hear(situation, offer.proposer, offer.outcome);
        }
        if let Some(answers) = event.answers_to_offer() {
            for party in answers.accepted().iter() {
                self.hear(situation, party, answers.outcome);
            }
        }
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        aspiration(self.concession_exponent, &turn.situation)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let target = self.aspiration(turn);
        turn.search.nearest_at_least(target, &self.offer_distance)
    }
}
