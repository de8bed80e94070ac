//! Gives way with time, and on the way looks for what the others could like.
//!
//! Of all outcomes worth its aspiration it offers the one nearest to what those whose consent it
//! needs have put forward and accepted so far.
//! Faratin, Sierra and Jennings, *Using similarity criteria to make issue trade-offs in automated
//! negotiations*, Artificial Intelligence 142 (2002), 205–237; here the search is exact, and
//! similarity is to all that was put forward and accepted, see [`OfferDistance`].

use crate::domain::{Outcome, PartyId, PartySet, Utility};
use crate::protocol::{Event, Rules};
use crate::search::{Audiences, Counted, OfferDistance};
use crate::strategy::offering::time_dependent::{CONCESSION_EXPONENT, aspiration};
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
    ],
    audiences: Audiences::Distinguished,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, rules: &Rules| {
        Box::new(TradeOff {
            concession_exponent: numbers[0],
            reception: Reception::new(rules, Counted::Asked, numbers[1]),
        })
    },
};

pub(crate) const WEIGHT_OF_YES: Parameter = Parameter {
    name: "weight_of_yes",
    about: "how much the wishes of a party count that did not refuse its last offer; 1: as much as those of one that did",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: None,
};

/// How the party's last offer was received, and how far outcomes are from what the others want.
///
/// ```text
/// x   = its last offer
/// R   = those whose answer to x counts and who have not said yes to it; all heard if there are none
/// w_p = 1 if p ∈ R, else the weight of a yes
/// ```
#[derive(Debug)]
pub(crate) struct Reception {
    offer_distance: OfferDistance,
    weight_of_yes: f64,
    last_offer: Option<Outcome>,
    /// Who has said yes to it.
    yes: PartySet,
}

impl Reception {
    pub(crate) fn new(rules: &Rules, counted: Counted, weight_of_yes: f64) -> Self {
        let offer_distance = OfferDistance::new(&rules.space, &rules.scales, rules.n_parties);
        Self {
            offer_distance: offer_distance.counting(counted),
            weight_of_yes,
            last_offer: None,
            yes: PartySet::EMPTY,
        }
    }

    /// Takes in what happened: an outcome that another party puts forward or accepts is one that it
    /// wants.
    pub(crate) fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer() {
            if offer.proposer == situation.me {
                self.last_offer = Some(offer.outcome);
                self.yes = PartySet::EMPTY;
            }
            self.hear(situation, offer.proposer, offer.outcome);
        }
        if let Some(answers) = event.answers_to_offer() {
            if answers.proposer == Some(situation.me) {
                self.yes = answers.yes;
            }
            for party in answers.accepted().iter() {
                self.hear(situation, party, answers.outcome);
            }
        }
    }

    fn hear(&mut self, situation: &Situation<'_>, party: PartyId, outcome: Outcome) {
        if party != situation.me {
            self.offer_distance
                .hear(&situation.rules.space, party, outcome);
        }
    }

    /// The party's last offer.
    pub(crate) fn last_offer(&self) -> Option<Outcome> {
        self.last_offer
    }

    /// Whom the last offer has not won: R.
    pub(crate) fn refusers(&self, situation: &Situation<'_>) -> PartySet {
        let rules = situation.rules;
        let asked = self.last_offer.map_or(PartySet::EMPTY, |it| {
            rules.consent.asked(&rules.space, it).without(situation.me)
        });
        let refusers = self.yes.iter().fold(asked, PartySet::without);
        if refusers.is_empty() {
            self.offer_distance.heard()
        } else {
            refusers
        }
    }

    /// Gives those in R full weight, and the others that of a yes.
    pub(crate) fn weigh(&mut self, refusers: PartySet) {
        for party in self.offer_distance.heard().iter() {
            let weight = if refusers.contains(party) {
                1.0
            } else {
                self.weight_of_yes
            };
            self.offer_distance.weigh(party, weight);
        }
    }

    /// How far outcomes are from what the others want.
    pub(crate) fn offer_distance(&self) -> &OfferDistance {
        &self.offer_distance
    }
}

#[derive(Debug)]
struct TradeOff {
    concession_exponent: f64,
    reception: Reception,
}

impl OfferingRule for TradeOff {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        self.reception.observe(event, situation);
    }

    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        aspiration(self.concession_exponent, &turn.situation)
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let target = self.aspiration(turn);
        let refusers = self.reception.refusers(&turn.situation);
        self.reception.weigh(refusers);
        (turn.search).nearest_at_least(target, self.reception.offer_distance())
    }
}
