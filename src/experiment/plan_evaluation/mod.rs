//! Plans on paper weighed over draws of all preferences: who would sign, and what would have to change.

mod completion_tally;
mod draw_workers;
mod evaluator;
mod extreme_completions;
mod plan_tally;
mod stepwise;
mod weighing_pieces;

pub use completion_tally::{ChangeTally, CompletionTally, PlanPartyTally};
pub use evaluator::{
    COMPLETIONS_IN_ALL_MAX, COMPLETIONS_MAX, EvaluatedPlans, PLAN_DRAWS_MAX, PlanEvaluationError,
    PlanEvaluator,
};
pub use extreme_completions::CompletionKind;
pub use plan_tally::{Amendment, PlanTally};
pub use stepwise::StepwiseEvaluation;
