//! The folder of a study or of plans that are weighed in one go, which has no journal.

use std::path::Path;

use crate::run::execute::error::RunError;
use crate::run::observer::Observer;
use crate::tables::RunDirectory;

/// Creates the folder, which must not exist.
pub(super) fn begin_without_journal(
    folder: &Path,
    observer: &mut dyn Observer,
) -> Result<RunDirectory, RunError> {
    let directory = RunDirectory::create(folder);
    let directory = directory.map_err(|it| RunError::not_made(folder, it.into()))?;
    observer.began(directory.path());
    Ok(directory)
}
