//! Theory and statistics against references: frontiers, solutions, games, designs, searches.

mod analyze;
mod bargaining;
mod designs;
pub(crate) mod plans;
mod references;
mod search;
mod solutions;
mod zones;
