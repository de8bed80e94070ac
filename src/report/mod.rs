//! Runs as pages: charts, tables and words in one file for a browser.

mod cell_sections;
mod chart;
mod comparison_page;
mod drawing;
mod page;
mod run_figures;
mod run_page;
mod session_course;
mod session_page;
mod session_sections;
mod session_words;
mod source_section;
mod study_sections;
mod study_words;

pub(crate) use cell_sections::equal_cells;
pub use chart::{
    Axis, Bars, Chart, Course, HeatMap, Lines, Mark, Plane, Quantity, Spots, Table, Unit,
};
pub use comparison_page::{ComparedRun, ComparedRuns};
pub use drawing::Room;
pub use page::{Block, Card, Figure, Move, Page, Section, SettledIssue, Stand, Step, Steps};
pub use run_figures::{FiguresError, OpenTable, RunFigures, TABLE_BYTES_MAX};
pub use run_page::RunReport;
pub use session_page::SessionReport;
pub(crate) use session_words::{cause_told, ending_told, labels, whose};
pub use source_section::{MeasuredClaims, rests_on};
pub(crate) use study_words::{ABOVE_ONE, DealCounts, NoWordOnDeals, too_few_points};
