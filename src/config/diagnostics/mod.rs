//! Errors in files, with their places: collected, rendered, corrected where obvious.

mod diagnostic;
mod source_texts;
pub(crate) mod syntax;
mod warnings;

pub(crate) use diagnostic::nearest;
pub use diagnostic::{Diagnostic, Diagnostics};
pub(crate) use source_texts::{Role, SourceText, SourceTexts};
pub(crate) use syntax::{LISTS_OF_TABLES, number_meant, percent_hint};
