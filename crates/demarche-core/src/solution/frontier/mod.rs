//! The feasible set and its Pareto frontier.

mod dominance_tree;
mod feasible_set;
mod pareto_frontier;

pub use feasible_set::{LANDSCAPE_OUTCOMES_MAX, Landscape, LandscapeBuilder, landscape};
pub use pareto_frontier::{Frontier, FrontierBuilder, distance};
