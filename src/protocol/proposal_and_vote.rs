//! Each round every party, in turn order, puts one offer; all whose consent it needs answer at once.

use crate::domain::{Outcome, PartyId, PartySet};
use crate::protocol::Rules;
use crate::protocol::action::{Action, Ask};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::session::Log;

#[derive(Clone, Debug)]
pub(super) struct ProposalAndVote {
    /// Whose turn it is to put an offer.
    proposer: PartyId,
    vote: Option<Vote>,
}

#[derive(Clone, Copy, Debug)]
struct Vote {
    offer: Outcome,
    asked: PartySet,
    yes: PartySet,
    no: PartySet,
}

impl ProposalAndVote {
    pub(super) fn new() -> Self {
        Self {
            proposer: PartyId::new(0),
            vote: None,
        }
    }

    pub(super) fn pending(&self) -> (Ask, PartySet) {
        match self.vote {
            None => (Ask::Offer, PartySet::only(self.proposer)),
            Some(vote) => {
                let answered = vote.yes.union(vote.no);
                let ask = Ask::Answer {
                    offer: vote.offer,
                    proposer: self.proposer,
                };
                (
                    ask,
                    vote.asked
                        .iter()
                        .filter(|&it| !answered.contains(it))
                        .collect(),
                )
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
                self.vote = Some(Vote {
                    offer,
                    // Whoever puts an offer forward consents to it.
                    asked: rules.consent.asked(&rules.space, offer).without(party),
                    yes: PartySet::EMPTY,
                    no: PartySet::EMPTY,
                });
            }
            (Action::Accept, Some(vote)) => vote.yes = vote.yes.with(party),
            (Action::Reject, Some(vote)) => vote.no = vote.no.with(party),
            (Action::Accept | Action::Reject, None) | (Action::WalkOut, _) => {
                unreachable!("the session lets only fitting actions through")
            }
        }
        if let Some(vote) = self.vote
            && vote.asked == vote.yes.union(vote.no)
        {
            self.count(rules, log, vote);
        }
    }

    /// All have answered: the offer is agreed, or the next party puts one.
    fn count(&mut self, rules: &Rules, log: &mut Log, vote: Vote) {
        log.events.push(Event::Answered {
            round: log.round,
            proposer: self.proposer,
            offer: vote.offer,
            yes: vote.yes,
            no: vote.no,
            answered: vote.asked,
        });
        let yes = vote.yes.with(self.proposer);
        if rules.consent.is_satisfied(&rules.space, vote.offer, yes) {
            log.ending = Some(Ending::Agreement {
                round: log.round,
                proposer: self.proposer,
                outcome: vote.offer,
            });
            return;
        }
        self.vote = None;
        let next = self.proposer.idx() + 1;
        if next < rules.n_parties {
            self.proposer = PartyId::new(next);
        } else {
            self.proposer = PartyId::new(0);
            log.next_round(rules);
        }
    }
}
