//! Outcomes by worth in the square root of their number: two sorted halves.
//!
//! Utility is a sum over the issues. Split the issues in two halves; every outcome is one row of
//! the left half with one row of the right half, and its utility the sum of theirs. With both
//! halves sorted, two pointers find the pair whose sum is nearest to a target in one sweep.
//! Horowitz and Sahni, *Computing partitions with applications to the knapsack problem*,
//! Journal of the ACM 21 (1974), 277–292.
//!
//! What couples issues across the halves (an interaction, a condition for consent) splits each
//! half into groups of rows that fulfil the same part of it; within a pair of groups it is a
//! constant, and the sweep is exact again.

use std::cmp::Reverse;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::domain::{Outcome, PartySet, Preferences, Utility};
use crate::search::halves_plan::HalvesPlan;
use crate::search::offer_distance::{Mean, OfferDistance};
use crate::search::{OutcomeSearch, Ranked};

/// Far above any sum, and far enough from the end for sums and differences.
const FAR_ABOVE: i64 = i64::MAX / 4;

/// The two sorted halves of one party's drawn preferences.
#[derive(Debug)]
pub struct Halves {
    plan: Arc<HalvesPlan>,
    sorted: [Vec<SortedGroup>; 2],
    /// What each pair's interactions add, by position; `None` of a pair without an allowed outcome.
    constants: Vec<Option<i64>>,
    scratch: Scratch,
}

/// Rows of a group by rising worth, equals by rising code.
#[derive(Debug, Default, Clone)]
struct SortedGroup {
    units: Vec<i64>,
    rows: Vec<u32>,
}

impl SortedGroup {
    /// The worth of its best row.
    fn greatest(&self) -> i64 {
        *self.units.last().expect("a group has rows")
    }
}

/// Room for intermediate results, so that a query allocates nothing.
#[derive(Debug, Default)]
struct Scratch {
    units: Vec<i64>,
    next: Vec<i64>,
    keyed: Vec<(i64, u32)>,
    /// Whether each row is across a real red line; empty if none is.
    barred: Vec<bool>,
    /// Per half and party, how far each row is from what the party wants.
    distances: [Vec<Vec<u32>>; 2],
    /// Per half, how far each row is from what an audience wants.
    audience: [Vec<u32>; 2],
    distance_next: Vec<u32>,
    costs: Vec<u32>,
    /// For each place of a right group, the nearest row at or behind it: distance and place.
    nearest_behind: Vec<(u32, u32)>,
}

impl Halves {
    /// Empty halves; [`OutcomeSearch::rebuild`] fills them.
    pub fn new(plan: Arc<HalvesPlan>) -> Self {
        let sorted =
            [0, 1].map(|side| vec![SortedGroup::default(); plan.halves[side].groups.len()]);
        Self {
            constants: vec![None; plan.pairs.len()],
            sorted,
            plan,
            scratch: Scratch::default(),
        }
    }

    fn sort_half(&mut self, side: usize, preferences: &Preferences) {
        let plan = &self.plan.halves[side];
        let Scratch {
            units,
            next,
            keyed,
            barred,
            ..
        } = &mut self.scratch;
        units.clear();
        units.push(0);
        for &issue in &plan.issues {
            next.clear();
            let contributions = preferences.contributions(issue);
            for &sum in units.iter() {
                next.extend(contributions.iter().map(|it| sum + it));
            }
            std::mem::swap(units, next);
        }
        for (idx, rows) in &plan.interactions {
            let adds = preferences.interactions()[*idx].1;
            for &row in rows {
                units[row as usize] += adds;
            }
        }
        barred.clear();
        let red_lines = plan.red_lines.iter();
        for (_, rows) in red_lines.filter(|it| preferences.is_red_line_real(it.0)) {
            barred.resize(units.len(), false);
            for &row in rows {
                barred[row as usize] = true;
            }
        }
        for (group, rows) in self.sorted[side].iter_mut().zip(&plan.groups) {
            keyed.clear();
            let keyed_row = |&row: &u32| (units[row as usize], row);
            if barred.is_empty() {
                keyed.extend(rows.iter().map(keyed_row));
            } else {
                let allowed = rows.iter().filter(|&&row| !barred[row as usize]);
                keyed.extend(allowed.map(keyed_row));
            }
            keyed.sort_unstable();
            group.units.clear();
            group.units.extend(keyed.iter().map(|it| it.0));
            group.rows.clear();
            group.rows.extend(keyed.iter().map(|it| it.1));
        }
    }

    /// The sorted groups of each pair with an allowed outcome, with what its interactions add.
    fn pairs(&self) -> impl Iterator<Item = (&SortedGroup, &SortedGroup, i64)> {
        let pairs = self.plan.pairs.iter().zip(&self.constants);
        pairs.filter_map(|(pair, constant)| {
            let [left, right] = &self.sorted;
            Some((&left[pair.left], &right[pair.right], (*constant)?))
        })
    }

    fn code(&self, left_row: u32, right_row: u32) -> u64 {
        let [left, right] = &self.plan.halves;
        left.codes[left_row as usize] | right.codes[right_row as usize]
    }

    /// The least sum at or above the threshold, with the first outcome that has it.
    fn first_of_least_sum(&self, threshold: i64) -> Option<(i64, u64)> {
        let mut least: Option<(i64, u64)> = None;
        for (left, right, constant) in self.pairs() {
            let mut bound = least.map_or(i64::MAX, |it| it.0 - constant);
            let mut start = right.units.len();
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                let rest = threshold - constant - on_left;
                while start > 0 && right.units[start - 1] >= rest {
                    start -= 1;
                }
                let Some(&on_right) = right.units.get(start) else {
                    continue;
                };
                let sum = on_left + on_right;
                if sum <= bound {
                    bound = sum;
                    let found = (sum + constant, self.code(left_row, right.rows[start]));
                    if least.is_none_or(|it| found < it) {
                        least = Some(found);
                    }
                }
            }
        }
        least
    }

    /// The greatest sum at or below the threshold, with the first outcome that has it.
    fn first_of_greatest_sum(&self, threshold: i64) -> Option<Ranked> {
        let mut greatest: Option<(i64, Reverse<u64>)> = None;
        for (left, right, constant) in self.pairs() {
            let mut end = right.units.len();
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                let rest = threshold - constant - on_left;
                while end > 0 && right.units[end - 1] > rest {
                    end -= 1;
                }
                let Some(&on_right) = right.units[..end].last() else {
                    break;
                };
                let sum = on_left + on_right + constant;
                if greatest.is_some_and(|it| sum < it.0) {
                    continue;
                }
                let first = right.units[..end].partition_point(|&it| it < on_right);
                let found = (sum, Reverse(self.code(left_row, right.rows[first])));
                greatest = greatest.max(Some(found));
            }
        }
        greatest.map(|(units, code)| Ranked {
            units,
            outcome: Outcome::from_shares(code.0),
        })
    }

    /// The next outcome in the order of the space that has the very same sum.
    fn next_equal(&self, after: Ranked) -> Option<Ranked> {
        let after_code = after.outcome.code();
        let mut next: Option<u64> = None;
        for (left, right, constant) in self.pairs() {
            let mut end = right.units.len();
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                let rest = after.units - constant - on_left;
                while end > 0 && right.units[end - 1] > rest {
                    end -= 1;
                }
                if right.units[..end].last() != Some(&rest) {
                    continue;
                }
                let first = right.units[..end].partition_point(|&it| it < rest);
                let equals = &right.rows[first..end];
                // With one row of the left, codes rise as rows of the right do.
                let behind = equals.partition_point(|&it| self.code(left_row, it) <= after_code);
                if let Some(&right_row) = equals.get(behind) {
                    let code = self.code(left_row, right_row);
                    next = Some(next.map_or(code, |it| it.min(code)));
                }
            }
        }
        next.map(|code| Ranked {
            units: after.units,
            outcome: Outcome::from_shares(code),
        })
    }

    /// The first outcome whose sum is at or above the threshold.
    fn first_at_least(&self, threshold: i64) -> Option<u64> {
        let mut first: Option<u64> = None;
        for (left, right, constant) in self.pairs() {
            // Scanning the left half upwards, ever more of the right half is worth enough.
            let mut start = right.units.len();
            let mut first_row: Option<u32> = None;
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                let rest = threshold - constant - on_left;
                while start > 0 && right.units[start - 1] >= rest {
                    start -= 1;
                    let row = right.rows[start];
                    first_row = Some(first_row.map_or(row, |it| it.min(row)));
                }
                if let Some(right_row) = first_row {
                    let code = self.code(left_row, right_row);
                    first = Some(first.map_or(code, |it| it.min(code)));
                }
            }
        }
        first
    }

    /// The first outcome whose sum is at or below the threshold.
    fn first_at_most(&self, threshold: i64) -> Option<u64> {
        let mut first: Option<u64> = None;
        for (left, right, constant) in self.pairs() {
            let mut end = 0;
            let mut first_row: Option<u32> = None;
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows).rev() {
                let rest = threshold - constant - on_left;
                while end < right.units.len() && right.units[end] <= rest {
                    let row = right.rows[end];
                    first_row = Some(first_row.map_or(row, |it| it.min(row)));
                    end += 1;
                }
                if let Some(right_row) = first_row {
                    let code = self.code(left_row, right_row);
                    first = Some(first.map_or(code, |it| it.min(code)));
                }
            }
        }
        first
    }

    /// The sum an outcome must reach to be worth the target: whatever it is, for target 0.
    fn threshold(target: Utility) -> i64 {
        if target == Utility::ZERO {
            -FAR_ABOVE
        } else {
            target.units()
        }
    }

    /// Looks in one pair of groups for what is nearer than the nearest found so far.
    fn sweep_nearest(
        &self,
        [left, right]: [&SortedGroup; 2],
        threshold: i64,
        left_distances: &[u32],
        nearest_behind: &[(u32, u32)],
        mean: Mean,
        nearest: &mut Option<Nearest>,
    ) {
        let mut bound = nearest.map_or(u32::MAX, |it| mean.greatest_sum_within(it.distance));
        let mut start = right.units.len();
        for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
            let rest = threshold - on_left;
            while start > 0 && right.units[start - 1] >= rest {
                start -= 1;
            }
            let Some(&(on_right, place)) = nearest_behind.get(start) else {
                continue;
            };
            let sum = left_distances[left_row as usize] + on_right;
            if sum > bound {
                continue;
            }
            let place = place as usize;
            let found = Nearest {
                distance: mean.of(sum),
                // Above the threshold of the pair is above that of all by the same constant.
                shortfall: -(on_left + right.units[place] - threshold),
                code: self.code(left_row, right.rows[place]),
            };
            if nearest.is_none_or(|it| found < it) {
                *nearest = Some(found);
                bound = mean.greatest_sum_within(found.distance);
            }
        }
    }

    /// Sums up how far each row is from what each of the parties wants.
    fn measure_distances(&mut self, parties: PartySet, offer_distance: &OfferDistance) {
        let space = &self.plan.space;
        let Scratch {
            distances,
            distance_next,
            costs,
            ..
        } = &mut self.scratch;
        for party in parties.iter() {
            costs.clear();
            costs.extend(offer_distance.costs(party));
            for (half, distances) in self.plan.halves.iter().zip(distances.iter_mut()) {
                if distances.len() <= party.idx() {
                    distances.resize(party.idx() + 1, Vec::new());
                }
                let rows = &mut distances[party.idx()];
                rows.clear();
                rows.push(0);
                for &issue in &half.issues {
                    let of_issue = &costs[space.flat_range(issue)];
                    distance_next.clear();
                    for &sum in rows.iter() {
                        distance_next.extend(of_issue.iter().map(|it| sum + it));
                    }
                    std::mem::swap(rows, distance_next);
                }
            }
        }
    }
}

impl OutcomeSearch for Halves {
    fn rebuild(&mut self, preferences: &Preferences) {
        for side in [0, 1] {
            self.sort_half(side, preferences);
        }
        for (constant, pair) in self.constants.iter_mut().zip(&self.plan.pairs) {
            let is_empty = self.sorted[0][pair.left].rows.is_empty()
                || self.sorted[1][pair.right].rows.is_empty()
                || (pair.red_lines.iter()).any(|&it| preferences.is_red_line_real(it));
            let interactions = pair.interactions.iter();
            let adds = interactions.map(|&it| preferences.interactions()[it].1);
            *constant = (!is_empty).then(|| adds.sum());
        }
    }

    fn best(&mut self) -> Option<Outcome> {
        let greatest = self
            .pairs()
            .map(|(left, right, constant)| left.greatest() + right.greatest() + constant)
            .max()?;
        // What is held within [0, 1] is equal there.
        let utility = Utility::clamped(greatest);
        let code = self.first_at_least(Self::threshold(utility));
        let code = code.expect("the greatest sum is reached");
        Some(Outcome::from_shares(code))
    }

    fn least_at_least(&mut self, target: Utility) -> Option<Outcome> {
        let (sum, code) = self.first_of_least_sum(Self::threshold(target))?;
        let code = if sum >= Utility::ONE.units() {
            self.first_at_least(Utility::ONE.units())
                .expect("a sum at or above one was found")
        } else if sum <= 0 {
            self.first_at_most(0)
                .expect("a sum at or below zero was found")
        } else {
            code
        };
        Some(Outcome::from_shares(code))
    }

    fn nearest_at_least(
        &mut self,
        target: Utility,
        offer_distance: &OfferDistance,
    ) -> Option<Outcome> {
        let threshold = Self::threshold(target);
        let heard = offer_distance.heard().without(self.plan.me);
        self.measure_distances(heard, offer_distance);
        let plan = Arc::clone(&self.plan);
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut nearest: Option<Nearest> = None;
        for audience in &plan.audiences {
            let others = offer_distance.counted(audience.others).intersection(heard);
            let mean = offer_distance.mean(others);
            for (half, (rows, by_party)) in plan
                .halves
                .iter()
                .zip(scratch.audience.iter_mut().zip(&scratch.distances))
            {
                sum_distances(rows, half.codes.len(), others, by_party);
            }
            let mut scanned_right = None;
            for &idx in &audience.pairs {
                let pair = &plan.pairs[idx];
                let groups = [&self.sorted[0][pair.left], &self.sorted[1][pair.right]];
                let Some(constant) = self.constants[idx] else {
                    continue;
                };
                let rest = threshold - constant;
                if groups[0].greatest() + groups[1].greatest() < rest {
                    continue;
                }
                if scanned_right != Some(pair.right) {
                    scanned_right = Some(pair.right);
                    scan_from_the_top(groups[1], &scratch.audience[1], &mut scratch.nearest_behind);
                }
                self.sweep_nearest(
                    groups,
                    rest,
                    &scratch.audience[0],
                    &scratch.nearest_behind,
                    mean,
                    &mut nearest,
                );
            }
        }
        self.scratch = scratch;
        nearest.map(|it| Outcome::from_shares(it.code))
    }

    fn count_at_least(&mut self, target: Utility) -> u64 {
        let threshold = Self::threshold(target);
        self.pairs()
            .map(|(left, right, constant)| {
                let mut start = right.units.len();
                let mut count = 0;
                for &on_left in &left.units {
                    while start > 0 && right.units[start - 1] >= threshold - constant - on_left {
                        start -= 1;
                    }
                    count += (right.units.len() - start) as u64;
                }
                count
            })
            .sum()
    }

    fn nth_at_least(&mut self, target: Utility, n: u64) -> Option<Outcome> {
        let threshold = Self::threshold(target);
        let mut rest = n;
        for (left, right, constant) in self.pairs() {
            let mut start = right.units.len();
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                while start > 0 && right.units[start - 1] >= threshold - constant - on_left {
                    start -= 1;
                }
                let here = (right.units.len() - start) as u64;
                if rest < here {
                    let place = start + usize::try_from(rest).expect("a place in a list");
                    let code = self.code(left_row, right.rows[place]);
                    return Some(Outcome::from_shares(code));
                }
                rest -= here;
            }
        }
        None
    }

    fn next_in_ranking(&mut self, after: Option<Ranked>) -> Option<Ranked> {
        match after {
            None => self.first_of_greatest_sum(FAR_ABOVE),
            Some(it) => self
                .next_equal(it)
                .or_else(|| self.first_of_greatest_sum(it.units - 1)),
        }
    }

    fn least_sum_at_least(&mut self, units: i64) -> Option<i64> {
        self.first_of_least_sum(units).map(|it| it.0)
    }

    fn each_within(&mut self, units: RangeInclusive<i64>, look: &mut dyn FnMut(Outcome)) {
        for (left, right, constant) in self.pairs() {
            let mut start = right.units.len();
            let mut end = start;
            for (&on_left, &left_row) in left.units.iter().zip(&left.rows) {
                let elsewhere = constant + on_left;
                while start > 0 && right.units[start - 1] >= units.start() - elsewhere {
                    start -= 1;
                }
                while end > 0 && right.units[end - 1] > units.end() - elsewhere {
                    end -= 1;
                }
                for &right_row in right.rows.get(start..end).unwrap_or_default() {
                    look(Outcome::from_shares(self.code(left_row, right_row)));
                }
            }
        }
    }
}

/// The nearest outcome so far; the least is the one meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Nearest {
    distance: u64,
    /// How far its sum is below the threshold; never positive.
    shortfall: i64,
    code: u64,
}

/// Sums up, row by row, how far each is from what these parties want.
fn sum_distances(sums: &mut Vec<u32>, n_rows: usize, parties: PartySet, distances: &[Vec<u32>]) {
    sums.clear();
    sums.resize(n_rows, 0);
    for party in parties.iter() {
        for (sum, distance) in sums.iter_mut().zip(&distances[party.idx()]) {
            *sum += distance;
        }
    }
}

/// For each place of a group, the nearest row at or behind it; of equals the one worth most, then
/// the first.
fn scan_from_the_top(group: &SortedGroup, distances: &[u32], nearest: &mut Vec<(u32, u32)>) {
    nearest.clear();
    nearest.resize(group.rows.len(), (0, 0));
    let mut best: Option<(u32, u32)> = None;
    for place in (0..group.rows.len()).rev() {
        let distance = distances[group.rows[place] as usize];
        let is_nearer = best.is_none_or(|(least, at)| {
            // Equals in worth come by rising code, so that the later seen is the first.
            distance < least || distance == least && group.units[place] == group.units[at as usize]
        });
        if is_nearer {
            best = Some((
                distance,
                u32::try_from(place).expect("a half has some millions of rows at most"),
            ));
        }
        nearest[place] = best.expect("at least this row was seen");
    }
}
