//! `explain`: why a session of a run ended as it did, and why sessions found no deal.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::analyze::check_size;
use crate::cli::explanation_summary::{causes_told, explanation_told};
use crate::cli::failure::Failure;
use crate::cli::named_run::{open_run, open_table};
use crate::cli::parse_count;
use crate::cli::print;
use crate::cli::replay::{Check, RecordedCell, check_cell, check_number, read_sessions_manifest};
use crate::cli::text::terminal_width;
use crate::experiment::{Causes, CellId, Explainer, Explanation};
use crate::output::{MANIFEST, Manifest, RecordedEnding, RunDirectory, TableDifference};
use crate::seeds::Replication;

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The folder of a batch or of a sweep, or `latest`: the newest run in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// Which session: its `replication` in the tables; without it, all that found no deal
    #[arg(value_name = "N")]
    replication: Option<u64>,
    /// Of which cell of a sweep
    #[arg(long, value_name = "CELL")]
    cell: Option<u32>,
    /// How many sessions without a deal are looked at, the first ones
    #[arg(
        long,
        value_name = "N",
        default_value = "1000",
        value_parser = parse_count,
        conflicts_with = "replication"
    )]
    sessions: u64,
}

/// Explains a session of a run, or all that found no deal.
pub(super) fn explain(arguments: &ExplainArguments) -> Result<ExitCode, Failure> {
    let directory = open_run(&arguments.folder)?;
    let folder = directory.path();
    let manifest = read_sessions_manifest(&directory)?;
    let cell = match arguments.cell {
        None if manifest.cells > 1 => {
            return Err(Failure::WrongInput(format!(
                "{} has {} cells; name one with --cell, counted from 0",
                folder.display(),
                manifest.cells
            )));
        }
        cell => cell.unwrap_or(0),
    };
    match arguments.replication {
        Some(it) => check_number(folder, &manifest, cell, it)?,
        None => check_cell(folder, &manifest, cell)?,
    }
    let recorded = RecordedCell::of(
        &manifest,
        &folder.join(MANIFEST).display().to_string(),
        cell,
    )?;
    check_size(recorded.setting.scenario())?;
    let place = Place {
        run: (&directory, &manifest),
        cell,
        whose: recorded.whose(&manifest, cell),
    };
    match arguments.replication {
        Some(it) => explain_session(&recorded, &place, it),
        None => explain_cell(&recorded, &place, arguments.sessions),
    }
}

/// The table of how each session ended.
const SESSIONS: &str = "sessions.csv";

/// Where the sessions are recorded.
struct Place<'a> {
    run: (&'a RunDirectory, &'a Manifest),
    cell: u32,
    /// Which cell of which seed, for people.
    whose: String,
}

/// Explains one session, and holds it against the tables as `replay` does.
fn explain_session(
    recorded: &RecordedCell<'_>,
    place: &Place<'_>,
    replication: u64,
) -> Result<ExitCode, Failure> {
    let again = recorded.session(replication);
    let (session, result) = again.run()?;
    let check = Check::new(place.run, place.cell, &again, &session, &result)?;
    let mut explainer = Explainer::new(Arc::clone(&recorded.setting));
    let parties = explainer.preferences(&recorded.seeds, again.replication);
    let explanation = Explanation::new(&parties, &session, &result);
    let width = terminal_width();
    let told = explanation_told(&recorded.setting, &parties, &session, &explanation, width);
    print(&format!(
        "{}{told}\n{}",
        again.head(&place.whose),
        again.foot(width)
    ))?;
    check.tell(place.run.0.path(), false)?;
    Ok(if check.is_equal() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Counts why the first sessions of a cell that found no deal did not.
fn explain_cell(
    recorded: &RecordedCell<'_>,
    place: &Place<'_>,
    n_most: u64,
) -> Result<ExitCode, Failure> {
    let (directory, manifest) = place.run;
    let name = directory.path().join(SESSIONS).display().to_string();
    let opened = open_table(directory, manifest, SESSIONS);
    let file = opened.and_then(|it| it.ok_or(TableDifference::Missing));
    let file = file.map_err(|it| Failure::CouldNotFinish(format!("{name}: {it}")))?;
    let table_error = |it: &dyn std::fmt::Display| Failure::WrongInput(it.to_string());
    let endings =
        RecordedEnding::read((name, file), CellId(place.cell)).map_err(|it| table_error(&it))?;
    let mut explainer = Explainer::new(Arc::clone(&recorded.setting));
    let mut causes = Causes::default();
    let (mut n_sessions, mut n_without) = (0, 0);
    for ending in endings {
        let ending = ending.map_err(|it| table_error(&it))?;
        n_sessions += 1;
        if ending.is_agreement() {
            continue;
        }
        n_without += 1;
        if n_without <= n_most {
            count(&mut explainer, recorded, place, &ending, &mut causes)?;
        }
    }
    if n_sessions == 0 {
        return Err(Failure::WrongInput(format!(
            "no session of {} was run; go on with a run that was stopped by --resume",
            place.whose
        )));
    }
    print(&causes_told(
        &recorded.setting,
        &place.whose,
        [n_sessions, n_without],
        &causes,
        terminal_width(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Plays a session again and counts its cause.
fn count(
    explainer: &mut Explainer,
    recorded: &RecordedCell<'_>,
    place: &Place<'_>,
    was: &RecordedEnding,
    causes: &mut Causes,
) -> Result<(), Failure> {
    let (session, result) = explainer.play(&recorded.seeds, Replication(was.replication));
    let (ending, round) = (result.ending.name(), result.ending.round());
    if (ending, round) != (was.ending.as_str(), was.round) {
        return Err(Failure::CouldNotFinish(format!(
            "session {} of {} ends with {ending} in round {round}, and sessions.csv says {} in \
             round {}; `demarche replay` shows more",
            was.replication, place.whose, was.ending, was.round
        )));
    }
    explainer.count(&recorded.seeds, &session, &result, causes);
    Ok(())
}
