//! `compare`: what differs between two runs.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::arguments::FileArgument;
use crate::cli::failure::{Failure, with_causes};
use crate::cli::files::{read_text, refuse_existing, write_new, written};
use crate::cli::print;
use crate::cli::render::{comparison_summary, count, terminal_width};
use crate::cli::runs::open_run;
use crate::experiment::{CellId, Pairing, RandomNumbers, RunComparison};
use crate::report::{ComparedRun, ComparedRuns};
use crate::run::{
    CellConfiguration, MANIFEST, RecordedSessions, RunRecord, TableError, comparison_rows,
    configuration_changes, swept_values,
};
use crate::tables::{RecordedTable, RunDirectory, TableDifference};

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The folder of a run, or `latest`: the newest one in runs/
    #[arg(value_name = "FIRST")]
    first: FileArgument,
    /// The folder of the second run, or `latest`
    #[arg(value_name = "SECOND")]
    second: FileArgument,
    /// The cell of each run, if it is a sweep
    #[arg(long, num_args = 2, value_names = ["CELL", "CELL"], default_values = ["0", "0"])]
    cells: Vec<u32>,
    /// Compare the runs as independent samples, which is less precise; for runs that do not share
    /// random numbers
    #[arg(long)]
    unpaired: bool,
    /// The table to create: a row per figure
    #[arg(long, value_name = "FILE.csv")]
    out: Option<FileArgument>,
    /// The page to create: charts of the differences
    #[arg(long, value_name = "FILE.html")]
    page: Option<FileArgument>,
}

/// Compares two runs.
pub(crate) fn compare(arguments: &CompareArguments) -> Result<ExitCode, Failure> {
    for path in arguments.out.iter().chain(&arguments.page) {
        refuse_existing(path)?;
    }
    if arguments.out.is_some() && arguments.out == arguments.page {
        return Err(Failure::WrongInput(
            "--out and --page name the same file; give the page another name".into(),
        ));
    }
    let (first_tables, first) = side(&arguments.first, CellId(arguments.cells[0]))?;
    let (second_tables, second) = side(&arguments.second, CellId(arguments.cells[1]))?;
    if !first.run_schema.is_alike(&second.run_schema) {
        return Err(Failure::WrongInput(format!(
            "{} and {} have different parties, issues or options, or have them in another order; \
             only runs with the same can be compared",
            first.folder.display(),
            second.folder.display()
        )));
    }
    let pairing = match (arguments.unpaired, obstacle(&first, &second)) {
        (true, _) => Pairing::Unpaired,
        (false, None) => Pairing::Paired,
        (false, Some(obstacle)) => {
            return Err(Failure::WrongInput(format!(
                "the sessions cannot be paired: {obstacle}; add --unpaired to compare the runs as \
                 independent samples"
            )));
        }
    };
    let options = first.run_schema.issues.iter().map(|it| it.options.len());
    let comparison = RunComparison::new(pairing, first.run_schema.parties.len(), options.collect());
    let (comparison, n_sessions) = read(
        comparison,
        [(&first_tables, &first), (&second_tables, &second)],
    )?;
    if let Some(path) = &arguments.out {
        let rows = comparison_rows(&comparison, &first.run_schema);
        write_new(path, &String::from_utf8_lossy(rows.bytes()))?;
    }
    let configurations = [&first, &second].map(|it| CellConfiguration {
        resolved: &it.record.resolved,
        swept: &it.swept,
    });
    let compared = ComparedRuns {
        changes: configuration_changes(configurations[0], configurations[1]),
        shares_random_numbers: obstacle(&first, &second).is_none(),
        sides: [first, second],
        n_sessions,
        comparison,
    };
    if let Some(path) = &arguments.page {
        write_new(path, &compared.page().html())?;
    }
    print(&comparison_summary(&compared, terminal_width()))?;
    for path in arguments.out.iter().chain(&arguments.page) {
        print(&written(path))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the record of a run.
fn side(named: &Path, cell: CellId) -> Result<(RunDirectory, ComparedRun), Failure> {
    let directory = open_run(named)?;
    let path = directory.path().join(MANIFEST);
    let wrong = |what: String| Failure::WrongInput(format!("{}: {what}", path.display()));
    let text = directory
        .open(MANIFEST)
        .and_then(read_text)
        .map_err(|error| {
            wrong(format!(
                "it cannot be read, so this is not a finished run: {error}"
            ))
        })?;
    let record = RunRecord::parse(&text).map_err(|it| wrong(it.to_string()))?;
    if !["batch", "sweep"].contains(&record.verb.as_str()) {
        return Err(wrong(format!(
            "the run is one of `{}`, which writes no table of sessions",
            record.verb
        )));
    }
    if cell.0 >= record.cells {
        return Err(wrong(format!(
            "there is no cell {}: the run has {}, from 0",
            cell.0, record.cells
        )));
    }
    let swept = if record.verb == "sweep" {
        swept_values(open(&directory, &record, "cells.csv")?, cell).map_err(|it| damaged(&it))?
    } else {
        Vec::new()
    };
    let run = ComparedRun {
        folder: directory.path().to_owned(),
        run_schema: record.run_schema().map_err(|it| wrong(it.to_string()))?,
        record,
        cell,
        swept,
    };
    Ok((directory, run))
}

/// Why sessions of the same replication do not share their random numbers; `None` if they do.
fn obstacle(first: &ComparedRun, second: &ComparedRun) -> Option<String> {
    let [one, other] = [first, second].map(|it| &it.record);
    if one.results_version != other.results_version {
        return Some(format!(
            "the results versions are {} and {}, so the same seed gives different numbers",
            one.results_version, other.results_version
        ));
    }
    if one.seed != other.seed {
        return Some(format!(
            "the master seeds are {} and {}",
            one.seed, other.seed
        ));
    }
    let independent_cell = |it: &ComparedRun| {
        let swept = it.record.sweep.as_ref();
        let is_common = swept.is_none_or(|it| it.random_numbers == RandomNumbers::Common);
        (!is_common).then_some(it.cell)
    };
    let [one, other] = [first, second].map(independent_cell);
    (one != other).then(|| {
        let side = if one.is_some() { first } else { second };
        format!(
            "the cells of {} have independent random numbers",
            side.folder.display()
        )
    })
}

/// Compares all sessions, pair by pair or run by run; how many each cell has.
fn read(
    mut comparison: RunComparison,
    sides: [Side<'_>; 2],
) -> Result<(RunComparison, [u64; 2]), Failure> {
    let [mut first, mut second] = [sessions(sides[0])?, sessions(sides[1])?];
    loop {
        let next = (
            first.advance().map_err(|it| damaged(&it))?,
            second.advance().map_err(|it| damaged(&it))?,
        );
        match (next, comparison.pairing()) {
            ((None, None), _) => break,
            ((Some(one), Some(other)), Pairing::Paired) => comparison.add_pair(&one, &other),
            // What the other run does not have is no pair.
            (_, Pairing::Paired) => {}
            ((one, other), Pairing::Unpaired) => {
                if let Some(it) = one {
                    comparison.add_first(&it);
                }
                if let Some(it) = other {
                    comparison.add_second(&it);
                }
            }
        }
    }
    for ((_, side), read) in sides.into_iter().zip([&first, &second]) {
        if read.n_rows() != side.record.counts.sessions {
            return Err(Failure::WrongInput(format!(
                "{}: it has rows of {} sessions, and manifest.json records {}",
                side.folder.join("sessions.csv").display(),
                count(read.n_rows()),
                count(side.record.counts.sessions)
            )));
        }
    }
    let n_sessions = [&first, &second].map(RecordedSessions::n_sessions);
    if n_sessions.contains(&0) {
        return Err(Failure::WrongInput(
            "a run without sessions cannot be compared".to_owned(),
        ));
    }
    Ok((comparison, n_sessions))
}

/// A run, and its folder.
type Side<'a> = (&'a RunDirectory, &'a ComparedRun);

fn sessions((directory, run): Side<'_>) -> Result<RecordedSessions<RecordedTable>, Failure> {
    let [sessions, parties] =
        ["sessions.csv", "parties.csv"].map(|it| open(directory, &run.record, it));
    RecordedSessions::open(sessions?, parties?, &run.run_schema, run.cell)
        .map_err(|it| damaged(&it))
}

/// A table's name for errors, and the table.
fn open(
    directory: &RunDirectory,
    record: &RunRecord,
    name: &str,
) -> Result<(String, RecordedTable), Failure> {
    let named = directory.path().join(name).display().to_string();
    let opened = directory.open_table(name, &record.tables);
    match opened.and_then(|it| it.ok_or(TableDifference::of_none(&record.tables))) {
        Ok(it) => Ok((named, it)),
        Err(difference) => Err(Failure::WrongInput(format!("{named}: {difference}"))),
    }
}

fn damaged(error: &TableError) -> Failure {
    if error.is_difference() {
        return Failure::WrongInput(error.to_string());
    }
    Failure::WrongInput(format!(
        "{}; the table has changed since the run",
        with_causes(error)
    ))
}
