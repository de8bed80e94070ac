//! Many sessions: a plan of all work, workers that carry it out, and what the results come to.

mod agreement_tally;
mod batch;
mod claims;
mod effects;
mod numbers;
mod plan;
mod stopping_rule;
mod tally;

pub use agreement_tally::AgreementTally;
pub use batch::{BatchError, Chunk, Interrupt, SESSIONS_IN_FLIGHT, Worker, run};
pub use claims::measure_claims;
pub use effects::{Effect, Effects, Figures, Pairing};
pub use numbers::QUANTILE_PERCENTS;
pub use plan::{Cell, CellId, Plan};
pub use stopping_rule::StoppingRule;
pub use tally::{Metric, PARTY_METRICS, PartyTally, SESSION_METRICS, Tally};
