//! Runs as folders: carried out, resumed, merged, and read back.
//!
//! A [`RunSpec`] is a request with its files, read and checked; [`execute`] runs it into a folder,
//! whose tables and manifest are written as sessions finish. [`resume`] continues an interrupted
//! run, and [`merge`] makes one of its shards, which a [`ShardPlan`] names. A study has a [`StudySpec`] and [`execute_study`],
//! plans to be weighed a [`WeighingSpec`] and [`execute_weighing`].
//! A finished run has a record for journals and archives beside its manifest, [`RO_CRATE`].
//! Nothing here prints: whoever watches is an [`Observer`].

mod execute;
mod journal;
mod observer;
mod record;
mod research_object;
mod shards;
mod spec;
mod writer;

pub use execute::{
    DamagedTable, FinishedRun, FinishedShard, FinishedStudy, FinishedWeighing, FolderPlace,
    FormResults, InterruptedRun, MemoryRun, MemoryWeighing, MergeablePlan, MergeableRun,
    MergeableStudy, MergeableWeighing, MissingShards, NeededShard, OpenShards, PlannedMergeError,
    PlannedShardError, RefusalReason, RefusedRun, ReopenError, ResumableRun, RunError, RunOptions,
    RunResults, StopCause, StoppedRun, StudyAnswer, check_tables, damaged_tables, execute,
    execute_shard, execute_study, execute_weighing, merge, merge_study, merge_weighing,
    needed_shards, resume,
};
pub use journal::{JOURNAL, JournalError};
pub use observer::{Observer, Progress, Workload};
pub(crate) use record::TableReader;
pub use record::{
    CellConfiguration, Change, Counts, FIGURE_MARK, FIGURES, InputFile, MANIFEST,
    MANIFEST_BYTES_MAX, Manifest, ManifestError, Named, NamedIssue, NoReply, OutsideRecord,
    OverviewError, PAGE, PlanRecord, REPLIES, RESULTS_VERSION, RecordError, RecordedCell,
    RecordedCellError, RecordedEnding, RecordedReplies, RecordedRows, RecordedSessions,
    RowsInOrder, RunOverview, RunRecord, RunSchema, SESSION_BYTES_MAX, StudyRecord, SweepRecord,
    TableError, Timing, Until, comparison_rows, configuration_changes, open_table,
    recorded_columns, recorded_distribution, recorded_value, remove_page, swept_values,
    value_in_words,
};
pub use research_object::{RO_CRATE, add_page_to_crate};
pub use shards::{PLAN, PlanError, PlannedFile, SHARD_MARK, ShardMarkError, ShardPlan};
pub use spec::{
    PLAN_DRAWS_DEFAULT, PlannedRequest, PlannedSpec, RunRequest, RunSpec, RunVerb, SpecError,
    StudyQuestion, StudyRequest, StudySpec, StudyWork, WeighingRequest, WeighingSpec,
};
pub(crate) use writer::AGREEMENTS_SHOWN;
pub use writer::{CellResults, MostFrequent, ShardCorruption, SweptParameters};
