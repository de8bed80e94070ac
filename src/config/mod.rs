//! Files in: scenarios, experiments and plans become domain types here, once, or every error is reported.
//!
//! ```text
//! text ─ layers: parse, extend, set ─▶ table ─ key_errors ─▶ *_file: serde types ─ resolve ─▶ domain
//! ```
//!
//! Reads files only through the function it is given.

mod build_scenario;
mod diagnostics;
mod files;
mod limits;
mod load;
mod plans;
mod recorded;
mod resolve;
mod sweep;

pub use build_scenario::{Input, LoadedScenario};
pub(crate) use diagnostics::nearest;
pub use diagnostics::{Diagnostic, Diagnostics};
pub use files::{
    COPIED_BYTES_MAX, EXTENDS_DEPTH_MAX, ReadFile, StudyMethod, experiment_schema, plan_schema,
    scenario_schema,
};
pub use limits::{
    CELLS_MAX, CLAIMS_MAX, CONSENT_RULES_MAX, CORRELATIONS_MAX, ENTRIES_MAX, FORMS_MAX,
    INTERACTIONS_MAX, MAP_REGIONS_MAX, OUTLINE_CORNERS_MAX, PLANS_MAX, RED_LINES_MAX, SETTINGS_MAX,
    SOURCES_MAX, SWEPT_BYTES_MAX, TEXT_BYTES_MAX,
};
pub use load::{
    Experiment, Overrides, SEED_DEFAULT, SESSIONS_DEFAULT, is_scenario, load_experiment,
    load_scenario,
};
pub use plans::{LoadedPlans, load_plans};
pub use recorded::load_recorded;
pub(crate) use resolve::name_error;
pub use sweep::{StudiedForms, StudyPlan, Sweep, TooFewPoints, WrongPairs, numbers, study_inputs};
