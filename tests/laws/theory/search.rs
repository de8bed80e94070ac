//! The fast search answers exactly as the plain one does, on every world.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use demarche::domain::{Outcome, Preferences, Utility};
use demarche::search::{Audiences, Enumeration, Halves, HalvesPlan, OutcomeSearch};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};

use crate::support::worlds::{World, worlds};

const CASES: u32 = 2500;

fn halves(world: &World, audiences: Audiences) -> Halves {
    let plan = HalvesPlan::new(
        &world.indifferent(),
        world.me(),
        &world.consent(),
        audiences,
    );
    let mut res = Halves::new(Arc::new(plan.expect("small worlds can be searched")));
    // What was drawn before must not matter.
    res.rebuild(&world.indifferent());
    res.rebuild(&world.preferences());
    res
}

/// The ends of the range, two random utilities, and those of outcomes with their neighbours.
fn targets(world: &World, preferences: &Preferences) -> Vec<Utility> {
    let mut res = vec![Utility::ZERO, Utility::ONE, preferences.reservation_value()];
    res.extend(world.targets.iter().filter_map(|&it| Utility::new(it)));
    let space = world.space();
    let stride = usize::try_from(space.n_outcomes() / 4 + 1).expect("a small space");
    for outcome in space.outcomes().step_by(stride) {
        let exact = preferences.utility(outcome);
        res.push(exact);
        res.push(Utility::clamped(exact.units() + 1));
    }
    res
}

fn check_all_numbers(
    fast: &mut Halves,
    preferences: &Preferences,
    target: Utility,
) -> Result<(), TestCaseError> {
    let space = preferences.space();
    let expected: BTreeSet<Outcome> = space
        .outcomes()
        .filter(|&it| preferences.utility(it) >= target && preferences.allows(it))
        .collect();
    let count = expected.len() as u64;
    prop_assert_eq!(
        fast.count_at_least(target),
        count,
        "how many at {:?}",
        target
    );
    let mut listed = BTreeSet::new();
    for n in 0..count {
        let outcome = fast.nth_at_least(target, n);
        prop_assert!(
            outcome.is_some_and(|it| listed.insert(it)),
            "number {} of {} at {:?} is missing or doubled",
            n,
            count,
            target
        );
    }
    prop_assert_eq!(listed, expected, "all numbers at {:?}", target);
    prop_assert_eq!(fast.nth_at_least(target, count), None);
    prop_assert_eq!(fast.nth_at_least(target, u64::MAX), None);
    Ok(())
}

/// Walks the whole ranking, and looks at what lies around each two neighbouring targets.
fn check_ranking(
    fast: &mut Halves,
    plain: &mut Enumeration,
    preferences: &Preferences,
    targets: &[Utility],
) -> Result<(), TestCaseError> {
    let outcomes = preferences.space().outcomes();
    let mut expected: Vec<Outcome> = outcomes.filter(|&it| preferences.allows(it)).collect();
    expected.sort_by_key(|&it| Reverse(preferences.sum_of_contributions(it)));
    let mut after = None;
    for outcome in expected {
        let next = fast.next_in_ranking(after);
        prop_assert_eq!(next.map(|it| it.outcome), Some(outcome));
        after = next;
    }
    prop_assert_eq!(fast.next_in_ranking(after), None);
    for ends in targets.windows(2) {
        let [low, high] = [ends[0], ends[1]].map(Utility::units);
        let [from, enough] = [low.min(high), low.max(high)];
        for tolerance in [0, 512, Utility::ONE.units() / 8] {
            let [fast_set, plain_set] = [fast as &mut dyn OutcomeSearch, plain].map(|search| {
                let mut seen = Vec::new();
                search.each_up_to_least(from, enough, tolerance, &mut |it| seen.push(it));
                seen.sort_unstable();
                seen
            });
            prop_assert_eq!(
                fast_set,
                plain_set,
                "{} to {} + {}",
                from,
                enough,
                tolerance
            );
        }
    }
    Ok(())
}

fn check(world: &World, audiences: Audiences) -> Result<(), TestCaseError> {
    let preferences = world.preferences();
    let offer_distance = world.offer_distance();
    let mut plain = Enumeration::new(world.me(), world.consent(), preferences.clone());
    let mut fast = halves(world, audiences);
    prop_assert_eq!(fast.best(), plain.best(), "the best");
    for target in targets(world, &preferences) {
        prop_assert_eq!(
            fast.least_at_least(target),
            plain.least_at_least(target),
            "the least at {:?}",
            target
        );
        if audiences == Audiences::Distinguished {
            prop_assert_eq!(
                fast.nearest_at_least(target, &offer_distance),
                plain.nearest_at_least(target, &offer_distance),
                "the nearest at {:?}",
                target
            );
        }
        prop_assert_eq!(fast.count_at_least(target), plain.count_at_least(target));
    }
    if audiences == Audiences::Distinguished {
        let mut targets = targets(world, &preferences);
        targets.sort_unstable();
        prop_assert_eq!(
            fast.nearest_at_each(&targets, &offer_distance),
            plain.nearest_at_each(&targets, &offer_distance),
            "the nearest at each of {:?}",
            targets
        );
    }
    if world.space().n_outcomes() <= 256 {
        let targets = targets(world, &preferences);
        for &target in &targets[..5] {
            check_all_numbers(&mut fast, &preferences, target)?;
        }
        check_ranking(&mut fast, &mut plain, &preferences, &targets)?;
        prop_assert_eq!(plain.next_in_ranking(None), fast.next_in_ranking(None));
    }
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two_halves_answer_as_the_whole_does(world in worlds()) {
        check(&world, Audiences::Distinguished)?;
    }

    #[test]
    fn two_halves_that_ignore_distance_answer_as_the_whole_does(world in worlds()) {
        check(&world, Audiences::Alike)?;
    }
}
