//! The cells of a sweep.

mod cell_sections;
mod cell_words;

pub(crate) use cell_sections::Cells;
pub(crate) use cell_words::equal_cells;
