//! All tables of a run, written as chunks of sessions finish.

mod agreement_counts;
mod exact_counts;
mod listed_agreements;
mod memory_tables;
mod run_tables;
mod shard_tables;
mod table_worker;
mod waiting_rows;

pub(crate) use memory_tables::MemoryTables;
pub(crate) use run_tables::{AGREEMENTS_SHOWN, RunTables, TableLayout};
pub use run_tables::{CellResults, MostFrequent, SweptParameters};
pub use shard_tables::ShardCorruption;
pub(crate) use shard_tables::read_shard;
pub(crate) use table_worker::TableOptions;
