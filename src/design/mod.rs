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
