//! Results out: rows, tables, the manifest, and the only code that writes under `runs/`.

mod agreement_counts;
mod csv_rows;
mod event_lines;
mod excel;
mod frontier_chart;
mod manifest;
mod recorded_rows;
mod run_directory;
mod run_tables;
mod session_tables;
mod solution_tables;
mod study_tables;
mod summary_tables;

pub use csv_rows::{Dialect, Field, LineEnd, Rows};
pub use event_lines::event_lines;
pub use excel::Delimiter;
pub use frontier_chart::FrontierChart;
pub use manifest::{
    Counts, InputFile, LuckRecord, Manifest, ManifestError, RESULTS_VERSION, StudyRecord,
    SweepRecord, Timing, Until,
};
pub use recorded_rows::RecordedRows;
pub use run_directory::{RunDirectory, WriteError};
pub use run_tables::{
    Commonest, Edition, Extras, Finished, Parameters, Product, RunTables, TableWorker,
};
pub use session_tables::{Distances, SessionRows, SessionTable, Transcripts, session_headers};
pub use solution_tables::{SolutionsTable, write_frontier};
pub use study_tables::{write_boxes, write_flips, write_sensitivity};
pub use summary_tables::SummaryTable;
