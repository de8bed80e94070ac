//! The kinds of charts and their SVG; what a page shows in a chart is put together in its section.

mod chart_kinds;
mod frontier_chart;
mod label_lines;
mod plots;
mod svg;

pub use chart_kinds::{
    Axis, Bars, Chart, HeatMap, Interpolation, Lines, Mark, PageTable, Quantity, Scatter, Series,
    Unit,
};
pub use frontier_chart::FrontierChart;
pub use plots::Size;
