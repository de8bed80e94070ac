//! A party puts an offer, and all whose consent it needs answer at once.
//!
//! Each round either every party has its turn to propose, in turn order, or one that is drawn.

use crate::domain::{PartyId, PartySet};
use crate::protocol::Rules;
use crate::protocol::action::{Action, Ask};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::random_proposer::ProposerDraw;
use crate::protocol::session::Log;
use crate::protocol::vote::Vote;

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

    pub(super) fn pending(&self) -> (Ask, PartySet) {
        match &self.vote {
            None => (Ask::Offer, PartySet::only(self.proposer)),
            Some(vote) => {
                let ask = Ask::Answer {
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
