//! From the shapes of files to domain types, part by part.

mod claims;
mod number;
mod party;
mod plan;
mod rules;
mod scenario;
mod until;

pub(crate) use plan::plan;
pub(crate) use scenario::{check_name, setting};
pub(crate) use until::stopping_rule;
