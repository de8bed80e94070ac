//! Estimates with their uncertainty; knows nothing about negotiation.

mod bin_counts;
mod bootstrap;
mod elementary_effects;
mod estimate;
mod moments;
mod paired_comparison;
mod quantile;
mod rank_correlation;
mod scenario_discovery;
mod variance_indices;

pub use bin_counts::{BinCounts, Bins};
pub use bootstrap::Bootstrap;
pub use elementary_effects::{ElementaryEffects, TRAJECTORIES_MIN, elementary_effects};
pub use estimate::{CONFIDENCE, Estimate, Interval};
pub use moments::Moments;
pub use paired_comparison::{
    DifferenceOfMeans, PairedNumbers, PairedShares, TTest, unpaired_difference,
    unpaired_share_difference,
};
pub use quantile::{QuantileType, SortedSample};
pub use rank_correlation::{RankCorrelation, average_ranks, partial_rank_correlations, spearman};
pub use scenario_discovery::{PeelingRule, ScenarioBox, peeling_trajectory};
pub use variance_indices::{
    BASE_POINTS_MIN, Interaction, RadialOutputs, VarianceIndices, second_order_indices,
    total_index_shares, variance_indices,
};
