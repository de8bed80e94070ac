//! What must hold when things go wrong: kills, disks, links, signals, terminals, hostile files.
//!
//! By default a sample of each; `just faults` and `just attack` try everything.

mod attack;
#[cfg(unix)]
mod command_line;
#[cfg(unix)]
mod engines;
#[cfg(unix)]
mod folders;
#[cfg(unix)]
mod hostile_text;
#[cfg(unix)]
mod interactive_player;
#[cfg(unix)]
mod new_scenario;
#[cfg(unix)]
mod outside_programs;
#[cfg(unix)]
mod pipes;
#[cfg(unix)]
mod progress;
mod resume;
mod shards;
#[cfg(unix)]
mod signals;
mod study_shards;
mod system_calls;
mod verify;
mod waves;

#[path = "../support/mod.rs"]
mod support;
