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
    /// By clause, a bit for each of the first 64 options that fulfil it.
    first_options: Vec<u64>,
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
        let bits = |options: &Vec<OptionId>| {
            let bits = options.iter().filter_map(|it| bit(*it));
            bits.fold(0, |all, it| all | it)
        };
        Self {
            first_options: sorted.iter().map(|it| bits(&it.1)).collect(),
            clauses: sorted,
        }
    }

    /// The named issues with the options that fulfil the condition there.
    pub fn clauses(&self) -> &[(IssueId, Vec<OptionId>)] {
        &self.clauses
    }

    /// Whether an option of an issue is allowed; an issue that is not named allows all.
    pub fn allows(&self, issue: IssueId, option: OptionId) -> bool {
        let mut clauses = self.clauses.iter().zip(&self.first_options);
        clauses.all(|((named, options), first)| *named != issue || has(options, *first, option))
    }

    /// Whether an outcome fulfils the condition.
    #[inline]
    pub fn holds(&self, space: &OutcomeSpace, outcome: Outcome) -> bool {
        let mut clauses = self.clauses.iter().zip(&self.first_options);
        clauses.all(|((issue, options), first)| has(options, *first, space.option(outcome, *issue)))
    }
}

/// The bit that stands for an option; `None` if it is not one of the first 64.
fn bit(option: OptionId) -> Option<u64> {
    let place = u32::try_from(option.idx()).ok()?;
    1_u64.checked_shl(place)
}

/// Whether an option is among others, of which the first 64 are given as bits too.
fn has(options: &[OptionId], first: u64, option: OptionId) -> bool {
    let place = option.idx();
    if place < 64 {
        first >> place & 1 == 1
    } else {
        options.contains(&option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_far_down_the_list_fulfil_as_the_first_do() {
        let space = OutcomeSpace::new(&[2, 200]).unwrap();
        let named = [0, 63, 64, 65, 199].map(OptionId::new).to_vec();
        let condition = Condition::new([(IssueId::new(1), named.clone())]);
        for option in space.options(IssueId::new(1)) {
            let outcome = space.outcome(&[OptionId::new(1), option]);
            assert_eq!(condition.holds(&space, outcome), named.contains(&option));
            assert_eq!(
                condition.allows(IssueId::new(1), option),
                named.contains(&option)
            );
            assert!(condition.allows(IssueId::new(0), option));
        }
    }
}
