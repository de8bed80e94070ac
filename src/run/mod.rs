//! Runs as folders: carried out, resumed, merged, and read back.
//!
//! A [`RunSpec`] is what a request and its files come to; [`execute`] runs it into a folder, whose
//! tables and manifest are written as sessions finish. [`resume`] goes on with one that was stopped,
//! and [`merge`] makes one of its shards. A study has a [`StudySpec`] and [`execute_study`].
//! Nothing here prints: whoever watches is an [`Observer`].

mod execute;
mod journal;
mod observer;
mod record;
mod spec;
mod writer;

pub use execute::{
    DamagedTable, FinishedRun, FinishedStudy, FolderPlace, JournaledRun, MergeableRun, OpenShards,
    RefusalReason, RefusedRun, ReopenError, ResumableRun, RunError, RunOptions, StopCause,
    StoppedRun, StudyAnswer, WholeRun, check_tables, damaged_tables, execute, execute_study, merge,
    resume,
};
pub use journal::{JOURNAL, JournalError};
pub use observer::{Observer, Progress, Workload};
pub use record::{
    CellConfiguration, Change, Counts, FIGURE_MARK, FIGURES, InputFile, MANIFEST,
    MANIFEST_BYTES_MAX, Manifest, ManifestError, Named, NamedIssue, PAGE, RESULTS_VERSION,
    RecordError, RecordedCell, RecordedCellError, RecordedEnding, RecordedRows, RecordedSessions,
    RunRecord, RunSchema, SESSION_BYTES_MAX, StudyRecord, SweepRecord, TableError, Timing, Until,
    comparison_rows, configuration_changes, open_table, remove_page, swept_values,
};
pub use spec::{RunRequest, RunSpec, SpecError, StudyQuestion, StudyRequest, StudySpec, StudyWork};
pub(crate) use writer::{AGREEMENTS_SHOWN, CELLS_OWN_COLUMNS};
pub use writer::{Finished, MostFrequent, ShardCorruption, SweptParameters};
