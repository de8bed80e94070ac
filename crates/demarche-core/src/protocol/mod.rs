//! The rules of the game: pure state machines that never do I/O or read a clock, and draw only
//! from the stream that a session is handed.

mod action;
mod alternating_offers;
mod ending;
mod event;
mod log;
mod proposal_and_vote;
mod random_proposer;
mod session;
mod single_text;
#[cfg(test)]
mod test_support;
mod vote;

use std::sync::Arc;

use crate::domain::{ConsentRule, Outcome, OutcomeSpace, PartySet, Scale};

pub use action::{Action, ProtocolViolation, Request};
pub use ending::Ending;
pub use event::{Answers, Event, Offer};
pub use session::{Pending, Session};
pub use single_text::concession_probability;

/// Which protocol.
#[derive(Clone, PartialEq, Debug)]
pub enum ProtocolKind {
    /// Every round each party puts one offer, and all whose consent it needs answer at once.
    ProposalAndVote,
    /// On its turn a party accepts the standing offer or replaces it; unanimity.
    AlternatingOffers,
    /// The same, but every turn is a round of its own.
    AlternatingOffersByTurn,
    /// Every round a party that is drawn puts one offer, and all whose consent it needs answer at
    /// once.
    RandomProposer {
        /// By party, how likely it is drawn; they sum to 1.
        recognition: Vec<f64>,
    },
    /// A mediator varies one text; the parties vote on each variant, and at the end on the text.
    SingleText {
        /// By party, the initial temperature, 0 or more: see [`concession_probability`].
        temperatures: Vec<f64>,
    },
}

impl ProtocolKind {
    /// The names of all protocols, in the order of the variants.
    pub const NAMES: [&'static str; 5] = [
        "proposal_and_vote",
        "alternating_offers",
        "alternating_offers_by_turn",
        "random_proposer",
        "single_text",
    ];

    /// The name by which files call it.
    pub fn name(&self) -> &'static str {
        Self::NAMES[match self {
            Self::ProposalAndVote => 0,
            Self::AlternatingOffers => 1,
            Self::AlternatingOffersByTurn => 2,
            Self::RandomProposer { .. } => 3,
            Self::SingleText { .. } => 4,
        }]
    }

    /// Whether a mediator writes the text, and parties only compare.
    pub fn is_mediated(&self) -> bool {
        match self {
            Self::SingleText { .. } => true,
            Self::ProposalAndVote
            | Self::AlternatingOffers
            | Self::AlternatingOffersByTurn
            | Self::RandomProposer { .. } => false,
        }
    }

    /// Whether parties accept the standing offer or replace it, one after the other.
    pub fn is_alternating(&self) -> bool {
        match self {
            Self::AlternatingOffers | Self::AlternatingOffersByTurn => true,
            Self::ProposalAndVote | Self::RandomProposer { .. } | Self::SingleText { .. } => false,
        }
    }
}

/// Most rounds that a session may have.
pub const ROUNDS_MAX: u32 = 1_000_000;

/// What all parties know of the game: nobody's preferences.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which protocol.
    pub protocol: ProtocolKind,
    /// Rounds allowed; at least 1, at most [`ROUNDS_MAX`].
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
    /// Whether a mediator's text gets the consent it needs. One in which nobody has a say gets
    /// none: it needs a yes at least.
    pub fn is_taken(&self, text: Outcome, yes: PartySet) -> bool {
        !yes.is_empty() && self.consent.is_satisfied(&self.space, text, yes)
    }

    /// The share of the deadline that has passed in a round, counted from 1; never 0, never 1.
    ///
    /// ```text
    /// t = r / (deadline_rounds + 1)
    /// ```
    pub fn relative_time(&self, round: u32) -> f64 {
        f64::from(round) / (f64::from(self.deadline_rounds) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PartyId;

    fn rules(consent: ConsentRule, deadline_rounds: u32) -> Rules {
        Rules {
            protocol: ProtocolKind::ProposalAndVote,
            deadline_rounds,
            consent,
            n_parties: 2,
            scales: vec![Scale::Nominal],
            space: Arc::new(OutcomeSpace::new(&[1]).unwrap()),
        }
    }

    #[test]
    fn every_protocol_has_its_own_name_and_manner() {
        let protocols = [
            ProtocolKind::ProposalAndVote,
            ProtocolKind::AlternatingOffers,
            ProtocolKind::AlternatingOffersByTurn,
            ProtocolKind::RandomProposer {
                recognition: Vec::new(),
            },
            ProtocolKind::SingleText {
                temperatures: Vec::new(),
            },
        ];
        let names = protocols.each_ref().map(ProtocolKind::name);
        assert_eq!(names, ProtocolKind::NAMES);
        let are_alternating = protocols.each_ref().map(ProtocolKind::is_alternating);
        assert_eq!(are_alternating, [false, true, true, false, false]);
        let are_mediated = protocols.each_ref().map(ProtocolKind::is_mediated);
        assert_eq!(are_mediated, [false, false, false, false, true]);
    }

    #[test]
    fn a_text_is_taken_by_those_it_needs_and_never_by_nobody() {
        let nobody = rules(ConsentRule::new(Vec::new(), Vec::new()), 1);
        let everybody = rules(ConsentRule::unanimity(2), 1);
        let text = nobody.space.outcomes().next().unwrap();
        let one = PartySet::only(PartyId::new(0));
        let sets = [PartySet::EMPTY, one, PartySet::all(2)];
        assert_eq!(
            sets.map(|it| nobody.is_taken(text, it)),
            [false, true, true]
        );
        assert_eq!(
            sets.map(|it| everybody.is_taken(text, it)),
            [false, false, true]
        );
    }

    #[test]
    fn rounds_part_the_time_evenly_and_leave_out_its_ends() {
        let it = rules(ConsentRule::unanimity(2), 3);
        let times: Vec<f64> = (1..=3).map(|round| it.relative_time(round)).collect();
        assert_eq!(times, [0.25, 0.5, 0.75]);
    }
}
