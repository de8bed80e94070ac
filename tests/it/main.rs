//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod analyze;
mod attack;
mod bargaining;
#[cfg(unix)]
mod command_line;
mod compare;
mod configs;
mod designs;
mod drivers;
mod explain;
mod faults;
#[cfg(unix)]
mod folders;
mod foreign;
mod formats;
#[cfg(unix)]
mod hostile_text;
mod interchange;
mod limits;
mod luck;
mod mistakes;
mod negmas;
mod page_made_later;
mod pages;
#[cfg(unix)]
mod pipes;
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
#[cfg(unix)]
mod signals;
mod solutions;
mod stopping;
mod strategies;
mod studies;
mod sweeps;
#[cfg(unix)]
mod terminal;
mod thoroughness;
mod tidy;
mod verify;
mod violations;
mod worlds;
