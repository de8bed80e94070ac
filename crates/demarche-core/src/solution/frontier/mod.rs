//! The feasible set and its Pareto frontier.

mod dominance_tree;
mod feasible_set;
mod pareto_frontier;

pub use feasible_set::{FEASIBLE_OUTCOMES_MAX, FeasibleSet, FeasibleSetBuilder, feasible_set};
pub use pareto_frontier::{Frontier, FrontierBuilder, distance};
