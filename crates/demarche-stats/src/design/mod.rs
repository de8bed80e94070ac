//! Designs of experiments: points of the unit cube.
//!
//! A point has one number in [0, 1) (Morris: in [0, 1]) for every dimension; the caller gives the
//! coordinates their meaning.
//! A design is determined by its seed, and a point by its index: a longer design begins with the
//! points of a shorter one (Latin hypercubes excepted).

mod latin_hypercube;
mod morris;
mod saltelli;
mod sobol_sequence;
mod split_mix;

pub use latin_hypercube::{LATIN_POINTS_MAX, latin_hypercube};
pub use morris::{MorrisLevels, morris_trajectory, quantile_argument};
pub use saltelli::{RadialRows, SaltelliDesign};
pub use sobol_sequence::{SOBOL_DIMENSIONS_MAX, Scrambling, SobolSequence};

/// Points and their layout.
#[derive(Clone, PartialEq, Debug)]
pub struct DesignedPoints {
    /// How the points relate to each other.
    pub layout: Layout,
    /// The points in order.
    pub points: Vec<Vec<f64>>,
}

/// How the points of a design relate to each other, which determines the applicable estimators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Space-filling; the points are unrelated.
    Spread,
    /// Blocks of one base point each, with rows as in [`SaltelliDesign`].
    Radial,
    /// Consecutive trajectories, as returned by [`morris_trajectory`].
    Trajectories,
}
