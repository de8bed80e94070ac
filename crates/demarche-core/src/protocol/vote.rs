//! One vote at once: who is asked about a text, and what they say.

use crate::domain::{Outcome, PartyId, PartySet};
use crate::protocol::action::Action;

/// A vote on a text that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vote {
    pub(super) text: Outcome,
    pub(super) asked: PartySet,
    pub(super) yes: PartySet,
    pub(super) no: PartySet,
}

impl Vote {
    /// A vote in which nobody has answered yet.
    pub(super) fn new(text: Outcome, asked: PartySet) -> Self {
        Self {
            text,
            asked,
            yes: PartySet::EMPTY,
            no: PartySet::EMPTY,
        }
    }

    /// Whose answer is missing.
    pub(super) fn unanswered(&self) -> PartySet {
        self.asked.difference(self.yes.union(self.no))
    }

    pub(super) fn is_over(&self) -> bool {
        self.asked == self.yes.union(self.no)
    }

    /// Takes in a yes or a no.
    pub(super) fn answer(&mut self, party: PartyId, action: Action) {
        match action {
            Action::Accept => self.yes = self.yes.with(party),
            Action::Reject => self.no = self.no.with(party),
            Action::Offer(_) | Action::WalkOut => {
                unreachable!("the session lets only fitting actions through")
            }
        }
    }
}
