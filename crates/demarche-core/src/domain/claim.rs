//! What a scenario must reproduce before anyone concedes anything.

use crate::domain::condition::Condition;
use crate::domain::issue::{IssueId, OptionId};
use crate::domain::party::PartyId;

/// A statement about the drawn preferences, measured over many draws.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The name by which files call it.
    pub name: String,
    /// What it says, for people.
    pub says: String,
    /// Names of the sources that say so.
    pub sources: Vec<String>,
    /// What must hold in a draw.
    pub statement: Statement,
    /// The share of draws in which it must hold; `None`: a figure to report, never a failure.
    pub at_least: Option<f64>,
}

/// What a claim says of one draw.
#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    /// The best outcome with these options is at or above the party's reservation value.
    Accepts {
        /// Who.
        party: PartyId,
        /// The options.
        deal: Condition,
    },
    /// The best outcome with these options is below the party's reservation value.
    Rejects {
        /// Who.
        party: PartyId,
        /// The options.
        deal: Condition,
    },
    /// Of two outcomes alike in all else, the one with `this` is worth more, whatever the rest.
    Prefers {
        /// Who.
        party: PartyId,
        /// The options of the better one.
        this: Vec<(IssueId, OptionId)>,
        /// The options of the worse one; the same issues.
        to: Vec<(IssueId, OptionId)>,
    },
    /// Some outcome is at or above the reservation value of all whose consent it needs.
    AgreementExists,
}

impl Statement {
    /// The same of another party, by the identifier that this one's becomes.
    pub(super) fn with_party(mut self, new: impl Fn(PartyId) -> PartyId) -> Self {
        match &mut self {
            Self::Accepts { party, .. }
            | Self::Rejects { party, .. }
            | Self::Prefers { party, .. } => *party = new(*party),
            Self::AgreementExists => {}
        }
        self
    }
}
