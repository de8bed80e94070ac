//! The page of a run and its figures, as files in its folder.

use crate::tables::{RunDirectory, WriteError};

/// The page of a run, in its folder.
pub const PAGE: &str = "report.html";

/// The folder of the page's figures.
pub const FIGURES: &str = "figures";

/// The end of a figure's file, by which it is known as one that belongs to a page.
pub const FIGURE_MARK: &str = "\n<!-- a figure of report.html -->\n";

/// Removes the page of a run and its figures, and nothing else that somebody put beside them.
///
/// # Errors
///
/// If one cannot be removed.
pub fn remove_page(directory: &RunDirectory) -> Result<(), WriteError> {
    directory.remove(PAGE)?;
    directory.remove_marked(FIGURES, FIGURE_MARK.as_bytes(), &[])
}
