//! Counts and sums over sessions that merge exactly, and the effects computed from them.

mod agreement_tally;
mod calibration_checks;
mod effects;
mod numbers;
mod tally;

pub use agreement_tally::AgreementTally;
pub use calibration_checks::measure_claims;
pub use effects::{Effect, Effects, FigureWorker, Pairing, SessionFigures};
pub use numbers::QUANTILE_PERCENTS;
pub use tally::{Metric, PARTY_METRICS, PartyTally, SESSION_METRICS, Tally};
