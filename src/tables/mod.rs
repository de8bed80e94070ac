//! Tables: their columns and rows, their formats, and the folder of a run that holds them.

mod folder;
mod formats;
mod rows;
mod schema;

pub(crate) use folder::{
    Access, Folder, RunningDigest, TableFile, TablePlace, WrittenTable, check_place,
};
pub use folder::{
    FinishedTable, ROW_BYTES_MAX, RecordedTable, RowLimitedReader, RunDirectory, TableDifference,
    TableRecord, WriteError,
};
pub use formats::{
    Field, LeftOut, Rows, TABLE_FORMATS, TableCopies, TableFormat, UnknownFormat, WORKBOOK,
    Workbook, WorkbookRun, write_workbook,
};
pub(crate) use formats::{as_written, written};
pub use rows::{
    DRAWN_NUMBERS_MAX, Distances, DrawColumns, DrawPlaces, DrawTable, PlanCells, PlanTable,
    RowTables, SessionRows, SessionTable, SolutionsTable, SummaryTable, Transcripts, event_lines,
    frontier_columns, session_columns, write_boxes, write_flips, write_form_levels, write_frontier,
    write_plans, write_points, write_robustness, write_sensitivity,
};
pub(crate) use rows::{
    agreement_fields, cell_columns, effect_columns, effect_rows, ending_fields, estimate_fields,
    push_cell, push_events, push_replies, round_shares, summary_columns, summary_rows,
    surplus_ranges, swept_paths, unlisted_agreement_fields,
};
pub use schema::{Column, Kind};
pub(crate) use schema::{Content, TableEntry, number, table_description, text};
