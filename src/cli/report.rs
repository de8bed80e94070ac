//! `report`, and what batches, sweeps and studies do at their end: a run as a page.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::failure::Failure;
use crate::cli::named_run::{open_run, open_table, read_manifest};
use crate::cli::print;
use crate::cli::replay::RecordedCell;
use crate::cli::run_folder::create_new;
use crate::experiment::measure_claims;
use crate::negotiation::Setting;
use crate::output::{MANIFEST, Manifest, RunDirectory};
use crate::report::{MeasuredClaims, Page, RunFigures, RunReport};
use crate::seeds::Seeds;

/// The page of a run, in its folder.
pub(super) const PAGE: &str = "report.html";

/// Draws over which a page measures claims, at most; `check` measures them over many more.
const CLAIM_DRAWS_MAX: u64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The folder to write to instead of the run's, which must not exist
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Makes the page of a run.
pub(super) fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let run = open_run(&arguments.folder)?;
    let manifest = read_manifest(&run)?;
    let place = run.path().join(MANIFEST).display().to_string();
    let cell = RecordedCell::of(&manifest, &place, 0)?;
    let page = page(&run, &manifest, &cell.setting, &cell.seeds)?;
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
    print(&told(&directory))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the page of a run that has just ended.
pub(super) fn report_of(
    directory: &RunDirectory,
    manifest: &Manifest,
    setting: &Arc<Setting>,
    seeds: &Seeds,
) -> Result<(), Failure> {
    let page = page(directory, manifest, setting, seeds)?;
    write(directory, &page)
}

/// Where the page is, for people.
pub(super) fn told(directory: &RunDirectory) -> String {
    format!("Report: {}\n", directory.path().join(PAGE).display())
}

fn page(
    run: &RunDirectory,
    manifest: &Manifest,
    setting: &Arc<Setting>,
    seeds: &Seeds,
) -> Result<Page, Failure> {
    let figures = RunFigures::read(&|table| open(run, manifest, table))
        .map_err(|it| Failure::WrongInput(format!("{}: {it}", run.path().display())))?;
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

fn open(run: &RunDirectory, manifest: &Manifest, table: &str) -> io::Result<Option<Box<dyn Read>>> {
    let opened = open_table(run, manifest, &format!("{table}.csv"))?;
    Ok(opened.map(|it| -> Box<dyn Read> { it }))
}

fn write(directory: &RunDirectory, page: &Page) -> Result<(), Failure> {
    let html = page.html();
    for figure in page.figures() {
        let name = format!("figures/{}.svg", figure.id);
        directory
            .write(&name, figure.svg().as_bytes())
            .map_err(|it| Failure::could_not_finish(&it))?;
    }
    directory
        .write(PAGE, html.as_bytes())
        .map_err(|it| Failure::could_not_finish(&it))
}
