//! Estimates with their uncertainty; knows nothing about negotiation.

mod estimate;
mod moments;

pub use estimate::{CONFIDENCE, Estimate, Interval};
pub use moments::Moments;
