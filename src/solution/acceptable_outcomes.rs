//! Every outcome that can be agreed on, one after the other.

use crate::domain::{
    Condition, ConsentRule, IssueId, OptionId, OutcomeSpace, PartyId, PartySet, Preferences,
    Utility,
};

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
    let mut path = Path {
        chosen: vec![OptionId::new(0); walk.space.n_issues()],
        sums: vec![walk.beginning.clone(); walk.stages.len() + 1],
        utilities: vec![Utility::ZERO; parties.len()],
    };
    walk.descend(&mut path, 0, 0, &mut visit);
}

struct Walk<'a> {
    space: &'a OutcomeSpace,
    parties: &'a [Preferences],
    consent: &'a ConsentRule,
    always_needed: PartySet,
    /// What the parties have before anything is settled.
    beginning: Vec<i64>,
    /// An issue each, in the order of the space.
    stages: Vec<Stage<'a>>,
}

struct Stage<'a> {
    issue: IssueId,
    /// Outcomes that share all choices up to this one.
    n_outcomes: u64,
    /// Interactions that are decided once this issue is settled.
    decided: Vec<(usize, &'a Condition, i64)>,
    /// The most that each party can still get once this issue is settled.
    still_open: Vec<i64>,
}

/// What is settled so far.
struct Path {
    chosen: Vec<OptionId>,
    /// What the parties have after so many stages.
    sums: Vec<Vec<i64>>,
    utilities: Vec<Utility>,
}

impl<'a> Walk<'a> {
    fn new(parties: &'a [Preferences], consent: &'a ConsentRule) -> Self {
        let space = parties.first().expect("a walk is between parties").space();
        let mut beginning = vec![0; parties.len()];
        let mut stages: Vec<Stage<'a>> = space
            .issues()
            .map(|issue| Stage {
                issue,
                n_outcomes: 0,
                decided: Vec::new(),
                still_open: Vec::new(),
            })
            .collect();
        for (party, preferences) in parties.iter().enumerate() {
            for (when, adds) in preferences.interactions() {
                match when.clauses().last() {
                    Some((issue, _)) => stages[issue.idx()].decided.push((party, when, *adds)),
                    None => beginning[party] += adds,
                }
            }
        }
        let (mut n_outcomes, mut still_open) = (1, vec![0; parties.len()]);
        for stage in stages.iter_mut().rev() {
            stage.n_outcomes = n_outcomes;
            stage.still_open.clone_from(&still_open);
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
        Self {
            space,
            parties,
            consent,
            always_needed: consent.always_needed(),
            beginning,
            stages,
        }
    }

    fn descend(
        &self,
        path: &mut Path,
        depth: usize,
        number: u64,
        visit: &mut impl FnMut(u64, &[Utility]),
    ) {
        let Some(stage) = self.stages.get(depth) else {
            self.arrive(path, number, visit);
            return;
        };
        for (option, nth) in self.space.options(stage.issue).zip(0..) {
            path.chosen[depth] = option;
            let (before, after) = path.sums.split_at_mut(depth + 1);
            for ((sum, so_far), it) in after[0].iter_mut().zip(&before[depth]).zip(self.parties) {
                *sum = so_far + it.contribution(stage.issue, option);
            }
            for (party, when, adds) in &stage.decided {
                let mut clauses = when.clauses().iter();
                if clauses.all(|(issue, options)| options.contains(&path.chosen[issue.idx()])) {
                    after[0][*party] += adds;
                }
            }
            let is_hopeful = self.always_needed.iter().all(|party| {
                let idx = party.idx();
                let most = Utility::clamped(after[0][idx] + stage.still_open[idx]);
                most >= self.parties[idx].reservation_value()
            });
            if is_hopeful {
                self.descend(path, depth + 1, number + nth * stage.n_outcomes, visit);
            }
        }
    }

    /// Visits the outcome that is settled, if it is acceptable.
    fn arrive(&self, path: &mut Path, number: u64, visit: &mut impl FnMut(u64, &[Utility])) {
        let mut content = PartySet::EMPTY;
        let sums = &path.sums[self.stages.len()];
        for (idx, (slot, sum)) in path.utilities.iter_mut().zip(sums).enumerate() {
            *slot = Utility::clamped(*sum);
            if *slot >= self.parties[idx].reservation_value() {
                content = content.with(PartyId::new(idx));
            }
        }
        let outcome = self.space.outcome(&path.chosen);
        if self.consent.is_satisfied(self.space, outcome, content) {
            visit(number, &path.utilities);
        }
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
