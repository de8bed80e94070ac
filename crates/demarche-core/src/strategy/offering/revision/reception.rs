//! How a party's last offer was received, and how far outcomes are from what the others want.

use crate::domain::{Outcome, PartyId, PartySet};
use crate::protocol::{Event, Rules};
use crate::search::{Counted, FULL_WEIGHT, OfferDistance, units_of_weight};
use crate::strategy::{Parameter, Situation};

pub(in crate::strategy::offering) const WEIGHT_OF_YES: Parameter = Parameter {
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
pub(in crate::strategy::offering) struct Reception {
    offer_distance: OfferDistance,
    /// In units.
    weight_of_yes: u32,
    last_offer: Option<Outcome>,
    /// Who has said yes to it.
    yes: PartySet,
}

impl Reception {
    pub(in crate::strategy::offering) fn new(
        rules: &Rules,
        counted: Counted,
        weight_of_yes: f64,
    ) -> Self {
        let offer_distance = OfferDistance::new(&rules.space, &rules.scales, rules.n_parties);
        Self {
            offer_distance: offer_distance.counting(counted),
            weight_of_yes: units_of_weight(weight_of_yes),
            last_offer: None,
            yes: PartySet::EMPTY,
        }
    }

    /// Takes in what happened: an outcome that another party puts forward or accepts is one that it
    /// wants.
    pub(in crate::strategy::offering) fn observe(
        &mut self,
        event: &Event,
        situation: &Situation<'_>,
    ) {
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
    pub(in crate::strategy::offering) fn last_offer(&self) -> Option<Outcome> {
        self.last_offer
    }

    /// Whom the last offer has not won, all heard if it has won everybody: R.
    pub(in crate::strategy::offering) fn refusers(&self, situation: &Situation<'_>) -> PartySet {
        self.refusers_among(situation, self.asked(situation))
    }

    /// R, if it were these whose answers count.
    pub(in crate::strategy::offering) fn refusers_among(
        &self,
        situation: &Situation<'_>,
        asked: PartySet,
    ) -> PartySet {
        if self.has_won_all(situation) {
            self.offer_distance.heard()
        } else {
            self.not_won(situation, asked)
        }
    }

    /// Whether all whose answers to the last offer count have said yes to it.
    pub(in crate::strategy::offering) fn has_won_all(&self, situation: &Situation<'_>) -> bool {
        self.not_won(situation, self.asked(situation)).is_empty()
    }

    fn not_won(&self, situation: &Situation<'_>, asked: PartySet) -> PartySet {
        asked.without(situation.me).difference(self.yes)
    }

    /// Those whose answers to the last offer count.
    fn asked(&self, situation: &Situation<'_>) -> PartySet {
        let rules = situation.rules;
        self.last_offer
            .map_or(PartySet::EMPTY, |it| rules.consent.asked(&rules.space, it))
    }

    /// Gives those in R full weight, and the others that of a yes.
    pub(in crate::strategy::offering) fn weigh(&mut self, refusers: PartySet) {
        self.weigh_among(self.offer_distance.heard(), refusers);
    }

    /// The same for these parties alone, who have been heard.
    pub(in crate::strategy::offering) fn weigh_among(
        &mut self,
        parties: PartySet,
        refusers: PartySet,
    ) {
        for party in parties.iter() {
            let weight = if refusers.contains(party) {
                FULL_WEIGHT
            } else {
                self.weight_of_yes
            };
            self.offer_distance.weigh_in_units(party, weight);
        }
    }

    /// How far outcomes are from what the others want.
    pub(in crate::strategy::offering) fn offer_distance(&self) -> &OfferDistance {
        &self.offer_distance
    }
}
