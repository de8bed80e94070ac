//! What is to be run: a request with the files that it names, read and checked.

mod description;
mod error;
mod planned_spec;
mod request;
mod run_spec;
mod spec_cells;
mod study_spec;
mod weighing_spec;

pub use error::SpecError;
pub use planned_spec::{PlannedRequest, PlannedSpec};
pub use request::{RunRequest, RunVerb, StudyQuestion, StudyRequest};
pub use run_spec::RunSpec;
pub use study_spec::{StudySpec, StudyWork};
pub use weighing_spec::{PLAN_DRAWS_DEFAULT, WeighingRequest, WeighingSpec};
