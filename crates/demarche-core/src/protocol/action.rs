//! What a party is asked, and what it may do.

use std::fmt;

use crate::domain::{Outcome, PartyId};

/// What a session wants of a party.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// Put an offer.
    Offer,
    /// Say yes or no to an offer.
    Answer {
        /// The offer.
        offer: Outcome,
        /// Whose it is.
        proposer: PartyId,
    },
    /// Accept the standing offer or replace it.
    AcceptOrReplace {
        /// The offer.
        offer: Outcome,
        /// Whose it is.
        proposer: PartyId,
    },
    /// Say yes or no to a mediator's text.
    Vote {
        /// The text.
        text: Outcome,
        /// What it would replace; `None` in the final vote, on agreement or none.
        standing: Option<Outcome>,
    },
}

/// What a party does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Puts an outcome forward.
    Offer(Outcome),
    /// Says yes to the offer or the text it was asked about.
    Accept,
    /// Says no to the offer or the text it was asked about.
    Reject,
    /// Ends the negotiation.
    WalkOut,
}

/// How a party broke the rules, or failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProtocolViolation {
    /// It acted although nothing was asked of it.
    #[error("acted although no action was requested")]
    NotAsked,
    /// It did something else than what it was asked for.
    #[error("did {} when asked to {}", .action.verb(), .asked.verb())]
    WrongAction {
        /// What it was asked.
        asked: Request,
        /// What it did.
        action: Action,
    },
    /// It put forward what is no outcome.
    #[error("offered something that is not an outcome of the scenario")]
    OfferOutsideSpace,
    /// The code of its strategy panicked.
    #[error("panicked")]
    Panicked,
    /// It was asked and did nothing: whoever acts for it is gone.
    #[error("gave no answer")]
    NoAnswer,
}

impl Action {
    fn verb(self) -> &'static str {
        match self {
            Self::Offer(_) => "offer",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::WalkOut => "walk out",
        }
    }
}

impl Request {
    fn verb(self) -> impl fmt::Display {
        match self {
            Self::Offer => "offer",
            Self::Answer { .. } => "answer",
            Self::AcceptOrReplace { .. } => "accept or replace",
            Self::Vote { .. } => "vote",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OutcomeSpace;

    #[test]
    fn a_wrong_action_is_reported_with_the_request() {
        let offer = OutcomeSpace::new(&[1]).unwrap().outcome_at(0);
        let proposer = PartyId::new(0);
        let text = |asked, action| ProtocolViolation::WrongAction { asked, action }.to_string();
        let answer = Request::Answer { offer, proposer };
        let turn = Request::AcceptOrReplace { offer, proposer };
        let vote = Request::Vote {
            text: offer,
            standing: None,
        };
        assert_eq!(
            [
                text(Request::Offer, Action::Accept),
                text(answer, Action::Offer(offer)),
                text(turn, Action::Reject),
                text(vote, Action::WalkOut),
            ],
            [
                "did accept when asked to offer",
                "did offer when asked to answer",
                "did reject when asked to accept or replace",
                "did walk out when asked to vote",
            ]
        );
    }
}
