//! What comes of a chunk of sessions: its rows, its counts, its record for the journal.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use demarche_core::domain::Scenario;
use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::{Ending, Event};
use demarche_core::randomness::Replication;

use crate::actors::{OutsideParties, PartyReply};
use crate::experiment::{
    AgreementTally, Cell, CellId, Chunk, Forfeit, MeasuredSession, Plan, SessionExaminer,
    SessionFigures, SessionMeasurer, SolutionAnalyzer, SolutionDistances, Tally, Worker,
};
use crate::run::journal::{
    ChunkRecord, RecordedSession, push_rounded_session, push_session, read_sessions,
};
use crate::run::writer::waiting_rows::WaitingRows;
use crate::tables::{
    Distances, DrawColumns, DrawTable, RowTables, Rows, SessionRows, Transcripts, push_events,
    push_replies,
};

/// Optional contents of the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TableOptions {
    /// Which tables with rows for every session are written.
    pub(crate) rows: RowTables,
    /// Whether every offer and every answer is written.
    pub(crate) transcripts: Transcripts,
    /// Whether agreements are compared with what theory says.
    pub(crate) distances: Distances,
    /// Whether the numbers drawn in each session are written.
    pub(crate) draws: DrawTable,
}

/// Sessions of which it is examined why they have no agreement, over all cells.
const EXAMINED: u64 = 1_000;

/// Events of a session that are kept until it is examined: sessions of few rounds have no more, and
/// those of a chunk fit into a few megabytes. Longer sessions come in pieces, or are played again.
const EVENTS_KEPT: usize = 512;

/// The same of sessions with parties from outside, which cannot be played again: as many as come in one
/// piece.
const EVENTS_KEPT_OUTSIDE: usize = 4096;

/// Examines the first sessions of a cell.
///
/// Which these are depends on nothing but the number of cells, so that parts of a run and resumed runs
/// examine the same.
struct FirstSessions<'a> {
    cell: &'a Cell,
    n_examined: u64,
    examiner: Option<SessionExaminer>,
}

impl<'a> FirstSessions<'a> {
    fn of(cells: &'a [Cell], cell: CellId) -> Self {
        Self {
            cell: &cells[cell.idx()],
            n_examined: EXAMINED.div_ceil(cells.len() as u64),
            examiner: None,
        }
    }

    fn has(&self, replication: Replication) -> bool {
        replication.0 < self.n_examined
    }

    /// Examines a session if it is one of them; `events` are those that were kept of it.
    fn examine(&mut self, tally: &mut Tally, session: &MeasuredSession, events: Option<&[Event]>) {
        if self.has(session.result.replication) {
            let setting = &self.cell.setting;
            let examiner = self
                .examiner
                .get_or_insert_with(|| SessionExaminer::new(Arc::clone(setting)));
            tally.add_examined(&examiner.examine(&self.cell.seeds, session, events));
        }
    }
}

/// Makes rows and counts of sessions, on whatever thread they were run.
#[derive(Debug)]
pub(crate) struct TableWorker {
    pub(crate) cells: Vec<Cell>,
    pub(crate) extras: TableOptions,
    pub(crate) draw_columns: Option<DrawColumns>,
    /// Who answers for parties from outside.
    pub(crate) outside: OutsideParties,
}

/// What comes of some sessions.
#[derive(Debug)]
pub(crate) struct ChunkOutput {
    /// `None` of sessions whose rows are in the tables already.
    pub(crate) rows: Option<SessionRows>,
    /// The rows of events that are not among those.
    pub(crate) events: io::Result<Option<WaitingRows>>,
    /// The rows of what parties from outside replied.
    pub(crate) replies: io::Result<Option<WaitingRows>>,
    pub(crate) agreements: Vec<AgreementTally>,
    pub(crate) tally: Tally,
    /// What cells are compared by, if there are several.
    pub(crate) figures: Vec<SessionFigures>,
    pub(crate) first_forfeit: Option<Forfeit>,
    /// Sessions whose forfeit may not recur in the same run.
    pub(crate) n_forfeits_that_may_not_recur: u64,
    /// The sessions, for the journal; `None` if it has them already, or needs none.
    pub(crate) record: Option<Vec<u8>>,
    /// The first of them.
    pub(crate) first: Replication,
    /// The sessions as cells are compared by them, if there are several.
    pub(crate) rounded: Option<Vec<u8>>,
}

impl ChunkOutput {
    fn new(cells: &[Cell], record: Option<Vec<u8>>) -> Self {
        let scenario = cells[0].setting.scenario();
        Self {
            rows: None,
            events: Ok(None),
            replies: Ok(None),
            agreements: Vec::new(),
            tally: Tally::new(&scenario.space, scenario.parties.len()),
            figures: Vec::new(),
            first_forfeit: None,
            n_forfeits_that_may_not_recur: 0,
            record,
            first: Replication(u64::MAX),
            rounded: (cells.len() > 1).then(Vec::new),
        }
    }

    /// Counts a session, whose rows are added apart; `events` are what the journal keeps of its events.
    fn count(
        &mut self,
        scenario: &Scenario,
        cell: CellId,
        measured: &MeasuredSession,
        events: Option<&[Event]>,
    ) {
        let session = &measured.result;
        if let Ending::Forfeit { violation, .. } = &session.ending {
            self.n_forfeits_that_may_not_recur += u64::from(violation.may_not_recur());
        }
        self.tally.add(&scenario.space, measured);
        self.agreements.extend(AgreementTally::of(cell, session));
        if self.first_forfeit.is_none() {
            self.first_forfeit = Forfeit::of(cell, session);
        }
        self.first = self.first.min(session.replication);
        if let Some(record) = &mut self.record {
            push_session(record, measured, events);
        }
        if let Some(rounded) = &mut self.rounded {
            self.figures.push(SessionFigures::of(measured));
            push_rounded_session(rounded, measured);
        }
    }

    /// The output of a recorded chunk that is expected to be this one of a plan; `None` if it
    /// differs.
    pub(crate) fn recorded(record: &ChunkRecord, plan: &Plan, idx: u64) -> Option<Chunk<Self>> {
        let (cell, replications) = plan.chunk(idx);
        let scenario = plan.cells()[cell.idx()].setting.scenario();
        let sessions = read_sessions(&record.sessions, scenario, replications.len())?;
        let is_this = record.cell == cell
            && sessions
                .iter()
                .map(|it| it.measured.result.replication)
                .eq(replications);
        let mut product = Self::new(plan.cells(), None);
        let mut first_sessions = FirstSessions::of(plan.cells(), cell);
        for RecordedSession { measured, events } in &sessions {
            product.count(scenario, cell, measured, None);
            first_sessions.examine(&mut product.tally, measured, events.as_deref());
        }
        is_this.then_some(Chunk { cell, product })
    }
}

/// What is kept of the events of a chunk's sessions.
#[derive(Debug)]
pub(crate) struct Heard {
    /// Their rows.
    rows: io::Result<Option<WaitingRows>>,
    /// The events of sessions that are examined, unless they are many: those are played again.
    examined: BTreeMap<Replication, Vec<Event>>,
    /// The rows of what parties from outside replied.
    replies: io::Result<Option<WaitingRows>>,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            rows: Ok(None),
            examined: BTreeMap::new(),
            replies: Ok(None),
        }
    }
}

impl Worker for TableWorker {
    type ChunkOutput = ChunkOutput;
    type Heard = Heard;

    fn hear(
        &self,
        heard: &mut Heard,
        cell: CellId,
        replication: Replication,
        first: u64,
        events: &[Event],
    ) {
        let kept = if self.cells[cell.idx()].setting.outside().is_empty() {
            EVENTS_KEPT
        } else {
            EVENTS_KEPT_OUTSIDE
        };
        let is_whole = first == 0 && events.len() <= kept;
        if is_whole && FirstSessions::of(&self.cells, cell).has(replication) {
            heard.examined.insert(replication, events.to_vec());
        }
        if self.extras.transcripts == Transcripts::Omitted {
            return;
        }
        let scenario = self.cells[cell.idx()].setting.scenario();
        let Ok(waiting) = &mut heard.rows else {
            return;
        };
        let mut rows = Rows::new();
        push_events(&mut rows, scenario, cell, replication, first, events);
        let waiting = waiting.get_or_insert_default();
        if let Err(error) = waiting.push(replication, rows) {
            heard.rows = Err(error);
        }
    }

    fn outside_parties(&self) -> OutsideParties {
        self.outside.clone()
    }

    fn replied(
        &self,
        heard: &mut Heard,
        cell: CellId,
        replication: Replication,
        replies: Vec<PartyReply>,
    ) {
        let Ok(waiting) = &mut heard.replies else {
            return;
        };
        let scenario = self.cells[cell.idx()].setting.scenario();
        let mut rows = Rows::new();
        push_replies(&mut rows, scenario, cell, replication, &replies);
        let waiting = waiting.get_or_insert_default();
        if let Err(error) = waiting.push(replication, rows) {
            heard.replies = Err(error);
        }
    }

    fn work_up(
        &self,
        cell: CellId,
        heard: Heard,
        sessions: impl Iterator<Item = SessionResult>,
    ) -> ChunkOutput {
        let setting = &self.cells[cell.idx()].setting;
        let scenario = setting.scenario();
        let mut rows = SessionRows::new(Transcripts::Omitted, self.extras.draws);
        let has_rows = self.extras.rows != RowTables::Neither;
        let mut res = ChunkOutput::new(&self.cells, has_rows.then(Vec::new));
        res.events = heard.rows;
        res.replies = heard.replies;
        // Sessions with parties from outside cannot be played again from the journal alone.
        let has_events = !setting.outside().is_empty();
        let mut distances = self.distances(cell);
        let draw_places = self.draw_columns.as_ref().map(|it| it.places(setting));
        let seeds = &self.cells[cell.idx()].seeds;
        let mut measurer = SessionMeasurer::new(Arc::clone(setting));
        let mut first_sessions = FirstSessions::of(&self.cells, cell);
        for result in sessions {
            let session = measurer.measure(seeds, result);
            let events = heard.examined.get(&session.result.replication);
            let events = events.map(Vec::as_slice);
            res.count(scenario, cell, &session, events.filter(|_| has_events));
            first_sessions.examine(&mut res.tally, &session, events);
            if !has_rows {
                continue;
            }
            let distances = distances.as_mut().map(|it| it(&session.result));
            rows.push_result(setting, cell, &session, distances);
            if let (Some(places), Some(rows)) = (&draw_places, &mut rows.draws) {
                let replication = session.result.replication;
                let drawn = setting.drawn(seeds, replication);
                places.push(rows, cell, replication, &drawn);
            }
        }
        res.rows = has_rows.then_some(rows);
        res
    }
}

impl TableWorker {
    /// What measures the distances of a cell's agreements; `None` if they are not wanted.
    fn distances(&self, cell: CellId) -> Option<impl FnMut(&SessionResult) -> SolutionDistances> {
        if self.extras.distances == Distances::Omitted {
            return None;
        }
        let cell = &self.cells[cell.idx()];
        let mut analyzer = SolutionAnalyzer::new(Arc::clone(&cell.setting));
        Some(move |result: &SessionResult| {
            let agreement = result.ending.agreement();
            agreement.map_or_else(SolutionDistances::default, |it| {
                let benchmark = analyzer.look(&cell.seeds, result.replication);
                benchmark.distances(it)
            })
        })
    }
}
