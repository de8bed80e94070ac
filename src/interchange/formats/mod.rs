//! Formats of other tools: how files of each are recognized, and one reader per format.

mod canonical_json;
mod data;
mod genius;
mod genius_evaluator;
mod genius_web;
mod negmas;
mod negmas_value;
mod part;
mod recognition;
mod xml;

use crate::interchange::error::ImportError;
use crate::interchange::foreign::ForeignScenario;
use crate::interchange::options::ImportOptions;

pub use data::{JSON_VALUES_MAX, YAML_ALIASES_MAX, YAML_DEPTH_MAX, YAML_VALUES_MAX};
pub(super) use part::{Content, Format, Part, Role};
pub(super) use recognition::recognize;
pub use xml::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX};

/// The scenario of files that are all of one format; there is at least one.
pub(super) fn read(
    format: Format,
    parts: &[Part<'_>],
    options: &ImportOptions,
) -> Result<ForeignScenario, ImportError> {
    match format {
        Format::Genius => genius::read(parts, options),
        Format::NegmasYaml | Format::NegmasJson => negmas::read(format, parts, options),
        Format::GeniusWeb => genius_web::read(parts),
        Format::CanonicalJson => canonical_json::read(parts, options.scaling),
    }
}
