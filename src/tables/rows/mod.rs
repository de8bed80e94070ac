//! The columns and rows of each table.

mod draw_rows;
mod event_lines;
mod plan_tables;
mod reply_rows;
mod session_tables;
mod solution_tables;
mod study_points;
mod study_tables;
mod summary_tables;

pub use draw_rows::{DRAWN_NUMBERS_MAX, DrawColumns, DrawPlaces};
pub(crate) use event_lines::ending_fields;
pub use event_lines::event_lines;
pub use plan_tables::{PlanCells, PlanTable, write_plans};
pub(crate) use reply_rows::push_replies;
pub(crate) use session_tables::push_events;
pub use session_tables::{
    Distances, DrawTable, RowTables, SessionRows, SessionTable, Transcripts, session_columns,
};
pub use solution_tables::{SolutionsTable, frontier_columns, write_frontier};
pub use study_points::write_points;
pub use study_tables::{
    write_boxes, write_flips, write_form_levels, write_robustness, write_sensitivity,
};
pub use summary_tables::SummaryTable;
pub(crate) use summary_tables::{
    agreement_fields, cell_columns, effect_columns, effect_rows, estimate_fields, push_cell,
    round_shares, summary_columns, summary_rows, surplus_ranges, swept_paths,
    unlisted_agreement_fields,
};
