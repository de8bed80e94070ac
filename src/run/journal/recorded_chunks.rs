//! What a stopped run's journal and tables hold, chunk by chunk, as far as they bear each other out.

use std::path::PathBuf;

use crate::run::journal::journal_file::{ChunkRecord, JournalReader, RowBlockSum};
use crate::tables::{RunningDigest, TablePlace, WriteError, WrittenTable};

/// The chunks of a stopped run, first to last. A chunk counts if its record does and its rows are
/// in every table as recorded, and if all chunks before it count.
#[derive(Debug)]
pub(crate) struct RecordedChunks {
    records: JournalReader,
    tables: Vec<WrittenTable>,
    corruption: Option<Corruption>,
    journal_end: u64,
    table_ends: Vec<RunningDigest>,
    n_chunks: u64,
}

/// What is wrong behind the chunks that count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Corruption {
    /// The journal's next record is not whole.
    Record,
    /// The next chunk's rows are not in this file, or are others.
    Rows(PathBuf),
}

/// Takes bytes of rows with the number of their table.
pub(crate) type HandOver<'a> = dyn FnMut(usize, &[u8]) -> Result<(), WriteError> + 'a;

impl RecordedChunks {
    /// Those of some tables and of a journal whose head was read.
    pub(crate) fn open(
        records: JournalReader,
        places: Vec<TablePlace>,
    ) -> Result<Self, WriteError> {
        let table_ends = places.iter().map(TablePlace::start).collect();
        let (mut tables, mut corruption) = (Vec::new(), None);
        for place in places {
            let path = place.path();
            match WrittenTable::open(place)? {
                Some(table) => tables.push(table),
                None => corruption = corruption.or(Some(Corruption::Rows(path))),
            }
        }
        Ok(Self {
            journal_end: records.position(),
            records,
            tables,
            corruption,
            table_ends,
            n_chunks: 0,
        })
    }

    /// The next chunk; `None` if there is no further one that counts.
    ///
    /// The bytes of its rows are handed over with the number of their table, some at a time, before it
    /// is known whether it counts.
    pub(crate) fn next(
        &mut self,
        hand_over: &mut HandOver<'_>,
    ) -> Result<Option<ChunkRecord>, WriteError> {
        if self.corruption.is_some() {
            return Ok(None);
        }
        let record = self.records.next_record()?;
        let Some(record) = record.filter(|it| it.row_blocks.len() == self.tables.len()) else {
            self.corruption = (!self.records.is_at_end()).then_some(Corruption::Record);
            return Ok(None);
        };
        let tables = self.tables.iter_mut().enumerate();
        for ((idx, table), row_block) in tables.zip(&record.row_blocks) {
            let mut sum = RowBlockSum::new();
            table.read(row_block.n_bytes, &mut |piece| {
                sum.add_bytes(piece);
                hand_over(idx, piece)
            })?;
            if sum.row_block() != *row_block {
                self.corruption = Some(Corruption::Rows(table.path()));
                return Ok(None);
            }
        }
        self.journal_end = self.records.position();
        self.table_ends = self.tables.iter().map(WrittenTable::position).collect();
        self.n_chunks += 1;
        Ok(Some(record))
    }

    /// How many chunks were read and count.
    pub(crate) fn n_chunks(&self) -> u64 {
        self.n_chunks
    }

    /// What is wrong behind them; `None` if there is nothing behind them in the journal.
    pub(crate) fn corruption(&self) -> Option<&Corruption> {
        self.corruption.as_ref()
    }

    /// Where they end in the journal.
    pub(crate) fn journal_end(&self) -> u64 {
        self.journal_end
    }

    /// Where they end in each table.
    pub(crate) fn table_ends(&self) -> &[RunningDigest] {
        &self.table_ends
    }
}
