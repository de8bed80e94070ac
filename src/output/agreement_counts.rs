//! Counts of all distinct agreements in little memory: what is too much for it waits on disk.
//!
//! There can be nearly as many distinct agreements as sessions. Their records are sorted on disk
//! by agreement, added up, and sorted once more by frequency.

use std::cmp::Ordering;
use std::io::{self, Read, Write};

use extsort::{ExternalSorter, PushExternalSorter, Sortable};

use crate::domain::Outcome;
use crate::experiment::{AgreementTally, CellId};

/// Records held in memory at a time: less than a megabyte.
const RECORDS_IN_MEMORY: usize = 8192;

type Order = fn(&Record, &Record) -> Ordering;

/// Counts of all distinct agreements.
pub(super) struct AgreementCounts {
    sorter: PushExternalSorter<Record, Order>,
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
            sorter: sorter(|a, b| a.0.cmp_agreement(&b.0)),
        }
    }
}

fn sorter(order: Order) -> PushExternalSorter<Record, Order> {
    ExternalSorter::new()
        .with_segment_size(RECORDS_IN_MEMORY)
        .pushed_by(order)
}

impl AgreementCounts {
    /// Takes in more.
    ///
    /// # Errors
    ///
    /// If what is too much for memory cannot be written to the folder for temporary files.
    pub(super) fn add(&mut self, tally: AgreementTally) -> io::Result<()> {
        self.sorter.push(Record(tally))
    }

    /// All distinct agreements, cell by cell, the most frequent first, ties by outcome.
    ///
    /// # Errors
    ///
    /// If what waits on disk cannot be written or read.
    pub(super) fn ranked(self) -> io::Result<impl Iterator<Item = io::Result<AgreementTally>>> {
        let mut by_rank = sorter(|a, b| a.0.cmp_rank(&b.0));
        let mut present: Option<AgreementTally> = None;
        for record in self.sorter.done()? {
            let Record(next) = record?;
            match &mut present {
                Some(it) if it.is_same(&next) => it.merge(&next),
                _ => {
                    if let Some(done) = present.replace(next) {
                        by_rank.push(Record(done))?;
                    }
                }
            }
        }
        if let Some(done) = present {
            by_rank.push(Record(done))?;
        }
        Ok(by_rank.done()?.map(|it| it.map(|Record(tally)| tally)))
    }
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
        // A few and far more than memory holds, of numbers that recur unevenly.
        for n_records in [10_u64, 40_000] {
            let mut counts = AgreementCounts::default();
            let mut expected: BTreeMap<(u32, u64), (u64, i64)> = BTreeMap::new();
            for number in 0..n_records {
                let (cell, code) = ((number % 3) as u32, (number * number) % 12_289);
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
            assert_eq!(actual, expected);
        }
    }
}
