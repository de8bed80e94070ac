//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod analyze;
mod bargaining;
mod compare;
mod configs;
mod designs;
mod drivers;
mod interchange;
mod limits;
mod luck;
mod mistakes;
mod negmas;
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
mod violations;
mod worlds;
