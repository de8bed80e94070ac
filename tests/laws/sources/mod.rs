//! The repository itself: house rules, order of files, examples and the README.

mod browser_module;
mod citation;
mod examples;
mod file_cycles;
mod readme;
pub(crate) mod tidy;
