//! The outcome nearest to one on the table that can be agreed on.

use crate::domain::{
    ConsentRule, OptionId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences, Utility,
};
use crate::solution::agreements::settling::{Path, Settling, Stage};
use crate::solution::agreements::zone_of_possible_agreement::StepsUsedUp;

/// Options that [`nearest_agreement`] and [`nearest_amendment`] try before they give up.
pub const AMENDMENT_STEPS_MAX: u64 = 1 << 20;

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
/// turns back where a party that is always needed cannot be content any more, or not better off than
/// in what was found.
///
/// # Errors
///
/// If the search reaches [`AMENDMENT_STEPS_MAX`].
///
/// # Panics
///
/// If there is no party, or not one number per party.
pub fn nearest_agreement(
    parties: &[Preferences],
    asks: &[Utility],
    consent: &ConsentRule,
    from: Outcome,
) -> Result<Option<NearestAgreement>, StepsUsedUp> {
    let space = parties.first().expect("somebody negotiates").space();
    let options = space.issues().map(|it| Some(space.option(from, it)));
    let plan: Vec<Option<OptionId>> = options.collect();
    nearest_amendment(parties, asks, consent, &plan)
}

/// The outcome that can be agreed on and changes the fewest terms of a plan.
///
/// Like [`nearest_agreement`], of a plan that names options for some of the issues only: how the
/// others are settled changes nothing of it. `plan` has an entry per issue, `None` where it is open.
///
/// # Errors
///
/// If the search reaches [`AMENDMENT_STEPS_MAX`].
///
/// # Panics
///
/// If there is no party, not one number per party, or not one entry per issue.
pub fn nearest_amendment(
    parties: &[Preferences],
    asks: &[Utility],
    consent: &ConsentRule,
    plan: &[Option<OptionId>],
) -> Result<Option<NearestAgreement>, StepsUsedUp> {
    search(parties, asks, consent, plan, AMENDMENT_STEPS_MAX)
}

/// [`nearest_amendment`] within so many steps.
fn search(
    parties: &[Preferences],
    asks: &[Utility],
    consent: &ConsentRule,
    plan: &[Option<OptionId>],
    steps_max: u64,
) -> Result<Option<NearestAgreement>, StepsUsedUp> {
    assert_eq!(parties.len(), asks.len(), "a number per party");
    let search = Search::new(parties, asks, consent, plan);
    let n_terms = plan.iter().flatten().count();
    let mut steps_left = steps_max;
    for n_changes in 0..=n_terms {
        let mut found = Found {
            n_changes,
            best: None,
            steps_left,
        };
        let mut path = search.settling.path(vec![OptionId::new(0); plan.len()]);
        search.descend(&mut path, 0, n_changes, &mut found)?;
        if found.best.is_some() {
            return Ok(found.best);
        }
        steps_left = found.steps_left;
    }
    Ok(None)
}

struct Search<'a> {
    space: &'a OutcomeSpace,
    parties: &'a [Preferences],
    asks: &'a [Utility],
    consent: &'a ConsentRule,
    always_needed: PartySet,
    plan: &'a [Option<OptionId>],
    settling: Settling<'a, Preferences>,
    /// By stage, by changes that may still be made, by party: the most that may still come.
    hopes: Vec<Vec<Vec<i64>>>,
}

/// What is found with just so many changes.
struct Found {
    n_changes: usize,
    best: Option<NearestAgreement>,
    /// How many more options may be tried.
    steps_left: u64,
}

impl<'a> Search<'a> {
    fn new(
        parties: &'a [Preferences],
        asks: &'a [Utility],
        consent: &'a ConsentRule,
        plan: &'a [Option<OptionId>],
    ) -> Self {
        let space = parties.first().expect("somebody negotiates").space();
        assert_eq!(plan.len(), space.n_issues(), "an entry per issue");
        let settling = Settling::new(parties);
        let stages = settling.stages();
        let hopes = (0..=stages.len())
            .map(|depth| hopes(parties, &stages[depth..], plan))
            .collect();
        Self {
            space,
            parties,
            asks,
            consent,
            always_needed: consent.always_needed(),
            plan,
            hopes,
            settling,
        }
    }

    /// Settles the rest with just so many more changes, as far as there is hope of an agreement that
    /// is better than the best found.
    fn descend(
        &self,
        path: &mut Path<i64>,
        depth: usize,
        n_changes: usize,
        found: &mut Found,
    ) -> Result<(), StepsUsedUp> {
        let Some(stage) = self.settling.stages().get(depth) else {
            if let Some(it) = self.arrive(path, found.n_changes)
                && found.best.is_none_or(|best| it.is_better_than(&best))
            {
                found.best = Some(it);
            }
            return Ok(());
        };
        // As many changes as there are terms to come, at most.
        let n_most = self.hopes[depth + 1].len() - 1;
        for option in self.space.options(stage.issue) {
            let is_change = self.plan[depth].is_some_and(|it| it != option);
            let Some(rest) = n_changes.checked_sub(usize::from(is_change)) else {
                continue;
            };
            if rest > n_most {
                continue;
            }
            found.steps_left = found.steps_left.checked_sub(1).ok_or(StepsUsedUp)?;
            let (sums, barred) = self.settling.settle(path, depth, option);
            let surplus = |it: PartyId| {
                let most = sums[it.idx()] + self.hopes[depth + 1][rest][it.idx()];
                Utility::clamped(most).units() - self.asks[it.idx()].units()
            };
            let most = self.always_needed.iter().map(surplus).min();
            let most = most.unwrap_or(i64::MAX);
            let is_hopeful = most >= 0
                && found.best.is_none_or(|it| most > it.least_surplus_units)
                && !self.always_needed.iter().any(|it| barred.contains(it));
            if is_hopeful {
                self.descend(path, depth + 1, rest, found)?;
            }
        }
        Ok(())
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

/// By changes that may still be made, by party: the most that the stages left may bring. There are as
/// many changes as the plan has terms there, at most.
fn hopes(
    parties: &[Preferences],
    rest: &[Stage<'_, i64>],
    plan: &[Option<OptionId>],
) -> Vec<Vec<i64>> {
    let terms = rest.iter().filter(|it| plan[it.issue.idx()].is_some());
    let mut res = vec![vec![0; parties.len()]; terms.count() + 1];
    for (party, preferences) in parties.iter().enumerate() {
        let mut unchanged = 0;
        let mut gains: Vec<i64> = Vec::new();
        for stage in rest {
            let options = preferences.space().options(stage.issue);
            let contributions = options.map(|it| preferences.contribution(stage.issue, it));
            let most = contributions.max().expect("an issue has options");
            match plan[stage.issue.idx()] {
                None => unchanged += most,
                Some(option) => {
                    let kept = preferences.contribution(stage.issue, option);
                    unchanged += kept;
                    gains.push(most - kept);
                }
            }
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
        plan: &[Option<OptionId>],
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
            let is_changed = |it: &IssueId| {
                plan[it.idx()].is_some_and(|option| option != space.option(outcome, *it))
            };
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
            (parties, consent, from, greed, is_open) in (test_worlds::space(), 1..=5_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::consent(&space, n_parties),
                    test_worlds::outcome(&space),
                    prop::collection::vec(prop::option::weighted(0.2, 0..=16_u8), n_parties),
                    prop::collection::vec(any::<bool>(), space.n_issues()),
                ))
        ) {
            let reservation_values: Vec<Utility> =
                parties.iter().map(Preferences::reservation_value).collect();
            let space = parties[0].space();
            let terms = |it: IssueId| Some(space.option(from, it));
            let whole: Vec<Option<OptionId>> = space.issues().map(terms).collect();
            let nearest = nearest_agreement(&parties, &reservation_values, &consent, from).unwrap();
            prop_assert_eq!(nearest.is_some(), some_agreement(&parties, &consent).is_some());
            prop_assert_eq!(nearest, by_enumeration(&parties, &reservation_values, &consent, &whole));
            let asks: Vec<Utility> = reservation_values
                .iter()
                .zip(greed)
                .map(|(it, greed)| greed.map_or(*it, |more| {
                    Utility::clamped(it.units() + i64::from(more) * Utility::ONE.units() / 16)
                }))
                .collect();
            let nearest = nearest_agreement(&parties, &asks, &consent, from).unwrap();
            prop_assert_eq!(nearest, by_enumeration(&parties, &asks, &consent, &whole));
            let open = whole.into_iter().zip(is_open);
            let plan: Vec<Option<OptionId>> = open.map(|(it, is_open)| it.filter(|_| !is_open)).collect();
            let nearest = nearest_amendment(&parties, &asks, &consent, &plan);
            prop_assert_eq!(nearest, Ok(by_enumeration(&parties, &asks, &consent, &plan)));
            let within = |n_steps| search(&parties, &asks, &consent, &plan, n_steps);
            // Nobody settles anything without a step.
            prop_assert_eq!(within(0), Err(StepsUsedUp));
            for n_steps in [1, 3, 9, 27, 81] {
                let limited = within(n_steps);
                prop_assert!(limited == nearest || limited == Err(StepsUsedUp));
            }
        }
    }
}
