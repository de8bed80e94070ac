//! All tables of a run: rows as sessions come, the rest at the end.

use crate::experiment::{AgreementTally, CellId, Tally, Worker};
use crate::negotiation::{SessionResult, Setting};
use crate::output::agreement_counts::AgreementCounts;
use crate::output::csv_rows::{Dialect, Field, Rows};
use crate::output::excel::Delimiter;
use crate::output::run_directory::{Form, RunDirectory, TableFile, WriteError};
use crate::output::session_tables::{SessionRows, SessionTable, Transcripts, session_headers};
use crate::output::summary_tables::{SummaryTable, agreement_fields, summary_header, summary_rows};
use crate::protocol::Session;

/// How tables are written: for whom, and how fields become bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edition {
    form: Form,
    dialect: Dialect,
}

impl Edition {
    /// For programs.
    pub const PLAIN: Self = Self {
        form: Form::Plain,
        dialect: Dialect::PLAIN,
    };

    /// For spreadsheets.
    pub fn spreadsheet(delimiter: Delimiter) -> Self {
        Self {
            form: Form::Spreadsheet,
            dialect: delimiter.dialect(),
        }
    }
}

/// The tables of a run being written.
#[derive(Debug)]
pub struct RunTables {
    editions: Vec<Edition>,
    transcripts: Transcripts,
    /// Per edition, the tables that get rows as sessions come.
    open: Vec<Vec<(SessionTable, TableFile)>>,
    agreements: AgreementCounts,
}

/// Makes rows and counts of sessions, on whatever thread they were run.
#[derive(Debug)]
pub struct TableWorker<'a> {
    setting: &'a Setting,
    editions: Vec<Edition>,
    transcripts: Transcripts,
}

/// What comes of some sessions.
#[derive(Debug)]
pub struct Product {
    rows: Vec<SessionRows>,
    agreements: Vec<AgreementTally>,
    /// What they come to.
    pub tally: Tally,
}

/// The commonest agreement, and how many distinct ones there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Commonest {
    /// The most frequent agreement; `None` without any.
    pub first: Option<AgreementTally>,
    /// How many distinct agreements there are.
    pub n_distinct: u64,
}

/// The one cell of a batch.
const CELL: CellId = CellId(0);

/// Rows handed to the system at a time where they do not come in chunks.
const ROWS_AT_A_TIME: usize = 1024;

impl Worker for TableWorker<'_> {
    type Product = Product;

    fn work_up(&self, sessions: Vec<(Session, SessionResult)>) -> Product {
        let scenario = self.setting.scenario();
        let mut tally = Tally::new(&scenario.space, scenario.parties.len());
        let mut rows: Vec<SessionRows> = self
            .editions
            .iter()
            .map(|it| SessionRows::new(it.dialect, self.transcripts))
            .collect();
        for (session, result) in &sessions {
            tally.add(&scenario.space, result);
            for edition in &mut rows {
                edition.push(self.setting, CELL, session, result);
            }
        }
        let agreements = sessions
            .iter()
            .filter_map(|it| AgreementTally::of(CELL, &it.1))
            .collect();
        Product {
            rows,
            agreements,
            tally,
        }
    }
}

impl RunTables {
    /// Begins every table that gets rows as sessions come.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn open(
        directory: &RunDirectory,
        setting: &Setting,
        editions: Vec<Edition>,
        transcripts: Transcripts,
    ) -> Result<Self, WriteError> {
        let is_written =
            |it: &SessionTable| *it != SessionTable::Offers || transcripts == Transcripts::Written;
        let mut open = Vec::new();
        for edition in &editions {
            let mut files = Vec::new();
            for table in SessionTable::ALL.into_iter().filter(is_written) {
                let columns = session_headers(table, setting.scenario());
                let file = begin(directory, edition, table.name(), &columns)?;
                files.push((table, file));
            }
            open.push(files);
        }
        Ok(Self {
            editions,
            transcripts,
            open,
            agreements: AgreementCounts::default(),
        })
    }

    /// What makes rows for these tables.
    pub fn worker<'a>(&self, setting: &'a Setting) -> TableWorker<'a> {
        TableWorker {
            setting,
            editions: self.editions.clone(),
            transcripts: self.transcripts,
        }
    }

    /// Adds what came of some sessions; products come in plan order.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn push(&mut self, product: Product) -> Result<(), WriteError> {
        for (files, rows) in self.open.iter_mut().zip(&product.rows) {
            for (table, file) in files {
                if let Some(rows) = rows.table(*table) {
                    file.push(rows)?;
                }
            }
        }
        for agreement in product.agreements {
            self.agreements
                .add(agreement)
                .map_err(WriteError::temporary)?;
        }
        Ok(())
    }

    /// Writes the tables over all sessions; tells the commonest agreement.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn finish(
        self,
        directory: &RunDirectory,
        setting: &Setting,
        tally: &Tally,
    ) -> Result<Commonest, WriteError> {
        let scenario = setting.scenario();
        let mut agreements = Vec::new();
        for edition in &self.editions {
            for table in SummaryTable::ALL {
                let columns = summary_header(table, scenario);
                let mut file = begin(directory, edition, table.name(), &columns)?;
                if table == SummaryTable::Agreements {
                    agreements.push((file, Rows::new(edition.dialect)));
                } else {
                    file.push(&summary_rows(table, scenario, CELL, tally, edition.dialect))?;
                }
            }
        }
        let mut res = Commonest::default();
        for agreement in self.agreements.ranked().map_err(WriteError::temporary)? {
            let agreement = agreement.map_err(WriteError::temporary)?;
            res.n_distinct += 1;
            for (file, rows) in &mut agreements {
                let n = tally.n_agreements();
                rows.push(agreement_fields(scenario, &agreement, res.n_distinct, n));
                if rows.ends().len() == ROWS_AT_A_TIME {
                    file.push(rows)?;
                    rows.clear();
                }
            }
            res.first.get_or_insert(agreement);
        }
        for (file, rows) in &mut agreements {
            file.push(rows)?;
        }
        Ok(res)
    }
}

/// Begins a table with its header.
fn begin(
    directory: &RunDirectory,
    edition: &Edition,
    name: &str,
    columns: &[String],
) -> Result<TableFile, WriteError> {
    let mut header = Rows::new(edition.dialect);
    header.push(columns.iter().map(|it| Field::Text(it)));
    directory.table(name, edition.form, &header)
}
