//! What theory says before anyone speaks.
//!
//! Of drawn preferences: pure functions of [`Preferences`](crate::domain::Preferences), or of
//! [`ExactPreferences`](crate::domain::ExactPreferences) where ties count.
//! What a claim needs is exact and lists no outcomes; the frontier and its points take all
//! acceptable outcomes, one by one.
//! And of games that have a name: pure functions of their few numbers, for the library and as a
//! yardstick for what sessions come to.

mod acceptable_outcomes;
mod adjusted_winner;
mod bargaining_game;
mod bargaining_problem;
mod best_deal;
mod concord;
mod coupling;
mod crisis_bargaining;
mod dominance_tree;
mod exact_figures;
#[cfg(test)]
mod exactness;
mod frontier;
mod greatest_sum;
mod landscape;
mod leeway;
mod legislative_bargaining;
mod nearest_agreement;
mod preference_claim;
mod settling;
#[cfg(test)]
mod small_worlds;
mod solution_point;
mod statement;
mod zone_of_possible_agreement;

pub use adjusted_winner::{AdjustedWinner, adjusted_winner};
pub use bargaining_game::{BargainingGame, rubinstein_share};
pub use bargaining_problem::BargainingProblem;
pub use best_deal::{best_deal, utility_range};
pub use concord::concord;
pub use crisis_bargaining::{PowerShift, UltimatumUnderThreat};
pub use frontier::{Frontier, FrontierBuilder, distance};
pub use landscape::{LANDSCAPE_OUTCOMES_MAX, Landscape, LandscapeBuilder, landscape};
pub use legislative_bargaining::{LegislativeBargaining, LegislativeShares};
pub use nearest_agreement::{NearestAgreement, nearest_agreement};
pub use preference_claim::is_always_preferred;
pub use solution_point::{Concept, Yardstick};
pub use statement::holds;
pub use zone_of_possible_agreement::some_agreement;
