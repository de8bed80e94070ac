//! Simulates negotiations between parties with private preferences.

// What is negotiated.
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

// Edges: files in.
pub mod config;
