//! Files in: scenarios and experiments become domain types here, once, or every mistake is told.
//!
//! ```text
//! text ─ document: parse, extend, set ─▶ table ─ shape: keys and types ─▶ *_file: serde types ─ resolve ─▶ domain
//! ```
//!
//! Reads files only through the function it is given.

mod design_points;
mod document;
mod experiment_file;
mod limits;
mod load;
mod mistake;
mod number;
mod recorded;
mod resolve;
mod resolve_claims;
mod resolve_number;
mod resolve_party;
mod resolve_rules;
mod resolve_until;
mod scenario_file;
mod shape;
mod source_texts;
mod study;
mod sweep;
mod swept_cells;
mod syntax;
mod warnings;

pub use document::{COPIED_BYTES_MAX, EXTENDS_DEPTH_MAX, ReadFile};
pub use limits::{
    CLAIMS_MAX, CONSENT_RULES_MAX, ENTRIES_MAX, INTERACTIONS_MAX, SETTINGS_MAX, SOURCES_MAX,
    SWEPT_BYTES_MAX, TEXT_BYTES_MAX,
};
pub use load::{
    Experiment, Input, LoadedScenario, Overrides, SEED_DEFAULT, SESSIONS_DEFAULT, load_experiment,
    load_scenario,
};
pub(crate) use mistake::nearest;
pub use mistake::{Mistake, Mistakes};
pub use recorded::load_recorded;
pub use shape::{experiment_schema, scenario_schema};
pub use study::{StudyMethod, StudyPlan, TooFewPoints, numbers, uncertain_numbers};
pub use sweep::CELLS_MAX;
pub use swept_cells::{Luck, Sweep};
