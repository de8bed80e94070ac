//! The list of all work in a fixed order: the replications of all cells, in chunks.

use std::ops::Range;
use std::sync::Arc;

use demarche_core::negotiation::Setting;
use demarche_core::randomness::{Replication, Seeds};

/// The position of a cell in its plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CellId(pub u32);

impl CellId {
    /// The cell's position as an index.
    pub fn idx(self) -> usize {
        self.0 as usize
    }
}

/// One point of a sweep: what is negotiated there, and with which random numbers.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Scenario, rules and strategies.
    pub setting: Arc<Setting>,
    /// The streams; the same for all cells if they are to be compared in pairs.
    pub seeds: Seeds,
}

/// Work in a fixed order: a range of replications of some cells, or of all, or some of its chunks.
///
/// Chunks of one cell after the other, then the next replications of all cells: a run that is
/// interrupted has about as many sessions of each.
#[derive(Clone, Debug)]
pub struct Plan {
    cells: Arc<[Cell]>,
    /// Those that have work, in ascending order.
    active: Vec<CellId>,
    replications: Range<u64>,
    /// Those of their chunks that have to be run.
    chunks: Range<u64>,
}

/// A list of all work in a fixed order that threads can carry out.
pub trait SessionPlan: Clone + Send + Sync + 'static {
    /// All cells in order.
    fn cells(&self) -> &[Cell];

    /// How many chunks of work there are.
    fn n_chunks(&self) -> u64;

    /// The cell of a chunk, and which of its replications.
    ///
    /// # Panics
    ///
    /// If there is no such chunk.
    fn chunk(&self, idx: u64) -> (CellId, Range<u64>);
}

impl SessionPlan for Plan {
    fn cells(&self) -> &[Cell] {
        self.cells()
    }

    fn n_chunks(&self) -> u64 {
        self.n_chunks()
    }

    fn chunk(&self, idx: u64) -> (CellId, Range<u64>) {
        let (cell, Replications(range)) = self.chunk_of(idx);
        (cell, range)
    }
}

/// Each cell with its own number of replications, one cell after the other.
#[derive(Clone, Debug)]
pub(super) struct UnevenPlan {
    cells: Arc<[Cell]>,
    chunks: Arc<[(CellId, Range<u64>)]>,
}

impl UnevenPlan {
    /// Cells with their numbers of replications.
    ///
    /// # Panics
    ///
    /// If there are 2³² of them.
    pub(super) fn new(cells: Vec<(Cell, u64)>) -> Self {
        let chunks = cells.iter().enumerate().flat_map(|(idx, (_, n))| {
            let cell = CellId(u32::try_from(idx).expect("fewer than 2^32 cells"));
            let n_chunks = n.div_ceil(CHUNK_SESSIONS);
            let range = |it: u64| it * CHUNK_SESSIONS..((it + 1) * CHUNK_SESSIONS).min(*n);
            (0..n_chunks).map(move |it| (cell, range(it)))
        });
        Self {
            chunks: chunks.collect(),
            cells: cells.into_iter().map(|it| it.0).collect(),
        }
    }

    /// The part of this plan with these of its chunks.
    pub(super) fn chunks(&self, chunks: Range<u64>) -> Self {
        let idx = |it: u64| usize::try_from(it).expect("a chunk is of the plan");
        Self {
            cells: Arc::clone(&self.cells),
            chunks: self.chunks[idx(chunks.start)..idx(chunks.end)].into(),
        }
    }
}

impl SessionPlan for UnevenPlan {
    fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn n_chunks(&self) -> u64 {
        self.chunks.len() as u64
    }

    fn chunk(&self, idx: u64) -> (CellId, Range<u64>) {
        let idx = usize::try_from(idx).expect("a chunk is of the plan");
        self.chunks[idx].clone()
    }
}

/// Sessions of a chunk: enough that handing one over costs nothing beside running it, few enough
/// that all threads are done at about the same time.
pub(super) const CHUNK_SESSIONS: u64 = 256;

/// Most sessions of a plan: as far as a floating-point number counts one by one.
pub const SESSIONS_MAX: u64 = 1 << 53;

/// More sessions than a plan can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{n_cells} × {sessions} sessions exceed the {SESSIONS_MAX} of a run")]
pub struct TooManySessions {
    /// How many cells there were to be.
    pub n_cells: usize,
    /// How many replications of each.
    pub sessions: u64,
}

impl Plan {
    /// So many replications of each of these cells.
    ///
    /// # Errors
    ///
    /// If that is more than [`SESSIONS_MAX`] sessions in all.
    ///
    /// # Panics
    ///
    /// If there is no cell, or there are 2³² of them.
    pub fn new(cells: Vec<Cell>, sessions: u64) -> Result<Self, TooManySessions> {
        assert!(!cells.is_empty(), "a plan has a cell");
        let n_cells = u32::try_from(cells.len()).expect("fewer than 2^32 cells");
        let all = sessions.checked_mul(n_cells.into());
        if all.is_none_or(|it| it > SESSIONS_MAX) {
            let n_cells = cells.len();
            return Err(TooManySessions { n_cells, sessions });
        }
        let active = (0..n_cells).map(CellId).collect();
        Ok(Self::whole(cells.into(), active, 0..sessions))
    }

    fn whole(cells: Arc<[Cell]>, active: Vec<CellId>, replications: Range<u64>) -> Self {
        let n_blocks = (replications.end - replications.start).div_ceil(CHUNK_SESSIONS);
        Self {
            chunks: 0..n_blocks * active.len() as u64,
            cells,
            active,
            replications,
        }
    }

    /// The part of this plan with these replications of these of its cells, in ascending order.
    ///
    /// # Panics
    ///
    /// If there is no cell, or the replications are not all of this plan.
    #[must_use]
    pub fn part(&self, active: Vec<CellId>, replications: Range<u64>) -> Self {
        assert!(!active.is_empty(), "a plan has a cell");
        assert!(
            self.replications.start <= replications.start
                && replications.end <= self.replications.end,
            "a part is of the whole"
        );
        Self::whole(Arc::clone(&self.cells), active, replications)
    }

    /// The part of this plan with these of its chunks.
    ///
    /// # Panics
    ///
    /// If they are not all of this plan.
    #[must_use]
    pub fn chunks(&self, chunks: Range<u64>) -> Self {
        assert!(
            chunks.start <= chunks.end && chunks.end <= self.n_chunks(),
            "a part is of the whole"
        );
        let first = self.chunks.start;
        Self {
            chunks: first + chunks.start..first + chunks.end,
            ..self.clone()
        }
    }

    /// All cells in order, also those without work.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cells that have work, in ascending order.
    pub fn active_cells(&self) -> &[CellId] {
        &self.active
    }

    /// The replications of each cell, with those of chunks left out.
    pub fn replications(&self) -> Range<u64> {
        self.replications.clone()
    }

    /// The replication with which the first of its chunks begins.
    ///
    /// # Panics
    ///
    /// If it has no chunk.
    pub fn replications_from(&self) -> u64 {
        self.chunk_of(0).1.0.start
    }

    /// Number of replications of each cell, with those of chunks left out.
    pub fn n_replications(&self) -> u64 {
        self.replications.end - self.replications.start
    }

    /// Number of sessions in all cells together.
    pub fn n_sessions(&self) -> u64 {
        self.n_sessions_before(self.chunks.end) - self.n_sessions_before(self.chunks.start)
    }

    fn n_sessions_before(&self, chunk: u64) -> u64 {
        let n_cells = self.active.len() as u64;
        let (block, turn) = (chunk / n_cells, chunk % n_cells);
        let n_replications = self.n_replications();
        let n_before = block.saturating_mul(CHUNK_SESSIONS).min(n_replications);
        let n_in_block = (n_replications - n_before).min(CHUNK_SESSIONS);
        n_before * n_cells + turn * n_in_block
    }

    /// How many chunks they are cut into.
    pub fn n_chunks(&self) -> u64 {
        self.chunks.end - self.chunks.start
    }

    /// The cell of a chunk, and its replications.
    ///
    /// # Panics
    ///
    /// If there is no such chunk.
    pub fn chunk(
        &self,
        idx: u64,
    ) -> (
        CellId,
        impl ExactSizeIterator<Item = Replication> + Clone + use<>,
    ) {
        self.chunk_of(idx)
    }

    fn chunk_of(&self, idx: u64) -> (CellId, Replications) {
        assert!(idx < self.n_chunks(), "a chunk is of the plan");
        let idx = self.chunks.start + idx;
        let n_cells = self.active.len() as u64;
        let turn = usize::try_from(idx % n_cells).expect("it is less than the number of cells");
        let start = self.replications.start + idx / n_cells * CHUNK_SESSIONS;
        let range = start..(start + CHUNK_SESSIONS).min(self.replications.end);
        (self.active[turn], Replications(range))
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
