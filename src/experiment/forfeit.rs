//! A session that a party forfeited, for those who want to look into it.

use demarche_core::domain::PartyId;
use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::{Ending, ProtocolViolation};
use demarche_core::randomness::Replication;

use crate::experiment::plan::CellId;

/// A session that ended in a forfeit: which, whose and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forfeit {
    /// The session's cell.
    pub cell: CellId,
    /// Which session of the cell.
    pub replication: Replication,
    /// Who forfeited it.
    pub party: PartyId,
    /// How the party broke the rules, or failed.
    pub violation: ProtocolViolation,
}

impl Forfeit {
    /// What a session of a cell says of it; `None` if it did not end in a forfeit.
    pub fn of(cell: CellId, session: &SessionResult) -> Option<Self> {
        match &session.ending {
            Ending::Forfeit {
                party, violation, ..
            } => Some(Self {
                cell,
                replication: session.replication,
                party: *party,
                violation: violation.clone(),
            }),
            Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => None,
        }
    }
}
