//! Counts of all distinct agreements in little memory: what is too much for it waits on disk.
//!
//! There can be nearly as many distinct agreements as sessions. Their records are sorted on disk
//! by agreement, added up, and sorted once more by frequency.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::rc::Rc;

use demarche_core::domain::Outcome;
use itertools::kmerge_by;

use crate::experiment::{AgreementTally, CellId};

/// Distinct agreements held in memory at a time: about a megabyte.
const IN_MEMORY_MAX: usize = 8192;

/// Sorted runs on disk from which they are made into fewer: each is read through a buffer of its own.
const RUNS_MAX: usize = 64;

type Order = fn(&AgreementTally, &AgreementTally) -> Ordering;

/// Sorts records: in memory if they are few, else in runs of [`IN_MEMORY_MAX`] in a temporary file
/// that are merged when they are read.
struct Sorter {
    order: Order,
    in_memory: Vec<AgreementTally>,
    file: Option<File>,
    runs: Vec<Range<u64>>,
}

impl Sorter {
    fn new(order: Order) -> Self {
        Self {
            order,
            in_memory: Vec::new(),
            file: None,
            runs: Vec::new(),
        }
    }

    fn push(&mut self, tally: AgreementTally) -> io::Result<()> {
        self.in_memory.push(tally);
        if self.in_memory.len() == IN_MEMORY_MAX {
            self.write_run()?;
        }
        Ok(())
    }

    /// Moves what is in memory to the end of the file, sorted.
    fn write_run(&mut self) -> io::Result<()> {
        self.in_memory.sort_by(self.order);
        let mut bytes = Vec::new();
        for tally in self.in_memory.drain(..) {
            encode(&tally, &mut bytes);
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&bytes)?;
        let start = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(start..start + bytes.len() as u64);
        Ok(())
    }

    /// All records in order.
    fn sorted(mut self) -> impl Iterator<Item = io::Result<AgreementTally>> {
        self.in_memory.sort_by(self.order);
        let mut sources: Vec<Source> = vec![Box::new(self.in_memory.into_iter().map(Ok))];
        if let Some(file) = self.file {
            let file = Rc::new(file);
            let read = |run: Range<u64>| -> Source { Box::new(RunReader::new(&file, run)) };
            sources.extend(self.runs.into_iter().map(read));
        }
        let order = self.order;
        kmerge_by(
            sources,
            move |first: &io::Result<AgreementTally>, second: &io::Result<AgreementTally>| match (
                first, second,
            ) {
                (Ok(first), Ok(second)) => order(first, second).is_lt(),
                // An error ends the reading, so it comes first.
                _ => first.is_err(),
            },
        )
    }
}

/// Records in order.
type Source = Box<dyn Iterator<Item = io::Result<AgreementTally>>>;

/// The records of one run.
struct RunReader(BufReader<FilePart>);

/// What is left to read of a part of a file that others read too.
struct FilePart {
    file: Rc<File>,
    rest: Range<u64>,
}

impl RunReader {
    fn new(file: &Rc<File>, run: Range<u64>) -> Self {
        Self(BufReader::new(FilePart {
            file: Rc::clone(file),
            rest: run,
        }))
    }
}

impl Iterator for RunReader {
    type Item = io::Result<AgreementTally>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0.fill_buf() {
            Ok([]) => None,
            Ok(_) => Some(decode(&mut self.0)),
            Err(error) => Some(Err(error)),
        }
    }
}

impl Read for FilePart {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.rest.start))?;
        let n_bytes = file.take(self.rest.end - self.rest.start).read(buffer)?;
        self.rest.start += n_bytes as u64;
        Ok(n_bytes)
    }
}

/// Counts of all distinct agreements.
pub(crate) struct AgreementCounts {
    memory: BTreeMap<(CellId, Outcome), AgreementTally>,
    disk: Sorter,
    runs_max: usize,
}

impl std::fmt::Debug for AgreementCounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgreementCounts").finish_non_exhaustive()
    }
}

impl Default for AgreementCounts {
    fn default() -> Self {
        Self {
            memory: BTreeMap::new(),
            disk: by_agreement(),
            runs_max: RUNS_MAX,
        }
    }
}

fn by_agreement() -> Sorter {
    Sorter::new(AgreementTally::cmp_agreement)
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
        if self.disk.runs.len() >= self.runs_max {
            let mut merged = by_agreement();
            let full = std::mem::replace(&mut self.disk, by_agreement());
            add_up(full, |tally| merged.push(tally))?;
            self.disk = merged;
            // Where nearly all agreements are distinct, merging does not help: continue with more.
            self.runs_max = RUNS_MAX.max(2 * self.disk.runs.len());
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
        let mut by_rank = Sorter::new(AgreementTally::cmp_rank);
        add_up(self.disk, |tally| by_rank.push(tally))?;
        Ok(by_rank.sorted())
    }
}

/// Adds up the records of each agreement; `done` gets them in order.
fn add_up(
    records: Sorter,
    mut done: impl FnMut(AgreementTally) -> io::Result<()>,
) -> io::Result<()> {
    let mut present: Option<AgreementTally> = None;
    for next in records.sorted() {
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

fn encode(tally: &AgreementTally, bytes: &mut Vec<u8>) {
    bytes.extend(tally.cell.0.to_le_bytes());
    bytes.extend(tally.outcome.code().to_le_bytes());
    bytes.extend(tally.n.to_le_bytes());
    bytes.push(u8::try_from(tally.utility_sums.len()).expect("at most 64 parties"));
    bytes.extend(tally.utility_sums.iter().flat_map(|sum| sum.to_le_bytes()));
}

fn decode(reader: &mut impl Read) -> io::Result<AgreementTally> {
    let cell = CellId(u32::from_le_bytes(bytes(reader)?));
    let outcome = Outcome::from_shares(u64::from_le_bytes(bytes(reader)?));
    let n = u64::from_le_bytes(bytes(reader)?);
    let [n_parties] = bytes(reader)?;
    let utility_sums = (0..n_parties)
        .map(|_| bytes(reader).map(i64::from_le_bytes))
        .collect::<io::Result<_>>()?;
    Ok(AgreementTally {
        cell,
        outcome,
        n,
        utility_sums,
    })
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
