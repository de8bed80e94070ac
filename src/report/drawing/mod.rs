//! Charts: their data, and their drawing as SVG.

mod chart;
mod drawing;
mod frontier_chart;
mod svg;

pub use chart::{
    Axis, Bars, Chart, HeatMap, Interpolation, Lines, Mark, PageTable, Quantity, Scatter, Series,
    Unit,
};
pub use drawing::Size;
pub use frontier_chart::FrontierChart;
