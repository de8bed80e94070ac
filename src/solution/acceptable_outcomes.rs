//! Every outcome that can be agreed on, one after the other.

use crate::domain::{ConsentRule, OptionId, OutcomeSpace, PartyId, PartySet, Preferences, Utility};
use crate::solution::settling::{Path, Settling};

/// Visits every acceptable outcome with its number in the order of the space, and its worth.
///
/// It settles issue by issue, keeps what the parties have so far, and passes over all outcomes that
/// begin with choices after which a party that is always needed cannot be content any more.
pub(super) fn for_each_acceptable(
    parties: &[Preferences],
    consent: &ConsentRule,
    mut visit: impl FnMut(u64, &[Utility]),
) {
    let walk = Walk::new(parties, consent);
    let none = vec![OptionId::new(0); walk.space.n_issues()];
    let mut path = walk.settling.path(none);
    let mut utilities = vec![Utility::ZERO; parties.len()];
    walk.descend(&mut path, 0, 0, &mut |number, sums| {
        for (slot, sum) in utilities.iter_mut().zip(sums) {
            *slot = Utility::clamped(*sum);
        }
        visit(number, &utilities);
    });
}

struct Walk<'a> {
    space: &'a OutcomeSpace,
    parties: &'a [Preferences],
    consent: &'a ConsentRule,
    always_needed: PartySet,
    settling: Settling<'a>,
    /// By stage.
    rests: Vec<Rest>,
}

/// What is left once an issue is settled.
struct Rest {
    /// Outcomes that share all choices up to this one.
    n_outcomes: u64,
    /// The most that each party can still get.
    still_open: Vec<i64>,
}

impl<'a> Walk<'a> {
    fn new(parties: &'a [Preferences], consent: &'a ConsentRule) -> Self {
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
            for (slot, it) in still_open.iter_mut().zip(parties) {
                let options = space.options(stage.issue);
                let contributions = options.map(|option| it.contribution(stage.issue, option));
                *slot += contributions.max().expect("an issue has options");
            }
            for (party, _, adds) in &stage.decided {
                still_open[*party] += adds.max(&0);
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
        path: &mut Path,
        depth: usize,
        number: u64,
        visit: &mut impl FnMut(u64, &[i64]),
    ) {
        let Some(rest) = self.rests.get(depth) else {
            if self.is_acceptable(path) {
                visit(number, path.settled());
            }
            return;
        };
        let issue = self.settling.stages()[depth].issue;
        for (option, nth) in self.space.options(issue).zip(0..) {
            let sums = self.settling.settle(path, depth, option);
            let is_hopeful = self.always_needed.iter().map(PartyId::idx).all(|idx| {
                let most = Utility::clamped(sums[idx] + rest.still_open[idx]);
                most >= self.parties[idx].reservation_value()
            });
            if is_hopeful {
                self.descend(path, depth + 1, number + nth * rest.n_outcomes, visit);
            }
        }
    }

    /// Whether the outcome that is settled is acceptable.
    fn is_acceptable(&self, path: &Path) -> bool {
        let content = path.settled().iter().zip(self.parties).enumerate();
        let content: PartySet = content
            .filter(|(_, (sum, it))| Utility::clamped(**sum) >= it.reservation_value())
            .map(|(idx, _)| PartyId::new(idx))
            .collect();
        let outcome = self.space.outcome(&path.chosen);
        self.consent.is_satisfied(self.space, outcome, content)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solution::small_worlds;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_visited_outcomes_are_those_of_all_that_satisfy_the_rule(
            (parties, consent) in (small_worlds::space(), 1..=7_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(small_worlds::preferences(&space), n_parties),
                    small_worlds::consent(&space, n_parties),
                ))
        ) {
            let space = parties[0].space();
            let mut expected = Vec::new();
            for (number, outcome) in (0..).zip(space.outcomes()) {
                let content: PartySet = (0..parties.len())
                    .filter(|&it| parties[it].is_individually_rational(outcome))
                    .map(PartyId::new)
                    .collect();
                if consent.is_satisfied(space, outcome, content) {
                    let worth = |it: &Preferences| it.utility(outcome);
                    expected.push((number, parties.iter().map(worth).collect::<Vec<_>>()));
                }
            }
            let mut visited = Vec::new();
            for_each_acceptable(&parties, &consent, |number, utilities| {
                visited.push((number, utilities.to_vec()));
            });
            prop_assert_eq!(visited, expected);
        }
    }
}
