//! Files in: scenarios and experiments become domain types here, once, or every mistake is told.
//!
//! ```text
//! text ─ document: parse, extend, set ─▶ table ─ shape: keys and types ─▶ *_file: serde types ─ resolve ─▶ domain
//! ```
//!
//! Reads files only through the function it is given.

mod diagnostics;
mod files;
mod limits;
mod load;
mod recorded;
mod resolve;
mod sweep;

pub(crate) use diagnostics::nearest;
pub use diagnostics::{Diagnostic, Diagnostics};
pub use files::{
    COPIED_BYTES_MAX, EXTENDS_DEPTH_MAX, ReadFile, experiment_schema, scenario_schema,
};
pub use limits::{
    CLAIMS_MAX, CONSENT_RULES_MAX, ENTRIES_MAX, INTERACTIONS_MAX, SETTINGS_MAX, SOURCES_MAX,
    SWEPT_BYTES_MAX, TEXT_BYTES_MAX,
};
pub use load::{
    Experiment, Input, LoadedScenario, Overrides, SEED_DEFAULT, SESSIONS_DEFAULT, load_experiment,
    load_scenario,
};
pub use recorded::load_recorded;
pub use sweep::{
    CELLS_MAX, StudyMethod, StudyPlan, Sweep, TooFewPoints, numbers, uncertain_numbers,
};
