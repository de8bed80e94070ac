//! Runs as pages: charts, tables and words in one file for a browser.

mod drawing;
mod odd;
mod page_sections;
mod pages;
mod summary;

pub use drawing::{
    Axis, Backdrop, BandPanel, Bands, Bars, Chart, Choice, Choices, Emphasis, FrontierChart,
    HeatMap, Interpolation, IssueChoices, Lines, Mark, MarkKind, MarkRow, Marks, Names, PageTable,
    Quantity, RangeRow, Ranges, RegionMap, RegionShares, Scatter, Series, Size, Swing, Tornado,
    Unit,
};
pub use odd::{odd_changes, odd_document};
pub(crate) use page_sections::{
    ABOVE_ONE, DealCounts, DesignKind, LEVELS_TOGETHER, NoWordOnDeals, ending_rows, equal_cells,
    labels, needed_moves, range_of_forms, render_cause, render_ending, repeated, share_of_forms,
    too_few_points, whose,
};
pub use page_sections::{MeasuredClaims, path_label, rests_on, strategy_words};
pub(crate) use pages::zone_words;
pub use pages::{
    Card, ComparedRun, ComparedRuns, DealCell, DealTable, Move, Page, PageBlock, PageError,
    PageFigure, PageStep, RunReport, Section, Sentences, SessionReport, SettledIssue, Stand, Steps,
    recorded_page, run_page, write_page,
};
pub(crate) use summary::{FormSummary, ReasonRow};
pub use summary::{OpenTable, RunSummary, TABLE_BYTES_MAX};
