//! The page of a run: made of what its folder holds, and written there.

use std::io::{self, Read};
use std::ops::ControlFlow;

use demarche_core::strategy::Strategies;

use crate::experiment::{CellId, measure_claims};
use crate::report::page_sections::MeasuredClaims;
use crate::report::pages::page::{Page, PageFigure};
use crate::report::pages::run_page::RunReport;
use crate::report::summary::RunSummary;
use crate::run::{
    FIGURE_MARK, FIGURES, MANIFEST, Manifest, PAGE, RecordedCell, RecordedCellError, TableError,
    open_table,
};
use crate::tables::{RunDirectory, WriteError};

/// Draws over which a page measures claims, at most; `check` measures them over many more.
const CLAIM_DRAWS_MAX: u64 = 1_000;

/// Why there is no page of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// Its manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] RecordedCellError),
    /// A table is.
    #[error("{folder}: {error}")]
    Table {
        /// The folder of the run.
        folder: String,
        /// What is wrong.
        error: TableError,
    },
}

/// Makes the page of a run from its manifest and its tables: the one that the run made at its end.
/// `strategies` are those that its files could name.
///
/// # Errors
///
/// If they are not as a run has them.
pub fn recorded_page(
    run: &RunDirectory,
    manifest: &Manifest,
    strategies: &Strategies,
) -> Result<Page, PageError> {
    let summary = RunSummary::read(&|it| open(run, manifest, it));
    let summary = summary.map_err(|error| PageError::Table {
        folder: run.path().display().to_string(),
        error,
    })?;
    run_page(run, manifest, &summary, strategies)
}

/// Makes the page of a run from its manifest and its results. `strategies` are those that its files
/// could name.
///
/// # Errors
///
/// If the manifest is not as a run has it.
pub fn run_page(
    run: &RunDirectory,
    manifest: &Manifest,
    summary: &RunSummary,
    strategies: &Strategies,
) -> Result<Page, PageError> {
    let place = run.path().join(MANIFEST).display().to_string();
    let RecordedCell { setting, seeds, .. } =
        &RecordedCell::of(manifest, &place, CellId(0), strategies)?;
    let cell = summary.detailed_cell();
    let detailed = match cell {
        0 => setting.clone(),
        cell => RecordedCell::of(manifest, &place, CellId(cell), strategies)?.setting,
    };
    let draws = manifest.n_draws().min(CLAIM_DRAWS_MAX);
    let claims = MeasuredClaims {
        holds: measure_claims(setting, seeds, draws, |_| ControlFlow::Continue(())),
        draws,
    };
    let report = RunReport {
        manifest,
        setting,
        detailed: &detailed,
        summary,
        claims: &claims,
    };
    Ok(report.page())
}

fn open(run: &RunDirectory, manifest: &Manifest, table: &str) -> io::Result<Option<Box<dyn Read>>> {
    let opened = open_table(run, manifest, &format!("{table}.csv"))?;
    Ok(opened.map(|it| -> Box<dyn Read> { it }))
}

/// Writes a page and its figures into a folder, and removes those of an earlier one.
///
/// # Errors
///
/// If something cannot be written.
pub fn write_page(directory: &RunDirectory, page: &Page) -> Result<(), WriteError> {
    let html = page.html();
    let name = |it: &PageFigure| format!("{}.svg", it.id);
    let names: Vec<String> = page.figures().map(name).collect();
    directory.remove_marked(FIGURES, FIGURE_MARK.as_bytes(), &names)?;
    for (figure, name) in page.figures().zip(&names) {
        let svg = format!("{}{FIGURE_MARK}", figure.svg());
        directory.write(&format!("{FIGURES}/{name}"), svg.as_bytes())?;
    }
    directory.write(PAGE, html.as_bytes())
}
