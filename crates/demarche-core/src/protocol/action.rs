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
    /// Whoever acts for it from outside took longer than allowed.
    #[error("gave no answer in time")]
    Late,
    /// Whoever acts for it from outside said something that cannot be read.
    #[error("gave an answer that cannot be read")]
    Unreadable,
    /// Whoever acts for it from outside said far more than it was asked for.
    #[error("gave far more answers than it was asked for")]
    Flooding,
}

impl ProtocolViolation {
    /// The words for all violations in tables, in the order of the variants.
    pub const NAMES: [&'static str; 8] = [
        "not_asked",
        "wrong_action",
        "offer_outside_space",
        "panicked",
        "no_answer",
        "late",
        "unreadable",
        "flooding",
    ];

    /// The word for it in tables.
    pub fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Self::NotAsked => 0,
            Self::WrongAction { .. } => 1,
            Self::OfferOutsideSpace => 2,
            Self::Panicked => 3,
            Self::NoAnswer => 4,
            Self::Late => 5,
            Self::Unreadable => 6,
            Self::Flooding => 7,
        }]
    }

    /// The violation with this word in tables; `None` if there is none, and of a wrong action, which
    /// is seen only from what was asked and done.
    pub fn named(name: &str) -> Option<Self> {
        let plain = [
            Self::NotAsked,
            Self::OfferOutsideSpace,
            Self::Panicked,
            Self::NoAnswer,
            Self::Late,
            Self::Unreadable,
            Self::Flooding,
        ];
        plain.into_iter().find(|it| it.name() == name)
    }

    /// Whether it hangs on how long something took, or on which sessions had a process in common, so that
    /// the same run may not have it again.
    pub fn may_not_recur(&self) -> bool {
        match self {
            Self::NotAsked | Self::NoAnswer | Self::Late | Self::Unreadable | Self::Flooding => {
                true
            }
            Self::WrongAction { .. } | Self::OfferOutsideSpace | Self::Panicked => false,
        }
    }
}

impl Action {
    /// The word for it in tables, and where parties are answered for from outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer(_) => "offer",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::WalkOut => "end",
        }
    }

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
    /// The word for it in tables, and where parties are answered for from outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Answer { .. } => "answer",
            Self::AcceptOrReplace { .. } => "accept_or_replace",
            Self::Vote { .. } => "vote",
        }
    }

    /// What the outcome in question is, if it is about one.
    pub fn about(self) -> Option<Outcome> {
        match self {
            Self::Offer => None,
            Self::Answer { offer, .. } | Self::AcceptOrReplace { offer, .. } => Some(offer),
            Self::Vote { text, .. } => Some(text),
        }
    }

    /// The words for the actions that fit it.
    pub fn legal(self) -> &'static [&'static str] {
        match self {
            Self::Offer => &["offer", "end"],
            Self::Answer { .. } | Self::Vote { .. } => &["accept", "reject", "end"],
            Self::AcceptOrReplace { .. } => &["accept", "offer", "end"],
        }
    }

    /// Whether an action fits it, whatever outcome an offer has.
    pub fn allows(self, action: Action) -> bool {
        self.legal().contains(&action.name())
    }

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
    fn a_violation_is_found_again_by_its_word() {
        for name in ProtocolViolation::NAMES {
            let found = ProtocolViolation::named(name);
            assert_eq!(found.is_none(), name == "wrong_action");
            assert!(found.is_none_or(|it| it.name() == name));
        }
    }

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
