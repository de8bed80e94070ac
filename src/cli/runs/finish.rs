//! What is printed of a run when it is over, or when it was interrupted.

use std::process::ExitCode;

use demarche_core::protocol::ProtocolViolation;

use crate::cli::failure::Failure;
use crate::cli::render::{
    Studied, count, counted, push_findings, range_line, settings_line, shell_word, summary,
    sureness, sweep_summary, terminal_width,
};
use crate::cli::runs::failures::way_on;
use crate::cli::runs::page::{make_page, report_line};
use crate::cli::{message, print};
use crate::experiment::{Forfeit, Shard, Tally};
use crate::report::{DealCounts, RunSummary};
use crate::run::{FinishedRun, RunResults, RunSpec, RunVerb};
use crate::tables::LeftOut;

/// Tells what came out of a run, and makes its page.
pub(crate) fn conclude(
    spec: &RunSpec,
    finished: &FinishedRun,
    has_report: bool,
    is_quiet: bool,
) -> Result<ExitCode, Failure> {
    let directory = &finished.directory;
    if let Some(results) = &finished.results {
        if !is_quiet {
            print(&render_results(spec, results, finished.endings))?;
            print(&format!("Tables: {}\n", directory.path().display()))?;
        }
        report_left_out(&results.left_out);
        if has_report {
            let summary = RunSummary::of_run(spec, results);
            make_page(directory, &results.manifest, &summary)?;
            if !is_quiet {
                print(&report_line(directory))?;
            }
        }
    }
    if finished.is_interrupted() {
        return Ok(interrupted(spec, finished));
    }
    if let Some(shard) = spec.shard().filter(|_| !is_quiet) {
        print(&render_shard(spec, shard, finished))?;
    }
    Ok(exit_code(spec, finished))
}

/// Says which tables the workbook lacks.
pub(crate) fn report_left_out(tables: &[LeftOut]) {
    for it in tables {
        message(&it.to_string());
    }
}

/// What is said of a shard, which waits for the others.
fn render_shard(spec: &RunSpec, shard: Shard, finished: &FinishedRun) -> String {
    let sessions = counted(finished.endings.iter().sum(), "session");
    let path = finished.directory.path().display();
    format!(
        "{}\nshard {shard}: {sessions} in {path}\n`demarche merge` combines all {} shards\n",
        spec.title(),
        shard.of()
    )
}

/// What is said of a run when it is over.
fn render_results(spec: &RunSpec, results: &RunResults, endings: [u64; 4]) -> String {
    let mut text = render_cells(spec, results);
    if spec.design().is_some() {
        text.push('\n');
        let [deals, ..] = endings;
        let studied = Studied {
            scenario: spec.setting().scenario(),
            factors: &results.factors,
            findings: &results.findings,
            sessions: DealCounts {
                sessions: endings.iter().sum(),
                deals,
            },
            points: None,
        };
        push_findings(&mut text, &studied, terminal_width());
    }
    text
}

/// The results of a batch or a sweep.
fn render_cells(spec: &RunSpec, results: &RunResults) -> String {
    let (setting, cells) = (spec.setting(), &results.cells);
    let sessions = counted(cells.tallies.iter().map(Tally::n_sessions).sum(), "session");
    let width = terminal_width();
    let until = spec.until();
    let (what, rest) = if spec.parameters().paths.is_empty() {
        let rounds = setting.rules().deadline_rounds;
        (
            format!("{sessions} of {rounds} rounds"),
            until.map_or_else(String::new, |it| sureness(it, setting, &cells.tallies))
                + &summary(
                    setting,
                    &cells.tallies[0],
                    &cells.most_frequent[0],
                    &spec
                        .robustness()
                        .map_or_else(String::new, |it| range_line(it, &results.forms, width)),
                    width,
                ),
        )
    } else {
        let n_cells = counted(spec.plan().cells().len() as u64, "cell");
        (
            format!("{sessions} in {n_cells}"),
            sweep_summary(
                setting,
                spec.parameters(),
                until,
                spec.design().is_none(),
                cells,
                width,
            ),
        )
    };
    format!(
        "{}\n{}{what}, seed {}\n\n{rest}",
        spec.title(),
        settings_line(spec.settings(), width),
        spec.seed().0
    )
}

/// Tells how far an interrupted run got.
fn interrupted(spec: &RunSpec, finished: &FinishedRun) -> ExitCode {
    let folder = finished.directory.path();
    message(&format!(
        "interrupted: {} of {} sessions are complete in {}; {}",
        count(finished.n_sessions),
        count(finished.n_planned),
        folder.display(),
        way_on(spec.request(), folder)
    ));
    ExitCode::from(130)
}

/// What sessions deserve that were all run: whether none was forfeited.
fn exit_code(spec: &RunSpec, finished: &FinishedRun) -> ExitCode {
    let [.., forfeits] = finished.endings;
    let results = finished.results.as_ref();
    let first_forfeit: Option<&Forfeit> = results.and_then(|it| it.cells.first_forfeit.as_ref());
    if forfeits == 0 {
        return ExitCode::SUCCESS;
    }
    // Whoever gave no answer did so in all sessions under way, and need not do so in each by itself.
    let rendered = first_forfeit.filter(|it| it.violation != ProtocolViolation::NoAnswer);
    let first = rendered.map(|first| {
        let party = spec.setting().scenario().party(first.party);
        let cell = match spec.request().verb {
            RunVerb::Sweep => format!(" --cell {}", first.cell.0),
            RunVerb::Batch => String::new(),
        };
        format!(
            "; the first, in which {} {}, is shown by\n  demarche replay {} {}{cell}",
            party.name,
            first.violation,
            shell_word(&finished.directory.path().display().to_string()),
            first.replication.0,
        )
    });
    message(&format!(
        "{}, see `ended_by` in sessions.csv{}",
        counted(forfeits, "forfeit"),
        first.unwrap_or_default()
    ));
    ExitCode::from(1)
}
