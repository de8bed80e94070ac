//! Runs as processes and as library calls: their tables, sweeps, studies and comparisons.

mod compare;
mod correlated_studies;
mod earlier_versions;
mod form_studies;
mod formats;
mod in_memory;
mod library;
mod listing;
mod outside_programs;
mod plans;
mod processes;
mod research_objects;
mod robustness;
mod stopping;
mod studies;
pub(crate) mod sweeps;
