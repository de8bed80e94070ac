//! Counts and sums over sessions that merge exactly, and the effects computed from them.

mod agreement_tally;
mod calibration_checks;
mod effects;
mod failure_tally;
mod measured_session;
mod measurements;
mod numbers;
mod tally;

pub use agreement_tally::AgreementTally;
pub use calibration_checks::measure_claims;
pub use effects::{Effect, Effects, FigureWorker, Pairing, SessionFigures};
pub use failure_tally::{ExaminedSession, Failure, FailureReason, FailureTally, Part, ReasonShare};
pub use measured_session::{MeasuredSession, SessionMeasurer};
pub use measurements::{
    AGREEMENT_RATE, Amount, MeasuredColumn, Measurement, MeasurementKind, MetricWords,
    PARTY_MEASUREMENTS, PartyMeasurement, SESSION_MEASUREMENTS, SessionMeasurement, UTILITY,
};
pub(crate) use measurements::{
    OFFER_CHANGES, ROUND, SURPLUS, SURPLUS_BEFORE_LEVERAGE, ZONE_METRICS, party_metrics,
    session_metrics,
};
pub use numbers::QUANTILE_PERCENTS;
pub use tally::{Metric, PartyTally, StrategyTally, Tally};
