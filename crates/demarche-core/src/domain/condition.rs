//! What an outcome must look like for a rule to apply to it.

use crate::domain::issue::{IssueId, OptionId};
use crate::domain::outcome::{Outcome, OutcomeSpace};

/// For some issues, the options that fulfil it; all named issues together.
///
/// The empty condition holds for every outcome.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Condition {
    /// Invariant: sorted by issue; the options of each clause sorted.
    clauses: Vec<(IssueId, Vec<OptionId>)>,
}

impl Condition {
    /// The condition that all of these hold; clauses of the same issue are met together.
    pub fn new(clauses: impl IntoIterator<Item = (IssueId, Vec<OptionId>)>) -> Self {
        let mut sorted: Vec<(IssueId, Vec<OptionId>)> = clauses.into_iter().collect();
        for (_, options) in &mut sorted {
            options.sort_unstable();
            options.dedup();
        }
        sorted.sort();
        Self { clauses: sorted }
    }

    /// The named issues with the options that fulfil the condition there.
    pub fn clauses(&self) -> &[(IssueId, Vec<OptionId>)] {
        &self.clauses
    }

    /// Whether an option of an issue is allowed; an issue that is not named allows all.
    pub fn allows(&self, issue: IssueId, option: OptionId) -> bool {
        self.clauses
            .iter()
            .all(|(named, options)| *named != issue || options.contains(&option))
    }

    /// Whether an outcome fulfils the condition.
    pub fn holds(&self, space: &OutcomeSpace, outcome: Outcome) -> bool {
        self.clauses
            .iter()
            .all(|(issue, options)| options.contains(&space.option(outcome, *issue)))
    }
}
