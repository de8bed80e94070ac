//! Shards: one of a plan run, the folders of all opened, and all of them merged.

mod merge;
mod open_shards;
mod planned_merge;
mod planned_shard;
mod study_shard;

pub use merge::merge;
pub use open_shards::{MergeableRun, OpenShards};
pub use planned_merge::{
    MergeablePlan, MergeableStudy, MergeableWeighing, NeededShard, merge_study, merge_weighing,
    needed_shards,
};
pub use planned_shard::execute_shard;
pub use study_shard::FinishedShard;
