//! Parties that are answered for by programs: one process for each thread, one JSON line each way.
//!
//! ```text
//! PartyActor ─ messages ─▶ ProgramParty ─ lines ─▶ standard input  ┐
//!            ◀─ replies ──              ◀─ lines ─ standard output ┘ the program
//! ```
//!
//! All lines of one time are written before the replies to them are read, so that crossing the pipe is
//! paid for many sessions. A thread writes and another reads, so that neither side waits for the other
//! to read; nothing that the program does or leaves undone holds a run up for longer than its time
//! limit. `docs/outside-parties.md` says what the lines look like.

mod command;
mod line_writer;
mod lines;
mod process;
mod program;
mod replies;
mod schema;

pub use command::{CommandError, PartyCommand};
pub use lines::{LINES_VERSION, push_line};
pub use program::{PartyProgram, ProgramLimits};
pub use replies::{ReadReply, read_reply};
pub use schema::party_lines_schema;
