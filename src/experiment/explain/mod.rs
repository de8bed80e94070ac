//! Why sessions end as they do, and how two runs differ.

mod comparison;
mod explanation;
mod no_deal_causes;
mod session_trace;
mod solution_benchmark;

pub use comparison::{ComparedDeal, ComparedSession, Comparison, Difference, Figure, Subject};
pub use explanation::{
    Cause, Explanation, HeldOut, LastStep, Near, OptionChange, PartyAccount, Position, Tabled,
};
pub use no_deal_causes::{Causes, Explainer};
pub use session_trace::{Answer, Retracing, Standing, Step, StepKind};
pub use solution_benchmark::{Definitions, Prospect, Prospector, Solution, SolutionDistances};
