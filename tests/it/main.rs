//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod analyze;
mod attack;
mod bargaining;
mod compare;
mod configs;
mod designs;
mod drivers;
mod explain;
mod faults;
mod formats;
mod interchange;
mod limits;
mod luck;
mod mistakes;
mod negmas;
mod pages;
#[cfg(unix)]
mod progress;
mod readme;
mod reference_data;
mod references;
mod replay;
mod report;
mod resume;
mod runs;
mod schema;
mod search;
mod seats;
mod shards;
mod solutions;
mod stopping;
mod strategies;
mod studies;
mod sweeps;
#[cfg(unix)]
mod terminal;
mod thoroughness;
mod tidy;
mod violations;
mod worlds;
