//! What a study changes of a setting's numbers: which they are, and draws that a design makes.

use std::fmt;

use crate::domain::PartyId;
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

/// A red line that may be real in one session and a bluff in another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UncertainRedLine {
    /// Whose.
    pub party: PartyId,
    /// Its position among those of the party in the scenario.
    pub red_line: usize,
    /// The name of the draw that decides whether it is real.
    pub path: String,
    /// By which a [design](DesignedDraws) has that draw; it is behind all numbers.
    pub id: NumberId,
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
    ///
    /// Whether a [red line](UncertainRedLine) is real is 1 or 0 for this: with a probability p of being
    /// real it is so above 1 − p.
    fn probability(&self, row: Replication, number: NumberId) -> Option<f64>;
}
