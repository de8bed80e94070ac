//! Runs as pages: charts, tables and words in one file for a browser.

mod cell_sections;
mod chart;
mod drawing;
mod page;
mod run_figures;
mod run_page;
mod session_sections;
mod source_section;
mod study_sections;

pub use chart::{
    Axis, Bars, Chart, Course, HeatMap, Lines, Mark, Plane, Quantity, Spots, Table, Unit,
};
pub use drawing::Room;
pub use page::{Block, Card, Figure, Page, Section};
pub use run_figures::{FiguresError, OpenTable, RunFigures};
pub use run_page::RunReport;
pub use source_section::{MeasuredClaims, rests_on};
