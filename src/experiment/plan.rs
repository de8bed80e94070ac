//! The list of all work in a fixed order: replications in chunks.

use std::ops::Range;

use crate::seeds::Replication;

/// The position of a cell in its plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CellId(pub u32);

/// All work of a run, in a fixed order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    n_sessions: u64,
}

/// Sessions of a chunk: enough that handing one over costs nothing beside running it, few enough
/// that all threads are done at about the same time.
const CHUNK_SESSIONS: u64 = 256;

impl Plan {
    /// So many replications of one cell.
    pub fn batch(n_sessions: u64) -> Self {
        Self { n_sessions }
    }

    /// How many sessions there are.
    pub fn n_sessions(&self) -> u64 {
        self.n_sessions
    }

    /// How many chunks they are cut into.
    pub fn n_chunks(&self) -> u64 {
        self.n_sessions.div_ceil(CHUNK_SESSIONS)
    }

    /// The replications of a chunk.
    pub fn chunk(&self, idx: u64) -> impl ExactSizeIterator<Item = Replication> + Clone + use<> {
        let start = idx * CHUNK_SESSIONS;
        let range = start..(start + CHUNK_SESSIONS).min(self.n_sessions);
        Replications(range)
    }
}

#[derive(Clone, Debug)]
struct Replications(Range<u64>);

impl Iterator for Replications {
    type Item = Replication;

    fn next(&mut self) -> Option<Replication> {
        self.0.next().map(Replication)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = usize::try_from(self.0.end - self.0.start).expect("a chunk is small");
        (n, Some(n))
    }
}

impl ExactSizeIterator for Replications {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_all_replications_once_and_in_order() {
        for n in [1, 255, 256, 257, 1000] {
            let plan = Plan::batch(n);
            let all: Vec<u64> = (0..plan.n_chunks())
                .flat_map(|it| plan.chunk(it))
                .map(|it| it.0)
                .collect();
            assert_eq!(all, (0..n).collect::<Vec<u64>>());
        }
    }
}
