//! Shards: one of a plan run, the folders of all opened, and all of them merged.

mod merge;
mod open_shards;
mod planned_shard;

pub use merge::merge;
pub use open_shards::{MergeableRun, OpenShards};
pub use planned_shard::execute_shard;
