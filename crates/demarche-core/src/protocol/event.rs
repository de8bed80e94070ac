//! What happened in a session, as data: what every party in the session has seen.
//!
//! What happens in the world while parties talk, and is neither an offer nor an answer, is a variant of
//! [`Event`] too: one with a word of its own in [`Event::kind`], which answers `None` to all else. The
//! session pushes it, and draws what is random about it from its stream, at the place of the event's
//! name ([`Stream::seek`](crate::randomness::Stream::seek)), so that no other number moves.

use crate::domain::{Outcome, PartyId, PartySet};

/// One thing that happened in public.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// A party put an outcome forward.
    Offered {
        /// In which round, from 1.
        round: u32,
        /// Who.
        proposer: PartyId,
        /// What.
        offer: Outcome,
    },
    /// Parties answered an offer.
    Answered {
        /// In which round, from 1.
        round: u32,
        /// Whose offer it was.
        proposer: PartyId,
        /// The offer.
        offer: Outcome,
        /// Who has said yes to it so far, the proposer not counted.
        yes: PartySet,
        /// Who has said no.
        no: PartySet,
        /// Whose answer this event brings.
        answered: PartySet,
    },
    /// Parties voted on a mediator's text.
    Voted {
        /// In which round, from 1.
        round: u32,
        /// The text.
        text: Outcome,
        /// What it would have replaced; `None` in the final vote, on agreement or none.
        standing: Option<Outcome>,
        /// Who said yes.
        yes: PartySet,
        /// Who said no.
        no: PartySet,
    },
}

/// An outcome that a party put forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Who.
    pub proposer: PartyId,
    /// What.
    pub outcome: Outcome,
}

/// What parties have said to an outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answers {
    /// The outcome.
    pub outcome: Outcome,
    /// Who put it forward; `None` if a mediator did.
    pub proposer: Option<PartyId>,
    /// The text that it would replace; `None` where a yes is to an agreement.
    pub standing: Option<Outcome>,
    /// Who has said yes so far, the proposer not counted.
    pub yes: PartySet,
    /// Who has said no so far.
    pub no: PartySet,
    /// Whose answer is new.
    pub answered: PartySet,
}

impl Answers {
    /// Who says yes now.
    pub fn accepted(&self) -> PartySet {
        self.yes.intersection(self.answered)
    }

    /// Who says no now.
    pub fn refused(&self) -> PartySet {
        self.no.intersection(self.answered)
    }
}

/// What an event says, whichever it is: all that those who hear of events need to know.
///
/// Only the protocols that create them distinguish variants, so that a new one is met here and by
/// those who want to know of it.
impl Event {
    /// The words for events in tables, as documentation lists them, in Markdown.
    pub const KINDS: &'static str = "`offer`, `answer`, `vote`, `final_vote`";

    /// In which round, from 1.
    pub fn round(&self) -> u32 {
        match self {
            Self::Offered { round, .. }
            | Self::Answered { round, .. }
            | Self::Voted { round, .. } => *round,
        }
    }

    /// The word for it in tables: one of [`Event::KINDS`].
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Offered { .. } => "offer",
            Self::Answered { .. } => "answer",
            Self::Voted {
                standing: Some(_), ..
            } => "vote",
            Self::Voted { standing: None, .. } => "final_vote",
        }
    }

    /// The offer, if it is one; a mediator's text is none.
    pub fn offer(&self) -> Option<Offer> {
        match *self {
            Self::Offered {
                proposer, offer, ..
            } => Some(Offer {
                proposer,
                outcome: offer,
            }),
            Self::Answered { .. } | Self::Voted { .. } => None,
        }
    }

    /// What parties say to an offer or a mediator's text, if it brings answers.
    pub fn answers(&self) -> Option<Answers> {
        match *self {
            Self::Offered { .. } => None,
            Self::Answered {
                proposer,
                offer,
                yes,
                no,
                answered,
                ..
            } => Some(Answers {
                outcome: offer,
                proposer: Some(proposer),
                standing: None,
                yes,
                no,
                answered,
            }),
            Self::Voted {
                text,
                standing,
                yes,
                no,
                ..
            } => Some(Answers {
                outcome: text,
                proposer: None,
                standing,
                yes,
                no,
                answered: yes.union(no),
            }),
        }
    }

    /// The answers to a mediator's text.
    pub fn vote(&self) -> Option<Answers> {
        self.answers().filter(|it| it.proposer.is_none())
    }

    /// The answers to a party's offer.
    pub fn answers_to_offer(&self) -> Option<Answers> {
        self.answers().filter(|it| it.proposer.is_some())
    }

    /// Whose offer it is about; `None` for a mediator's text.
    pub fn proposer(&self) -> Option<PartyId> {
        let offer = self.offer().map(|it| it.proposer);
        offer.or_else(|| self.answers()?.proposer)
    }

    /// The outcome that it puts on the table; `None` for answers to one that is there.
    pub fn put_forward(&self) -> Option<Outcome> {
        let offer = self.offer().map(|it| it.outcome);
        offer.or_else(|| self.vote().map(|it| it.outcome))
    }

    /// How many of these events are offers; a mediator's texts are none.
    ///
    /// # Panics
    ///
    /// If there are 2³² of them.
    pub fn count_offers(events: &[Self]) -> u32 {
        let offers = events.iter().filter(|it| it.offer().is_some());
        u32::try_from(offers.count()).expect("a session has far fewer than 2^32 offers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OutcomeSpace;

    #[test]
    fn events_tell_their_round_and_only_offers_count_as_offers() {
        let offer = OutcomeSpace::new(&[1]).unwrap().outcome_at(0);
        let proposer = PartyId::new(0);
        let [yes, no] = [PartySet::EMPTY; 2];
        let offered = |round| Event::Offered {
            round,
            proposer,
            offer,
        };
        let answered = Event::Answered {
            round: 4,
            proposer,
            offer,
            yes,
            no,
            answered: yes,
        };
        let voted = Event::Voted {
            round: 5,
            text: offer,
            standing: None,
            yes,
            no,
        };
        let events = [offered(2), offered(3), answered, voted];
        assert_eq!(events.each_ref().map(Event::round), [2, 3, 4, 5]);
        assert_eq!(Event::count_offers(&events), 2);
        let kinds = events.each_ref().map(Event::kind);
        assert_eq!(kinds, ["offer", "offer", "answer", "final_vote"]);
        assert!(
            kinds
                .iter()
                .all(|it| Event::KINDS.contains(&format!("`{it}`")))
        );
    }

    #[test]
    fn answers_tell_what_is_new_from_all_that_was_said() {
        let outcome = OutcomeSpace::new(&[1]).unwrap().outcome_at(0);
        let [a, b, c] = [0, 1, 2].map(PartyId::new);
        let proposer = Some(a);
        let yes = PartySet::only(b).with(c);
        let answered = PartySet::only(c);
        let event = Event::Answered {
            round: 1,
            proposer: a,
            offer: outcome,
            yes,
            no: PartySet::EMPTY,
            answered,
        };
        let answers = event.answers_to_offer().unwrap();
        assert_eq!((answers.proposer, answers.yes), (proposer, yes));
        assert_eq!(answers.accepted(), PartySet::only(c));
        assert_eq!(answers.refused(), PartySet::EMPTY);
        assert_eq!((event.offer(), event.vote()), (None, None));
        assert_eq!(event.put_forward(), None);

        let event = Event::Voted {
            round: 1,
            text: outcome,
            standing: None,
            yes,
            no: PartySet::only(a),
        };
        let vote = event.vote().unwrap();
        assert_eq!(vote.accepted(), yes);
        assert_eq!(vote.refused(), PartySet::only(a));
        assert_eq!(event.answers_to_offer(), None);
        assert_eq!(event.put_forward(), Some(outcome));
    }
}
