//! Many sessions: a plan of all work, workers that carry it out, and what the results come to.

mod agreement_tally;
mod batch;
mod causes;
mod claims;
mod comparison;
mod effects;
mod explanation;
mod flip;
mod forfeit;
mod numbers;
mod plan;
mod prospect;
mod retracing;
mod sensitivity;
mod shard;
mod stopping_rule;
mod study;
mod tally;

pub use agreement_tally::AgreementTally;
pub use batch::{BatchError, Chunk, Interrupt, SESSIONS_IN_FLIGHT, Worker, run};
pub use causes::{Causes, Explainer};
pub use claims::measure_claims;
pub use comparison::{ComparedDeal, ComparedSession, Comparison, Difference, Figure, Subject};
pub use effects::{Effect, Effects, FigureWorker, Figures, Pairing};
pub use explanation::{
    Cause, Explanation, HeldOut, LastStep, Near, OptionChange, PartyAccount, Position, Tabled,
};
pub use flip::{Flip, FlipSearch, Flips, LeastShift, ShiftTrials, Trial};
pub use forfeit::Forfeit;
pub use numbers::QUANTILE_PERCENTS;
pub use plan::{Cell, CellId, Plan, SESSIONS_MAX, TooManySessions};
pub use prospect::{Definitions, Prospect, Prospector, Solution, SolutionDistances};
pub use retracing::{Answer, Retracing, Standing, Step, StepKind};
pub use sensitivity::{
    AgreementBox, Finding, Measure, agreement_boxes, design_findings, findings, points_for_claim,
    points_for_interval,
};
pub use shard::{Shard, ShardError};
pub use stopping_rule::StoppingRule;
pub use study::{Block, DesignRow, Factor, FactorKind, Study, StudyError};
pub use tally::{Metric, PARTY_METRICS, PartyTally, SESSION_METRICS, Tally};
