//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod configs;
mod designs;
mod drivers;
mod luck;
mod mistakes;
mod readme;
mod references;
mod runs;
mod schema;
mod search;
mod studies;
mod sweeps;
mod tidy;
mod violations;
mod worlds;
