//! One reason why parties may have nothing to agree on.

use crate::domain::PartyId;

/// One reason why parties may have nothing to agree on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Obstacle {
    /// What no agreement is worth to a party; without it the party accepts anything that its real
    /// red lines allow.
    ReservationValue(PartyId),
    /// A real red line of a party, by its position among the party's red lines.
    RedLine(PartyId, usize),
}

impl Obstacle {
    /// Whose it is.
    pub fn party(self) -> PartyId {
        match self {
            Self::ReservationValue(party) | Self::RedLine(party, _) => party,
        }
    }
}
