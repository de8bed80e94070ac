//! The typed results of a run, from which its page is made.
//!
//! A file for each part, with both ways to it: from tables, and from results in memory.

mod detailed_cell;
mod digits;
mod failures;
mod offers;
mod plans;
mod run_summary;
mod studies;
mod swept_cells;
mod table_rows;

pub(crate) use detailed_cell::{Blocker, DetailedCell, RankedAgreement, RoundShare};
pub(crate) use failures::ReasonRow;
pub(crate) use offers::OfferRow;
pub(crate) use plans::{CellAcceptance, NeededChanges, PlanAcceptance, PlanFindings};
pub use run_summary::RunSummary;
pub(crate) use studies::{Dependence, FormSummary, LevelSummary};
pub(crate) use swept_cells::{CellFigures, CellSummary};
pub use table_rows::{OpenTable, TABLE_BYTES_MAX};
