//! All tables of a run, written as chunks of sessions finish.

mod agreement_counts;
mod run_tables;
mod shard_tables;
mod table_worker;
mod waiting_rows;

pub use run_tables::{
    CELLS_OWN_COLUMNS, Finished, MostFrequent, RunTables, SweptParameters, TableOptions,
};
pub use shard_tables::{ShardCorruption, read_shard};
pub use table_worker::{ChunkOutput, TableWorker};
