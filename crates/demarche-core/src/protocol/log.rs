//! What every protocol keeps of a session: the round, the events, the ending.

use crate::protocol::Rules;
use crate::protocol::ending::Ending;
use crate::protocol::event::Event;

/// Events for which a session has room from the start: most sessions have fewer.
const EVENTS_AT_FIRST: usize = 64;

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
    pub(super) fn new() -> Self {
        Self {
            round: 1,
            events: Vec::with_capacity(EVENTS_AT_FIRST),
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
