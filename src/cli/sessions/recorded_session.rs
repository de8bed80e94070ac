//! Sessions of a run again, from its manifest alone, compared with its tables.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::Session;
use demarche_core::randomness::{Replication, Seeds};

use crate::actors::OutsideParties;
use crate::cli::failure::Failure;
use crate::cli::render::{counted, excerpt, terminal_width, wrap};
use crate::cli::runs::read_manifest;
use crate::cli::sessions::one_session::OneSession;
use crate::cli::{message, print};
use crate::experiment::{
    CellId, SessionMeasurer, SolutionAnalyzer, SolutionDistances, check_outcomes,
};
use crate::run::{
    MANIFEST, Manifest, REPLIES, RecordedCell, RecordedReplies, RecordedRows, RowsInOrder,
    open_table,
};
use crate::tables::{
    Distances, DrawColumns, DrawTable, Rows, RunDirectory, SessionRows, SessionTable,
    TableDifference, Transcripts, session_columns,
};

impl RecordedCell<'_> {
    /// One of its sessions, in which parties from outside repeat what the run's table says that they
    /// replied.
    pub(crate) fn session(
        &self,
        run: (&RunDirectory, &Manifest),
        cell: u32,
        replication: u64,
    ) -> Result<OneSession, Failure> {
        let outside = match RepliesTable::open(run, &self.setting)? {
            Some(mut table) => table.answering(&self.setting, (cell, replication))?,
            None => OutsideParties::default(),
        };
        Ok(OneSession {
            setting: Arc::clone(&self.setting),
            seeds: self.seeds,
            replication: Replication(replication),
            outside,
        })
    }

    /// Which cell of which seed it is, for people.
    pub(crate) fn whose(&self, manifest: &Manifest, cell: u32) -> String {
        let seed = format!("seed {}", manifest.seed);
        if manifest.sweep.is_none() {
            return seed;
        }
        let rendered: Vec<String> = self
            .values
            .iter()
            .map(|it| format!("{} = {}", it.0, it.1))
            .collect();
        format!("cell {cell} ({}), {seed}", rendered.join(", "))
    }
}

/// The table of what parties from outside replied, read session by session in its order.
pub(crate) struct RepliesTable {
    path: PathBuf,
    rows: RowsInOrder<Box<dyn BufRead>>,
}

impl RepliesTable {
    /// Of a run; `None` if nobody is answered for from outside.
    pub(crate) fn open(
        (directory, manifest): (&RunDirectory, &Manifest),
        setting: &Setting,
    ) -> Result<Option<Self>, Failure> {
        if setting.outside().is_empty() {
            return Ok(None);
        }
        let path = directory.path().join(REPLIES);
        let opened = open_table(directory, manifest, REPLIES);
        let file = opened.and_then(|it| it.ok_or(TableDifference::of_none(&manifest.tables)));
        let file = file.map_err(|it| cannot(&path, &it))?;
        let rows = RowsInOrder::of(file).map_err(|it| cannot(&path, &it))?;
        Ok(Some(Self { path, rows }))
    }

    /// Who answers for these parties in a session behind the last one: what the table says that they
    /// replied.
    pub(crate) fn answering(
        &mut self,
        setting: &Setting,
        (cell, replication): (u32, u64),
    ) -> Result<OutsideParties, Failure> {
        let rows = self.rows.find(CellId(cell), replication);
        let rows = rows.map_err(|it| cannot(&self.path, &it))?;
        let replies = RecordedReplies::read(&rows, setting.scenario());
        let replies = replies.map_err(|it| cannot(&self.path, &it))?;
        Ok(replies.answering(setting.outside()))
    }
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::WrongInput(format!("{}: {error}", path.display()))
}

/// Reads the manifest of a batch or a sweep.
pub(crate) fn read_sessions_manifest(directory: &RunDirectory) -> Result<Manifest, Failure> {
    let manifest = read_manifest(directory)?;
    let path = || directory.path().join(MANIFEST);
    (manifest.check_repeatable())
        .map_err(|it| Failure::WrongInput(format!("{}: {it}", path().display())))?;
    if !["batch", "sweep"].contains(&manifest.verb.as_str()) {
        return Err(Failure::WrongInput(format!(
            "{}: this is a run of `{}`; only sessions of a batch or of a sweep can be replayed",
            directory.path().join(MANIFEST).display(),
            manifest.verb
        )));
    }
    Ok(manifest)
}

/// Refuses a cell that the run does not have.
pub(crate) fn check_cell(folder: &Path, manifest: &Manifest, cell: u32) -> Result<(), Failure> {
    let n_cells = manifest.cells as u64;
    if u64::from(cell) >= n_cells {
        return Err(Failure::WrongInput(format!(
            "there is no cell {cell}: {} has {}, counted from 0",
            folder.display(),
            counted(n_cells, "cell")
        )));
    }
    Ok(())
}

/// Refuses a session that the run cannot have had.
pub(crate) fn check_number(
    folder: &Path,
    manifest: &Manifest,
    cell: u32,
    replication: u64,
) -> Result<(), Failure> {
    check_cell(folder, manifest, cell)?;
    // Cells of a sweep may have stopped one by one: there it is the tables that know.
    let n_sessions = match manifest.cells as u64 {
        1 => manifest.counts.sessions,
        n_cells => manifest.sessions / n_cells,
    };
    if replication >= n_sessions {
        return Err(Failure::WrongInput(format!(
            "there is no session {replication}: {} has {} in a cell, counted from 0",
            folder.display(),
            counted(n_sessions, "session")
        )));
    }
    Ok(())
}

/// The comparison of a session with the tables of its run.
#[derive(Default)]
pub(crate) struct Check {
    /// The tables whose rows are equal.
    equal: Vec<String>,
    /// What is not equal, with both rows.
    differences: Vec<String>,
    /// The tables of the run that are not there.
    missing: Vec<String>,
}

impl Check {
    pub(crate) fn new(
        (directory, manifest): (&RunDirectory, &Manifest),
        cell: u32,
        again: &OneSession,
        session: &Session,
        result: &SessionResult,
    ) -> Result<Self, Failure> {
        let mut res = Self::default();
        for table in SessionTable::ALL {
            if table == SessionTable::Replies {
                // The session was played by it.
                continue;
            }
            let name = format!("{}.csv", table.name());
            let path = directory.path().join(&name);
            let cannot = |error: &dyn std::fmt::Display| {
                Failure::CouldNotFinish(format!("{}: {error}", path.display()))
            };
            let file = match open_table(directory, manifest, &name) {
                Ok(Some(file)) => file,
                // Whoever is short of room keeps the rest of a run.
                Err(TableDifference::Missing) => {
                    res.missing.push(name);
                    continue;
                }
                // Without digests, the manifest does not tell which tables the run had: this one, always.
                Ok(None) => {
                    res.missing
                        .extend((table == SessionTable::Sessions).then_some(name));
                    continue;
                }
                // What it says of the session is shown all the same.
                Err(it @ (TableDifference::Length { .. } | TableDifference::Content { .. })) => {
                    res.differences.push(format!("{}: {it}", path.display()));
                    let unchecked = directory.open_table(&name, &[]);
                    let unchecked = unchecked.and_then(|it| it.ok_or(TableDifference::Missing));
                    Box::new(BufReader::new(unchecked.map_err(|it| cannot(&it))?))
                }
                Err(difference) => return Err(cannot(&difference)),
            };
            let recorded = RecordedRows::find(file, CellId(cell), again.replication.0);
            let recorded = recorded.map_err(|it| cannot(&it))?;
            if table == SessionTable::Sessions && recorded.rows.is_empty() && res.is_equal() {
                return Err(Failure::WrongInput(format!(
                    "there is no session {} of cell {cell} in {}: the run ended before it",
                    again.replication.0,
                    path.display()
                )));
            }
            let replayed = again.rows(table, CellId(cell), &recorded.header, session, result)?;
            match recorded.first_difference(&replayed) {
                None => res.equal.push(name),
                Some((was, is)) => {
                    let (was, is) = (was.unwrap_or("(no row)"), is.unwrap_or("(no row)"));
                    let place = was
                        .chars()
                        .zip(is.chars())
                        .take_while(|it| it.0 == it.1)
                        .count();
                    res.differences.push(format!(
                        "the session differs from its rows in {}\n  table:    {}\n  replayed: {}",
                        path.display(),
                        excerpt(was, place),
                        excerpt(is, place)
                    ));
                }
            }
        }
        Ok(res)
    }

    /// Whether no row differs.
    pub(crate) fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }

    /// The result, in sentences without the rows that differ.
    pub(crate) fn render(&self, folder: &Path) -> Vec<String> {
        let mut res = self.agreeing(folder);
        if !self.is_equal() {
            res.push(format!(
                "The session differs from its rows in tables of {}.",
                folder.display()
            ));
        }
        res
    }

    /// Which tables it was compared with without a difference, and which it was not compared with.
    fn agreeing(&self, folder: &Path) -> Vec<String> {
        let mut res = Vec::new();
        if !self.equal.is_empty() {
            res.push(format!("Equal to its rows in {}.", self.equal.join(", ")));
        }
        if !self.missing.is_empty() {
            let verb = if self.missing.len() == 1 { "is" } else { "are" };
            res.push(format!(
                "Not compared with {}, which {verb} not in {}.",
                self.missing.join(", "),
                folder.display()
            ));
        }
        res
    }

    /// Prints the result: on standard error if standard output is reserved for events.
    pub(crate) fn print(&self, folder: &Path, is_for_programs: bool) -> Result<(), Failure> {
        for line in self.agreeing(folder) {
            if is_for_programs {
                message(&line);
            } else {
                print(&format!("{}\n", wrap(&line, terminal_width(), 0)))?;
            }
        }
        for difference in &self.differences {
            message(&format!("error: {difference}"));
        }
        Ok(())
    }
}

impl OneSession {
    /// The session's rows of a table, with the columns that the table's header has.
    fn rows(
        &self,
        table: SessionTable,
        cell: CellId,
        header: &str,
        session: &Session,
        result: &SessionResult,
    ) -> Result<RecordedRows, Failure> {
        if table == SessionTable::Draws {
            return Ok(self.drawn(cell, header, result));
        }
        let scenario = self.setting.scenario();
        let header_with = |distances| {
            let columns = session_columns(table, scenario, distances).into_iter();
            columns.map(|it| it.name).collect::<Vec<_>>().join(",")
        };
        let with_distances = header_with(Distances::Measured);
        let is_measured = table == SessionTable::Sessions && header == with_distances;
        let distances = if is_measured {
            check_outcomes(scenario)?;
            Some(distances(&self.setting, &self.seeds, result))
        } else {
            None
        };
        let mut rows = SessionRows::new(Transcripts::Written, DrawTable::Omitted);
        let mut measurer = SessionMeasurer::new(Arc::clone(&self.setting));
        let measured = measurer.measure(&self.seeds, result.clone());
        rows.push(&self.setting, cell, session, &measured, distances);
        let rows = rows.table(table).expect("every table is written");
        let text = String::from_utf8_lossy(rows.bytes());
        Ok(RecordedRows {
            header: if is_measured {
                with_distances
            } else {
                header_with(Distances::Omitted)
            },
            rows: text.lines().map(str::to_owned).collect(),
        })
    }

    /// The session's row of the table of draws with this header, which names the numbers.
    fn drawn(&self, cell: CellId, header: &str, result: &SessionResult) -> RecordedRows {
        let paths = header.split(',').skip(2).map(str::to_owned);
        let columns = DrawColumns::with_paths(paths.collect());
        let names: Vec<String> = columns.columns().into_iter().map(|it| it.name).collect();
        let drawn = self.setting.drawn(&self.seeds, result.replication);
        let mut rows = Rows::new();
        let places = columns.places(&self.setting);
        places.push(&mut rows, cell, result.replication, &drawn);
        let text = String::from_utf8_lossy(rows.bytes());
        RecordedRows {
            header: names.join(","),
            rows: text.lines().map(str::to_owned).collect(),
        }
    }
}

fn distances(setting: &Arc<Setting>, seeds: &Seeds, result: &SessionResult) -> SolutionDistances {
    let agreement = result.ending.agreement();
    agreement.map_or_else(SolutionDistances::default, |it| {
        let mut analyzer = SolutionAnalyzer::new(Arc::clone(setting));
        analyzer.look(seeds, result.replication).distances(it)
    })
}
