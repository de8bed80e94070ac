//! All tables of a run: rows as sessions come, the rest at the end.

use std::collections::BTreeMap;

use crate::actors::OutsideParties;
use crate::experiment::{
    AgreementTally, Cell, CellId, Chunk, Effects, Forfeit, Pairing, Plan, Tally,
};
use crate::run::journal::{
    ChunkRecord, Journal, JournalReader, RecordedChunks, RowBlockSum, damaged_tallies,
    read_tallies, write_tallies,
};
use crate::run::writer::agreement_counts::AgreementCounts;
use crate::run::writer::exact_counts::{Agreements, ExactCounts};
use crate::run::writer::listed_agreements::ListedAgreements;
use crate::run::writer::table_worker::{ChunkOutput, TableOptions, TableWorker};
use crate::tables::{
    Column, DrawColumns, DrawTable, Field, FinishedTable, RowTables, Rows, RunDirectory,
    SessionTable, SummaryTable, TableCopies, TableFile, TablePlace, Transcripts, WriteError,
    agreement_fields, as_written, cell_columns, effect_columns, effect_rows, number, push_cell,
    session_columns, summary_columns, summary_rows, text, unlisted_agreement_fields,
};

/// The points of a sweep as in tables: the parameters and their values in each cell.
///
/// A batch has no parameter and one cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SweptParameters {
    /// The paths of the swept parameters.
    pub paths: Vec<String>,
    /// By cell, their values as written.
    pub values: Vec<Vec<String>>,
}

impl SweptParameters {
    /// A column for each: of numbers if it is one in every cell.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        let is_number = |idx: usize| {
            let mut values = self.values.iter().map(|it| Field::of_value(&it[idx]));
            values.all(|it| matches!(it, Field::Number(_)))
        };
        let paths = self.paths.iter().enumerate();
        paths.map(move |(idx, path)| {
            if is_number(idx) {
                number(path)
            } else {
                text(path)
            }
        })
    }
}

/// What determines the tables of a run and their columns.
#[derive(Debug)]
pub(crate) struct TableLayout<'a> {
    /// The cells in order, at least one.
    pub(crate) cells: &'a [Cell],
    /// The swept parameters.
    pub(crate) parameters: SweptParameters,
    /// Whether the cells share their random numbers, so that differences are paired.
    pub(crate) pairing: Pairing,
    /// The formats in which each table has a copy.
    pub(crate) copies: TableCopies,
    /// Optional contents.
    pub(crate) extras: TableOptions,
}

/// The tables of a run being written.
#[derive(Debug)]
pub(crate) struct RunTables {
    cells: Vec<Cell>,
    parameters: SweptParameters,
    counts: ExactCounts,
    copies: TableCopies,
    extras: TableOptions,
    /// The tables that get rows as sessions come.
    open: Vec<(SessionTable, TableFile)>,
    /// What the counts are written to if nothing is kept of single sessions.
    checkpoint: Option<Checkpoint>,
    journal: Journal,
    /// What the journal knows of chunks that are in the tables and not yet in the counts.
    recorded: JournalReader,
    n_recorded: u64,
}

/// Where the counts of a run are written that keeps nothing of single sessions.
#[derive(Debug)]
struct Checkpoint {
    directory: RunDirectory,
    /// The digest of all that the run is made from.
    run: String,
}

/// The results of a run by cell, for its summary.
#[derive(Debug)]
pub struct CellResults {
    /// By cell.
    pub tallies: Vec<Tally>,
    /// By cell.
    pub most_frequent: Vec<MostFrequent>,
    /// Differences from the first cell, if cells share their random numbers.
    pub effects: Option<Effects>,
    /// By cell, the first one before it that is equal to it in every session.
    pub same_as: Vec<Option<CellId>>,
    /// The first forfeit in plan order.
    pub first_forfeit: Option<Forfeit>,
}

/// A cell's most frequent agreements, and the number of distinct ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MostFrequent {
    /// The most frequent agreements, in order: one, of the first cell up to six.
    pub ranked: Vec<AgreementTally>,
    /// Number of distinct agreements.
    pub n_distinct: u64,
}

/// Agreements of the first cell that are shown one by one.
pub(crate) const AGREEMENTS_SHOWN: usize = 6;

/// Bytes of rows handed to the system at a time where they do not come in chunks.
const BYTES_AT_A_TIME: usize = 1 << 16;

impl RunTables {
    /// Creates every table whose rows are written as sessions finish, or continues it.
    ///
    /// What the journal and the tables hold beyond the chunks that are whole in all of them is cut
    /// off; [`RunTables::restore`] takes in those chunks.
    ///
    /// All cells have the same parties and issues.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or not be read again.
    ///
    /// # Panics
    ///
    /// If there is no cell.
    pub(crate) fn open(
        directory: &RunDirectory,
        mut journal: Journal,
        layout: TableLayout<'_>,
    ) -> Result<Self, WriteError> {
        let TableLayout {
            cells,
            parameters,
            pairing,
            copies,
            extras,
        } = layout;
        let places = session_places(directory, cells, copies, extras);
        let all: Vec<TablePlace> = places.iter().map(|it| it.1.clone()).collect();
        let mut written = RecordedChunks::open(journal.records()?, all)?;
        while written.next(&mut |_, _| Ok(()))?.is_some() {}
        journal.cut(written.journal_end())?;
        let files = places.into_iter().zip(written.table_ends());
        let files =
            files.map(|((table, place), end)| Ok((table, TableFile::cut(place, end.clone())?)));
        let open = files.collect::<Result<_, WriteError>>()?;
        let (checkpoint, agreements) = if extras.rows == RowTables::Neither {
            let checkpoint = Checkpoint {
                directory: directory.again(),
                run: journal.digest()?,
            };
            let agreements = Agreements::Few(ListedAgreements::new(cells.len()));
            (Some(checkpoint), agreements)
        } else {
            (None, Agreements::All(AgreementCounts::default()))
        };
        Ok(Self {
            cells: cells.to_vec(),
            parameters,
            counts: ExactCounts::new(cells, pairing, agreements),
            copies,
            extras,
            open,
            checkpoint,
            recorded: journal.records()?,
            n_recorded: written.n_chunks(),
            journal,
        })
    }

    /// Takes in the first chunks of a plan, as far as they are in the tables already: how many
    /// these are. Plans come in the order in which they were carried out.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read, or is of other sessions.
    pub(crate) fn restore(&mut self, plan: &Plan) -> Result<u64, WriteError> {
        if let Some(Checkpoint { directory, run, .. }) = &self.checkpoint {
            let numbers = read_tallies(directory, run)?.unwrap_or_default();
            if numbers.is_empty() {
                return Ok(0);
            }
            let taken = self.counts.take_numbers(plan, &numbers);
            return match taken {
                Some(()) => Ok(self.counts.n_chunks),
                None => Err(damaged_tallies(directory)),
            };
        }
        let n_chunks = self.n_recorded.min(plan.n_chunks());
        for idx in 0..n_chunks {
            let record = self.recorded.next_record()?;
            let product = record.and_then(|it| ChunkOutput::recorded(&it, plan, idx));
            let chunk = product.ok_or_else(|| self.journal.foreign())?;
            self.counts.take_in(chunk)?;
        }
        self.n_recorded -= n_chunks;
        Ok(n_chunks)
    }

    /// What makes rows for these tables, with who answers for parties from outside.
    pub(crate) fn worker(&self, outside: OutsideParties) -> TableWorker {
        TableWorker {
            outside,
            cells: self.cells.clone(),
            extras: self.extras,
            draw_columns: draw_columns(&self.cells, self.extras),
        }
    }

    /// Sessions so far whose forfeit may not recur in the same run.
    pub(crate) fn n_forfeits_that_may_not_recur(&self) -> u64 {
        self.counts.n_forfeits_that_may_not_recur
    }

    /// The results so far, by cell.
    pub(crate) fn tallies(&self) -> &[Tally] {
        &self.counts.tallies
    }

    /// Adds what came of some sessions; chunks come in plan order.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub(crate) fn push(&mut self, mut chunk: Chunk<ChunkOutput>) -> Result<(), WriteError> {
        if self.checkpoint.is_some() {
            return self.counts.take_in(chunk);
        }
        let product = &mut chunk.product;
        let events = std::mem::replace(&mut product.events, Ok(None));
        let mut events = events.map_err(WriteError::temporary)?;
        let replies = std::mem::replace(&mut product.replies, Ok(None));
        let mut replies = replies.map_err(WriteError::temporary)?;
        let mut row_blocks = Vec::new();
        let rows = product.rows.as_ref();
        for (table, file) in &mut self.open {
            let mut row_block = RowBlockSum::new();
            if let Some(rows) = rows.and_then(|it| it.table(*table)) {
                file.push(rows)?;
                row_block.add(rows);
                row_blocks.push(row_block.row_block());
                continue;
            }
            let waiting = match table {
                SessionTable::Offers => events.take(),
                SessionTable::Replies => replies.take(),
                SessionTable::Sessions | SessionTable::Parties | SessionTable::Draws => None,
            };
            if let Some(waiting) = waiting {
                for rows in waiting.in_order() {
                    let rows = rows.map_err(WriteError::temporary)?;
                    file.push(&rows)?;
                    row_block.add(&rows);
                }
            }
            row_blocks.push(row_block.row_block());
        }
        let record = product.record.take().unwrap_or_default();
        self.journal.push(chunk.cell, &row_blocks, &record)?;
        self.counts.take_in(chunk)
    }

    /// Adds bytes of rows that were written before to the table of this number.
    pub(crate) fn copy(&mut self, table: usize, bytes: &[u8]) -> Result<(), WriteError> {
        let (_, file) = &mut self.open[table];
        file.push_bytes(bytes)
    }

    /// Adds what came of sessions whose rows were copied.
    pub(crate) fn push_recorded(
        &mut self,
        record: &ChunkRecord,
        chunk: Chunk<ChunkOutput>,
    ) -> Result<(), WriteError> {
        let sessions = &record.sessions;
        self.journal
            .push(chunk.cell, &record.row_blocks, sessions)?;
        self.counts.take_in(chunk)
    }

    /// Adds what another folder counted of the sessions of a part that comes next in the plan.
    ///
    /// Returns `None` if its counts are none of these sessions.
    pub(crate) fn push_counted(&mut self, part: &Plan, numbers: &[i128]) -> Option<()> {
        self.counts.take_numbers(part, numbers)
    }

    /// Waits until all that was pushed is on the disk.
    ///
    /// # Errors
    ///
    /// If it does not get there.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        for (_, file) in &self.open {
            file.sync()?;
        }
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.write(&self.counts)?;
        }
        self.journal.sync()
    }

    /// Writes the tables over all sessions: their results, all tables with those over all
    /// sessions first, and the journal, to be given up once nothing can be lost.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub(crate) fn finish(
        mut self,
        directory: &RunDirectory,
    ) -> Result<(CellResults, Vec<FinishedTable>, Journal), WriteError> {
        if self.checkpoint.is_some() {
            self.sync()?;
        }
        let agreements = self.counts.ranked_agreements()?;
        let same_as = self.same_as();
        let scenario = self.cells[0].setting.scenario();
        let ids = || (0..).map(CellId).zip(&self.counts.tallies);
        let begin = |name, columns| directory.table(name, columns, self.copies);
        let parameters: Vec<Column> = self.parameters.columns().collect();
        let begin_summary = |table: SummaryTable| {
            begin(table.name(), summary_columns(table, scenario, &parameters))
        };
        let mut file = begin_summary(SummaryTable::Agreements)?;
        let most_frequent =
            write_agreements(agreements, &self.cells, &self.counts.tallies, &mut file)?;
        let mut tables = vec![file.finish()?];
        for table in SummaryTable::ALL {
            if table == SummaryTable::Agreements {
                continue;
            }
            let mut file = begin_summary(table)?;
            for (cell, tally) in ids() {
                let values = &self.parameters.values[cell.idx()];
                let setting = &self.cells[cell.idx()].setting;
                file.push(&summary_rows(table, setting, cell, tally, values))?;
            }
            tables.push(file.finish()?);
        }
        if !self.parameters.paths.is_empty() {
            tables.push(self.write_cells(directory, &same_as)?);
        }
        if let Some(effects) = &self.counts.effects {
            let mut file = begin("effects", effect_columns())?;
            for (cell, _) in ids() {
                file.push(&effect_rows(scenario, cell, effects))?;
            }
            tables.push(file.finish()?);
        }
        for (_, file) in self.open {
            tables.push(file.finish()?);
        }
        let finished = CellResults {
            tallies: self.counts.tallies,
            most_frequent,
            effects: self.counts.effects,
            same_as,
            first_forfeit: self.counts.first_forfeit,
        };
        Ok((finished, tables, self.journal))
    }

    /// By cell, the first one before it whose sessions are all the same.
    fn same_as(&self) -> Vec<Option<CellId>> {
        let mut first_with: BTreeMap<u64, CellId> = BTreeMap::new();
        let cells = (0..)
            .map(CellId)
            .zip(&self.counts.digests)
            .zip(&self.counts.tallies);
        cells
            .map(|((cell, digest), tally)| {
                if tally.n_sessions() == 0 {
                    return None;
                }
                let first = *first_with.entry(*digest).or_insert(cell);
                (first != cell).then_some(first)
            })
            .collect()
    }

    /// Writes which parameters each cell has, and how many sessions were run there.
    fn write_cells(
        &self,
        directory: &RunDirectory,
        same_as: &[Option<CellId>],
    ) -> Result<FinishedTable, WriteError> {
        let parameters: Vec<Column> = self.parameters.columns().collect();
        let columns = cell_columns(&parameters);
        let mut rows = Rows::new();
        let cells = (0..).map(CellId).zip(&self.parameters.values);
        for ((cell, values), (tally, first)) in cells.zip(self.counts.tallies.iter().zip(same_as)) {
            push_cell(&mut rows, cell, tally.n_sessions(), *first, values);
        }
        let mut file = directory.table("cells", columns, self.copies)?;
        file.push(&rows)?;
        file.finish()
    }
}

impl Checkpoint {
    /// Writes the counts so far.
    fn write(&self, counts: &ExactCounts) -> Result<(), WriteError> {
        let Some(numbers) = counts.numbers() else {
            return Ok(());
        };
        write_tallies(&self.directory, &self.run, numbers)
    }
}

/// The place of the first of the cells with the most deals, in the digits of tables.
fn with_most_deals(tallies: &[Tally]) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let share = |tally: &Tally| {
        let n = tally.n_sessions();
        (n > 0).then(|| as_written(tally.n_agreements() as f64 / n as f64))?
    };
    let shares = tallies.iter().enumerate();
    let shares = shares.filter_map(|(idx, it)| Some((idx, share(it)?)));
    let most = shares.reduce(|most, it| if it.1 > most.1 { it } else { most });
    most.map_or(0, |it| it.0)
}

/// Writes the agreements of all cells as they come out of the counts.
fn write_agreements(
    agreements: impl Iterator<Item = Result<AgreementTally, WriteError>>,
    cells: &[Cell],
    tallies: &[Tally],
    file: &mut TableFile,
) -> Result<Vec<MostFrequent>, WriteError> {
    let mut res = vec![MostFrequent::default(); cells.len()];
    let most_deals = with_most_deals(tallies);
    let mut rows = Rows::new();
    let mut ids = (0..).map(CellId).zip(tallies).peekable();
    let mut push_unlisted = |rows: &mut Rows, up_to: Option<CellId>, listed: &[MostFrequent]| {
        while let Some((cell, tally)) = ids.next_if(|it| up_to.is_none_or(|end| it.0 < end)) {
            let n = tally.n_agreements();
            if n > 0 && listed[cell.idx()].n_distinct == 0 {
                let scenario = cells[cell.idx()].setting.scenario();
                rows.push(unlisted_agreement_fields(scenario, cell, n));
            }
        }
    };
    for agreement in agreements {
        let agreement = agreement?;
        push_unlisted(&mut rows, Some(agreement.cell), &res);
        let idx = agreement.cell.idx();
        let most_frequent = &mut res[idx];
        most_frequent.n_distinct += 1;
        let (scenario, n) = (cells[idx].setting.scenario(), tallies[idx].n_agreements());
        rows.push(agreement_fields(
            scenario,
            &agreement,
            most_frequent.n_distinct,
            n,
        ));
        if rows.bytes().len() >= BYTES_AT_A_TIME {
            file.push(&rows)?;
            rows.clear();
        }
        // Pages show that of the cell with the most deals, and summaries that of the first.
        let is_shown = idx == 0 || idx == most_deals;
        let n_kept = if is_shown { AGREEMENTS_SHOWN } else { 1 };
        if most_frequent.ranked.len() < n_kept {
            most_frequent.ranked.push(agreement);
        }
    }
    push_unlisted(&mut rows, None, &res);
    file.push(&rows)?;
    Ok(res)
}

/// The numbers of the table of draws; `None` if it is not written.
pub(super) fn draw_columns(cells: &[Cell], extras: TableOptions) -> Option<DrawColumns> {
    (extras.draws == DrawTable::Written).then(|| DrawColumns::of(cells))
}

/// The tables that get rows as sessions come.
pub(crate) fn session_places(
    directory: &RunDirectory,
    cells: &[Cell],
    copies: TableCopies,
    extras: TableOptions,
) -> Vec<(SessionTable, TablePlace)> {
    let tables = session_tables(cells, extras).into_iter();
    let places = tables.map(|(table, columns)| {
        let place = directory.place(table.name(), columns, copies);
        (table, place)
    });
    places.collect()
}

/// The tables that get rows as sessions come, with their columns.
pub(super) fn session_tables(
    cells: &[Cell],
    extras: TableOptions,
) -> Vec<(SessionTable, Vec<Column>)> {
    let scenario = cells[0].setting.scenario();
    let columns_of = |table: SessionTable| match table {
        SessionTable::Offers if extras.transcripts == Transcripts::Omitted => None,
        SessionTable::Replies if cells[0].setting.outside().is_empty() => None,
        SessionTable::Draws => draw_columns(cells, extras).map(|it| it.columns()),
        SessionTable::Sessions | SessionTable::Parties if !extras.rows.has(table) => None,
        SessionTable::Sessions
        | SessionTable::Parties
        | SessionTable::Offers
        | SessionTable::Replies => Some(session_columns(table, scenario, extras.distances)),
    };
    let table = |table: SessionTable| Some((table, columns_of(table)?));
    SessionTable::ALL.into_iter().filter_map(table).collect()
}
