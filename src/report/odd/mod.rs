//! A scenario as an ODD document, in Markdown: the description of a model that journals ask for.
//!
//! Grimm, Railsback, Vincenot et al., *The ODD Protocol for Describing Agent-Based and Other Simulation
//! Models: A Second Update to Improve Clarity, Replication, and Structural Realism*, Journal of Artificial
//! Societies and Social Simulation 23(2) 7 (2020).

mod changes;
mod concepts;
mod document;
mod entities;
mod initial_values;
mod markdown;
mod method_text;
mod submodels;

pub use changes::odd_changes;
pub use document::odd_document;
