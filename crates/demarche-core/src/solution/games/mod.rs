//! Games and procedures with a known solution.

mod adjusted_winner;
mod bargaining_game;
mod bargaining_problem;
mod crisis_bargaining;
mod legislative_bargaining;

pub use adjusted_winner::{AdjustedWinner, adjusted_winner};
pub use bargaining_game::{BargainingGame, rubinstein_share};
pub use bargaining_problem::BargainingProblem;
pub use crisis_bargaining::{PowerShift, UltimatumUnderThreat};
pub use legislative_bargaining::{LegislativeBargaining, LegislativeShares};
