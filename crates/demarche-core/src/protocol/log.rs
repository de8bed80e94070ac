//! What every protocol keeps of a session: the round, the events, the ending.

use crate::protocol::Rules;
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;

/// The most events for which a session has room from the start.
const EVENTS_AT_FIRST_MAX: usize = 1024;

/// What every protocol keeps.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// The present round, from 1.
    pub(super) round: u32,
    pub(super) events: Vec<Event>,
    pub(super) ending: Option<Ending>,
}

impl Log {
    /// That of a session that has just begun.
    pub(super) fn new(rules: &Rules) -> Self {
        let n_turns = (rules.deadline_rounds as usize).saturating_mul(rules.n_parties);
        Self {
            round: 1,
            events: Vec::with_capacity(n_turns.min(EVENTS_AT_FIRST_MAX)),
            ending: None,
        }
    }

    /// Goes on to the next round, or ends the session if there is none.
    pub(super) fn next_round(&mut self, rules: &Rules) {
        if self.round == rules.deadline_rounds {
            self.ending = Some(Ending::Deadline { round: self.round });
        } else {
            self.round += 1;
        }
    }
}
