//! Every outcome that can be agreed on, one after the other.

use crate::domain::{ConsentRule, ExactPreferences, OptionId, OutcomeSpace, PartyId, PartySet};
use crate::solution::agreements::settling::{Path, Settling};

/// Visits every acceptable outcome with its number in the order of the space, and what it sums to
/// for each party before that is held within [0, 1].
///
/// Settles issue by issue, and turns back where a party whose consent every outcome needs has no
/// hope left; so outcomes come in order, and those before a dead end are never looked at.
pub(crate) fn for_each_acceptable(
    parties: &[ExactPreferences],
    consent: &ConsentRule,
    mut visit: impl FnMut(u64, &[i128]),
) {
    let walk = Walk::new(parties, consent);
    let none = vec![OptionId::new(0); walk.space.n_issues()];
    let mut path = walk.settling.path(none);
    walk.descend(&mut path, 0, 0, &mut visit);
}

struct Walk<'a> {
    space: &'a OutcomeSpace,
    parties: &'a [ExactPreferences],
    consent: &'a ConsentRule,
    always_needed: PartySet,
    settling: Settling<'a, ExactPreferences>,
    /// By stage.
    rests: Vec<Rest>,
}

/// What is left once an issue is settled.
struct Rest {
    /// Outcomes that share all choices up to this one.
    n_outcomes: u64,
    /// The most that each party can still get.
    still_open: Vec<i128>,
}

impl<'a> Walk<'a> {
    fn new(parties: &'a [ExactPreferences], consent: &'a ConsentRule) -> Self {
        let space = parties.first().expect("a walk is between parties").space();
        let settling = Settling::new(parties);
        let (mut n_outcomes, mut still_open) = (1, vec![0; parties.len()]);
        let mut rests = Vec::new();
        for stage in settling.stages().iter().rev() {
            rests.push(Rest {
                n_outcomes,
                still_open: still_open.clone(),
            });
            n_outcomes *= space.n_options(stage.issue) as u64;
            for (slot, most) in still_open.iter_mut().zip(stage.most()) {
                *slot += most;
            }
        }
        rests.reverse();
        Self {
            space,
            parties,
            consent,
            always_needed: consent.always_needed(),
            settling,
            rests,
        }
    }

    fn descend(
        &self,
        path: &mut Path<i128>,
        depth: usize,
        number: u64,
        visit: &mut impl FnMut(u64, &[i128]),
    ) {
        let Some(rest) = self.rests.get(depth) else {
            if self.is_acceptable(path) {
                visit(number, path.settled().0);
            }
            return;
        };
        let issue = self.settling.stages()[depth].issue;
        for (option, nth) in self.space.options(issue).zip(0..) {
            let (sums, barred) = self.settling.settle(path, depth, option);
            let is_hopeful = self.always_needed.iter().all(|it| {
                let most = sums[it.idx()] + rest.still_open[it.idx()];
                !barred.contains(it) && self.parties[it.idx()].is_acceptable(most)
            });
            if is_hopeful {
                self.descend(path, depth + 1, number + nth * rest.n_outcomes, visit);
            }
        }
    }

    /// Whether the outcome that is settled is acceptable.
    fn is_acceptable(&self, path: &Path<i128>) -> bool {
        let (sums, barred) = path.settled();
        let content = sums.iter().zip(self.parties).enumerate();
        let content: PartySet = content
            .filter(|(_, (sum, it))| it.is_acceptable(**sum))
            .map(|(idx, _)| PartyId::new(idx))
            .filter(|it| !barred.contains(*it))
            .collect();
        let outcome = self.space.outcome(&path.chosen);
        self.consent.is_satisfied(self.space, outcome, content)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Preferences;
    use crate::solution::test_support as test_worlds;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_visited_outcomes_are_those_of_all_that_satisfy_the_rule(
            (parties, consent) in (test_worlds::space(), 1..=7_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::consent(&space, n_parties),
                ))
        ) {
            let parties: Vec<ExactPreferences> = parties.iter().map(Preferences::exact).collect();
            let space = parties[0].space();
            let mut expected = Vec::new();
            for (number, outcome) in (0..).zip(space.outcomes()) {
                let worth = |it: &ExactPreferences| it.sum_of_contributions(outcome);
                let sums: Vec<i128> = parties.iter().map(worth).collect();
                let content: PartySet = (0..parties.len())
                    .filter(|&it| parties[it].is_acceptable(sums[it]))
                    .filter(|&it| parties[it].allows(outcome))
                    .map(PartyId::new)
                    .collect();
                if consent.is_satisfied(space, outcome, content) {
                    expected.push((number, sums));
                }
            }
            let mut visited = Vec::new();
            for_each_acceptable(&parties, &consent, |number, sums| {
                visited.push((number, sums.to_vec()));
            });
            prop_assert_eq!(visited, expected);
        }
    }
}
