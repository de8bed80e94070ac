//! What keeps parties from having anything to agree on.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use crate::domain::{ConsentRule, PartyId, Preferences};
use crate::solution::agreements::obstacle::Obstacle;
use crate::solution::agreements::zone_of_possible_agreement::{Zone, zone_without};

/// The smallest sets of one or two obstacles without which parties that have no zone of possible
/// agreement would have one, sorted; none if it takes three or more.
///
/// If single obstacles will do, these are all sets, and else all pairs.
/// A search that [reaches its limit](super::ZONE_STEPS_MAX) finds nothing.
///
/// Obstacles that leave no zone by themselves, with all others absent, are a conflict, and every set that
/// is looked for has a member of every conflict. So conflicts are reduced until none of their members
/// can be left out, and only what has a member of each known one is tried; where three conflicts
/// have no member in common, there is no such set.
/// Reiter, *A theory of diagnosis from first principles*, Artificial Intelligence 32 (1987), 57–95;
/// Chinneck and Dravnieks, *Locating minimal infeasible constraint sets in linear programs*, ORSA
/// Journal on Computing 3 (1991), 157–168.
///
/// # Panics
///
/// If the rule names a party that is not there.
pub fn smallest_obstacle_sets(
    parties: &[impl Borrow<Preferences>],
    consent: &ConsentRule,
) -> Vec<Vec<Obstacle>> {
    let parties: Vec<&Preferences> = parties.iter().map(Borrow::borrow).collect();
    let conflicts = Conflicts { parties, consent };
    let first = conflicts.reduced(&[]);
    let is_enough = |it: &Vec<Obstacle>| conflicts.zone_without(it) == Zone::Exists;
    let mut known = vec![first.clone()];
    if conflicts.zone_without(&first) == Zone::Empty {
        let second = conflicts.reduced(&first);
        let both = [&first[..], &second].concat();
        if conflicts.zone_without(&both) == Zone::Empty {
            return Vec::new();
        }
        known.push(second);
    } else {
        let single = first.iter().map(|&it| vec![it]);
        let mut single: Vec<Vec<Obstacle>> = single.filter(is_enough).collect();
        if !single.is_empty() {
            single.sort_unstable();
            return single;
        }
    }
    let mut tried = BTreeSet::new();
    let mut pairs = Vec::new();
    for one in first {
        let without_one = known.iter().find(|it| !it.contains(&one));
        let others = without_one.cloned().unwrap_or_else(|| {
            let conflict = conflicts.reduced(&[one]);
            known.push(conflict.clone());
            conflict
        });
        for other in others {
            let pair = vec![one.min(other), one.max(other)];
            let meets = |it: &Vec<Obstacle>| it.iter().any(|it| pair.contains(it));
            if known.iter().all(meets) && tried.insert(pair.clone()) && is_enough(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The parties and what keeps them from an agreement.
#[derive(Debug)]
struct Conflicts<'a> {
    parties: Vec<&'a Preferences>,
    consent: &'a ConsentRule,
}

/// Parties whose obstacles are first tried together, of so many times more.
const GROUPS: usize = 8;

impl Conflicts<'_> {
    fn zone_without(&self, absent: &[Obstacle]) -> Zone {
        zone_without(absent, &self.parties, self.consent)
    }

    /// A conflict of which no member can be left out, where some obstacles are absent.
    fn reduced(&self, absent: &[Obstacle]) -> Vec<Obstacle> {
        let mut absent = absent.to_vec();
        let mut members = Vec::new();
        let numbered: Vec<_> = self.parties.iter().enumerate().collect();
        for group in numbered.chunks(numbered.len().div_ceil(GROUPS).max(1)) {
            let obstacles = group
                .iter()
                .flat_map(|(idx, it)| obstacles(PartyId::new(*idx), it));
            let present: Vec<Obstacle> = obstacles.filter(|it| !absent.contains(it)).collect();
            self.reduce(&present, &mut absent, &mut members);
        }
        members
    }

    /// Makes as many of some obstacles absent as leave no zone; the others are members of the conflict.
    fn reduce(&self, group: &[Obstacle], absent: &mut Vec<Obstacle>, members: &mut Vec<Obstacle>) {
        if group.is_empty() {
            return;
        }
        absent.extend(group);
        if self.zone_without(absent) == Zone::Empty {
            return;
        }
        absent.truncate(absent.len() - group.len());
        if let [only] = group {
            members.push(*only);
        } else {
            let (first, second) = group.split_at(group.len() / 2);
            self.reduce(first, absent, members);
            self.reduce(second, absent, members);
        }
    }
}

/// What a party has against anything.
fn obstacles(party: PartyId, preferences: &Preferences) -> Vec<Obstacle> {
    let red_lines = 0..preferences.red_lines().len();
    let real = red_lines.filter(|&it| preferences.is_red_line_real(it));
    let real = real.map(|it| Obstacle::RedLine(party, it));
    let has_value = preferences.reservation_value().units() > 0;
    let value = has_value.then_some(Obstacle::ReservationValue(party));
    value.into_iter().chain(real).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Condition, DrawnNumbers, IssueId, OptionId, Outcome, OutcomeSpace};
    use crate::solution::test_support as test_worlds;

    /// Whether parties without some obstacles have an outcome for which all say yes who must.
    fn is_open(parties: &[Preferences], consent: &ConsentRule, absent: &[Obstacle]) -> bool {
        let is_absent = |it| absent.contains(&it);
        let accepts = |party: PartyId, outcome: Outcome| {
            let preferences = &parties[party.idx()];
            let mut lines = preferences.red_lines().iter().enumerate();
            let value = preferences.reservation_value();
            (is_absent(Obstacle::ReservationValue(party)) || preferences.utility(outcome) >= value)
                && !lines.any(|(idx, it)| {
                    preferences.is_red_line_real(idx)
                        && !is_absent(Obstacle::RedLine(party, idx))
                        && it.holds(preferences.space(), outcome)
                })
        };
        let space = parties[0].space();
        space.outcomes().any(|outcome| {
            let ids = (0..parties.len()).map(PartyId::new);
            let yes = ids.filter(|it| accepts(*it, outcome)).collect();
            consent.is_satisfied(space, outcome, yes)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn the_sets_are_those_that_trying_all_of_them_finds(
            (parties, consent) in (test_worlds::space(), 1..=4_usize)
                .prop_flat_map(|(space, n_parties)| (
                    prop::collection::vec(test_worlds::preferences(&space), n_parties),
                    test_worlds::consent(&space, n_parties),
                ))
        ) {
            if is_open(&parties, &consent, &[]) {
                return Ok(());
            }
            let ids = (0..parties.len()).map(PartyId::new);
            let all: Vec<Obstacle> = ids.flat_map(|it| obstacles(it, &parties[it.idx()])).collect();
            let of_one = all.iter().map(|&it| vec![it]);
            let mut expected: Vec<Vec<Obstacle>> =
                of_one.filter(|it| is_open(&parties, &consent, it)).collect();
            if expected.is_empty() {
                let pairs = all.iter().enumerate().flat_map(|(idx, &one)| {
                    let others = all[idx + 1..].iter();
                    others.map(move |&other| vec![one.min(other), one.max(other)])
                });
                expected = pairs.filter(|it| is_open(&parties, &consent, it)).collect();
            }
            expected.sort_unstable();
            prop_assert_eq!(smallest_obstacle_sets(&parties, &consent), expected);
        }
    }

    #[test]
    fn a_red_line_and_what_it_leaves_too_little_of_are_both_obstacles() {
        // One cake of three parts: the first party will not have less than all of it, and the second
        // needs a part.
        let space = Arc::new(OutcomeSpace::new(&[3]).unwrap());
        let issue = IssueId::new(0);
        let less = [1, 2].map(OptionId::new).to_vec();
        let party = |utilities: [f64; 3], reservation_value: f64, red_line: Vec<OptionId>| {
            let red_lines = vec![Condition::new([(issue, red_line)])];
            let indifferent = Preferences::indifferent(Arc::clone(&space), Vec::new());
            let mut preferences = indifferent.with_red_lines(red_lines);
            preferences.put(DrawnNumbers {
                weights: vec![1.0],
                utilities: utilities.to_vec(),
                adds: Vec::new(),
                reservation_value,
                leverages: Vec::new(),
                are_red_lines_real: vec![true],
            });
            preferences
        };
        let never = vec![OptionId::new(0)];
        let parties = [
            party([1.0, 0.5, 0.0], 0.0, less),
            party([0.0, 0.5, 1.0], 0.5, Vec::new()),
        ];
        let [one, two] = [0, 1].map(PartyId::new);
        let found = smallest_obstacle_sets(&parties, &ConsentRule::unanimity(2));
        let line = Obstacle::RedLine(one, 0);
        assert_eq!(found, [vec![Obstacle::ReservationValue(two)], vec![line]]);
        let parties = [parties[0].clone(), party([0.0, 0.5, 1.0], 0.5, never)];
        let found = smallest_obstacle_sets(&parties, &ConsentRule::unanimity(2));
        assert_eq!(found, [vec![line]]);
    }
}
