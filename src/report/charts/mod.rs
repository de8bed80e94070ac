//! Charts: their data, and their drawing as SVG.

mod chart;
mod drawing;
mod frontier_chart;
mod svg;

pub use chart::{
    Axis, Bars, Chart, Course, HeatMap, Lines, Mark, Plane, Quantity, Spots, Table, Unit,
};
pub use drawing::Room;
pub use frontier_chart::FrontierChart;
