//! A finished run read back: manifest, sessions, and what differs from another.

mod comparison_table;
mod configuration_changes;
mod manifest;
mod open_table;
mod page_files;
mod recorded_cell;
mod recorded_columns;
mod recorded_replies;
mod recorded_rows;
mod recorded_sessions;
mod run_overview;
mod run_record;
mod table_reader;

pub use comparison_table::comparison_rows;
pub use configuration_changes::{
    CellConfiguration, Change, configuration_changes, recorded_distribution, recorded_value,
    value_in_words,
};
pub(crate) use manifest::SCHEMA;
pub use manifest::{
    Counts, InputFile, MANIFEST, MANIFEST_BYTES_MAX, Manifest, ManifestError, OutsideRecord,
    PlanRecord, RESULTS_VERSION, StudyRecord, SweepRecord, Timing, Until,
};
pub use open_table::open_table;
pub use page_files::{FIGURE_MARK, FIGURES, PAGE, remove_page};
pub use recorded_cell::{RecordedCell, RecordedCellError};
pub use recorded_columns::recorded_columns;
pub use recorded_replies::{NoReply, REPLIES, RecordedReplies};
pub use recorded_rows::{RecordedRows, RowsInOrder, SESSION_BYTES_MAX};
pub use recorded_sessions::{RecordedEnding, RecordedSessions, swept_values};
pub use run_overview::{OverviewError, RunOverview};
pub use run_record::{Named, NamedIssue, RecordError, RunRecord, RunSchema};
pub use table_reader::TableError;
pub(crate) use table_reader::TableReader;
