//! What theory says before anyone speaks.
//!
//! Of drawn preferences: pure functions of [`Preferences`](crate::domain::Preferences), with exact
//! arithmetic, none of which lists the whole space.
//! And of games that have a name: pure functions of their few numbers, for the library and as a
//! yardstick for what sessions come to.

mod adjusted_winner;
mod bargaining_game;
mod best_deal;
mod coupling;
mod crisis_bargaining;
mod greatest_sum;
mod leeway;
mod legislative_bargaining;
mod preference_claim;
#[cfg(test)]
mod small_worlds;
mod statement;
mod zone_of_possible_agreement;

pub use adjusted_winner::{AdjustedWinner, adjusted_winner};
pub use bargaining_game::{BargainingGame, rubinstein_share};
pub use best_deal::best_deal;
pub use crisis_bargaining::{PowerShift, UltimatumUnderThreat};
pub use legislative_bargaining::{LegislativeBargaining, LegislativeShares};
pub use preference_claim::is_always_preferred;
pub use statement::holds;
pub use zone_of_possible_agreement::some_agreement;
