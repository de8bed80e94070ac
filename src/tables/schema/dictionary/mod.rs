//! The dictionary of a run's tables: what stands in each column, in what unit, and when it is empty.
//!
//! The dictionary sheet of the workbook is made of it, and a test holds `docs/tables.md` to it.

mod catalog;
mod entry;
mod measured_entries;
mod offer_entries;
mod plan_entries;
mod session_entries;
mod study_entries;
mod summary_entries;

pub(crate) use catalog::table_description;
pub(crate) use entry::{Content, Described, TableEntry};
pub(crate) use measured_entries::metric_content;
