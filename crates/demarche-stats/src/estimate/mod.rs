//! Exact moments and counts, and estimates with their uncertainty.

mod bin_counts;
mod bootstrap;
mod interval;
mod moments;
mod paired_comparison;
mod quantile;

pub use bin_counts::{BinCounts, Bins};
pub use bootstrap::Bootstrap;
pub(crate) use bootstrap::index_below;
pub use interval::{CONFIDENCE, Estimate, Interval};
pub use moments::Moments;
pub use paired_comparison::{
    DifferenceOfMeans, PairedNumbers, PairedShares, TTest, unpaired_difference,
    unpaired_share_difference,
};
pub use quantile::{QuantileType, SortedSample};
