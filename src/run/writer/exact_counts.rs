//! All that is counted of a run's sessions: exact, so that parts of a run merge to the bits of the whole.

use crate::experiment::{
    AgreementTally, Cell, Chunk, Effects, Forfeit, NumberSource, Pairing, Plan, Tally,
};
use crate::run::journal::{checksum, push_forfeit, take_forfeit};
use crate::run::writer::agreement_counts::AgreementCounts;
use crate::run::writer::listed_agreements::ListedAgreements;
use crate::run::writer::table_worker::ChunkOutput;
use crate::tables::WriteError;

/// Counts of agreements.
#[derive(Debug)]
pub(super) enum Agreements {
    /// All distinct ones, on disk if there is no room for them.
    All(AgreementCounts),
    /// Those of cells with few distinct ones, in memory.
    Few(ListedAgreements),
}

/// Counts and sums over the sessions of a run so far.
#[derive(Debug)]
pub(super) struct ExactCounts {
    /// How many chunks were taken in.
    pub(super) n_chunks: u64,
    /// By cell.
    pub(super) tallies: Vec<Tally>,
    /// Differences from the first cell, if cells share their random numbers.
    pub(super) effects: Option<Effects>,
    pub(super) agreements: Agreements,
    /// By cell, a digest of what is known of its sessions, in any order.
    pub(super) digests: Vec<u64>,
    /// The first forfeit in plan order.
    pub(super) first_forfeit: Option<Forfeit>,
    /// Sessions whose forfeit may not recur in the same run; none is counted
    /// where nothing is kept of single sessions.
    pub(super) n_forfeits_that_may_not_recur: u64,
}

impl ExactCounts {
    /// Of no session yet.
    pub(super) fn new(cells: &[Cell], pairing: Pairing, agreements: Agreements) -> Self {
        let scenario = cells[0].setting.scenario();
        let tally = Tally::new(&scenario.space, scenario.parties.len());
        Self {
            n_chunks: 0,
            tallies: vec![tally; cells.len()],
            effects: (pairing == Pairing::Paired).then(Effects::default),
            agreements,
            digests: vec![0; cells.len()],
            first_forfeit: None,
            n_forfeits_that_may_not_recur: 0,
        }
    }

    /// Counts what came of some sessions.
    ///
    /// # Errors
    ///
    /// If what has no room in memory cannot be written.
    pub(super) fn take_in(&mut self, chunk: Chunk<ChunkOutput>) -> Result<(), WriteError> {
        let product = chunk.product;
        self.n_chunks += 1;
        self.tallies[chunk.cell.idx()].merge(&product.tally);
        if let Some(rounded) = &product.rounded {
            // A sum over chunks with their places, which is the same in any order.
            let place = product.first.0.to_le_bytes();
            let digest = &mut self.digests[chunk.cell.idx()];
            *digest = digest.wrapping_add(checksum(&[&place[..], rounded].concat()));
        }
        self.n_forfeits_that_may_not_recur += product.n_forfeits_that_may_not_recur;
        if self.first_forfeit.is_none() {
            self.first_forfeit = product.first_forfeit;
        }
        if let Some(effects) = &mut self.effects {
            effects.add(chunk.cell, product.figures);
        }
        for agreement in product.agreements {
            match &mut self.agreements {
                Agreements::All(it) => it.add(agreement).map_err(WriteError::temporary)?,
                Agreements::Few(it) => it.add(agreement),
            }
        }
        Ok(())
    }

    /// All of it as numbers; `None` if agreements may be on disk.
    pub(super) fn numbers(&self) -> Option<Vec<i128>> {
        let Agreements::Few(agreements) = &self.agreements else {
            return None;
        };
        let mut numbers = vec![self.n_chunks.into()];
        for tally in &self.tallies {
            tally.push(&mut numbers);
        }
        if let Some(it) = &self.effects {
            it.push(&mut numbers);
        }
        agreements.push(&mut numbers);
        numbers.extend(self.digests.iter().map(|&it| i128::from(it)));
        push_forfeit(&mut numbers, self.first_forfeit.as_ref());
        Some(numbers)
    }

    /// Takes in what was counted of the first sessions of a part of the plan, or of all of them, which
    /// come later than those before; `None` if the numbers are none of that.
    pub(super) fn take_numbers(&mut self, part: &Plan, numbers: &[i128]) -> Option<()> {
        let Agreements::Few(agreements) = &mut self.agreements else {
            return None;
        };
        let cells = part.cells();
        let mut numbers = NumberSource::new(numbers);
        let n_chunks: u64 = numbers.next().filter(|it| *it <= part.n_chunks())?;
        self.n_chunks += n_chunks;
        let mut n_sessions = vec![0; cells.len()];
        for idx in 0..n_chunks {
            let (cell, replications) = part.chunk(idx);
            n_sessions[cell.idx()] += replications.len() as u64;
        }
        for ((tally, cell), n) in self.tallies.iter_mut().zip(cells).zip(n_sessions) {
            tally.take(&cell.setting, n, &mut numbers)?;
        }
        if let Some(it) = &mut self.effects {
            let n_parties = cells[0].setting.scenario().parties.len();
            it.take((cells.len(), n_parties), &mut numbers)?;
        }
        agreements.take(cells, &mut numbers)?;
        if !agreements.has_all_of(&self.tallies) {
            return None;
        }
        for digest in &mut self.digests {
            *digest = digest.wrapping_add(numbers.next()?);
        }
        let forfeit = take_forfeit(cells, &mut numbers)?;
        self.first_forfeit = self.first_forfeit.take().or(forfeit);
        numbers.is_at_end().then_some(())
    }

    /// Whether numbers are what was counted of the sessions of a part of the plan; `None` if not.
    pub(super) fn check(part: &Plan, pairing: Pairing, numbers: &[i128]) -> Option<()> {
        let cells = part.cells();
        let agreements = Agreements::Few(ListedAgreements::new(cells.len()));
        Self::new(cells, pairing, agreements).take_numbers(part, numbers)
    }

    /// The distinct agreements, cell by cell, the most frequent first, ties by outcome.
    ///
    /// # Errors
    ///
    /// If what is on disk cannot be read.
    pub(super) fn ranked_agreements(
        &mut self,
    ) -> Result<Box<dyn Iterator<Item = Result<AgreementTally, WriteError>>>, WriteError> {
        let none = Agreements::Few(ListedAgreements::new(0));
        Ok(match std::mem::replace(&mut self.agreements, none) {
            Agreements::All(it) => {
                let ranked = it.ranked().map_err(WriteError::temporary)?;
                Box::new(ranked.map(|it| it.map_err(WriteError::temporary)))
            }
            Agreements::Few(it) => Box::new(it.ranked().into_iter().map(Ok)),
        })
    }
}
