//! `report`, and what batches, sweeps and studies do at their end: a run as a page.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::print;
use crate::cli::replay::{RecordedCell, read_manifest};
use crate::experiment::measure_claims;
use crate::output::{Manifest, RunDirectory};
use crate::report::{Figure, MeasuredClaims, Page, RunFigures, RunReport};

/// The page of a run, in its folder.
const PAGE: &str = "report.html";

/// The folder of the page's figures.
const FIGURES: &str = "figures";

/// The end of a figure's file, by which it is known as one that belongs to a page.
const FIGURE_MARK: &str = "\n<!-- a figure of report.html -->\n";

const MANIFEST: &str = "manifest.json";

/// Draws over which a page measures claims, at most; `check` measures them over many more.
const CLAIM_DRAWS_MAX: u64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// The folder of a run
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The folder to write to instead of the run's, which must not exist
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Makes the page of a run.
pub(super) fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let manifest = read_manifest(&arguments.folder.join(MANIFEST))?;
    let page = page(&arguments.folder, &manifest)?;
    let directory = if let Some(out) = &arguments.out {
        RunDirectory::create(out).map_err(|it| Failure::could_not_finish(&it))?
    } else {
        let there = arguments.folder.join(PAGE);
        if there.exists() {
            return Err(Failure::WrongInput(format!(
                "{} is there already; open it, or write to another folder with --out",
                there.display()
            )));
        }
        RunDirectory::of_finished(&arguments.folder)
    };
    write(&directory, &page)?;
    print(&told(&directory))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the page of a run that has just ended, of the same as `report` makes it later.
pub(super) fn report_of(directory: &RunDirectory, manifest: &Manifest) -> Result<(), Failure> {
    let page = page(directory.path(), manifest)?;
    write(directory, &page)
}

/// Removes the page of a run and its figures, and nothing else that somebody put beside them.
pub(super) fn remove_page(directory: &RunDirectory) -> Result<(), Failure> {
    let removed = directory
        .remove(PAGE)
        .and_then(|()| directory.remove_marked(FIGURES, FIGURE_MARK.as_bytes(), &[]));
    removed.map_err(|it| Failure::could_not_finish(&it))
}

/// Where the page is, for people.
pub(super) fn told(directory: &RunDirectory) -> String {
    format!("Report: {}\n", directory.path().join(PAGE).display())
}

fn page(folder: &Path, manifest: &Manifest) -> Result<Page, Failure> {
    let place = folder.join(MANIFEST).display().to_string();
    let RecordedCell { setting, seeds, .. } = &RecordedCell::of(manifest, &place, 0)?;
    let figures = RunFigures::read(&|table| open(folder, table))
        .map_err(|it| Failure::WrongInput(format!("{}: {it}", folder.display())))?;
    let draws = manifest.counts.sessions.min(CLAIM_DRAWS_MAX);
    let claims = MeasuredClaims {
        holds: measure_claims(setting, seeds, draws, |_| ()),
        draws,
    };
    let report = RunReport {
        manifest,
        setting,
        figures: &figures,
        claims: &claims,
    };
    Ok(report.page())
}

fn open(folder: &Path, table: &str) -> io::Result<Option<Box<dyn Read>>> {
    match File::open(folder.join(format!("{table}.csv"))) {
        Ok(file) => Ok(Some(Box::new(BufReader::new(file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(directory: &RunDirectory, page: &Page) -> Result<(), Failure> {
    let html = page.html();
    let name = |it: &Figure| format!("{}.svg", it.id);
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
