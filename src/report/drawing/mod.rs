//! Pictures as SVG: the kinds of charts, and what they are drawn with.

mod canvas;
mod charts;
mod frontier_chart;
mod letters;
mod outline;
mod quantities;
mod scale;

pub use charts::{
    Backdrop, BandPanel, Bands, Bars, Chart, Choice, Choices, Emphasis, HeatMap, Interpolation,
    IssueChoices, Lines, Mark, MarkKind, MarkRow, Marks, Names, PageTable, RangeRow, Ranges,
    RegionMap, RegionShares, Scatter, Series, Size, Swing, Tornado,
};
pub use frontier_chart::FrontierChart;
pub use quantities::{Axis, Quantity, Unit};
