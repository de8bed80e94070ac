//! Results out: rows, tables, the manifest, and the only code that writes under `runs/`.

mod agreement_counts;
mod columns;
mod comparison_table;
mod configuration_changes;
mod csv_rows;
mod dictionary;
mod draw_rows;
mod event_lines;
mod exact_bytes;
mod frontier_chart;
mod journal;
mod manifest;
mod own_files;
mod parquet_twin;
mod rationed;
mod recorded_chunks;
mod recorded_rows;
mod recorded_sessions;
mod run_directory;
mod run_record;
mod run_tables;
mod session_records;
mod session_tables;
mod shard_tables;
mod sheet;
mod sheet_formats;
mod solution_tables;
mod study_points;
mod study_tables;
mod summary_tables;
mod svg;
mod table_file;
mod table_records;
mod table_worker;
mod waiting_rows;
mod workbook;

pub use columns::{Column, Kind};
pub use comparison_table::comparison_rows;
pub use configuration_changes::{CellConfiguration, Change, configuration_changes};
pub use csv_rows::{Field, Rows};
pub use draw_rows::{DRAWN_NUMBERS_MAX, DrawColumns, DrawPlaces};
pub use event_lines::event_lines;
pub use frontier_chart::FrontierChart;
pub use journal::{JOURNAL, Journal, JournalError, JournalHead, RunRequest};
pub use manifest::{
    Counts, InputFile, LuckRecord, MANIFEST, MANIFEST_BYTES_MAX, Manifest, ManifestError,
    RESULTS_VERSION, StudyRecord, SweepRecord, Timing, Until,
};
pub use parquet_twin::ParquetTwins;
pub use rationed::{ROW_BYTES_MAX, Rationed};
pub use recorded_rows::{RecordedRows, SESSION_BYTES_MAX};
pub use recorded_sessions::{RecordedEnding, RecordedSessions, TableError, swept_values};
pub use run_directory::{RunDirectory, WriteError};
pub use run_record::{Named, NamedIssue, RecordError, Roster, RunRecord};
pub use run_tables::{CELLS_OWN_COLUMNS, Commonest, Extras, Finished, Parameters, RunTables};
pub use session_tables::{
    Distances, DrawTable, SessionRows, SessionTable, Transcripts, session_columns,
};
pub use shard_tables::{ShardFlaw, read_shard};
pub use solution_tables::{SolutionsTable, write_frontier};
pub use study_points::{PointTable, StudyProduct, StudyWorker};
pub use study_tables::{write_boxes, write_flips, write_sensitivity};
pub use summary_tables::SummaryTable;
pub(crate) use svg::render_svg;
pub use table_file::FinishedTable;
pub use table_records::{RecordedTable, TableDifference, TableRecord};
pub use table_worker::{Product, TableWorker};
pub use workbook::{LeftOut, WORKBOOK, Workbook, WorkbookRun, write_workbook};
