//! Counts of distinct agreements in memory, of cells that do not have too many of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use demarche_core::domain::Outcome;

use crate::experiment::{AgreementTally, Cell, CellId, NumberSource, Tally};

/// Distinct agreements that are listed of a cell, if there is room for those of all cells; those of a
/// cell with more are not.
///
/// A cell of a whole run has at least as many as in any part of it, so whether they are listed does not
/// depend on how the run is cut.
const LISTED_MAX: usize = 100_000;

/// Distinct agreements of all cells for which there is room.
const LISTED_TOTAL_MAX: usize = 1_000_000;

/// Counts of distinct agreements in memory.
#[derive(Clone, Debug)]
pub(super) struct ListedAgreements {
    tallies: BTreeMap<(CellId, Outcome), AgreementTally>,
    /// By cell, how many distinct ones; `None` of a cell that has too many.
    n_distinct: Vec<Option<usize>>,
    /// How many a cell may have.
    most: usize,
}

impl ListedAgreements {
    /// Of no session yet, of so many cells.
    pub(super) fn new(n_cells: usize) -> Self {
        let of_each = LISTED_TOTAL_MAX / n_cells.max(1);
        Self::with_at_most(of_each.min(LISTED_MAX), n_cells)
    }

    fn with_at_most(most: usize, n_cells: usize) -> Self {
        Self {
            most,
            tallies: BTreeMap::new(),
            n_distinct: vec![Some(0); n_cells],
        }
    }

    /// Takes in more.
    pub(super) fn add(&mut self, tally: AgreementTally) {
        let cell = tally.cell;
        let Some(n) = &mut self.n_distinct[cell.idx()] else {
            return;
        };
        match self.tallies.entry((cell, tally.outcome)) {
            Entry::Occupied(mut it) => it.get_mut().merge(&tally),
            Entry::Vacant(it) => {
                it.insert(tally);
                *n += 1;
            }
        }
        if *n > self.most {
            self.drop_cell(cell);
        }
    }

    fn drop_cell(&mut self, cell: CellId) {
        if self.n_distinct[cell.idx()].take().is_some() {
            self.tallies.retain(|it, _| it.0 != cell);
        }
    }

    /// Adds all of it to numbers.
    pub(super) fn push(&self, numbers: &mut Vec<i128>) {
        let is_listed = |it: &Option<usize>| i128::from(it.is_some());
        numbers.extend(self.n_distinct.iter().map(is_listed));
        numbers.push(self.tallies.len() as i128);
        for it in self.tallies.values() {
            it.push(numbers);
        }
    }

    /// Takes in those of other sessions of these cells, as they were pushed; `None` if they are none.
    pub(super) fn take(&mut self, cells: &[Cell], numbers: &mut NumberSource<'_>) -> Option<()> {
        for cell in (0..).map(CellId).take(cells.len()) {
            if numbers.next::<u8>()? == 0 {
                self.drop_cell(cell);
            }
        }
        for _ in 0..numbers.length()? {
            self.add(AgreementTally::take(cells, numbers)?);
        }
        Some(())
    }

    /// Whether the agreements of every cell that has them listed are as many as its sessions have.
    pub(super) fn has_all_of(&self, tallies: &[Tally]) -> bool {
        let mut n_listed = vec![0; tallies.len()];
        for ((cell, _), it) in &self.tallies {
            n_listed[cell.idx()] += it.n;
        }
        let mut cells = self.n_distinct.iter().zip(&n_listed).zip(tallies);
        cells.all(|((distinct, n), tally)| distinct.is_none() || *n == tally.n_agreements())
    }

    /// Cell by cell, the most frequent first, ties by outcome.
    pub(super) fn ranked(self) -> Vec<AgreementTally> {
        let mut res: Vec<AgreementTally> = self.tallies.into_values().collect();
        res.sort_by(AgreementTally::cmp_rank);
        res
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(cell: u32, code: u64) -> AgreementTally {
        AgreementTally {
            cell: CellId(cell),
            outcome: Outcome::from_shares(code),
            n: 1,
            utility_sums: Box::new([3]),
        }
    }

    fn ranked(it: ListedAgreements) -> Vec<(u32, u64, u64)> {
        let ranked = it.ranked().into_iter();
        ranked
            .map(|it| (it.cell.0, it.outcome.code(), it.n))
            .collect()
    }

    #[test]
    fn a_cell_with_too_many_has_none_and_others_have_theirs() {
        let mut it = ListedAgreements::with_at_most(3, 2);
        for code in [5, 6, 6, 7, 5, 6] {
            it.add(agreement(0, code));
            it.add(agreement(1, 2 * code));
        }
        assert_eq!(it.tallies.len(), 6);
        it.add(agreement(0, 8));
        // Neither the next distinct one nor one that was there before comes back.
        it.add(agreement(0, 9));
        it.add(agreement(0, 6));
        assert_eq!(ranked(it), [(1, 12, 3), (1, 10, 2), (1, 14, 1)]);
    }
}
