//! Sessions: both drivers, strategies, stable values, explanations and replays.

mod alternative_numbers;
mod correlations;
mod drivers;
mod explain;
mod incremental;
mod offer_changes;
mod offer_utilities;
mod outside;
mod played_in_full;
mod red_lines;
mod replay;
mod strategies;
mod value_stability;
pub(crate) mod violations;
