//! What must hold of the whole crate: laws, equal drivers, stable luck, clear mistakes.

mod configs;
mod drivers;
mod luck;
mod mistakes;
mod schema;
mod search;
mod violations;
mod worlds;
