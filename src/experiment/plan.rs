//! The list of all work in a fixed order: the replications of all cells, in chunks.

use std::ops::Range;
use std::sync::Arc;

use crate::negotiation::Setting;
use crate::seeds::{Replication, Seeds};

/// The position of a cell in its plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CellId(pub u32);

impl CellId {
    /// The cell's position as an index.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// One point of a sweep: what is negotiated there, and with which luck.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Scenario, rules and strategies.
    pub setting: Arc<Setting>,
    /// The streams; the same for all cells if they are to be compared in pairs.
    pub seeds: Seeds,
}

/// All work of a run, in a fixed order.
///
/// Chunks of one cell after the other, then the next replications of all cells: a run that is
/// interrupted has about as many sessions of each.
#[derive(Clone, Debug)]
pub struct Plan {
    cells: Vec<Cell>,
    sessions: u64,
}

/// Sessions of a chunk: enough that handing one over costs nothing beside running it, few enough
/// that all threads are done at about the same time.
const CHUNK_SESSIONS: u64 = 256;

impl Plan {
    /// So many replications of each of these cells.
    ///
    /// # Panics
    ///
    /// If there is no cell, or there are 2³² of them.
    pub fn new(cells: Vec<Cell>, sessions: u64) -> Self {
        assert!(!cells.is_empty(), "a plan has a cell");
        assert!(u32::try_from(cells.len()).is_ok(), "fewer than 2^32 cells");
        Self { cells, sessions }
    }

    /// The cells in order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// How many sessions there are in all cells together.
    pub fn n_sessions(&self) -> u64 {
        self.sessions * self.cells.len() as u64
    }

    /// How many chunks they are cut into.
    pub fn n_chunks(&self) -> u64 {
        self.sessions.div_ceil(CHUNK_SESSIONS) * self.cells.len() as u64
    }

    /// The cell of a chunk, and its replications.
    ///
    /// # Panics
    ///
    /// Never: a cell's position fits 32 bits.
    pub fn chunk(
        &self,
        idx: u64,
    ) -> (
        CellId,
        impl ExactSizeIterator<Item = Replication> + Clone + use<>,
    ) {
        let n_cells = self.cells.len() as u64;
        let cell = u32::try_from(idx % n_cells).expect("fewer than 2^32 cells");
        let start = idx / n_cells * CHUNK_SESSIONS;
        let range = start..(start + CHUNK_SESSIONS).min(self.sessions);
        (CellId(cell), Replications(range))
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
