//! Runs as folders: written as sessions finish, resumed, merged, and read back.

mod journal;
mod record;
mod writer;

pub use journal::{JOURNAL, Journal, JournalError, JournalHead, RunRequest};
pub use record::{
    CellConfiguration, Change, Counts, InputFile, MANIFEST, MANIFEST_BYTES_MAX, Manifest,
    ManifestError, Named, NamedIssue, RESULTS_VERSION, RecordError, RecordedEnding, RecordedRows,
    RecordedSessions, RunRecord, RunSchema, SESSION_BYTES_MAX, StudyRecord, SweepRecord,
    TableError, Timing, Until, comparison_rows, configuration_changes, swept_values,
};
pub use writer::{
    CELLS_OWN_COLUMNS, ChunkOutput, Finished, MostFrequent, RunTables, ShardCorruption,
    SweptParameters, TableOptions, TableWorker, read_shard,
};
