//! What a run came to, typed: what its page is made of.

mod from_tables;
mod run_summary;

pub use from_tables::{OpenTable, SummaryError, TABLE_BYTES_MAX};
pub use run_summary::RunSummary;
pub(crate) use run_summary::{
    Blocker, CellFigures, CellSummary, Dependence, FirstCell, RankedAgreement,
};
