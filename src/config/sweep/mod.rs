//! The cells of sweeps and designs, what a study varies, and other forms of the model.

mod axes;
mod design_points;
mod model_forms;
mod study;
mod swept_cells;
mod typed_path;

pub(crate) use axes::{Points, Written};
pub(crate) use model_forms::build_robustness;
pub(crate) use study::resolve_study;
pub use study::{StudiedForms, StudyPlan, TooFewPoints, WrongPairs, numbers, study_inputs};
pub use swept_cells::Sweep;
pub(crate) use swept_cells::build_sweep;
