//! One of several parts of a plan that are run apart and put together again.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::experiment::plan::Plan;

/// One of several parts of a plan, written `3/64`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// Where shards may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// At any chunk.
    Chunks,
    /// At the first cell only: a shard has the same replications of all cells.
    Blocks,
}

impl Cut {
    /// Into how many pieces a plan can be cut: the most shards that it can have.
    pub fn n_pieces(self, plan: &Plan) -> u64 {
        match self {
            Self::Chunks => plan.n_chunks(),
            Self::Blocks => plan.n_chunks() / plan.active_cells().len() as u64,
        }
    }
}

/// What was written is no shard.
#[derive(Debug, thiserror::Error)]
#[error("a shard is written NUMBER/OF, from 1/OF to OF/OF, such as 3/64")]
pub struct ShardError;

impl Shard {
    /// A part of so many.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    pub fn new(number: u32, of: u32) -> Self {
        assert!((1..=of).contains(&number), "shards are numbered from 1");
        Self { number, of }
    }

    /// Which one, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Its part of a plan: chunks that follow one another, so that the tables of all shards are
    /// those of the whole cut into pieces; as many chunks, or blocks of them, as the others have, or
    /// one more.
    ///
    /// # Panics
    ///
    /// Never: a share of the chunks is not more than all of them.
    #[must_use]
    pub fn part(self, plan: &Plan, cut: Cut) -> Plan {
        let n_pieces = cut.n_pieces(plan);
        let n_of_piece = plan.n_chunks() / n_pieces.max(1);
        let Range { start, end } = self.share(n_pieces);
        plan.chunks(start * n_of_piece..end * n_of_piece)
    }

    /// Its share of so many pieces, which follow one another: as many as the others have, or one more.
    ///
    /// # Panics
    ///
    /// Never: a share is not more than the whole.
    pub fn share(self, n_pieces: u64) -> Range<u64> {
        let start = |number: u32| {
            let share = u128::from(n_pieces) * u128::from(number) / u128::from(self.of);
            u64::try_from(share).expect("a share is not more than the whole")
        };
        start(self.number - 1)..start(self.number)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, of) = text.split_once('/').ok_or(ShardError)?;
        let whole = |it: &str| it.parse::<u32>().map_err(|_| ShardError);
        let (number, of) = (whole(number)?, whole(of)?);
        let is_one = (1..=of).contains(&number);
        is_one.then(|| Self::new(number, of)).ok_or(ShardError)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_read_as_it_is_written() {
        for text in ["1/1", "3/64", "64/64"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "3",
            "0/4",
            "5/4",
            "1/0",
            "-1/4",
            "1/4/2",
            "a/b",
            "1/99999999999",
        ] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
