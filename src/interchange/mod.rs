//! Import from other tools' scenario formats, and export to GENIUS.
//!
//! ```text
//! bytes ─ source: decode ─▶ formats: recognize, one file per format ─▶ foreign: one shape for all
//!       ─ unit_range: numbers into [0, 1] ─▶ scenario_text: our TOML, with what was lost
//! ```
//!
//! Files from elsewhere may be hostile: every size is bounded before anything grows with it.

mod error;
mod foreign;
mod formats;
mod genius_export;
mod identifiers;
mod import;
mod options;
mod scenario_text;
mod source;
mod unit_range;

pub use error::{ImportError, Problem};
pub use foreign::NUMBER_MAX;
pub use formats::{
    ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX, JSON_VALUES_MAX, YAML_ALIASES_MAX, YAML_DEPTH_MAX,
    YAML_VALUES_MAX,
};
pub use genius_export::{Exported, export_genius};
pub(crate) use identifiers::identifiers;
pub use import::{Imported, import};
pub use options::{ImportOptions, Scaling};
pub(crate) use scenario_text::quoted;
pub use source::ForeignFile;

/// Maximum number of bytes that the files of one scenario may have together.
pub const INPUT_BYTES_MAX: usize = 8 << 20;
/// Maximum number of bytes of the scenario file that comes of them: as many as one that is read may have.
pub const SCENARIO_BYTES_MAX: usize = 4 << 20;
/// The rounds that an imported scenario allows if nobody says otherwise.
pub const ROUNDS_DEFAULT: u32 = 100;
/// The options that a range of real numbers becomes if nobody says otherwise.
pub const STEPS_DEFAULT: usize = 11;
