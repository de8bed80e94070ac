//! The cells of sweeps and designs, and what a study varies.

mod axes;
mod design_points;
mod study;
mod swept_cells;
mod typed_path;

pub(crate) use axes::{Points, Written};
pub(crate) use study::resolve_study;
pub use study::{StudyPlan, TooFewPoints, numbers, uncertain_numbers};
pub use swept_cells::Sweep;
pub(crate) use swept_cells::build_sweep;
