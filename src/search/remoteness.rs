//! How far options are from what other parties have shown that they want.

use crate::domain::{Outcome, OutcomeSpace, PartyId, PartySet};

/// The whole of a party's attention to an issue, in the units of [`Remoteness`].
pub const FULL_SHARE: u32 = 1 << 16;

/// For each party that has been heard, how far each option is from its wishes.
///
/// ```text
/// d(o) = Σ_{p needed for o, p heard} Σ_i ( 1 − share_p(o_i) )
/// ```
///
/// where `share_p(option)` is how much of what `p` has put forward or accepted so far settles
/// the issue with that option. In units of 1/65,536, so that sums are exact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remoteness {
    n_options: usize,
    /// The party's share for each option of each issue, party by party.
    shares: Vec<u32>,
    heard: PartySet,
}

impl Remoteness {
    /// Of a space, with nobody heard yet.
    pub fn new(space: &OutcomeSpace, n_parties: usize) -> Self {
        let n_options = space.n_options_total();
        Self {
            n_options,
            shares: vec![0; n_options * n_parties],
            heard: PartySet::EMPTY,
        }
    }

    /// Takes in that a party put forward or accepted an outcome.
    ///
    /// Each time, all earlier shares are halved: the newest counts half, the one before a
    /// quarter, and so on. The very first counts whole.
    pub fn hear(&mut self, space: &OutcomeSpace, party: PartyId, outcome: Outcome) {
        let start = party.idx() * self.n_options;
        let shares = &mut self.shares[start..start + self.n_options];
        let newest = if self.heard.contains(party) {
            for share in &mut *shares {
                *share /= 2;
            }
            FULL_SHARE / 2
        } else {
            FULL_SHARE
        };
        for flat in space.flat_options(outcome) {
            shares[flat] += newest;
        }
        self.heard = self.heard.with(party);
    }

    /// Who has been heard.
    pub fn heard(&self) -> PartySet {
        self.heard
    }

    /// How far each option of each issue is from what the party wants, in a flat list.
    pub fn costs(&self, party: PartyId) -> impl Iterator<Item = u32> + '_ {
        let start = party.idx() * self.n_options;
        self.shares[start..start + self.n_options]
            .iter()
            .map(|&share| FULL_SHARE.saturating_sub(share))
    }

    /// How far an outcome is from what these parties want, as far as they have been heard.
    pub fn distance(&self, space: &OutcomeSpace, outcome: Outcome, parties: PartySet) -> u32 {
        parties
            .intersection(self.heard)
            .iter()
            .map(|party| {
                let start = party.idx() * self.n_options;
                space
                    .flat_options(outcome)
                    .map(|flat| FULL_SHARE.saturating_sub(self.shares[start + flat]))
                    .sum::<u32>()
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_wish_counts_most() {
        let space = OutcomeSpace::new(&[3]).unwrap();
        let outcomes: Vec<Outcome> = space.outcomes().collect();
        let party = PartyId::new(0);
        let mut it = Remoteness::new(&space, 1);
        for heard in [0, 1, 2] {
            it.hear(&space, party, outcomes[heard]);
        }
        let nearness: Vec<u32> = it.costs(party).map(|it| FULL_SHARE - it).collect();
        assert_eq!(
            nearness,
            [FULL_SHARE / 4, FULL_SHARE / 4, FULL_SHARE / 2]
        );
        assert_eq!(it.distance(&space, outcomes[2], PartySet::all(1)), FULL_SHARE / 2);
        assert_eq!(it.distance(&space, outcomes[2], PartySet::EMPTY), 0);
    }
}
