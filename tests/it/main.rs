//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod configs;
mod drivers;
mod luck;
mod mistakes;
mod runs;
mod schema;
mod search;
mod tidy;
mod violations;
mod worlds;
