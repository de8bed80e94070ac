//! Simulates negotiations between parties with private preferences.

// What is negotiated, and what theory says of it.
pub mod domain;
pub mod solution;

// One negotiation: rules, luck, decisions, and the plain loop that runs it.
pub mod negotiation;
pub mod protocol;
pub mod search;
pub mod seeds;
pub mod strategy;

// The same negotiation as tokio actors.
pub mod actors;

// Many negotiations, and what they come to.
pub mod experiment;
pub mod statistics;

// Edges: files in, files out, people.
pub mod cli;
pub mod config;
pub mod output;
