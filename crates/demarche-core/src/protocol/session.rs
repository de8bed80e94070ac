//! One negotiation: whose turn it is, what was said, how it ended.

use std::sync::Arc;

use crate::domain::{PartyId, PartySet};
use crate::protocol::action::{Action, ProtocolViolation, Request};
use crate::protocol::alternating_offers::{AlternatingOffers, RoundLength};
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;
use crate::protocol::log::Log;
use crate::protocol::proposal_and_vote::ProposalAndVote;
use crate::protocol::random_proposer::ProposerDraw;
use crate::protocol::single_text::SingleText;
use crate::protocol::{ProtocolKind, Rules};
use crate::randomness::Stream;

/// One playthrough of a protocol.
///
/// Its methods are of three kinds: getters; [`Session::pending`], which says what is wanted next
/// of whom; and [`Session::apply`] with [`Session::forfeit`], which take in what happened, and
/// [`Session::let_go`], which gives back its memory.
/// A driver asks `pending`, brings the question to the parties, and applies their actions in any
/// order, until there is an ending.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use demarche_core::domain::{ConsentRule, OutcomeSpace, PartyId, Scale};
/// use demarche_core::protocol::{Action, ProtocolKind, RelativeTime, Request, Rules, Session};
/// use demarche_core::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};
///
/// let space = Arc::new(OutcomeSpace::new(&[2, 2])?);
/// let rules = Rules {
///     protocol: ProtocolKind::ProposalAndVote,
///     deadline_rounds: 3,
///     relative_time: RelativeTime::ToDeadline,
///     consent: ConsentRule::unanimity(2),
///     n_parties: 2,
///     scales: vec![Scale::Nominal; 2],
///     space: Arc::clone(&space),
/// };
/// let seeds = Seeds::new(MasterSeed(1));
/// let stream = seeds.stream(Replication(0), NameHash::of(""), Purpose::Protocol);
/// let mut session = Session::new(Arc::new(rules), stream);
/// let outcome = space.outcomes().next().expect("a space has outcomes");
///
/// let first = session.pending().expect("the session has just begun");
/// assert_eq!(first.ask, Request::Offer);
/// session.apply(PartyId::new(0), Action::Offer(outcome))?;
/// session.apply(PartyId::new(1), Action::Accept)?;
/// assert_eq!(session.ending().and_then(|it| it.agreement()), Some(outcome));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    rules: Arc<Rules>,
    log: Log,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    ProposalAndVote(ProposalAndVote),
    AlternatingOffers(AlternatingOffers),
    SingleText(Box<SingleText>),
}

/// What a session waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// What is asked; the same of all.
    pub ask: Request,
    /// Who has yet to act.
    pub parties: PartySet,
    /// The present round, from 1.
    pub round: u32,
}

impl Session {
    /// A session that has just begun.
    ///
    /// `stream` is all that the protocol draws from; some protocols need none.
    ///
    /// # Panics
    ///
    /// If the rules know no party or no round.
    pub fn new(rules: Arc<Rules>, stream: Stream) -> Self {
        assert!(rules.n_parties > 0, "somebody negotiates");
        assert!(rules.deadline_rounds > 0, "there is a round");
        let mut log = Log::new(&rules);
        let state = match &rules.protocol {
            ProtocolKind::ProposalAndVote => State::ProposalAndVote(ProposalAndVote::in_turn()),
            ProtocolKind::AlternatingOffers => {
                State::AlternatingOffers(AlternatingOffers::new(RoundLength::AllTurns))
            }
            ProtocolKind::AlternatingOffersByTurn => {
                State::AlternatingOffers(AlternatingOffers::new(RoundLength::OneTurn))
            }
            ProtocolKind::RandomProposer { recognition } => {
                let draw = ProposerDraw::new(recognition, stream);
                State::ProposalAndVote(ProposalAndVote::drawn(draw))
            }
            ProtocolKind::SingleText { .. } => {
                State::SingleText(Box::new(SingleText::new(&rules, &mut log, stream)))
            }
        };
        Self { rules, log, state }
    }

    /// What all parties know of the game.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// What happened so far, in public, but for what was [let go of](Session::let_go).
    pub fn events(&self) -> &[Event] {
        &self.log.events
    }

    /// Lets go of the first of these events, for drivers that need them no longer: no protocol
    /// looks back at them.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn let_go(&mut self, n_events: usize) {
        self.log.events.drain(..n_events);
    }

    /// How the session stopped; `None` while it goes on.
    pub fn ending(&self) -> Option<&Ending> {
        self.log.ending.as_ref()
    }

    /// What the session waits for; `None` once it has ended.
    pub fn pending(&self) -> Option<Pending> {
        if self.log.ending.is_some() {
            return None;
        }
        let (ask, parties) = match &self.state {
            State::ProposalAndVote(it) => it.pending(),
            State::AlternatingOffers(it) => it.pending(),
            State::SingleText(it) => it.pending(&self.rules, &self.log),
        };
        Some(Pending {
            ask,
            parties,
            round: self.log.round,
        })
    }

    /// Takes in what a party does.
    ///
    /// # Errors
    ///
    /// If the rules do not allow it; the session is then unchanged, and the driver may record a
    /// [`Session::forfeit`].
    pub fn apply(&mut self, party: PartyId, action: Action) -> Result<(), ProtocolViolation> {
        let pending = self
            .pending()
            .filter(|it| it.parties.contains(party))
            .ok_or(ProtocolViolation::NotAsked)?;
        if !pending.ask.allows(action) {
            return Err(ProtocolViolation::WrongAction {
                asked: pending.ask,
                action,
            });
        }
        match action {
            Action::Offer(offer) if !self.rules.space.contains(offer) => {
                return Err(ProtocolViolation::OfferOutsideSpace);
            }
            Action::WalkOut => {
                self.log.ending = Some(Ending::Walkout {
                    round: self.log.round,
                    party,
                });
            }
            Action::Offer(_) | Action::Accept | Action::Reject => match &mut self.state {
                State::ProposalAndVote(it) => it.apply(&self.rules, &mut self.log, party, action),
                State::AlternatingOffers(it) => it.apply(&self.rules, &mut self.log, party, action),
                State::SingleText(it) => it.apply(&self.rules, &mut self.log, party, action),
            },
        }
        Ok(())
    }

    /// Ends the session because a party broke the rules, or failed.
    ///
    /// Has no effect on a session that has ended.
    pub fn forfeit(&mut self, party: PartyId, violation: ProtocolViolation) {
        let round = self.log.round;
        self.log.ending.get_or_insert(Ending::Forfeit {
            round,
            party,
            violation,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OutcomeSpace;
    use crate::protocol::test_support::{by_unanimity, mediated, outcome, play_out};

    #[test]
    fn parties_that_never_agree_take_their_turns_until_the_deadline() {
        for (protocol, deadline_rounds, turns) in [
            (
                ProtocolKind::ProposalAndVote,
                2,
                vec![(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)],
            ),
            (
                ProtocolKind::AlternatingOffers,
                2,
                vec![(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)],
            ),
            (
                ProtocolKind::AlternatingOffersByTurn,
                4,
                vec![(1, 0), (2, 1), (3, 2), (4, 0)],
            ),
            (
                ProtocolKind::RandomProposer {
                    recognition: vec![0.0, 1.0, 0.0],
                },
                3,
                vec![(1, 1), (2, 1), (3, 1)],
            ),
        ] {
            let mut session = by_unanimity(protocol, deadline_rounds);
            let mut offers = Vec::new();
            play_out(&mut session, |pending, party| match pending.ask {
                Request::Offer | Request::AcceptOrReplace { .. } => {
                    offers.push((pending.round, party.idx()));
                    Action::Offer(outcome(0))
                }
                Request::Answer { .. } | Request::Vote { .. } => Action::Reject,
            });
            assert_eq!(offers, turns);
            let deadline = Ending::Deadline {
                round: deadline_rounds,
            };
            assert_eq!(session.ending(), Some(&deadline));
        }
    }

    #[test]
    fn only_what_was_asked_for_is_let_through_and_all_else_changes_nothing() {
        let offer = Action::Offer(outcome(1));
        let actions = [offer, Action::Accept, Action::Reject, Action::WalkOut];
        let at_offer = by_unanimity(ProtocolKind::ProposalAndVote, 2);
        let mut at_answer = at_offer.clone();
        let mut at_turn = by_unanimity(ProtocolKind::AlternatingOffers, 2);
        for it in [&mut at_answer, &mut at_turn] {
            it.apply(PartyId::new(0), offer).unwrap();
        }
        let at_vote = by_unanimity(mediated(), 2);
        for (session, allowed) in [
            (at_offer, [true, false, false, true]),
            (at_answer, [false, true, true, true]),
            (at_turn, [true, true, false, true]),
            (at_vote, [false, true, true, true]),
        ] {
            let pending = session.pending().unwrap();
            let asked = pending.ask;
            for party in PartySet::all(3).iter() {
                let is_asked = pending.parties.contains(party);
                for (action, is_allowed) in actions.into_iter().zip(allowed) {
                    let expected = match (is_asked, is_allowed) {
                        (true, true) => Ok(()),
                        (true, false) => Err(ProtocolViolation::WrongAction { asked, action }),
                        (false, _) => Err(ProtocolViolation::NotAsked),
                    };
                    let mut after = session.clone();
                    assert_eq!(after.apply(party, action), expected);
                    if expected.is_err() {
                        assert_eq!(after.pending(), Some(pending));
                        assert_eq!(after.events(), session.events());
                    }
                }
            }
        }
    }

    #[test]
    fn an_offer_of_another_space_is_refused() {
        let mut session = by_unanimity(ProtocolKind::ProposalAndVote, 2);
        let elsewhere = OutcomeSpace::new(&[8]).unwrap().outcome_at(7);
        assert_eq!(
            session.apply(PartyId::new(0), Action::Offer(elsewhere)),
            Err(ProtocolViolation::OfferOutsideSpace)
        );
    }

    #[test]
    fn a_session_ends_once() {
        let mut session = by_unanimity(ProtocolKind::ProposalAndVote, 2);
        let [party, other] = [0, 1].map(PartyId::new);
        let mut forfeited = session.clone();
        forfeited.forfeit(other, ProtocolViolation::Panicked);
        let forfeit = Ending::Forfeit {
            round: 1,
            party: other,
            violation: ProtocolViolation::Panicked,
        };
        assert_eq!(forfeited.ending(), Some(&forfeit));
        session.apply(party, Action::WalkOut).unwrap();
        session.forfeit(other, ProtocolViolation::Panicked);
        let walkout = Ending::Walkout { round: 1, party };
        assert_eq!(session.ending(), Some(&walkout));
        assert_eq!(
            session.apply(other, Action::Accept),
            Err(ProtocolViolation::NotAsked)
        );
    }
}
