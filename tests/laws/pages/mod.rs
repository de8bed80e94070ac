//! Pages of runs and sessions.

mod comparisons;
mod maps;
mod page_made_later;
pub(crate) mod run_pages;
