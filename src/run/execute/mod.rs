//! Carrying a run out: from what is asked to a folder that holds the answer.

mod error;
mod finish;
mod in_memory;
mod journal_head;
mod model_forms;
mod options;
mod resume;
mod sessions;
mod shards;
mod stopwatch;
mod study;
mod study_folder;
mod verification;
mod weighing;

pub use error::{
    FolderPlace, MissingShards, PlannedMergeError, PlannedShardError, RefusalReason, RefusedRun,
    ReopenError, RunError, StopCause, StoppedRun,
};
pub use finish::{FinishedRun, FormResults, RunResults};
pub use in_memory::{MemoryRun, MemoryWeighing};
pub(in crate::run) use journal_head::digest_of_whole;
pub use options::RunOptions;
pub use resume::{InterruptedRun, ResumableRun, resume};
pub use sessions::execute;
pub use shards::{
    FinishedShard, MergeablePlan, MergeableRun, MergeableStudy, MergeableWeighing, NeededShard,
    OpenShards, execute_shard, merge, merge_study, merge_weighing, needed_shards,
};
pub(in crate::run) use stopwatch::ended;
pub use study::{FinishedStudy, StudyAnswer, execute_study};
pub use verification::{DamagedTable, check_tables, damaged_tables};
pub use weighing::{FinishedWeighing, execute_weighing};
