//! Who would accept each way to complete a plan that leaves issues open.

use crate::domain::{OptionId, OutcomeSpace, PartyId, PartySet, Preferences, Utility};
use crate::solution::agreements::settling::{Path, Settling};

/// Visits every outcome with the options that a plan names, with its number among them and the parties
/// that would accept it: those to whom it is worth their reservation value at least, and that have
/// no real red line that it crosses.
///
/// `plan` has an entry per issue, `None` where it is open. Outcomes come in order, and their numbers
/// are those of [`DraftPlan::completion`](crate::domain::DraftPlan::completion).
///
/// # Panics
///
/// If there is no party, or not one entry per issue.
pub fn for_each_completion(
    parties: &[Preferences],
    plan: &[Option<OptionId>],
    mut visit: impl FnMut(usize, PartySet),
) {
    let space = parties.first().expect("somebody negotiates").space();
    assert_eq!(plan.len(), space.n_issues(), "an entry per issue");
    let mut walk = Walk {
        space,
        least: parties.iter().map(least_sum).collect(),
        plan,
        settling: Settling::new(parties),
        n_visited: 0,
        visit: &mut visit,
    };
    let mut path = walk.settling.path(vec![OptionId::new(0); plan.len()]);
    walk.descend(&mut path, 0);
}

struct Walk<'a, V> {
    space: &'a OutcomeSpace,
    /// By party, the least sum that is worth its reservation value.
    least: Vec<i64>,
    plan: &'a [Option<OptionId>],
    settling: Settling<'a, Preferences>,
    n_visited: usize,
    visit: &'a mut V,
}

impl<V: FnMut(usize, PartySet)> Walk<'_, V> {
    fn descend(&mut self, path: &mut Path<i64>, depth: usize) {
        let Some(stage) = self.settling.stages().get(depth) else {
            let (sums, barred) = path.settled();
            let mut content = PartySet::EMPTY;
            for (idx, (sum, least)) in sums.iter().zip(&self.least).enumerate() {
                let party = PartyId::new(idx);
                if sum >= least && !barred.contains(party) {
                    content = content.with(party);
                }
            }
            (self.visit)(self.n_visited, content);
            self.n_visited += 1;
            return;
        };
        let named = self.plan[depth];
        for option in self.space.options(stage.issue) {
            if named.is_none_or(|it| it == option) {
                self.settling.settle(path, depth, option);
                self.descend(path, depth + 1);
            }
        }
    }
}

/// The least sum of contributions that is worth the reservation value, once it is held within [0, 1].
fn least_sum(preferences: &Preferences) -> i64 {
    match preferences.reservation_value() {
        Utility::ZERO => i64::MIN,
        it => it.units(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solution::test_support as test_worlds;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_visited_completions_are_the_outcomes_that_the_plan_allows(
            (parties, from, is_open) in (test_worlds::space(), 1..=5_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::outcome(&space),
                    prop::collection::vec(any::<bool>(), space.n_issues()),
                ))
        ) {
            let space = parties[0].space();
            let plan: Vec<Option<OptionId>> = space
                .issues()
                .zip(is_open)
                .map(|(it, is_open)| (!is_open).then(|| space.option(from, it)))
                .collect();
            let completions = space.outcomes().filter(|outcome| {
                let mut terms = space.issues().zip(&plan);
                terms.all(|(issue, it)| it.is_none_or(|it| space.option(*outcome, issue) == it))
            });
            let accepting = |outcome| -> PartySet {
                let ids = (0..parties.len()).map(PartyId::new);
                ids.filter(|it| parties[it.idx()].is_acceptable(outcome)).collect()
            };
            let expected: Vec<(usize, PartySet)> = completions.map(accepting).enumerate().collect();
            let mut visited = Vec::new();
            for_each_completion(&parties, &plan, |number, content| visited.push((number, content)));
            prop_assert_eq!(visited, expected);
        }
    }
}
