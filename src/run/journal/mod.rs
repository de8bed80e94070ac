//! The journal of a run under way, and sessions as exact bytes.

mod codec;
mod event_codec;
mod journal_file;
mod piece_records;
mod recorded_chunks;
mod session_codec;
mod tallies_file;

pub(crate) use journal_file::{
    ChunkRecord, Journal, JournalHead, JournalReader, RowBlockSum, checksum,
};
pub use journal_file::{JOURNAL, JournalError};
pub(crate) use piece_records::{RecordedPieces, StudyHead, push_piece};
pub(crate) use recorded_chunks::{Corruption, RecordedChunks};
pub(crate) use session_codec::{
    RecordedSession, push_forfeit, push_rounded_session, push_session, read_sessions, take_forfeit,
};
pub(crate) use tallies_file::{TALLIES, damaged_tallies, read_tallies, write_tallies};
