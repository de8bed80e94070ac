//! The rules of the game: pure state machines that never do I/O or read a clock, and draw only
//! from the stream that a session is handed.

mod action;
mod alternating_offers;
mod asks;
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

use crate::domain::{ConsentRule, Outcome, OutcomeSpace, PartyId, PartySet, Scale};

pub use action::{Action, ProtocolViolation, Request};
pub use asks::Asks;
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

/// What files and others know of a protocol.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolEntry {
    /// The name by which files call it.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// One about its deadline.
    pub about_rounds: &'static str,
    /// Who writes and who answers.
    pub manner: Manner,
    /// The number that it needs of every party, if it needs one.
    pub party_number: Option<PartyNumber>,
    /// The protocol with these numbers, in party order.
    pub new: fn(Vec<f64>) -> ProtocolKind,
}

impl ProtocolEntry {
    /// By party, the number that it needs where a file gives none; none if it needs none.
    pub fn numbers_default(&self, n_parties: usize) -> Vec<f64> {
        let Some(needed) = self.party_number else {
            return Vec::new();
        };
        let number = match needed.range {
            PartyNumberRange::Probabilities => {
                1.0 / f64::from(u32::try_from(n_parties).unwrap_or(u32::MAX))
            }
            PartyNumberRange::AtLeastZero => 0.0,
        };
        vec![number; n_parties]
    }
}

/// Who writes what is agreed, and how the others answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// A party puts an offer, and all whose consent it needs answer at once.
    Voting,
    /// Parties accept the standing offer or replace it, one after the other; unanimity.
    Alternating,
    /// A mediator writes the text, and parties only compare.
    Mediated,
}

/// A number that a protocol needs of every party.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartyNumber {
    /// The name by which files call it.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// What it may be.
    pub range: PartyNumberRange,
}

/// What a number that a protocol needs of every party may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartyNumberRange {
    /// Probabilities that sum to 1; equal ones where a file gives none.
    Probabilities,
    /// 0 or more; 0 where a file gives none.
    AtLeastZero,
}

/// The protocols, in the order of the variants of [`ProtocolKind`].
pub const PROTOCOLS: &[&ProtocolEntry] = &[
    &proposal_and_vote::ENTRY,
    &alternating_offers::ENTRY,
    &alternating_offers::ENTRY_BY_TURN,
    &random_proposer::ENTRY,
    &single_text::ENTRY,
];

impl ProtocolKind {
    /// Its entry among [`PROTOCOLS`].
    pub fn entry(&self) -> &'static ProtocolEntry {
        match self {
            Self::ProposalAndVote => &proposal_and_vote::ENTRY,
            Self::AlternatingOffers => &alternating_offers::ENTRY,
            Self::AlternatingOffersByTurn => &alternating_offers::ENTRY_BY_TURN,
            Self::RandomProposer { .. } => &random_proposer::ENTRY,
            Self::SingleText { .. } => &single_text::ENTRY,
        }
    }

    /// By party, the number that it needs; none if it needs none.
    pub fn party_numbers(&self) -> &[f64] {
        match self {
            Self::ProposalAndVote | Self::AlternatingOffers | Self::AlternatingOffersByTurn => &[],
            Self::RandomProposer { recognition } => recognition,
            Self::SingleText { temperatures } => temperatures,
        }
    }

    /// How readily a party takes a text that is worse for it; see [`concession_probability`].
    pub fn temperature(&self, party: PartyId) -> f64 {
        if let Self::SingleText { temperatures } = self {
            temperatures[party.idx()]
        } else {
            0.0
        }
    }

    /// The name by which files call it.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// Whether a mediator writes the text, and parties only compare.
    pub fn is_mediated(&self) -> bool {
        self.entry().manner == Manner::Mediated
    }

    /// Whether parties accept the standing offer or replace it, one after the other.
    pub fn is_alternating(&self) -> bool {
        self.entry().manner == Manner::Alternating
    }
}

/// Most rounds that a session may have.
pub const ROUNDS_MAX: u32 = 1_000_000;

/// How much of the time has passed in a round, as strategies with a clock see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RelativeTime {
    /// From 0 in the first round to 1 in the last: who concedes to the deadline then demands no more
    /// than no deal is worth.
    ///
    /// ```text
    /// t = (r − 1) / (D − 1);  1 if D = 1
    /// ```
    #[default]
    ToDeadline,
    /// As GENIUS and NegMAS count: never 0 and never 1, so that parties reach the deadline with a part
    /// of their demand left, which is greater the fewer the rounds.
    ///
    /// ```text
    /// t = r / (D + 1)
    /// ```
    Genius,
}

impl RelativeTime {
    /// The share of the time that has passed in a round, counted from 1; in [0, 1].
    pub fn at(self, round: u32, deadline_rounds: u32) -> f64 {
        match self {
            Self::ToDeadline if deadline_rounds <= 1 => 1.0,
            Self::ToDeadline => (f64::from(round) - 1.0) / (f64::from(deadline_rounds) - 1.0),
            Self::Genius => f64::from(round) / (f64::from(deadline_rounds) + 1.0),
        }
    }
}

/// What all parties know of the game: nobody's preferences.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Which protocol.
    pub protocol: ProtocolKind,
    /// Rounds allowed; at least 1, at most [`ROUNDS_MAX`].
    pub deadline_rounds: u32,
    /// How much of the time has passed in a round.
    pub relative_time: RelativeTime,
    /// Whose yes a deal needs.
    pub consent: ConsentRule,
    /// Number of parties.
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

    /// The share of the time that has passed in a round, counted from 1; in [0, 1].
    pub fn relative_time(&self, round: u32) -> f64 {
        self.relative_time.at(round, self.deadline_rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(consent: ConsentRule, deadline_rounds: u32) -> Rules {
        Rules {
            protocol: ProtocolKind::ProposalAndVote,
            deadline_rounds,
            relative_time: RelativeTime::default(),
            consent,
            n_parties: 2,
            scales: vec![Scale::Nominal],
            space: Arc::new(OutcomeSpace::new(&[1]).unwrap()),
        }
    }

    #[test]
    fn every_protocol_is_made_by_its_entry_and_knows_its_name_and_manner() {
        let protocols: Vec<_> = (PROTOCOLS.iter())
            .map(|it| (it.new)(vec![0.5; 2]))
            .collect();
        let entries = protocols.iter().map(|it| it.entry().name);
        assert!(entries.eq(PROTOCOLS.iter().map(|it| it.name)));
        let names: Vec<_> = protocols.iter().map(ProtocolKind::name).collect();
        let expected = [
            "proposal_and_vote",
            "alternating_offers",
            "alternating_offers_by_turn",
            "random_proposer",
            "single_text",
        ];
        assert_eq!(names, expected);
        let are_alternating: Vec<_> = protocols.iter().map(ProtocolKind::is_alternating).collect();
        assert_eq!(are_alternating, [false, true, true, false, false]);
        let are_mediated: Vec<_> = protocols.iter().map(ProtocolKind::is_mediated).collect();
        assert_eq!(are_mediated, [false, false, false, false, true]);
        for (protocol, entry) in protocols.iter().zip(PROTOCOLS) {
            let needed = if entry.party_number.is_some() { 2 } else { 0 };
            assert_eq!(protocol.party_numbers(), vec![0.5; needed]);
        }
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
    fn time_reaches_the_deadline_in_the_last_round() {
        let times: Vec<f64> = (1..=5)
            .map(|it| RelativeTime::ToDeadline.at(it, 5))
            .collect();
        assert_eq!(times, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(
            RelativeTime::ToDeadline.at(1, 1).to_bits(),
            1.0_f64.to_bits()
        );
    }

    #[test]
    fn the_time_of_genius_leaves_out_both_ends() {
        let times: Vec<f64> = (1..=3).map(|it| RelativeTime::Genius.at(it, 3)).collect();
        assert_eq!(times, [0.25, 0.5, 0.75]);
    }
}
