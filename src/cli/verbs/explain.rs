//! `explain`: why a session of a run ended as it did, and why sessions found no deal.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use clap::Args;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::strategy::Strategies;

use crate::cli::arguments::parse_count;
use crate::cli::failure::Failure;
use crate::cli::interactive::{Background, CtrlC};
use crate::cli::print;
use crate::cli::render::{counted, render_causes, render_explanation, terminal_width};
use crate::cli::runs::open_run;
use crate::cli::sessions::{
    Check, OneSession, RepliesTable, check_cell, check_number, read_sessions_manifest,
};
use crate::experiment::{Causes, CellId, Explainer, Explanation};
use crate::run::{MANIFEST, Manifest, RecordedCell, RecordedEnding, open_table};
use crate::tables::{RunDirectory, TableDifference};

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The folder of a batch or of a sweep, or `latest`: the newest run in runs/
    #[arg(value_name = "RUN")]
    folder: PathBuf,
    /// The session, by its `replication` in the tables; by default, all sessions without a deal
    #[arg(value_name = "N")]
    replication: Option<u64>,
    /// The cell of a sweep
    #[arg(long, value_name = "CELL")]
    cell: Option<u32>,
    /// Maximum number of sessions without a deal to analyze, from the first
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
pub(crate) fn explain(arguments: &ExplainArguments, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
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
    let path = folder.join(MANIFEST).display().to_string();
    let recorded = RecordedCell::of(&manifest, &path, CellId(cell), &Strategies::default())?;
    let place = Place {
        cell,
        whose: recorded.whose(&manifest, cell),
        setting: Arc::clone(&recorded.setting),
        seeds: recorded.seeds,
        run: Arc::new((directory, manifest.clone())),
    };
    match arguments.replication {
        Some(it) => {
            let again = recorded.session((&place.run.0, &place.run.1), cell, it)?;
            explain_session(again, &place, ctrl_c)
        }
        None => explain_cell(&place, arguments.sessions, ctrl_c),
    }
}

/// The table of how each session ended.
const SESSIONS: &str = "sessions.csv";

/// The recorded sessions and the source of their replay.
#[derive(Clone)]
struct Place {
    run: Arc<(RunDirectory, Manifest)>,
    cell: u32,
    /// Which cell of which seed, for people.
    whose: String,
    setting: Arc<Setting>,
    seeds: Seeds,
}

/// Explains one session and compares it with the tables, as `replay` does.
fn explain_session(again: OneSession, place: &Place, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let rendered = format!("analyzing session {}", again.replication.0);
    let look = {
        let Place { run, cell, .. } = place.clone();
        move || -> Result<_, Failure> {
            let (session, result) = again.run()?;
            let check = Check::new((&run.0, &run.1), cell, &again, &session, &result)?;
            let mut explainer = Explainer::new(Arc::clone(&again.setting));
            let parties = explainer.preferences(&again.seeds, again.replication);
            let explanation =
                Explanation::new(&parties, session.rules(), session.events(), &result);
            Ok((again, session, check, parties, explanation))
        }
    };
    let (again, session, check, parties, explanation) =
        Background::new(ctrl_c).one(look, &rendered)??;
    let width = terminal_width();
    let rendered = render_explanation(&place.setting, &parties, &session, &explanation, width);
    print(&format!(
        "{}{rendered}\n{}",
        again.head(&place.whose),
        again.foot(width)
    ))?;
    check.print(place.run.0.path(), false)?;
    Ok(if check.is_equal() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// Descriptions of the sessions of a cell.
#[derive(Default)]
struct Looked {
    n_sessions: u64,
    n_without: u64,
    causes: Causes,
}

/// Counts the causes of the first sessions of a cell without a deal.
fn explain_cell(place: &Place, n_most: u64, ctrl_c: &CtrlC) -> Result<ExitCode, Failure> {
    let mut found = None;
    let work = {
        let place = place.clone();
        move |steps: &SyncSender<Option<Result<Looked, Failure>>>| {
            let looked = look(&place, n_most, &mut || steps.send(None).is_ok());
            // Nobody takes it after Ctrl-C.
            let _ = steps.send(Some(looked));
        }
    };
    Background::new(ctrl_c).each(
        work,
        |n| counted(n, "session") + " without a deal analyzed",
        |step| {
            found = step.or(found.take());
            Ok(())
        },
    )?;
    let looked = found.expect("finished work has a result")?;
    if looked.n_sessions == 0 {
        return Err(Failure::WrongInput(format!(
            "no session of {} was run; continue an interrupted run with --resume",
            place.whose
        )));
    }
    print(&render_causes(
        &place.setting,
        &place.whose,
        [looked.n_sessions, looked.n_without],
        &looked.causes,
        terminal_width(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Analyzes the sessions of a cell until the observer stops it.
fn look(place: &Place, n_most: u64, go_on: &mut dyn FnMut() -> bool) -> Result<Looked, Failure> {
    let (directory, manifest) = &*place.run;
    let name = directory.path().join(SESSIONS).display().to_string();
    let opened = open_table(directory, manifest, SESSIONS);
    let file = opened.and_then(|it| it.ok_or(TableDifference::of_none(&manifest.tables)));
    let file = file.map_err(|it| Failure::CouldNotFinish(format!("{name}: {it}")))?;
    let table_error = |it: &dyn std::fmt::Display| Failure::WrongInput(it.to_string());
    let endings =
        RecordedEnding::read((name, file), CellId(place.cell)).map_err(|it| table_error(&it))?;
    let mut player = Player {
        explainer: Explainer::new(Arc::clone(&place.setting)),
        replies: RepliesTable::open((directory, manifest), &place.setting)?,
    };
    let mut res = Looked::default();
    for ending in endings {
        let ending = ending.map_err(|it| table_error(&it))?;
        res.n_sessions += 1;
        if ending.is_agreement() {
            continue;
        }
        res.n_without += 1;
        if res.n_without <= n_most {
            player.count(place, &ending, &mut res.causes)?;
            if !go_on() {
                break;
            }
        }
    }
    Ok(res)
}

/// Plays sessions of a run again, one after the other.
struct Player {
    explainer: Explainer,
    /// What parties from outside replied; `None` if there are none.
    replies: Option<RepliesTable>,
}

impl Player {
    /// Replays a session and counts its cause.
    fn count(
        &mut self,
        place: &Place,
        was: &RecordedEnding,
        causes: &mut Causes,
    ) -> Result<(), Failure> {
        let replication = Replication(was.replication);
        let (session, result) = match &mut self.replies {
            None => self.explainer.play(&place.seeds, replication),
            Some(table) => {
                let again = OneSession {
                    setting: Arc::clone(&place.setting),
                    seeds: place.seeds,
                    replication,
                    outside: table.answering(&place.setting, (place.cell, was.replication))?,
                };
                again.run()?
            }
        };
        let (ending, round) = (result.ending.name(), result.ending.round());
        if (ending, round) != (was.ending.as_str(), was.round) {
            return Err(Failure::CouldNotFinish(format!(
                "session {} of {} ends with {ending} in round {round}, and sessions.csv says {} in \
                 round {}; `demarche replay` shows more",
                was.replication, place.whose, was.ending, was.round
            )));
        }
        self.explainer
            .count(&place.seeds, &session, &result, causes);
        Ok(())
    }
}
