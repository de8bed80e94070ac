//! What must hold of the whole: laws, equal drivers, stable results, clear errors. Fast.

mod exchange;
mod files;
mod pages;
mod runs;
mod sessions;
mod sources;
mod theory;

#[path = "../support/mod.rs"]
mod support;
