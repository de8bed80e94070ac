//! The journal of a shard of a study: what it is a part of, and what came of its pieces.
//!
//! A piece is whole numbers in LEB128, those that are not negative as even numbers; a long one takes
//! several records. Each record begins with the position of its piece and the number of records that
//! follow of it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::experiment::{CellId, Shard};
use crate::run::journal::codec::{ExactBytes, push_whole};
use crate::run::journal::journal_file::{Journal, JournalReader};
use crate::run::record::{InputFile, RESULTS_VERSION};
use crate::run::spec::PlannedRequest;
use crate::tables::WriteError;

/// The version of the format.
const SCHEMA: u32 = 1;

/// Bytes of a piece in one record.
const RECORD_BYTES: usize = 1 << 20;

/// Bytes of a piece that is read, at most: all draws of all plans, each with another amendment, take
/// less.
const PIECE_BYTES_MAX: usize = 1 << 29;

/// What makes shards parts of the same study.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudyHead {
    /// Version of the format of pieces.
    pieces_schema: u32,
    /// The program's version.
    demarche: &'static str,
    /// See [`RESULTS_VERSION`].
    results_version: u32,
    /// What was asked for.
    request: PlannedRequest,
    /// Which shard; `None` of the whole.
    shard: Option<String>,
    /// The files that the study is made from.
    inputs: Vec<InputFile>,
}

impl StudyHead {
    /// That of a study of this program.
    pub(crate) fn new(request: PlannedRequest, inputs: Vec<InputFile>) -> Self {
        Self {
            pieces_schema: SCHEMA,
            demarche: env!("CARGO_PKG_VERSION"),
            results_version: RESULTS_VERSION,
            request,
            shard: None,
            inputs,
        }
    }

    /// That of a shard of it.
    #[must_use]
    pub(crate) fn of_shard(&self, shard: Shard) -> Self {
        Self {
            shard: Some(shard.to_string()),
            ..self.clone()
        }
    }

    /// The SHA-256 of it, in hexadecimal.
    ///
    /// # Panics
    ///
    /// Never, of what a plan was made of: it can be written as JSON.
    pub(crate) fn digest(&self) -> String {
        let json = serde_json::to_vec(self).expect("a head has a form in JSON");
        format!("{:x}", Sha256::digest(json))
    }
}

/// Adds the piece at a position to a journal.
pub(crate) fn push_piece(
    journal: &mut Journal,
    piece: u64,
    numbers: &[i128],
) -> Result<(), WriteError> {
    let mut bytes = Vec::new();
    for it in numbers {
        push_number(&mut bytes, *it);
    }
    let n_records = bytes.len().div_ceil(RECORD_BYTES).max(1);
    for idx in 0..n_records {
        let end = bytes.len().min((idx + 1) * RECORD_BYTES);
        let mut record = Vec::new();
        push_whole(&mut record, piece);
        push_whole(&mut record, (n_records - 1 - idx) as u64);
        record.extend(&bytes[idx * RECORD_BYTES..end]);
        journal.push(CellId(0), &[], &record)?;
    }
    Ok(())
}

/// The pieces in a journal, one after the other.
pub(crate) struct RecordedPieces {
    journal: JournalReader,
    /// Where the last whole piece ends.
    end: u64,
}

impl RecordedPieces {
    /// Those of a journal, from the first on.
    pub(crate) fn open(journal: &Journal) -> Result<Self, WriteError> {
        let journal = journal.records()?;
        let end = journal.position();
        Ok(Self { journal, end })
    }

    /// The numbers of the next piece if it is the one at a position; `None` if it is not whole, or
    /// another one.
    pub(crate) fn next(&mut self, piece: u64) -> Result<Option<Vec<i128>>, WriteError> {
        let mut bytes = Vec::new();
        let mut n_left = None;
        while n_left != Some(0) {
            let Some(record) = self.journal.next_record()? else {
                return Ok(None);
            };
            let mut content = ExactBytes(&record.sessions);
            let (of, follow) = (content.whole::<u64>(), content.whole::<u64>());
            let is_next = n_left.is_none_or(|n: u64| follow == Some(n - 1));
            let block = content.rest();
            if of != Some(piece) || !is_next || bytes.len() + block.len() > PIECE_BYTES_MAX {
                return Ok(None);
            }
            bytes.extend_from_slice(block);
            n_left = follow;
            if n_left.is_none() {
                return Ok(None);
            }
        }
        Ok(numbers(&bytes))
    }

    /// The piece that was read counts.
    pub(crate) fn accept(&mut self) {
        self.end = self.journal.position();
    }

    /// Where the last piece ends that counts.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Whether nothing is behind it.
    pub(crate) fn is_at_end(&self) -> bool {
        self.journal.position() == self.end && self.journal.is_at_end()
    }
}

/// Adds a whole number of any sign.
fn push_number(bytes: &mut Vec<u8>, number: i128) {
    let mut rest = (number << 1 ^ number >> (i128::BITS - 1)).cast_unsigned();
    while rest >= 0x80 {
        bytes.push(0x80 | (rest.to_le_bytes()[0] & 0x7f));
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

/// All whole numbers in some bytes; `None` if they are none.
fn numbers(mut bytes: &[u8]) -> Option<Vec<i128>> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        let mut number = 0_u128;
        let mut shift = 0;
        loop {
            let (byte, rest) = bytes.split_first()?;
            bytes = rest;
            let bits = u128::from(byte & 0x7f);
            if shift >= u128::BITS || bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if *byte < 0x80 {
                break;
            }
            shift += 7;
        }
        numbers.push((number >> 1).cast_signed() ^ -(number & 1).cast_signed());
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_any_size_and_sign_come_back() {
        let all = [
            0,
            -1,
            1,
            63,
            64,
            -64,
            -65,
            1 << 62,
            i128::from(u64::MAX),
            i128::MIN,
            i128::MAX,
        ];
        let mut bytes = Vec::new();
        for it in all {
            push_number(&mut bytes, it);
        }
        assert_eq!(numbers(&bytes), Some(all.to_vec()));
        assert_eq!(&bytes[..4], [0, 1, 2, 126]);
        assert_eq!(numbers(&bytes[..bytes.len() - 1]), None);
        assert_eq!(numbers(&[0xff; 20]), None);
    }
}
