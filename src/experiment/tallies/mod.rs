//! Counts and sums over sessions that merge exactly, and the effects computed from them.

mod agreement_tally;
mod calibration_checks;
mod effects;
mod exact_numbers;
mod failure_tally;
mod measured_session;
mod measurement;
mod measurements;
mod numbers;
mod offer_tally;
mod session_figures;
mod tally;

pub use agreement_tally::AgreementTally;
pub use calibration_checks::measure_claims;
pub use effects::{Effect, Effects, Pairing};
pub(crate) use exact_numbers::{NumberSource, push_moments, take_moments};
pub use failure_tally::{ExaminedSession, Failure, FailureReason, FailureTally, Part, ReasonShare};
pub use measured_session::{MeasuredSession, SessionMeasurer};
pub use measurement::{
    Amount, MeasuredColumn, Measurement, MeasurementKind, MetricWords, Over, PairedWords,
    PartyMeasurement, SessionMeasurement,
};
pub use measurements::{AGREEMENT_RATE, PARTY_MEASUREMENTS, SESSION_MEASUREMENTS, UTILITY};
pub(crate) use measurements::{
    AGREEMENT_RATE_GIVEN_BOTH_ZONES, AGREEMENT_RATE_GIVEN_ZONE, ComparedMetric, OFFER_CHANGES,
    ROUND, SURPLUS, SURPLUS_BEFORE_LEVERAGE, ZONE_METRICS, ZONE_RATE, compared_metrics,
    party_metrics, session_metrics,
};
pub use numbers::QUANTILE_PERCENTS;
pub use offer_tally::{
    OFFER_PERCENTS, OfferCourse, OfferTally, ROUNDS_SHOWN, RoundOffers, rounds_shown,
};
pub use session_figures::{EndingWorker, FigureWorker, SessionEnding, SessionFigures};
pub use tally::{Metric, PartyTally, StrategyTally, Tally};
