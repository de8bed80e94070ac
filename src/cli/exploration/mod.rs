//! The page on which a scenario is explored: one file with the core in it.

mod explore_page;

pub(in crate::cli) use explore_page::ExplorePage;
