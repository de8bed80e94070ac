//! A side of the negotiation, its identifier, and sets of parties.

use std::fmt;

use crate::domain::interests::UncertainPreferences;
use crate::domain::limits::PARTIES_MAX;
use crate::domain::number::Number;

/// The position of a party in its scenario.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartyId(u8);

impl PartyId {
    /// The party at this position.
    ///
    /// # Panics
    ///
    /// If the position is not below [`PARTIES_MAX`].
    pub fn new(idx: usize) -> Self {
        assert!(
            idx < PARTIES_MAX,
            "a party's position is below {PARTIES_MAX}"
        );
        Self(u8::try_from(idx).expect("a position below 64 fits a byte"))
    }

    /// The party's position in its scenario.
    pub fn idx(self) -> usize {
        usize::from(self.0)
    }
}

/// A side with interests.
#[derive(Clone, Debug)]
pub struct Party {
    /// The name by which files and tables call it.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it wants, as far as that is known.
    pub preferences: UncertainPreferences,
}

/// What one party can do to make no agreement worse for another.
#[derive(Clone, Debug)]
pub struct Leverage {
    /// The name by which files call it.
    pub name: String,
    /// Who uses it.
    pub by: PartyId,
    /// On whom.
    pub on: PartyId,
    /// What it takes off the reservation value of `on`; in [0, 1].
    pub lowers_reservation_value: Number,
}

/// A set of parties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PartySet(u64);

impl PartySet {
    /// Nobody.
    pub const EMPTY: Self = Self(0);

    /// The first `n_parties` parties.
    ///
    /// # Panics
    ///
    /// If these are more than [`PARTIES_MAX`].
    pub fn all(n_parties: usize) -> Self {
        assert!(
            n_parties <= PARTIES_MAX,
            "there are at most {PARTIES_MAX} parties"
        );
        if n_parties == 0 {
            // A shift by the whole word is undefined.
            return Self::EMPTY;
        }
        Self(u64::MAX >> (PARTIES_MAX - n_parties))
    }

    /// Only this party.
    pub fn only(party: PartyId) -> Self {
        Self(1 << party.0)
    }

    /// Whether the party belongs to the set.
    pub fn contains(self, party: PartyId) -> bool {
        self.0 >> party.0 & 1 == 1
    }

    /// Whether every party of `other` belongs to the set.
    pub fn contains_all(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The set and this party.
    #[must_use]
    pub fn with(self, party: PartyId) -> Self {
        Self(self.0 | 1 << party.0)
    }

    /// The set less this party.
    #[must_use]
    pub fn without(self, party: PartyId) -> Self {
        Self(self.0 & !(1 << party.0))
    }

    /// Everybody in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everybody in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Everybody in this set who is not in the other.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nobody belongs to the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many belong to the set.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The parties of the set in scenario order.
    pub fn iter(self) -> impl Iterator<Item = PartyId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let idx = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                PartyId::new(idx)
            })
        })
    }
}

impl FromIterator<PartyId> for PartySet {
    fn from_iter<I: IntoIterator<Item = PartyId>>(parties: I) -> Self {
        parties.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for PartySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(PartyId::idx))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_its_parties_in_order() {
        let set: PartySet = [5, 0, 63].map(PartyId::new).into_iter().collect();
        assert_eq!(set.iter().map(PartyId::idx).collect::<Vec<_>>(), [0, 5, 63]);
        assert_eq!(set.without(PartyId::new(5)).len(), 2);
        let five = PartySet::only(PartyId::new(5));
        assert_eq!(set.difference(five), set.without(PartyId::new(5)));
        assert_eq!(five.difference(set), PartySet::EMPTY);
    }

    #[test]
    fn all_parties_are_those_up_to_their_number() {
        for n_parties in 0..=PARTIES_MAX {
            let listed = (0..n_parties).map(PartyId::new);
            assert_eq!(PartySet::all(n_parties), listed.collect());
        }
    }
}
