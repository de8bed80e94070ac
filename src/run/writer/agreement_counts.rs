//! Counts of all distinct agreements in little memory: what is too much for it waits on disk.
//!
//! There can be nearly as many distinct agreements as sessions. Their records are sorted on disk
//! by agreement, added up, and sorted once more by frequency.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Read, Write};

use demarche_core::domain::Outcome;
use extsort::{ExternalSorter, PushExternalSorter, Sortable};

use crate::experiment::{AgreementTally, CellId};

/// Distinct agreements held in memory at a time: about a megabyte.
const IN_MEMORY_MAX: usize = 8192;

/// Files on disk from which they are made into fewer, so that a process may open all of them.
const FILES_MAX: usize = 64;

type Order = fn(&Record, &Record) -> Ordering;

/// Sorts records on disk, in files of [`IN_MEMORY_MAX`].
struct Sorter {
    records: PushExternalSorter<Record, Order>,
    n_pushed: usize,
    last: Option<AgreementTally>,
}

impl Sorter {
    fn new(order: Order) -> Self {
        Self {
            // A file is written when there is one record more than this.
            records: ExternalSorter::new()
                .with_segment_size(IN_MEMORY_MAX - 1)
                .pushed_by(order),
            n_pushed: 0,
            last: None,
        }
    }

    fn push(&mut self, tally: AgreementTally) -> io::Result<()> {
        self.n_pushed += 1;
        if self.n_pushed.is_multiple_of(IN_MEMORY_MAX) {
            self.last = Some(tally.clone());
        }
        self.records.push(Record(tally))
    }

    /// All records in order; some may count nothing.
    fn sorted(mut self) -> io::Result<impl Iterator<Item = io::Result<AgreementTally>>> {
        // Version 0.5 of the crate forgets all files if none of its records is in memory at the
        // end: one that counts nothing keeps them.
        if self.n_pushed.is_multiple_of(IN_MEMORY_MAX)
            && let Some(mut nothing) = self.last.take()
        {
            nothing.n = 0;
            nothing.utility_sums.fill(0);
            self.records.push(Record(nothing))?;
        }
        Ok(self.records.done()?.map(|it| it.map(|Record(tally)| tally)))
    }
}

/// Counts of all distinct agreements.
pub(crate) struct AgreementCounts {
    memory: BTreeMap<(CellId, Outcome), AgreementTally>,
    disk: Sorter,
    n_files: usize,
    files_max: usize,
}

impl std::fmt::Debug for AgreementCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgreementCounts").finish_non_exhaustive()
    }
}

/// A tally that can wait on disk.
#[derive(Clone, Debug)]
struct Record(AgreementTally);

impl Default for AgreementCounts {
    fn default() -> Self {
        Self {
            memory: BTreeMap::new(),
            disk: by_agreement(),
            n_files: 0,
            files_max: FILES_MAX,
        }
    }
}

fn by_agreement() -> Sorter {
    Sorter::new(|a, b| a.0.cmp_agreement(&b.0))
}

impl AgreementCounts {
    /// Takes in more.
    ///
    /// # Errors
    ///
    /// If what is too much for memory cannot be written to the folder for temporary files.
    pub(crate) fn add(&mut self, tally: AgreementTally) -> io::Result<()> {
        match self.memory.entry((tally.cell, tally.outcome)) {
            Entry::Occupied(mut it) => it.get_mut().merge(&tally),
            Entry::Vacant(it) => {
                it.insert(tally);
            }
        }
        if self.memory.len() == IN_MEMORY_MAX {
            self.spill()?;
        }
        Ok(())
    }

    /// Puts to disk what is in memory.
    fn spill(&mut self) -> io::Result<()> {
        for tally in std::mem::take(&mut self.memory).into_values() {
            self.disk.push(tally)?;
        }
        self.n_files += 1;
        if self.n_files >= self.files_max {
            let mut merged = by_agreement();
            let mut n_records = 0;
            let full = std::mem::replace(&mut self.disk, by_agreement());
            add_up(full, |tally| {
                n_records += 1;
                merged.push(tally)
            })?;
            self.disk = merged;
            self.n_files = n_records / IN_MEMORY_MAX;
            // Where nearly all agreements are distinct, merging does not help: go on with more.
            self.files_max = FILES_MAX.max(2 * self.n_files);
        }
        Ok(())
    }

    /// All distinct agreements, cell by cell, the most frequent first, ties by outcome.
    ///
    /// # Errors
    ///
    /// If what waits on disk cannot be written or read.
    pub(crate) fn ranked(mut self) -> io::Result<impl Iterator<Item = io::Result<AgreementTally>>> {
        for tally in std::mem::take(&mut self.memory).into_values() {
            self.disk.push(tally)?;
        }
        let mut by_rank = Sorter::new(|a, b| a.0.cmp_rank(&b.0));
        add_up(self.disk, |tally| by_rank.push(tally))?;
        let ranked = by_rank.sorted()?;
        Ok(ranked.filter(|it| it.as_ref().map_or(true, |it| it.n > 0)))
    }
}

/// Adds up the records of each agreement; `done` gets them in order.
fn add_up(
    records: Sorter,
    mut done: impl FnMut(AgreementTally) -> io::Result<()>,
) -> io::Result<()> {
    let mut present: Option<AgreementTally> = None;
    for next in records.sorted()? {
        let next = next?;
        match &mut present {
            Some(it) if it.is_same(&next) => it.merge(&next),
            _ => {
                if let Some(tally) = present.replace(next) {
                    done(tally)?;
                }
            }
        }
    }
    present.map_or(Ok(()), done)
}

impl Sortable for Record {
    fn encode<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        let it = &self.0;
        writer.write_all(&it.cell.0.to_le_bytes())?;
        writer.write_all(&it.outcome.code().to_le_bytes())?;
        writer.write_all(&it.n.to_le_bytes())?;
        let n_parties = u8::try_from(it.utility_sums.len()).expect("at most 64 parties");
        writer.write_all(&[n_parties])?;
        for sum in &it.utility_sums {
            writer.write_all(&sum.to_le_bytes())?;
        }
        Ok(())
    }

    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let cell = CellId(u32::from_le_bytes(bytes(reader)?));
        let outcome = Outcome::from_shares(u64::from_le_bytes(bytes(reader)?));
        let n = u64::from_le_bytes(bytes(reader)?);
        let [n_parties] = bytes(reader)?;
        let utility_sums = (0..n_parties)
            .map(|_| bytes(reader).map(i64::from_le_bytes))
            .collect::<io::Result<_>>()?;
        Ok(Self(AgreementTally {
            cell,
            outcome,
            n,
            utility_sums,
        }))
    }
}

fn bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut res = [0; N];
    reader.read_exact(&mut res)?;
    Ok(res)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn counts_are_the_same_in_memory_and_on_disk() {
        // A few, more than memory holds, and more than files may be open; numbers recur unevenly.
        for n_records in [0_u64, 10, 8192, 16_384, 40_000, 1_200_000] {
            let mut counts = AgreementCounts::default();
            let mut expected: BTreeMap<(u32, u64), (u64, i64)> = BTreeMap::new();
            for number in 0..n_records {
                // Up to two files' worth all different, then ever the same ones.
                let code = if n_records <= 16_384 {
                    number
                } else {
                    (number * number) % 12_289
                };
                let cell = (number % 3) as u32;
                let worth = i64::try_from(code).unwrap();
                let entry = expected.entry((cell, code)).or_default();
                *entry = (entry.0 + 1, entry.1 + worth);
                counts
                    .add(AgreementTally {
                        cell: CellId(cell),
                        outcome: Outcome::from_shares(code),
                        n: 1,
                        utility_sums: Box::new([worth]),
                    })
                    .unwrap();
            }
            let mut expected: Vec<_> = expected.into_iter().collect();
            expected.sort_by_key(|&((cell, code), (n, _))| (cell, std::cmp::Reverse(n), code));
            let actual: Vec<_> = counts
                .ranked()
                .unwrap()
                .map(|it| it.unwrap())
                .map(|it| ((it.cell.0, it.outcome.code()), (it.n, it.utility_sums[0])))
                .collect();
            // Too many to be printed.
            assert!(actual == expected, "of {n_records} records");
        }
    }
}
