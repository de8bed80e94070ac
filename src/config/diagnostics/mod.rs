//! Errors in files, with their places: collected, rendered, corrected where obvious.

mod diagnostic;
mod near_paths;
mod percent;
mod source_texts;
pub(crate) mod toml_syntax;
mod value_mend;
mod warnings;

pub(crate) use diagnostic::nearest;
pub use diagnostic::{Diagnostic, Diagnostics};
pub(crate) use near_paths::paths_meant;
pub(crate) use source_texts::{Role, SourceText, SourceTexts};
pub(crate) use toml_syntax::LISTS_OF_TABLES;
pub(crate) use value_mend::{mend_of_value, number_meant};
