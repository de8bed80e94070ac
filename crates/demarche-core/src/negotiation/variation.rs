//! What a study changes of a setting's numbers: which they are, and draws that a design makes.

use std::fmt;

use crate::randomness::{NameHash, Replication};

/// The position of a number among [`Setting::numbers`](crate::negotiation::setting::Setting::numbers).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NumberId(usize);

impl NumberId {
    /// The number at this position.
    pub fn new(idx: usize) -> Self {
        Self(idx)
    }

    /// Its position.
    pub fn idx(self) -> usize {
        self.0
    }

    /// The number so many places on.
    pub(super) fn plus(self, places: usize) -> Self {
        Self(self.0 + places)
    }
}

/// Where numbers that are drawn together are drawn from, and where they are listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberPlace {
    /// Their place in the party's stream.
    pub(super) group: NameHash,
    /// The first of them.
    pub(super) first: NumberId,
}

/// Gives places to groups of numbers, one after the other.
#[derive(Debug)]
pub(super) struct NumberPlaces {
    next: NumberId,
}

impl NumberPlaces {
    pub(super) fn new() -> Self {
        Self { next: NumberId(0) }
    }

    /// The place of so many numbers with this name.
    pub(super) fn next(&mut self, name: &str, n_numbers: usize) -> NumberPlace {
        let first = self.next;
        self.next = first.plus(n_numbers);
        let group = NameHash::of(name);
        NumberPlace { group, first }
    }
}

/// Draws that a design of experiments makes in place of randomness.
///
/// A replication is then a row of the design.
pub trait DesignedDraws: Send + Sync + fmt::Debug {
    /// The replication whose streams serve for all that the design leaves to random numbers in a row.
    fn base_replication(&self, row: Replication) -> Replication;

    /// The probability, in [0, 1], at whose quantile a row has a number; `None` leaves it to random numbers.
    fn probability(&self, row: Replication, number: NumberId) -> Option<f64>;
}
