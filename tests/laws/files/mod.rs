//! Scenario and experiment files: what loads, what is refused and how, and their limits.

mod configs;
mod diagnostics;
mod limits;
mod new_scenarios;
mod odd;
mod rules;
mod schema;
