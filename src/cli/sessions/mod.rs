//! One session: played anew, or that of a run.

mod one_session;
mod recorded_session;

pub(crate) use one_session::{OneSession, exit_code, one_thread};
pub(crate) use recorded_session::{
    Check, RepliesTable, check_cell, check_number, read_sessions_manifest,
};
