//! A party puts an offer, and all whose consent it needs answer at once.
//!
//! Each round either every party has its turn to propose, in turn order, or one that is drawn.

use crate::domain::{PartyId, PartySet};
use crate::protocol::action::{Action, Request};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::log::Log;
use crate::protocol::random_proposer::ProposerDraw;
use crate::protocol::vote::Vote;
use crate::protocol::{Manner, ProtocolEntry, ProtocolKind, Rules};

pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
    name: "proposal_and_vote",
    about: "In each round every party makes one offer, which all parties whose consent it requires answer simultaneously.",
    about_rounds: "Rounds allowed, from 1 to 1,000,000.",
    manner: Manner::Voting,
    party_number: None,
    new: |_| ProtocolKind::ProposalAndVote,
};

#[derive(Clone, Debug)]
pub(super) struct ProposalAndVote {
    /// Whose turn it is to put an offer.
    proposer: PartyId,
    /// Where the only proposer of a round comes from; without it all parties take turns.
    draw: Option<Box<ProposerDraw>>,
    vote: Option<Vote>,
}

impl ProposalAndVote {
    /// Every party proposes in every round.
    pub(super) fn in_turn() -> Self {
        Self {
            proposer: PartyId::new(0),
            draw: None,
            vote: None,
        }
    }

    /// One party proposes in every round.
    pub(super) fn drawn(mut draw: ProposerDraw) -> Self {
        Self {
            proposer: draw.next(),
            draw: Some(Box::new(draw)),
            vote: None,
        }
    }

    pub(super) fn pending(&self) -> (Request, PartySet) {
        match &self.vote {
            None => (Request::Offer, PartySet::only(self.proposer)),
            Some(vote) => {
                let ask = Request::Answer {
                    offer: vote.text,
                    proposer: self.proposer,
                };
                (ask, vote.unanswered())
            }
        }
    }

    pub(super) fn apply(&mut self, rules: &Rules, log: &mut Log, party: PartyId, action: Action) {
        match (action, &mut self.vote) {
            (Action::Offer(offer), _) => {
                log.events.push(Event::Offered {
                    round: log.round,
                    proposer: party,
                    offer,
                });
                // Whoever puts an offer forward consents to it.
                let asked = rules.consent.asked(&rules.space, offer).without(party);
                self.vote = Some(Vote::new(offer, asked));
            }
            (action, Some(vote)) => vote.answer(party, action),
            (Action::Accept | Action::Reject | Action::WalkOut, None) => {
                unreachable!("the session lets only fitting actions through")
            }
        }
        if let Some(vote) = self.vote
            && vote.is_over()
        {
            self.count(rules, log, vote);
        }
    }

    /// All have answered: the offer is agreed, or the next party puts one.
    fn count(&mut self, rules: &Rules, log: &mut Log, vote: Vote) {
        log.events.push(Event::Answered {
            round: log.round,
            proposer: self.proposer,
            offer: vote.text,
            yes: vote.yes,
            no: vote.no,
            answered: vote.asked,
        });
        let yes = vote.yes.with(self.proposer);
        if rules.consent.is_satisfied(&rules.space, vote.text, yes) {
            log.ending = Some(Ending::Agreement {
                round: log.round,
                proposer: Some(self.proposer),
                outcome: vote.text,
            });
            return;
        }
        self.vote = None;
        let next = self.proposer.idx() + 1;
        if let Some(draw) = &mut self.draw {
            self.proposer = draw.next();
            log.next_round(rules);
        } else if next < rules.n_parties {
            self.proposer = PartyId::new(next);
        } else {
            self.proposer = PartyId::new(0);
            log.next_round(rules);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::test_support::{by_unanimity, outcome, play, set};

    #[test]
    fn all_whose_consent_is_needed_vote_on_a_proposal_and_then_the_next_party_proposes() {
        let mut session = by_unanimity(ProtocolKind::ProposalAndVote, 2);
        let [left, right] = [0, 1].map(outcome);
        let [a, b, c] = [0, 1, 2].map(PartyId::new);
        let answer = |offer, proposer| Request::Answer { offer, proposer };
        play(
            &mut session,
            [
                (1, Request::Offer, &[0][..], 0, Action::Offer(left)),
                (1, answer(left, a), &[1, 2], 2, Action::Reject),
                (1, answer(left, a), &[1], 1, Action::Accept),
                (1, Request::Offer, &[1], 1, Action::Offer(right)),
                (1, answer(right, b), &[0, 2], 0, Action::Accept),
                (1, answer(right, b), &[2], 2, Action::Reject),
                (1, Request::Offer, &[2], 2, Action::Offer(left)),
                (1, answer(left, c), &[0, 1], 0, Action::Reject),
                (1, answer(left, c), &[1], 1, Action::Reject),
                (2, Request::Offer, &[0], 0, Action::Offer(right)),
                (2, answer(right, a), &[1, 2], 1, Action::Accept),
                (2, answer(right, a), &[2], 2, Action::Accept),
            ],
        );
        let offered = |round, proposer, offer| Event::Offered {
            round,
            proposer,
            offer,
        };
        let answered = |round, proposer, offer, yes: &[usize], no: &[usize]| Event::Answered {
            round,
            proposer,
            offer,
            yes: set(yes),
            no: set(no),
            answered: set(yes).union(set(no)),
        };
        let events = [
            offered(1, a, left),
            answered(1, a, left, &[1], &[2]),
            offered(1, b, right),
            answered(1, b, right, &[0], &[2]),
            offered(1, c, left),
            answered(1, c, left, &[], &[0, 1]),
            offered(2, a, right),
            answered(2, a, right, &[1, 2], &[]),
        ];
        assert_eq!(session.events(), events);
        let agreement = Ending::Agreement {
            round: 2,
            proposer: Some(a),
            outcome: right,
        };
        assert_eq!(session.ending(), Some(&agreement));
        assert_eq!(session.pending(), None);
    }
}
