//! The place of a number's own draw among all random streams.

use crate::randomness::{NameHash, Purpose};

/// Where the uniform number is drawn from that a number has by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NumberAddress {
    pub(super) party: NameHash,
    pub(super) purpose: Purpose,
    /// Its group's place in the stream.
    pub(super) group: NameHash,
    /// Its place in the group.
    pub(super) offset: usize,
    /// Of a strategy's number, the position of the strategy.
    pub(super) strategy: Option<usize>,
}

impl NumberAddress {
    /// Whether it is a number of another strategy of the same party than the other one.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let strategies = self.strategy.zip(other.strategy);
        self.party == other.party && strategies.is_some_and(|it| it.0 != it.1)
    }

    /// Whether the other one has the same place in the same stream.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        let place = |it: &Self| (it.party, it.purpose, it.group, it.offset);
        place(self) == place(other)
    }
}
