//! Why sessions end as they do, and how two runs differ.

mod comparison;
mod explanation;
mod no_deal_causes;
mod offer_courses;
mod session_examiner;
mod session_trace;
mod solution_benchmark;

pub use comparison::{
    ComparedDeal, ComparedFigure, ComparedSession, Difference, RunComparison, Subject,
};
pub use explanation::{
    Cause, Explanation, LastStep, NearestAlternative, OptionChange, PartyAccount, Position,
    Proposal, RefusedAcceptable,
};
pub use no_deal_causes::{Causes, Explainer};
pub use session_examiner::SessionExaminer;
pub use session_trace::{Answer, PartyStanding, SessionTrace, StepKind, TraceStep};
pub use solution_benchmark::{
    Definitions, Solution, SolutionAnalyzer, SolutionBenchmark, SolutionDistances, TooManyOutcomes,
    check_outcomes,
};
