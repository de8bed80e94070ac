//! The tables of one cell in memory, for a run that has no folder.

use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::Session;

use crate::actors::OutsideParties;
use crate::experiment::{Cell, CellId, Forfeit, Tally, Worker as _};
use crate::run::writer::listed_agreements::ListedAgreements;
use crate::run::writer::run_tables::{
    AGREEMENTS_SHOWN, CellResults, MostFrequent, draw_columns, session_tables,
};
use crate::run::writer::table_worker::{Heard, TableOptions, TableWorker};
use crate::tables::{Rows, SessionTable, SummaryTable, Transcripts, summary_columns, summary_rows};

/// The only cell.
const CELL: CellId = CellId(0);

/// The tables of one cell in memory. They have no transcripts.
#[derive(Debug)]
pub(crate) struct MemoryTables {
    worker: TableWorker,
    tally: Tally,
    agreements: ListedAgreements,
    first_forfeit: Option<Forfeit>,
    /// The tables that get rows as sessions come, each with its bytes so far.
    open: Vec<(SessionTable, Vec<u8>)>,
}

impl MemoryTables {
    /// Of no session yet.
    pub(crate) fn new(cell: Cell, extras: TableOptions) -> Self {
        let extras = TableOptions {
            transcripts: Transcripts::Omitted,
            ..extras
        };
        let cells = vec![cell];
        let scenario = cells[0].setting.scenario();
        let tables = session_tables(&cells, extras).into_iter();
        let open = tables.map(|(table, columns)| (table, Rows::header(&columns).into_bytes()));
        Self {
            open: open.collect(),
            tally: Tally::new(&scenario.space, scenario.parties.len()),
            agreements: ListedAgreements::new(cells.len()),
            first_forfeit: None,
            worker: TableWorker {
                outside: OutsideParties::default(),
                draw_columns: draw_columns(&cells, extras),
                cells,
                extras,
            },
        }
    }

    /// Adds the rows and counts of sessions, which come in order.
    pub(crate) fn push(&mut self, sessions: impl Iterator<Item = (Session, SessionResult)>) {
        let mut heard = Heard::default();
        let hear = |(session, result): (Session, SessionResult)| {
            let events = session.events();
            self.worker
                .hear(&mut heard, CELL, result.replication, 0, events);
            result
        };
        let results: Vec<SessionResult> = sessions.map(hear).collect();
        let output = self.worker.work_up(CELL, heard, results.into_iter());
        for (table, bytes) in &mut self.open {
            if let Some(rows) = output.rows.as_ref().and_then(|it| it.table(*table)) {
                bytes.extend_from_slice(rows.bytes());
            }
        }
        self.tally.merge(&output.tally);
        for agreement in output.agreements {
            self.agreements.add(agreement);
        }
        self.first_forfeit = self.first_forfeit.take().or(output.first_forfeit);
    }

    /// What was counted so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The bytes of a table as a run writes it, of the sessions so far; `None` if it is none of those
    /// with rows for every session, nor one over all sessions.
    ///
    /// The table of agreements is not among them: [`MemoryTables::results`] has the most frequent.
    pub(crate) fn table(&self, name: &str) -> Option<Vec<u8>> {
        if let Some((_, bytes)) = self.open.iter().find(|it| it.0.name() == name) {
            return Some(bytes.clone());
        }
        let mut tables = SummaryTable::ALL.into_iter();
        let is_asked = |it: &SummaryTable| it.name() == name && *it != SummaryTable::Agreements;
        let table = tables.find(is_asked)?;
        let setting = &self.worker.cells[0].setting;
        let mut bytes = Rows::header(&summary_columns(table, setting.scenario(), &[])).into_bytes();
        let rows = summary_rows(table, setting, CELL, &self.tally, &[]);
        bytes.extend_from_slice(rows.bytes());
        Some(bytes)
    }

    /// The results of the sessions so far.
    pub(crate) fn results(&self) -> CellResults {
        let ranked = self.agreements.clone().ranked();
        CellResults {
            tallies: vec![self.tally.clone()],
            most_frequent: vec![MostFrequent {
                n_distinct: ranked.len() as u64,
                ranked: ranked.into_iter().take(AGREEMENTS_SHOWN).collect(),
            }],
            effects: None,
            same_as: vec![None],
            first_forfeit: self.first_forfeit.clone(),
        }
    }
}
