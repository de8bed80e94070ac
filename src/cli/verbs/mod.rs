//! The verbs, one file each.

pub(super) mod analyze;
pub(super) mod batch_sweep;
pub(super) mod check;
pub(super) mod compare;
pub(super) mod describe;
pub(super) mod dist;
pub(super) mod examine;
pub(super) mod explain;
pub(super) mod explore;
pub(super) mod interchange;
pub(super) mod list_runs;
pub(super) mod merge;
pub(super) mod missing;
pub(super) mod new;
pub(super) mod open;
pub(super) mod plan;
pub(super) mod play;
pub(super) mod replay;
pub(super) mod report;
pub(super) mod shard;
pub(super) mod studies;
pub(super) mod verify;
pub(super) mod weigh;
