//! Whether a claim about preferences holds, without listing outcomes.

mod best_deal;
mod greatest_sum;
mod preference_claim;
mod statement;

pub use best_deal::{best_deal, utility_range};
pub use preference_claim::is_always_preferred;
pub use statement::holds;
