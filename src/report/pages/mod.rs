//! Pages: one HTML file each.

mod comparison_page;
mod page;
mod page_files;
mod run_page;
mod session_page;

pub(crate) use comparison_page::zone_words;
pub use comparison_page::{ComparedRun, ComparedRuns};
pub use page::{
    Card, DealCell, DealTable, Move, Page, PageBlock, PageFigure, PageStep, Section, Sentences,
    SettledIssue, Stand, Steps,
};
pub use page_files::{PageError, recorded_page, run_page, write_page};
pub use run_page::RunReport;
pub use session_page::SessionReport;
