//! What must hold of the whole: laws, equal drivers, stable results, clear errors. Fast.

mod analyze;
mod bargaining;
mod compare;
mod configs;
mod designs;
mod diagnostics;
mod drivers;
mod examples;
mod explain;
mod file_cycles;
mod foreign;
mod formats;
mod incremental;
mod interchange;
mod library;
mod limits;
mod negmas;
mod offer_changes;
mod page_made_later;
mod pages;
mod readme;
mod references;
mod replay;
mod report;
mod runs;
mod schema;
mod search;
mod solutions;
mod stopping;
mod strategies;
mod studies;
mod sweeps;
mod tidy;
mod value_stability;
mod violations;

#[path = "../support/mod.rs"]
mod support;
