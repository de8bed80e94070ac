//! What theory says before anyone speaks.
//!
//! Of drawn preferences: pure functions of [`Preferences`](crate::domain::Preferences), or of
//! [`ExactPreferences`](crate::domain::ExactPreferences) where ties count. What a claim needs is
//! exact and lists no outcomes; the frontier and its points take all acceptable outcomes, one by
//! one. And of games that have a name: pure functions of their few numbers, for the library and as
//! a reference for statistics over sessions.

mod agreements;
mod claims;
mod concept;
mod exact_figures;
#[cfg(test)]
mod exactness;
mod frontier;
mod games;
mod preference_correlation;
mod solution_point;
#[cfg(test)]
mod test_support;

pub use agreements::{
    AMENDMENT_STEPS_MAX, NearestAgreement, Obstacle, StepsUsedUp, ZONE_STEPS_MAX, Zone,
    for_each_completion, nearest_agreement, nearest_amendment, smallest_obstacle_sets,
    some_agreement, zone_of_possible_agreement,
};
pub use claims::{best_deal, holds, is_always_preferred, utility_range};
pub use concept::Concept;
pub use frontier::{
    FEASIBLE_OUTCOMES_MAX, FeasibleSet, FeasibleSetBuilder, Frontier, FrontierBuilder, distance,
    feasible_set,
};
pub use games::{
    AdjustedWinner, BargainingGame, BargainingProblem, LegislativeBargaining, LegislativeShares,
    PowerShift, UltimatumUnderThreat, adjusted_winner, rubinstein_share,
};
pub use preference_correlation::preference_correlation;
pub use solution_point::Normalization;
