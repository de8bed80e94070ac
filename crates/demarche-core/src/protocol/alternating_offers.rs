//! Stacked alternating offers: a party accepts the standing offer or replaces it; unanimity.
//!
//! Aydoğan, Festen, Hindriks and Jonker, *Alternating offers protocols for multilateral
//! negotiation*, in *Modern Approaches to Agent-based Complex Automated Negotiation* (2017), 153–167.

use crate::domain::{Outcome, PartyId, PartySet};
use crate::protocol::action::{Action, Request};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::log::Log;
use crate::protocol::{Manner, ProtocolEntry, ProtocolKind, Rules};

pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
    name: "alternating_offers",
    about: "On its turn a party accepts the standing offer or replaces it; unanimity.",
    about_rounds: "Rounds allowed, from 1 to 1,000,000.",
    manner: Manner::Alternating,
    party_number: None,
    new: |_| ProtocolKind::AlternatingOffers,
};

pub(super) const ENTRY_BY_TURN: ProtocolEntry = ProtocolEntry {
    name: "alternating_offers_by_turn",
    about: "As alternating_offers, but every turn is a round, so that the deadline counts turns.",
    about_rounds: "Rounds allowed, from 1 to 1,000,000.",
    manner: Manner::Alternating,
    party_number: None,
    new: |_| ProtocolKind::AlternatingOffersByTurn,
};

#[derive(Clone, Debug)]
pub(super) struct AlternatingOffers {
    round_length: RoundLength,
    /// Whose turn it is.
    turn: PartyId,
    standing: Option<Standing>,
}

/// How many turns make a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RoundLength {
    /// One of every party.
    AllTurns,
    /// A single one: the deadline and relative time count turns.
    OneTurn,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    offer: Outcome,
    proposer: PartyId,
    /// Who has accepted it, the proposer not counted.
    yes: PartySet,
}

impl AlternatingOffers {
    pub(super) fn new(round_length: RoundLength) -> Self {
        Self {
            round_length,
            turn: PartyId::new(0),
            standing: None,
        }
    }

    pub(super) fn pending(&self) -> (Request, PartySet) {
        let ask = match self.standing {
            None => Request::Offer,
            Some(it) => Request::AcceptOrReplace {
                offer: it.offer,
                proposer: it.proposer,
            },
        };
        (ask, PartySet::only(self.turn))
    }

    pub(super) fn apply(&mut self, rules: &Rules, log: &mut Log, party: PartyId, action: Action) {
        let round = log.round;
        match (action, &mut self.standing) {
            (Action::Offer(offer), standing) => {
                if let Some(it) = standing {
                    log.events.push(Event::Answered {
                        round,
                        proposer: it.proposer,
                        offer: it.offer,
                        yes: it.yes,
                        no: PartySet::only(party),
                        answered: PartySet::only(party),
                    });
                }
                log.events.push(Event::Offered {
                    round,
                    proposer: party,
                    offer,
                });
                *standing = Some(Standing {
                    offer,
                    proposer: party,
                    yes: PartySet::EMPTY,
                });
            }
            (Action::Accept, Some(it)) => {
                it.yes = it.yes.with(party);
                log.events.push(Event::Answered {
                    round,
                    proposer: it.proposer,
                    offer: it.offer,
                    yes: it.yes,
                    no: PartySet::EMPTY,
                    answered: PartySet::only(party),
                });
            }
            (Action::Accept, None) | (Action::Reject | Action::WalkOut, _) => {
                unreachable!("the session lets only fitting actions through")
            }
        }
        let standing = self.standing.expect("an offer was made or accepted");
        if standing.yes.with(standing.proposer) == PartySet::all(rules.n_parties) {
            log.ending = Some(Ending::Agreement {
                round,
                proposer: Some(standing.proposer),
                outcome: standing.offer,
            });
            return;
        }
        let next = self.turn.idx() + 1;
        let have_all_had_a_turn = next == rules.n_parties;
        self.turn = PartyId::new(if have_all_had_a_turn { 0 } else { next });
        if have_all_had_a_turn || self.round_length == RoundLength::OneTurn {
            log.next_round(rules);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::test_support::{by_unanimity, outcome, play, set};

    #[test]
    fn the_standing_offer_is_agreed_once_all_others_have_accepted_it_in_turn() {
        let mut session = by_unanimity(ProtocolKind::AlternatingOffers, 2);
        let [left, right] = [0, 1].map(outcome);
        let [a, c] = [0, 2].map(PartyId::new);
        let turn = |offer, proposer| Request::AcceptOrReplace { offer, proposer };
        play(
            &mut session,
            [
                (1, Request::Offer, &[0][..], 0, Action::Offer(left)),
                (1, turn(left, a), &[1], 1, Action::Accept),
                (1, turn(left, a), &[2], 2, Action::Offer(right)),
                (2, turn(right, c), &[0], 0, Action::Accept),
                (2, turn(right, c), &[1], 1, Action::Accept),
            ],
        );
        let answered = |round, proposer, offer, yes: &[usize], no: &[usize], who| Event::Answered {
            round,
            proposer,
            offer,
            yes: set(yes),
            no: set(no),
            answered: set(&[who]),
        };
        let offered = |proposer, offer| Event::Offered {
            round: 1,
            proposer,
            offer,
        };
        let events = [
            offered(a, left),
            answered(1, a, left, &[1], &[], 1),
            answered(1, a, left, &[1], &[2], 2),
            offered(c, right),
            answered(2, c, right, &[0], &[], 0),
            answered(2, c, right, &[0, 1], &[], 1),
        ];
        assert_eq!(session.events(), events);
        let agreement = Ending::Agreement {
            round: 2,
            proposer: Some(c),
            outcome: right,
        };
        assert_eq!(session.ending(), Some(&agreement));
    }
}
