//! The page of a run, made at its end.

use demarche_core::strategy::Strategies;

use crate::cli::failure::Failure;
use crate::report::{Page, PageError, RunSummary, recorded_page, run_page, write_page};
use crate::run::{Manifest, PAGE, RecordedCellError, add_page_to_crate};
use crate::tables::RunDirectory;

/// Makes the page of a run in its folder, the same as `report` makes it later.
pub(crate) fn make_page(
    directory: &RunDirectory,
    manifest: &Manifest,
    summary: &RunSummary,
) -> Result<(), Failure> {
    let page = run_page(directory, manifest, summary, &Strategies::default())?;
    write_page_of_run(directory, manifest, &page)
}

/// Makes the page of a run in its folder from the tables there, as `report` does.
///
/// # Errors
///
/// If they are not as a run has them, or something cannot be written.
pub fn make_recorded_page(directory: &RunDirectory, manifest: &Manifest) -> Result<(), Failure> {
    let page = recorded_page(directory, manifest, &Strategies::default())?;
    write_page_of_run(directory, manifest, &page)
}

/// Writes the page of a run into the run's folder, and adds it to the run's record there.
pub(crate) fn write_page_of_run(
    directory: &RunDirectory,
    manifest: &Manifest,
    page: &Page,
) -> Result<(), Failure> {
    let written = write_page(directory, page);
    let written = written.and_then(|()| add_page_to_crate(directory, manifest));
    written.map_err(|it| Failure::could_not_finish(&it))
}

/// Where the page is, for people.
pub(crate) fn report_line(directory: &RunDirectory) -> String {
    format!("Report: {}\n", directory.path().join(PAGE).display())
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Manifest(it) => it.into(),
            it @ PageError::Table { .. } => Self::WrongInput(it.to_string()),
        }
    }
}

impl From<RecordedCellError> for Failure {
    fn from(error: RecordedCellError) -> Self {
        match error {
            RecordedCellError::Diagnostics(it) => it.into(),
            it @ RecordedCellError::Manifest { .. } => Self::WrongInput(it.to_string()),
        }
    }
}
