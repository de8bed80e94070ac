//! Columns, their kinds, and the data dictionary.

mod columns;
pub(crate) mod dictionary;

pub use columns::{Column, Kind};
pub(crate) use columns::{foreign, number, text, whole};
pub(crate) use dictionary::{Content, Described, TableEntry, metric_content, table_description};
