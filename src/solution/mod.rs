//! What theory says of drawn preferences before anyone speaks.
//!
//! Pure functions of [`Preferences`](crate::domain::Preferences).
//! What a claim needs is exact and lists no outcomes; the frontier and its points take all
//! acceptable outcomes, one by one.

mod acceptable_outcomes;
mod bargaining_problem;
mod best_deal;
mod concord;
mod coupling;
mod dominance_tree;
mod frontier;
mod greatest_sum;
mod landscape;
mod leeway;
mod preference_claim;
#[cfg(test)]
mod small_worlds;
mod solution_point;
mod statement;
mod zone_of_possible_agreement;

pub use bargaining_problem::BargainingProblem;
pub use best_deal::best_deal;
pub use concord::concord;
pub use frontier::{Frontier, FrontierBuilder, distance};
pub use landscape::{LANDSCAPE_OUTCOMES_MAX, Landscape, LandscapeBuilder, landscape};
pub use preference_claim::is_always_preferred;
pub use solution_point::{Concept, Yardstick};
pub use statement::holds;
pub use zone_of_possible_agreement::some_agreement;
