//! What a run is in the terms of RO-Crate, which journals and archives read; derived from its manifest.

mod command_line;
mod crate_file;
mod entities;

pub(in crate::run) use crate_file::write_crate;
pub use crate_file::{RO_CRATE, add_page_to_crate};
