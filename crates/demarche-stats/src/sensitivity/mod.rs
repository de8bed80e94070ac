//! What an output depends on: Sobol' indices, elementary effects, rank correlations, boxes.

mod elementary_effects;
mod rank_correlation;
mod scenario_discovery;
mod variance_indices;

pub use elementary_effects::{ElementaryEffects, TRAJECTORIES_MIN, elementary_effects};
pub use rank_correlation::{RankCorrelation, average_ranks, partial_rank_correlations, spearman};
pub use scenario_discovery::{PeelingRule, ScenarioBox, peeling_trajectory};
pub use variance_indices::{
    BASE_POINTS_MIN, RadialOutputs, SecondOrderIndex, VarianceIndices, second_order_indices,
    total_index_shares, total_interaction_indices, variance_indices,
};
