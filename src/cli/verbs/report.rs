//! `report`, and what batches, sweeps and studies do at their end: a run as a page.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::named_run::{open_run, open_table, read_manifest};
use crate::cli::print;
use crate::cli::run_folder::create_new;
use crate::cli::verbs::replay::RecordedCell;
use crate::experiment::measure_claims;
use crate::report::{MeasuredClaims, Page, PageFigure, RunReport, RunSummary};
use crate::run::{MANIFEST, Manifest};
use crate::tables::RunDirectory;

/// The page of a run, in its folder.
const PAGE: &str = "report.html";

/// The folder of the page's figures.
const FIGURES: &str = "figures";

/// The end of a figure's file, by which it is known as one that belongs to a page.
const FIGURE_MARK: &str = "\n<!-- a figure of report.html -->\n";

/// Draws over which a page measures claims, at most; `check` measures them over many more.
const CLAIM_DRAWS_MAX: u64 = 1_000;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The folder to write to instead of the run's, which must not exist
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Makes the page of a run.
pub(crate) fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let run = open_run(&arguments.folder)?;
    let manifest = read_manifest(&run)?;
    let page = page(&run, &manifest)?;
    let directory = if let Some(out) = &arguments.out {
        create_new(out)?
    } else if run.has(PAGE) {
        let there = run.path().join(PAGE);
        return Err(Failure::WrongInput(format!(
            "{} is there already; open it, or write to another folder with --out",
            there.display()
        )));
    } else {
        run
    };
    write(&directory, &page)?;
    print(&render(&directory))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the page of a run that has just ended, of the same as `report` makes it later.
pub(crate) fn report_of(directory: &RunDirectory, manifest: &Manifest) -> Result<(), Failure> {
    let page = page(directory, manifest)?;
    write(directory, &page)
}

/// Removes the page of a run and its figures, and nothing else that somebody put beside them.
pub(crate) fn remove_page(directory: &RunDirectory) -> Result<(), Failure> {
    let removed = directory
        .remove(PAGE)
        .and_then(|()| directory.remove_marked(FIGURES, FIGURE_MARK.as_bytes(), &[]));
    removed.map_err(|it| Failure::could_not_finish(&it))
}

/// Where the page is, for people.
pub(crate) fn render(directory: &RunDirectory) -> String {
    format!("Report: {}\n", directory.path().join(PAGE).display())
}

fn page(run: &RunDirectory, manifest: &Manifest) -> Result<Page, Failure> {
    let place = run.path().join(MANIFEST).display().to_string();
    let RecordedCell { setting, seeds, .. } = &RecordedCell::of(manifest, &place, 0)?;
    let summary = RunSummary::read(&|table| open(run, manifest, table))
        .map_err(|it| Failure::WrongInput(format!("{}: {it}", run.path().display())))?;
    let draws = manifest.counts.sessions.min(CLAIM_DRAWS_MAX);
    let claims = MeasuredClaims {
        holds: measure_claims(setting, seeds, draws, |_| ()),
        draws,
    };
    let report = RunReport {
        manifest,
        setting,
        summary: &summary,
        claims: &claims,
    };
    Ok(report.page())
}

fn open(run: &RunDirectory, manifest: &Manifest, table: &str) -> io::Result<Option<Box<dyn Read>>> {
    let opened = open_table(run, manifest, &format!("{table}.csv"))?;
    Ok(opened.map(|it| -> Box<dyn Read> { it }))
}

fn write(directory: &RunDirectory, page: &Page) -> Result<(), Failure> {
    let html = page.html();
    let name = |it: &PageFigure| format!("{}.svg", it.id);
    let names: Vec<String> = page.figures().map(name).collect();
    directory
        .remove_marked(FIGURES, FIGURE_MARK.as_bytes(), &names)
        .map_err(|it| Failure::could_not_finish(&it))?;
    for (figure, name) in page.figures().zip(&names) {
        let svg = format!("{}{FIGURE_MARK}", figure.svg());
        directory
            .write(&format!("{FIGURES}/{name}"), svg.as_bytes())
            .map_err(|it| Failure::could_not_finish(&it))?;
    }
    directory
        .write(PAGE, html.as_bytes())
        .map_err(|it| Failure::could_not_finish(&it))
}
