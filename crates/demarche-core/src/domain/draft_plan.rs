//! A plan on paper: options for some or all issues, put to nobody yet.

use crate::domain::issue::{IssueId, OptionId};
use crate::domain::outcome::{Outcome, OutcomeSpace};

/// A draft agreement: an option for each of some issues; the others are left open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftPlan {
    /// The name by which tables call it, fit for file names.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whose plan it is, or where it was published.
    pub source: Option<String>,
    /// Anything else about it.
    pub note: Option<String>,
    /// Its terms that no option of the scenario expresses.
    pub lost: Vec<String>,
    /// By issue, the option that it names; `None` where it leaves the issue open.
    pub options: Vec<Option<OptionId>>,
}

impl DraftPlan {
    /// The issues that it leaves open.
    pub fn open_issues(&self) -> impl Iterator<Item = IssueId> {
        let issues = (0..).map(IssueId::new).zip(&self.options);
        issues.filter(|it| it.1.is_none()).map(|it| it.0)
    }

    /// The issues that it settles and an outcome settles differently.
    pub fn changed_issues(&self, space: &OutcomeSpace, outcome: Outcome) -> Vec<IssueId> {
        let terms = space.issues().zip(&self.options);
        let changed = terms.filter(|(issue, named)| {
            named.is_some_and(|named| named != space.option(outcome, *issue))
        });
        changed.map(|it| it.0).collect()
    }

    /// Whether it leaves no issue open.
    pub fn is_complete(&self) -> bool {
        self.options.iter().all(Option::is_some)
    }

    /// How many outcomes complete it: 1 if it leaves nothing open.
    ///
    /// # Panics
    ///
    /// If the space has other issues.
    pub fn n_completions(&self, space: &OutcomeSpace) -> u64 {
        assert_eq!(self.options.len(), space.n_issues(), "an entry per issue");
        self.open_issues()
            .map(|it| space.n_options(it) as u64)
            .product()
    }

    /// The outcome that completes it, by its number in the order of outcomes.
    ///
    /// # Panics
    ///
    /// If there is no such completion, or the space has other issues.
    pub fn completion(&self, space: &OutcomeSpace, number: u64) -> Outcome {
        assert!(number < self.n_completions(space), "one of the completions");
        let mut rest = number;
        let mut options: Vec<OptionId> = Vec::with_capacity(self.options.len());
        for (issue, option) in space.issues().zip(&self.options).rev() {
            options.push(option.unwrap_or_else(|| {
                let n_options = space.n_options(issue) as u64;
                let idx = rest % n_options;
                rest /= n_options;
                OptionId::new(usize::try_from(idx).expect("below the number of options"))
            }));
        }
        options.reverse();
        space.outcome(&options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_are_the_outcomes_that_the_plan_allows_in_their_order() {
        let space = OutcomeSpace::new(&[2, 3, 2]).unwrap();
        let plan = |options: [Option<usize>; 3]| DraftPlan {
            name: "plan".to_owned(),
            label: "Plan".to_owned(),
            source: None,
            note: None,
            lost: Vec::new(),
            options: options.map(|it| it.map(OptionId::new)).to_vec(),
        };
        for options in [
            [None, None, None],
            [None, Some(1), None],
            [Some(1), None, Some(0)],
            [Some(0), Some(2), Some(1)],
        ] {
            let plan = plan(options);
            let allows = |outcome: &Outcome| {
                space
                    .issues()
                    .zip(&plan.options)
                    .all(|(issue, it)| it.is_none_or(|it| space.option(*outcome, issue) == it))
            };
            let expected: Vec<Outcome> = space.outcomes().filter(allows).collect();
            let completions: Vec<Outcome> = (0..plan.n_completions(&space))
                .map(|it| plan.completion(&space, it))
                .collect();
            assert_eq!(completions, expected);
            assert_eq!(plan.is_complete(), expected.len() == 1);
        }
    }
}
