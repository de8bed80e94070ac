//! Work in pieces, which can be run apart and put together again: the same answer, to the bit.

use std::ops::Range;

use crate::experiment::batch::{BatchError, Interrupt};
use crate::experiment::tallies::NumberSource;

/// Work in pieces that follow one another and do not depend on each other.
///
/// What comes of a piece can be written as exact whole numbers and read back, so that another process
/// can run it. All pieces, added in their order, give the answer, wherever each of them was run.
pub(crate) trait Pieces {
    /// What comes of a piece.
    type Piece;

    /// What is known after some of the pieces.
    type Sum;

    /// What is known after all of them.
    type Answer;

    /// Whether the number of sessions is known only once they are run, and at most before.
    const IS_MOST: bool = false;

    /// How many pieces there are.
    fn n_pieces(&self) -> u64;

    /// How many sessions or draws some of the pieces have, or may have at most.
    fn n_evaluations(&self, pieces: Range<u64>) -> u64;

    /// How many sessions or draws a piece had.
    fn n_evaluated(&self, piece: &Self::Piece) -> u64;

    /// Runs some of the pieces; `deliver` gets what comes of each, in order.
    ///
    /// Ends early, without an error, when the interrupt is requested: what was delivered is then a first
    /// part of them. Deterministic for any number of threads.
    ///
    /// # Errors
    ///
    /// The first error of `deliver`, or of the sessions.
    ///
    /// # Panics
    ///
    /// If there are no such pieces.
    fn run<E>(
        &self,
        pieces: Range<u64>,
        threads: usize,
        interrupt: &Interrupt,
        deliver: impl FnMut(Self::Piece) -> Result<(), E>,
    ) -> Result<(), BatchError<E>>;

    /// What came of a piece, as whole numbers.
    fn numbers(&self, piece: &Self::Piece) -> Vec<i128>;

    /// What came of the piece at a position, read back; `None` if the numbers are not those of this
    /// piece.
    fn read(&self, piece: u64, numbers: &mut NumberSource<'_>) -> Option<Self::Piece>;

    /// What is known before the first piece.
    fn empty(&self) -> Self::Sum;

    /// Adds what came of the piece at a position; all pieces before it have been added.
    fn add(&self, sum: &mut Self::Sum, piece: u64, of_piece: Self::Piece);

    /// The answer, once all pieces are added; `None` if they contradict each other.
    fn answer(&self, sum: Self::Sum) -> Option<Self::Answer>;
}
