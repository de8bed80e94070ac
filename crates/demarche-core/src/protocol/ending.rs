//! How a session stopped.

use crate::domain::{Outcome, PartyId};
use crate::protocol::action::ProtocolViolation;

/// How a session stopped. No agreement is a result, not an error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// An outcome got the consent it needs.
    Agreement {
        /// In which round, from 1.
        round: u32,
        /// Who put it forward; `None` if a mediator did.
        proposer: Option<PartyId>,
        /// The outcome.
        outcome: Outcome,
    },
    /// The rounds were used up.
    Deadline {
        /// The last round.
        round: u32,
    },
    /// A party ended the negotiation.
    Walkout {
        /// In which round, from 1.
        round: u32,
        /// Who.
        party: PartyId,
    },
    /// A party broke the rules, or failed.
    Forfeit {
        /// In which round, from 1.
        round: u32,
        /// Who.
        party: PartyId,
        /// How.
        violation: ProtocolViolation,
    },
}

impl Ending {
    /// The words for all endings in tables, in the order of the variants.
    pub const NAMES: [&'static str; 4] = ["agreement", "deadline", "walkout", "forfeit"];

    /// The word for it in tables.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.idx()]
    }

    /// The ending's position in [`Ending::NAMES`].
    pub fn idx(&self) -> usize {
        match self {
            Self::Agreement { .. } => 0,
            Self::Deadline { .. } => 1,
            Self::Walkout { .. } => 2,
            Self::Forfeit { .. } => 3,
        }
    }

    /// In which round, from 1.
    pub fn round(&self) -> u32 {
        match self {
            Self::Agreement { round, .. }
            | Self::Deadline { round }
            | Self::Walkout { round, .. }
            | Self::Forfeit { round, .. } => *round,
        }
    }

    /// What was agreed, if anything was.
    pub fn agreement(&self) -> Option<Outcome> {
        match self {
            Self::Agreement { outcome, .. } => Some(*outcome),
            Self::Deadline { .. } | Self::Walkout { .. } | Self::Forfeit { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OutcomeSpace;

    #[test]
    fn an_ending_tells_its_name_its_round_and_what_was_agreed() {
        let space = OutcomeSpace::new(&[4]).unwrap();
        let outcome = space.outcome_at(3);
        let party = PartyId::new(1);
        let endings = [
            Ending::Agreement {
                round: 2,
                proposer: None,
                outcome,
            },
            Ending::Deadline { round: 3 },
            Ending::Walkout { round: 4, party },
            Ending::Forfeit {
                round: 5,
                party,
                violation: ProtocolViolation::NoAnswer,
            },
        ];
        assert_eq!(endings.each_ref().map(Ending::name), Ending::NAMES);
        assert_eq!(endings.each_ref().map(Ending::round), [2, 3, 4, 5]);
        let agreements = endings.each_ref().map(Ending::agreement);
        assert_eq!(agreements, [Some(outcome), None, None, None]);
    }
}
