//! What happened in a session, as data: what every party at the table has seen.

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

impl Event {
    /// In which round, from 1.
    pub fn round(&self) -> u32 {
        match self {
            Self::Offered { round, .. }
            | Self::Answered { round, .. }
            | Self::Voted { round, .. } => *round,
        }
    }

    /// How many of these events are offers; a mediator's texts are none.
    ///
    /// # Panics
    ///
    /// If there are 2³² of them.
    pub fn count_offers(events: &[Self]) -> u32 {
        let offers = events
            .iter()
            .filter(|it| matches!(it, Self::Offered { .. }));
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
    }
}
