//! Negotiations between parties with private preferences.
//!
//! A [`domain::Scenario`] names the issues, the parties and what each party wants; a
//! [`protocol::Session`] is one negotiation as a state machine; a [`negotiation::Negotiator`] is a
//! party with its strategy and its random stream, ready to act; [`negotiation::PlainLoop`] runs one
//! session after the other. [`solution`] computes what bargaining theory says of the same
//! preferences.
//!
//! Users take this crate by way of `demarche`, which reads scenario files and has programs to begin
//! from: `one_session`, `own_strategy`, `games` and `theory` among its examples.
//!
//! Nothing here reads a file, a clock or the environment, starts a thread or a task, or makes a
//! random stream that has no address (see [`randomness`]).

// What is negotiated, and what theory says of it.
pub mod domain;
pub mod solution;

// One negotiation: rules, random streams, decisions, and the plain loop that runs it.
pub mod negotiation;
pub mod protocol;
pub mod randomness;
pub mod search;
pub mod strategy;
