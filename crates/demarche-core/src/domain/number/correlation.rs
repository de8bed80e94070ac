//! Which numbers of a scenario are not drawn independently.

use crate::domain::number::provenance::Number;

/// The most numbers that correlations may name: their matrix is checked in the cube of it.
pub const CORRELATED_NUMBERS_MAX: usize = 64;

/// The most combinations of strategies that correlated numbers may be of: each has a matrix of its own.
pub const CORRELATED_COMBINATIONS_MAX: usize = 256;

/// Two numbers whose draws go together.
#[derive(Clone, PartialEq, Debug)]
pub struct Correlation {
    /// The paths of the two numbers.
    pub between: [String; 2],
    /// Spearman's rank correlation of their draws; a constant in [−1, 1].
    pub rank: Number,
}
