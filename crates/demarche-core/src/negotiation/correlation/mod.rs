//! Numbers that are not drawn independently: whether their correlations are possible, and their draws.

mod copula;
mod correlated_draws;
mod number_address;
mod rank_matrix;
mod strategy_choices;

pub(super) use copula::Correlated;
pub use copula::CorrelationError;
pub(super) use correlated_draws::CorrelatedDraws;
