//! A run or a study that other programs distribute: its plan, which names all shards, and the mark of a complete one.

mod shard_mark;
mod shard_plan;

pub(crate) use shard_mark::ShardMark;
pub use shard_mark::{SHARD_MARK, ShardMarkError};
pub use shard_plan::{PLAN, PlanError, PlannedFile, ShardPlan};
