//! Many sessions: a plan of all work, workers that carry it out, and their statistics.

mod batch;
mod examination;
mod explain;
mod forfeit;
mod pieces;
mod plan;
mod plan_evaluation;
mod random_numbers;
mod shard;
mod stopping_rule;
mod studies;
mod tallies;

pub use batch::{BatchError, Chunk, Interrupt, SESSIONS_IN_FLIGHT, Worker, run};
pub use examination::{CandidateRecord, Examination, ExaminationError, Examined, ExaminedRecord};
pub use explain::{
    Answer, Cause, Causes, ComparedDeal, ComparedFigure, ComparedSession, Definitions, Difference,
    Explainer, Explanation, LastStep, NearestAlternative, OptionChange, PartyAccount,
    PartyStanding, Position, Proposal, RefusedAcceptable, RunComparison, SessionExaminer,
    SessionTrace, Solution, SolutionAnalyzer, SolutionBenchmark, SolutionDistances, StepKind,
    Subject, TooManyOutcomes, TraceStep, check_outcomes,
};
pub use forfeit::Forfeit;
pub(crate) use pieces::Pieces;
pub use plan::{Cell, CellId, Plan, SESSIONS_MAX, SessionPlan, TooManySessions};
pub use plan_evaluation::{
    Amendment, COMPLETIONS_IN_ALL_MAX, COMPLETIONS_MAX, ChangeTally, CompletionKind,
    CompletionTally, EvaluatedPlans, PLAN_DRAWS_MAX, PlanEvaluationError, PlanEvaluator,
    PlanPartyTally, PlanTally, StepwiseEvaluation,
};
pub use random_numbers::RandomNumbers;
pub use shard::{Cut, Shard, ShardError};
pub use stopping_rule::{StoppingRule, Waves};
pub(crate) use studies::PAIR_SIGN;
pub use studies::{
    AS_IT_STANDS, AgreementBox, CombinationError, DesignBlock, DesignRow, FORM_SESSIONS_DEFAULT,
    Factor, FactorKind, Finding, Flip, FlipSearch, Flips, Form, FormDimension, FormFactor,
    FormLevel, FormResult, LeastShift, RadialInputs, Robustness, SensitivityMeasure, ShiftTrials,
    Study, StudyError, StudyInput, Trial, agreement_boxes, built_in_forms, design_findings,
    findings, form_levels, form_names, points_for_claim, points_for_interval,
};
pub use tallies::{
    AGREEMENT_RATE, AgreementTally, Amount, Effect, Effects, EndingWorker, ExaminedSession,
    Failure, FailureReason, FailureTally, FigureWorker, MeasuredColumn, MeasuredSession,
    Measurement, MeasurementKind, Metric, MetricWords, OFFER_PERCENTS, OfferCourse, OfferTally,
    Over, PARTY_MEASUREMENTS, PairedWords, Pairing, Part, PartyMeasurement, PartyTally,
    QUANTILE_PERCENTS, ROUNDS_SHOWN, ReasonShare, RoundOffers, SESSION_MEASUREMENTS, SessionEnding,
    SessionFigures, SessionMeasurement, SessionMeasurer, StrategyTally, Tally, UTILITY,
    measure_claims, rounds_shown,
};
pub(crate) use tallies::{
    AGREEMENT_RATE_GIVEN_ZONE, ComparedMetric, NumberSource, OFFER_CHANGES, ROUND, SURPLUS,
    SURPLUS_BEFORE_LEVERAGE, ZONE_METRICS, ZONE_RATE, compared_metrics, party_metrics,
    session_metrics,
};
