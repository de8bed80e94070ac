//! Designs of experiments: which points of the unit cube to look at; knows nothing of negotiation.
//!
//! A point has one number in [0, 1) (Morris: in [0, 1]) for every dimension; what a number stands
//! for is the caller's business.
//! Every design follows from its seed alone, and every point has an address: asking for more
//! points does not move those that were there.

mod latin_hypercube;
mod morris;
mod saltelli;
mod sobol_sequence;
mod split_mix;

pub use latin_hypercube::{LATIN_POINTS_MAX, latin_hypercube};
pub use morris::{MorrisLevels, morris_trajectory};
pub use saltelli::{RadialRows, SaltelliDesign};
pub use sobol_sequence::{SOBOL_DIMENSIONS_MAX, Scrambling, SobolSequence};

/// Points with what is to be made of them.
#[derive(Clone, PartialEq, Debug)]
pub struct DesignedPoints {
    /// How they lie to each other.
    pub layout: Layout,
    /// The points in order.
    pub points: Vec<Vec<f64>>,
}

/// How the points of a design lie to each other, which says what can be learnt from them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Evenly spread, each for itself.
    Spread,
    /// Base point after base point, each with its rows as [`SaltelliDesign`] has them.
    Radial,
    /// Trajectory after trajectory, as [`morris_trajectory`] has them.
    Trajectories,
}
