//! What theory says of drawn preferences before anyone speaks.
//!
//! Pure functions of [`Preferences`](crate::domain::Preferences); all arithmetic is exact, and
//! none of it lists the whole space.

mod bargaining_game;
mod best_deal;
mod coupling;
mod greatest_sum;
mod leeway;
mod legislative_bargaining;
mod preference_claim;
#[cfg(test)]
mod small_worlds;
mod statement;
mod zone_of_possible_agreement;

pub use bargaining_game::{BargainingGame, rubinstein_share};
pub use best_deal::best_deal;
pub use legislative_bargaining::{LegislativeBargaining, LegislativeShares};
pub use preference_claim::is_always_preferred;
pub use statement::holds;
pub use zone_of_possible_agreement::some_agreement;
