//! The outcome nearest to one on the table that can be agreed on.

use crate::domain::{
    ConsentRule, OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences, Utility,
};
use crate::solution::agreements::settling::{Path, Settling, Stage};

/// An outcome that can be agreed on, near to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NearestAgreement {
    /// The outcome.
    pub outcome: Outcome,
    /// How many issues it settles differently.
    pub n_changes: usize,
    /// What it is worth, over what they ask at least, to the one of those whose consent it needs
    /// who gets least over that; in units, and the greatest possible if it needs nobody's.
    pub least_surplus_units: i64,
}

impl NearestAgreement {
    /// Whether it is nearer than another, or as near and better for whoever has least of it.
    pub fn is_better_than(&self, other: &Self) -> bool {
        (self.n_changes, -self.least_surplus_units) < (other.n_changes, -other.least_surplus_units)
    }
}

/// The outcome that can be agreed on and settles the fewest issues differently from another.
///
/// ```text
/// minimise |{ i : o_i ≠ from_i }|   over o with consent( o, { p : u_p(o) ≥ asks_p } )
/// ```
///
/// Nobody consents to what is across a red line of its own that is real.
///
/// Of several as near, the one with the greatest least surplus `u_p − asks_p` among those whose
/// consent it needs; then the first in the order of outcomes. `None` if nothing can be agreed on.
/// `asks` is what each party takes at least: its reservation value, if nothing else is meant.
/// Utilities are those of sessions, which [`threshold`](crate::domain::threshold) makes up for: what
/// reaches a reservation value on paper reaches it here too.
///
/// The search settles issue by issue with one change more each time that it finds nothing, and
/// turns back where a party that is always needed cannot be content any more.
///
/// # Panics
///
/// If there is no party, or not one number per party.
pub fn nearest_agreement(
    parties: &[Preferences],
    asks: &[Utility],
    consent: &ConsentRule,
    from: Outcome,
) -> Option<NearestAgreement> {
    assert_eq!(parties.len(), asks.len(), "a number per party");
    let search = Search::new(parties, asks, consent, from);
    (0..=search.from.len()).find_map(|n_changes| {
        let mut found = None;
        let mut path = search.settling.path(search.from.clone());
        search.descend(&mut path, 0, n_changes, &mut |path| {
            if let Some(it) = search.arrive(path, n_changes)
                && found.as_ref().is_none_or(|best| it.is_better_than(best))
            {
                found = Some(it);
            }
        });
        found
    })
}

struct Search<'a> {
    space: &'a OutcomeSpace,
    parties: &'a [Preferences],
    asks: &'a [Utility],
    consent: &'a ConsentRule,
    always_needed: PartySet,
    from: Vec<OptionId>,
    settling: Settling<'a, Preferences>,
    /// By stage, by changes that may still be made, by party: the most that may still come.
    hopes: Vec<Vec<Vec<i64>>>,
}

impl<'a> Search<'a> {
    fn new(
        parties: &'a [Preferences],
        asks: &'a [Utility],
        consent: &'a ConsentRule,
        from: Outcome,
    ) -> Self {
        let space = parties.first().expect("somebody negotiates").space();
        let settling = Settling::new(parties);
        let from: Vec<OptionId> = space.issues().map(|it| space.option(from, it)).collect();
        let stages = settling.stages();
        let hopes = (0..=stages.len())
            .map(|depth| hopes(parties, &stages[depth..], &from))
            .collect();
        Self {
            space,
            parties,
            asks,
            consent,
            always_needed: consent.always_needed(),
            from,
            hopes,
            settling,
        }
    }

    /// Visits what settles just so many more issues differently, as far as there is hope.
    fn descend(
        &self,
        path: &mut Path<i64>,
        depth: usize,
        n_changes: usize,
        visit: &mut impl FnMut(&Path<i64>),
    ) {
        let Some(stage) = self.settling.stages().get(depth) else {
            visit(path);
            return;
        };
        let n_later = self.from.len() - depth - 1;
        for option in self.space.options(stage.issue) {
            let is_change = option != self.from[depth];
            let Some(rest) = n_changes.checked_sub(usize::from(is_change)) else {
                continue;
            };
            if rest > n_later {
                continue;
            }
            let (sums, barred) = self.settling.settle(path, depth, option);
            let is_hopeful = self.always_needed.iter().all(|it| {
                let idx = it.idx();
                let most = Utility::clamped(sums[idx] + self.hopes[depth + 1][rest][idx]);
                !barred.contains(it) && most >= self.asks[idx]
            });
            if is_hopeful {
                self.descend(path, depth + 1, rest, visit);
            }
        }
        path.chosen[depth] = self.from[depth];
    }

    /// What is settled, if it can be agreed on.
    fn arrive(&self, path: &Path<i64>, n_changes: usize) -> Option<NearestAgreement> {
        let (sums, barred) = path.settled();
        let surplus = |idx: usize| Utility::clamped(sums[idx]).units() - self.asks[idx].units();
        let content: PartySet = (0..self.parties.len())
            .filter(|&it| surplus(it) >= 0)
            .map(PartyId::new)
            .filter(|it| !barred.contains(*it))
            .collect();
        let outcome = self.space.outcome(&path.chosen);
        let needed = self.consent.needed(self.space, outcome);
        let least = needed.iter().map(|it| surplus(it.idx())).min();
        self.consent
            .is_satisfied(self.space, outcome, content)
            .then(|| NearestAgreement {
                outcome,
                n_changes,
                least_surplus_units: least.unwrap_or(i64::MAX),
            })
    }
}

/// By changes that may still be made, by party: the most that the stages left may bring.
fn hopes(parties: &[Preferences], rest: &[Stage<'_, i64>], from: &[OptionId]) -> Vec<Vec<i64>> {
    let mut res = vec![vec![0; parties.len()]; rest.len() + 1];
    for (party, preferences) in parties.iter().enumerate() {
        let mut unchanged = 0;
        let mut gains: Vec<i64> = Vec::new();
        for stage in rest {
            let kept = preferences.contribution(stage.issue, from[stage.issue.idx()]);
            let options = preferences.space().options(stage.issue);
            let contributions = options.map(|it| preferences.contribution(stage.issue, it));
            let most = contributions.max().expect("an issue has options");
            unchanged += kept;
            gains.push(most - kept);
            let decided = stage.decided.iter().filter(|it| it.0 == party);
            unchanged += decided.map(|it| it.2.max(0)).sum::<i64>();
        }
        gains.sort_unstable_by(|a, b| b.cmp(a));
        for (n_changes, row) in res.iter_mut().enumerate() {
            row[party] = unchanged + gains[..n_changes].iter().sum::<i64>();
        }
    }
    res
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::IssueId;
    use crate::solution::agreements::zone_of_possible_agreement::some_agreement;
    use crate::solution::test_support as test_worlds;

    fn by_enumeration(
        parties: &[Preferences],
        asks: &[Utility],
        consent: &ConsentRule,
        from: Outcome,
    ) -> Option<NearestAgreement> {
        let space = parties[0].space();
        let surplus =
            |party: usize, outcome| parties[party].utility(outcome).units() - asks[party].units();
        let acceptable = space.outcomes().filter(|&outcome| {
            let content = (0..parties.len())
                .filter(|&it| surplus(it, outcome) >= 0 && parties[it].allows(outcome));
            consent.is_satisfied(space, outcome, content.map(PartyId::new).collect())
        });
        let measured = acceptable.map(|outcome| {
            let is_changed = |it: &IssueId| space.option(outcome, *it) != space.option(from, *it);
            let needed = consent.needed(space, outcome);
            let least = needed.iter().map(|it| surplus(it.idx(), outcome)).min();
            NearestAgreement {
                outcome,
                n_changes: space.issues().filter(is_changed).count(),
                least_surplus_units: least.unwrap_or(i64::MAX),
            }
        });
        measured.min_by_key(|it| (it.n_changes, -it.least_surplus_units, it.outcome))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_nearest_agreement_is_that_of_all_outcomes_listed(
            (parties, consent, from, greed) in (test_worlds::space(), 1..=5_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::consent(&space, n_parties),
                    test_worlds::outcome(&space),
                    prop::collection::vec(prop::option::weighted(0.2, 0..=16_u8), n_parties),
                ))
        ) {
            let reservation_values: Vec<Utility> =
                parties.iter().map(Preferences::reservation_value).collect();
            let nearest = nearest_agreement(&parties, &reservation_values, &consent, from);
            prop_assert_eq!(nearest.is_some(), some_agreement(&parties, &consent).is_some());
            prop_assert_eq!(nearest, by_enumeration(&parties, &reservation_values, &consent, from));
            let asks: Vec<Utility> = reservation_values
                .iter()
                .zip(greed)
                .map(|(it, greed)| greed.map_or(*it, |more| {
                    Utility::clamped(it.units() + i64::from(more) * Utility::ONE.units() / 16)
                }))
                .collect();
            let nearest = nearest_agreement(&parties, &asks, &consent, from);
            prop_assert_eq!(nearest, by_enumeration(&parties, &asks, &consent, from));
        }
    }
}
