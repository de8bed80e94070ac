//! From the shapes of files to domain types, part by part.

mod claims;
mod correlated_setting;
mod correlations;
mod map;
mod number;
mod party;
mod plan;
mod provenance;
mod rules;
mod scenario;
mod stopping_rule;

pub(crate) use plan::{plan, resolve_options};
pub(crate) use scenario::{check_name, name_error, setting};
pub(crate) use stopping_rule::stopping_rule;
