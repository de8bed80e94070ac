//! The table of a study's sessions, each with its numbers and how it ended, written as they come.

use std::sync::Arc;

use demarche_core::domain::{Distribution, Number};
use demarche_core::negotiation::{NumberId, SessionResult, Setting};
use demarche_core::protocol::Ending;
use demarche_core::randomness::Replication;

use crate::experiment::{CellId, SessionFigures, Study, Worker};
use crate::tables::folder::{FinishedTable, RunDirectory, TableFile, WriteError};
use crate::tables::formats::{Field, Rows, TableCopies};
use crate::tables::rows::session_tables::DrawTable;
use crate::tables::schema::{Column, TableEntry, number};

/// The name of the table of a study's sessions, without the ending.
const POINTS: &str = "points";

/// `points.csv` being written: every session of a study with its numbers and how it ended.
#[derive(Debug)]
pub struct PointTable {
    file: TableFile,
}

impl PointTable {
    /// Begins it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    pub fn begin(
        directory: &RunDirectory,
        copies: TableCopies,
        study: &Study,
        setting: &Setting,
    ) -> Result<Self, WriteError> {
        let numbers: Vec<&Number> = setting.numbers().collect();
        let studied = study.numbers().iter();
        let studied: Vec<Column> = studied.map(|it| number(&numbers[it.idx()].path)).collect();
        let entry = TableEntry::of(POINTS).1;
        let columns = entry.header(&[], &setting.scenario().parties, &studied);
        let file = directory.table(POINTS, columns, copies)?;
        Ok(Self { file })
    }

    /// Adds rows.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn push(&mut self, rows: &Rows) -> Result<(), WriteError> {
        self.file.push(rows)
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// If its Parquet copy cannot be written.
    pub fn finish(self) -> Result<FinishedTable, WriteError> {
        self.file.finish()
    }

    /// Removes it: not all sessions of the study were run.
    ///
    /// # Errors
    ///
    /// If it cannot be removed.
    pub fn discard(self, directory: &RunDirectory) -> Result<(), WriteError> {
        drop(self.file);
        directory.remove(&format!("{POINTS}.csv"))
    }
}

/// Keeps of every session of a study its figures, and makes its row if rows are wanted.
#[derive(Debug)]
pub struct StudyWorker {
    study: Study,
    setting: Arc<Setting>,
    /// Of the studied numbers; `None` if no rows are wanted.
    distributions: Option<Vec<Distribution>>,
}

/// What comes of some sessions of a study.
#[derive(Debug)]
pub struct StudyOutput {
    /// Their figures.
    pub figures: Vec<SessionFigures>,
    /// Their rows, if rows are wanted.
    pub rows: Option<Rows>,
}

impl StudyWorker {
    /// For the sessions of a study of a setting, with rows if they are to be written.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    pub fn new(study: &Study, setting: &Arc<Setting>, draws: DrawTable) -> Self {
        let numbers: Vec<&Number> = setting.numbers().collect();
        let distribution = |it: &NumberId| numbers[it.idx()].distribution.clone();
        let distributions = (draws == DrawTable::Written)
            .then(|| study.numbers().iter().map(distribution).collect());
        Self {
            study: study.clone(),
            setting: Arc::clone(setting),
            distributions,
        }
    }

    fn push(
        &self,
        rows: &mut Rows,
        distributions: &[Distribution],
        replication: Replication,
        figures: &SessionFigures,
    ) {
        let row = self.study.row(replication);
        let factor = row.factor.map(|it| &self.study.factors()[it]);
        let ending = Ending::NAMES[figures.ending()];
        let fixed: [Field<'_>; 7] = [
            replication.0.into(),
            row.point.into(),
            row.block.name().into(),
            factor.map(|it| it.kind.name()).into(),
            factor.map(|it| it.name.as_str()).into(),
            ending.into(),
            u32::from(figures.is_agreed()).into(),
        ];
        let parties = self.setting.scenario().party_ids();
        let utilities = parties.map(|it| figures.utility(it).into());
        let probabilities = self.study.probabilities(replication);
        let numbers = distributions.iter().zip(probabilities);
        let numbers = numbers.map(|(it, p)| it.quantile(p).into());
        rows.push(fixed.into_iter().chain(utilities).chain(numbers));
    }
}

impl Worker for StudyWorker {
    type ChunkOutput = StudyOutput;
    type Heard = ();

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> StudyOutput {
        let mut figures = Vec::new();
        let mut rows = self.distributions.as_ref().map(|_| Rows::new());
        for result in sessions {
            let of_session = SessionFigures::of(&result);
            if let (Some(rows), Some(distributions)) = (&mut rows, &self.distributions) {
                self.push(rows, distributions, result.replication, &of_session);
            }
            figures.push(of_session);
        }
        StudyOutput { figures, rows }
    }
}
