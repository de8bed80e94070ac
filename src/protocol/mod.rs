//! The rules of the game: pure state machines that never do I/O, read a clock or draw.

mod action;
mod alternating_offers;
mod ending;
mod event;
mod proposal_and_vote;
mod session;

use std::sync::Arc;

use crate::domain::{ConsentRule, OutcomeSpace, Scale};

pub use action::{Action, Ask, ProtocolViolation};
pub use ending::Ending;
pub use event::Event;
pub use session::{Pending, Session};

/// Which protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProtocolKind {
    /// Every round each party puts one offer, and all whose consent it needs answer at once.
    ProposalAndVote,
    /// On its turn a party accepts the standing offer or replaces it; unanimity.
    AlternatingOffers,
    /// The same, but every turn is a round of its own.
    AlternatingOffersByTurn,
}

impl ProtocolKind {
    /// Every protocol.
    pub const ALL: [Self; 3] = [
        Self::ProposalAndVote,
        Self::AlternatingOffers,
        Self::AlternatingOffersByTurn,
    ];

    /// The name by which files call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProposalAndVote => "proposal_and_vote",
            Self::AlternatingOffers => "alternating_offers",
            Self::AlternatingOffersByTurn => "alternating_offers_by_turn",
        }
    }

    /// Whether parties accept the standing offer or replace it, one after the other.
    pub fn is_alternating(self) -> bool {
        match self {
            Self::ProposalAndVote => false,
            Self::AlternatingOffers | Self::AlternatingOffersByTurn => true,
        }
    }
}

/// What all parties know of the game: nobody's preferences.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which protocol.
    pub protocol: ProtocolKind,
    /// Rounds allowed; at least 1.
    pub deadline_rounds: u32,
    /// Whose yes a deal needs.
    pub consent: ConsentRule,
    /// How many parties there are.
    pub n_parties: usize,
    /// By issue, whether the order of its options means something.
    pub scales: Vec<Scale>,
    /// All outcomes.
    pub space: Arc<OutcomeSpace>,
}

impl Rules {
    /// The share of the deadline that has passed in a round, counted from 1; never 0, never 1.
    ///
    /// ```text
    /// t = r / (deadline_rounds + 1)
    /// ```
    pub fn relative_time(&self, round: u32) -> f64 {
        f64::from(round) / (f64::from(self.deadline_rounds) + 1.0)
    }
}
