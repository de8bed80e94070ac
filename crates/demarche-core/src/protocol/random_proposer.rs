//! Who may propose in a round when that is drawn.
//!
//! Baron and Ferejohn, *Bargaining in legislatures*, American Political Science Review 83 (1989),
//! 1181–1206, under the closed rule: the proposal is voted on as it stands.

use crate::domain::PartyId;
use crate::protocol::{Manner, PartyNumber, PartyNumberRange, ProtocolEntry, ProtocolKind};
use crate::randomness::Stream;

pub(super) const ENTRY: ProtocolEntry = ProtocolEntry {
    name: "random_proposer",
    about: "In each round a drawn party makes an offer, which all parties whose consent it requires answer simultaneously.",
    about_rounds: "Rounds allowed, from 1 to 1,000,000.",
    manner: Manner::Voting,
    party_number: Some(PartyNumber {
        name: "recognition",
        about: "By party, the probability of being drawn as proposer, summing to 1; by default all equal.",
        range: PartyNumberRange::Probabilities,
    }),
    new: |recognition| ProtocolKind::RandomProposer { recognition },
};

/// Draws the proposer of one round after the other: one uniform number each.
#[derive(Clone, Debug)]
pub(super) struct ProposerDraw {
    /// Probabilities of recognition, by party; they sum to 1.
    recognition: Vec<f64>,
    stream: Stream,
}

impl ProposerDraw {
    pub(super) fn new(recognition: &[f64], stream: Stream) -> Self {
        Self {
            recognition: recognition.to_vec(),
            stream,
        }
    }

    /// The proposer of the next round.
    pub(super) fn next(&mut self) -> PartyId {
        let p = self.stream.uniform();
        let mut sum = 0.0;
        let found = self.recognition.iter().position(|it| {
            sum += it;
            p < sum
        });
        // Decimal probabilities may sum to a hair below 1; whoever has none is still not drawn.
        let last = || self.recognition.iter().rposition(|&it| it > 0.0);
        PartyId::new(found.or_else(last).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};

    fn stream() -> Stream {
        let seeds = Seeds::new(MasterSeed(1));
        seeds.stream(Replication(0), NameHash::of("test"), Purpose::Protocol)
    }

    #[test]
    fn parties_are_recognized_as_often_as_their_probabilities_say() {
        let mut draw = ProposerDraw::new(&[0.5, 0.0, 0.3, 0.2], stream());
        let mut counts = [0_u32; 4];
        for _ in 0..10_000 {
            counts[draw.next().idx()] += 1;
        }
        // Three standard deviations of a count of 5,000 are 150.
        for (count, expected) in counts.into_iter().zip([5_000, 0, 3_000, 2_000]) {
            assert!(count.abs_diff(expected) <= 150, "{counts:?}");
        }
        assert_eq!(counts[1], 0);
    }

    #[test]
    fn a_number_on_the_border_belongs_to_the_party_above_it() {
        let border = stream().uniform();
        let mut draw = ProposerDraw::new(&[border, 1.0 - border], stream());
        assert_eq!(draw.next(), PartyId::new(1));
    }

    #[test]
    fn a_number_beyond_all_probabilities_goes_to_the_last_party_that_has_one() {
        let hair = stream().uniform() / 4.0;
        let mut draw = ProposerDraw::new(&[hair, hair, 0.0], stream());
        assert_eq!(draw.next(), PartyId::new(1));
    }
}
