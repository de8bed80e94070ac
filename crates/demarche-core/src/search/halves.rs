//! Outcomes by worth in the square root of their number: two sorted halves.
//!
//! Utility is a sum over the issues. Split the issues in two halves; every outcome is one row of
//! the left half with one row of the right half, and its utility the sum of theirs. With both
//! halves sorted, one walk over the shorter half finds the pair whose sum is nearest to a target: for
//! each of its rows the longer half has an index to the place of what is missing.
//! Horowitz and Sahni, *Computing partitions with applications to the knapsack problem*,
//! Journal of the ACM 21 (1974), 277–292.
//!
//! What couples issues across the halves (an interaction, a condition for consent) splits each
//! half into groups of rows that fulfil the same part of it; within a pair of groups it is a
//! constant, and the walk is exact again.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::domain::{IssueId, Outcome, Preferences, Utility};
use crate::search::fronts::{FrontPair, Fronts, Levels};
use crate::search::halves_plan::HalvesPlan;
use crate::search::offer_distance::OfferDistance;
use crate::search::sorted_group::{GroupPair, SortedGroup};
use crate::search::{OutcomeSearch, Ranked};

/// Far above any sum, and far enough from the end for sums and differences.
const FAR_ABOVE: i64 = i64::MAX / 4;

/// The worth of a row across a real red line: no sum with it is a sum of others.
const BARRED: i64 = i64::MIN / 4;

/// The two sorted halves of one party's drawn preferences.
#[derive(Debug)]
pub struct Halves {
    plan: Arc<HalvesPlan>,
    sorted: [Vec<SortedGroup>; 2],
    /// By half and row, its worth; [`BARRED`] across a real red line.
    units: [Vec<i64>; 2],
    /// What each pair's interactions add, by position; `None` of a pair across a real red line.
    constants: Vec<Option<i64>>,
    /// By half and group, the worth of its best row; [`BARRED`] if all are across a real red line.
    greatest_of_groups: [Vec<i64>; 2],
    /// The greatest of all sums; `None` if all outcomes are across a real red line.
    greatest: Option<i64>,
    /// The least sum whose outcomes are among the sorted rows; [`FAR_ABOVE`] if none is sorted yet.
    sorted_from: i64,
    /// What it was built from: all that its answers depend on.
    built_from: Vec<i64>,
    scratch: Scratch,
}

/// Room for intermediate results, kept from one query to the next.
#[derive(Debug, Default)]
struct Scratch {
    next: Vec<i64>,
    rows: Vec<u32>,
    /// Per half, how far each row is from what an audience wants.
    distances: [Vec<u32>; 2],
    distance_next: Vec<u32>,
    costs: Vec<u32>,
    /// Per half, the rows that count with an audience.
    fronts: [Fronts; 2],
    levels: Levels,
    /// Sums with their outcomes.
    found: Vec<(i64, u64)>,
}

impl Halves {
    /// Empty halves; [`OutcomeSearch::rebuild`] fills them.
    pub fn new(plan: Arc<HalvesPlan>) -> Self {
        let sorted =
            [0, 1].map(|side| vec![SortedGroup::default(); plan.halves[side].groups.len()]);
        Self {
            units: [Vec::new(), Vec::new()],
            constants: vec![None; plan.pairs.len()],
            greatest_of_groups: [Vec::new(), Vec::new()],
            greatest: None,
            sorted_from: FAR_ABOVE,
            sorted,
            plan,
            built_from: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Sums up the worth of each row of a half.
    fn sum_half(&mut self, side: usize, preferences: &Preferences) {
        let plan = &self.plan.halves[side];
        let units = &mut self.units[side];
        let contributions = |it| preferences.contributions(it);
        sum_rows(units, &mut self.scratch.next, &plan.issues, contributions);
        for (idx, rows) in &plan.interactions {
            let adds = preferences.interactions()[*idx].1;
            for &row in rows {
                units[row as usize] += adds;
            }
        }
        let red_lines = plan.red_lines.iter();
        for (_, rows) in red_lines.filter(|it| preferences.is_red_line_real(it.0)) {
            for &row in rows {
                units[row as usize] = BARRED;
            }
        }
    }

    /// The greatest of all sums; `None` if all outcomes are across a real red line.
    fn greatest_sum(&mut self) -> Option<i64> {
        let [left, right] = &mut self.greatest_of_groups;
        for (side, greatest) in [&mut *left, &mut *right].into_iter().enumerate() {
            let units = &self.units[side];
            let of_rows = |rows: &Vec<u32>| {
                let units = rows.iter().map(|&it| units[it as usize]);
                units.fold(BARRED, i64::max)
            };
            greatest.clear();
            greatest.extend(self.plan.halves[side].groups.iter().map(of_rows));
        }
        let pairs = self.plan.pairs.iter().zip(&self.constants);
        let sums = pairs.filter_map(|(pair, constant)| {
            let [on_left, on_right] = [left[pair.groups[0]], right[pair.groups[1]]];
            let is_barred = on_left == BARRED || on_right == BARRED;
            Some(on_left + on_right + (*constant)?).filter(|_| !is_barred)
        });
        sums.max()
    }

    /// Sorts what is needed to find all outcomes whose sums are at or above the threshold.
    ///
    /// The best outcome is all that some sessions ask for; who asks for more will ask for most.
    fn sort_down_to(&mut self, threshold: i64) {
        if threshold >= self.sorted_from {
            return;
        }
        let best = self.greatest.map_or(FAR_ABOVE, best_from);
        self.sorted_from = if threshold >= best { best } else { -FAR_ABOVE };
        let constant = self.constants.iter().flatten().max().copied().unwrap_or(0);
        for side in [0, 1] {
            let elsewhere = self.greatest_of_groups[1 - side].iter().max().copied();
            // With any row of the other half, a row of less is worth less than the threshold.
            let least = match elsewhere {
                Some(units) if self.sorted_from > -FAR_ABOVE => self.sorted_from - units - constant,
                _ => BARRED + 1,
            };
            let units = &self.units[side];
            let rows = &mut self.scratch.rows;
            let groups = self.plan.halves[side].groups.iter();
            let groups = groups.zip(&self.greatest_of_groups[side]);
            for (group, (of_group, &greatest)) in self.sorted[side].iter_mut().zip(groups) {
                rows.clear();
                if greatest >= least {
                    let enough = of_group.iter().filter(|&&it| units[it as usize] >= least);
                    rows.extend(enough);
                }
                group.fill(rows, units);
            }
        }
    }

    /// Measures how far the rows of a half are from what an audience wants, option by option: all of
    /// them, or the sorted ones if those are few.
    fn measure(&self, side: usize, costs: &[u32], distances: &mut Vec<u32>, next: &mut Vec<u32>) {
        let space = &self.plan.space;
        let half = &self.plan.halves[side];
        if self.sorted_from == -FAR_ABOVE {
            let of_issue = |it| &costs[space.flat_range(it)];
            return sum_rows(distances, next, &half.issues, of_issue);
        }
        distances.resize(half.codes.len(), 0);
        for &row in self.sorted[side].iter().flat_map(SortedGroup::rows) {
            let outcome = Outcome::from_shares(half.codes[row as usize]);
            let options = half
                .issues
                .iter()
                .map(|&it| space.flat(it, space.option(outcome, it)));
            distances[row as usize] = options.map(|it| costs[it]).sum();
        }
    }

    /// The pairs with sorted outcomes.
    fn pairs(&self) -> impl Iterator<Item = GroupPair<'_>> {
        (0..self.plan.pairs.len()).filter_map(|it| self.pair(it))
    }

    /// A pair by its position; `None` without sorted outcomes.
    fn pair(&self, idx: usize) -> Option<GroupPair<'_>> {
        let constant = self.constants[idx]?;
        let groups = self.plan.pairs[idx].groups;
        let [walked, indexed] = self
            .plan
            .by_length
            .map(|side| &self.sorted[side][groups[side]]);
        (!walked.is_empty() && !indexed.is_empty()).then_some(GroupPair {
            walked,
            indexed,
            constant,
        })
    }

    /// The packed form of the outcome of a walked and an indexed row.
    fn code(&self, walked_row: u32, indexed_row: u32) -> u64 {
        let [walked, indexed] = self
            .plan
            .by_length
            .map(|side| &self.plan.halves[side].codes);
        walked[walked_row as usize] | indexed[indexed_row as usize]
    }

    /// The least sum at or above the threshold, with the first outcome that has it.
    fn first_of_least_sum(&self, threshold: i64) -> Option<(i64, u64)> {
        let mut least: Option<(i64, u64)> = None;
        for pair in self.pairs() {
            let bound = least.map_or(i64::MAX, |it| it.0);
            if pair.greatest() < threshold || pair.least() > bound {
                continue;
            }
            let mut bound = bound.saturating_sub(pair.constant);
            for (on_walked, walked_row, start) in pair.reaching(threshold) {
                let sum = on_walked + pair.indexed.units()[start];
                if sum <= bound {
                    bound = sum;
                    let code = self.code(walked_row, pair.indexed.rows()[start]);
                    let found = (sum + pair.constant, code);
                    least = Some(least.map_or(found, |it| it.min(found)));
                } else if start == 0 {
                    // From here on sums only rise.
                    break;
                }
            }
        }
        least
    }

    /// The greatest sum at or below the threshold, with the first outcome that has it.
    fn first_of_greatest_sum(&self, threshold: i64) -> Option<Ranked> {
        let mut greatest: Option<(i64, Reverse<u64>)> = None;
        for pair in self.pairs() {
            let (walked, indexed) = (pair.walked, pair.indexed);
            for (&on_walked, &walked_row) in walked.units().iter().zip(walked.rows()) {
                let rest = threshold - pair.constant - on_walked;
                let end = indexed.first_at_least(rest + 1);
                let Some(&on_indexed) = indexed.units()[..end].last() else {
                    break;
                };
                let sum = on_walked + on_indexed + pair.constant;
                if greatest.is_some_and(|it| sum < it.0) {
                    continue;
                }
                let first = indexed.first_at_least(on_indexed);
                let code = self.code(walked_row, indexed.rows()[first]);
                greatest = greatest.max(Some((sum, Reverse(code))));
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
        for pair in self.pairs() {
            for (on_walked, walked_row, first) in pair.reaching(after.units) {
                let rest = after.units - pair.constant - on_walked;
                if pair.indexed.units()[first] != rest {
                    continue;
                }
                let end = pair.indexed.first_at_least(rest + 1);
                let equals = &pair.indexed.rows()[first..end];
                // With one row of the one half, codes rise as rows of the other do.
                let behind = equals.partition_point(|&it| self.code(walked_row, it) <= after_code);
                if let Some(&indexed_row) = equals.get(behind) {
                    let code = self.code(walked_row, indexed_row);
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
        for pair in self.pairs().filter(|it| it.greatest() >= threshold) {
            // Going up one half, ever more of the other is worth enough.
            let mut end = pair.indexed.rows().len();
            let mut first_row = u32::MAX;
            for (_, walked_row, start) in pair.reaching(threshold) {
                let more = &pair.indexed.rows()[start..end];
                first_row = more.iter().fold(first_row, |first, &it| first.min(it));
                end = start;
                let code = self.code(walked_row, first_row);
                first = Some(first.map_or(code, |it| it.min(code)));
            }
        }
        first
    }

    /// The first outcome whose sum is at or below the threshold.
    fn first_at_most(&self, threshold: i64) -> Option<u64> {
        let mut first: Option<u64> = None;
        for pair in self.pairs().filter(|it| it.least() <= threshold) {
            let mut start = 0;
            let mut first_row: Option<u32> = None;
            let walked = pair.walked.units().iter().zip(pair.walked.rows());
            for (&on_walked, &walked_row) in walked.rev() {
                let end = (pair.indexed).first_at_least(threshold - pair.constant - on_walked + 1);
                let more = &pair.indexed.rows()[start..end];
                first_row = more.iter().copied().chain(first_row).min();
                start = end;
                if let Some(indexed_row) = first_row {
                    let code = self.code(walked_row, indexed_row);
                    first = Some(first.map_or(code, |it| it.min(code)));
                }
            }
        }
        first
    }

    /// Finds the nearest outcome at each of some levels, which rise, and leaves it in the levels.
    fn search_levels(&mut self, targets: &[Utility], offer_distance: &OfferDistance) {
        assert!(targets.is_sorted(), "targets rise");
        let mut scratch = std::mem::take(&mut self.scratch);
        let Scratch {
            distances,
            distance_next,
            costs,
            fronts,
            levels,
            ..
        } = &mut scratch;
        levels.begin(targets.iter().map(|&it| Self::threshold(it)));
        let least = levels.least().unwrap_or(FAR_ABOVE);
        self.sort_down_to(least);
        let heard = offer_distance.heard().without(self.plan.me);
        let [walked, other] = self.plan.by_length;
        for audience in &self.plan.audiences {
            let others = offer_distance.counted(audience.others).intersection(heard);
            let mean = offer_distance.mean(others);
            levels.turn_to(mean);
            offer_distance.list_costs(others, costs);
            for side in [0, 1] {
                self.measure(side, costs, &mut distances[side], distance_next);
                fronts[side].clear(self.sorted[side].len());
            }
            for &idx in &audience.pairs {
                let Some(pair) = self.pair(idx).filter(|it| it.greatest() >= least) else {
                    continue;
                };
                let groups = self.plan.pairs[idx].groups;
                for (side, group) in [(walked, pair.walked), (other, pair.indexed)] {
                    fronts[side].prepare(groups[side], group, &distances[side]);
                }
                let pair = FrontPair {
                    walked: fronts[walked].of(groups[walked]),
                    other: fronts[other].of(groups[other]),
                    constant: pair.constant,
                };
                pair.search(levels, mean, |walked, other| self.code(walked, other));
            }
        }
        self.scratch = scratch;
    }

    /// The sum an outcome must reach to be worth the target: whatever it is, for target 0.
    fn threshold(target: Utility) -> i64 {
        if target == Utility::ZERO {
            -FAR_ABOVE
        } else {
            target.units()
        }
    }
}

/// From which sum on outcomes are as good as those of the greatest: what is held within [0, 1] is equal
/// there.
fn best_from(greatest: i64) -> i64 {
    Halves::threshold(Utility::clamped(greatest))
}

/// Sums up, for each row of a half, what its options add; the last issue's options change fastest.
fn sum_rows<'a, T: Copy + Default + std::ops::Add<Output = T> + 'a>(
    sums: &mut Vec<T>,
    next: &mut Vec<T>,
    issues: &[IssueId],
    of_issue: impl Fn(IssueId) -> &'a [T],
) {
    sums.clear();
    sums.push(T::default());
    for &issue in issues.iter().rev() {
        next.clear();
        for &adds in of_issue(issue) {
            next.extend(sums.iter().map(|&it| it + adds));
        }
        std::mem::swap(sums, next);
    }
}

/// All of the preferences on which answers depend.
fn searched_numbers(preferences: &Preferences) -> impl Iterator<Item = i64> + '_ {
    let interactions = preferences.interactions().iter().map(|it| it.1);
    let red_lines = 0..preferences.red_lines().len();
    (preferences.all_contributions().iter().copied())
        .chain(interactions)
        .chain(red_lines.map(|it| i64::from(preferences.is_red_line_real(it))))
}

impl OutcomeSearch for Halves {
    fn rebuild(&mut self, preferences: &Preferences) {
        // Preferences of which all numbers are certain are the same in every session.
        if searched_numbers(preferences).eq(self.built_from.iter().copied()) {
            return;
        }
        self.built_from.clear();
        self.built_from.extend(searched_numbers(preferences));
        for side in [0, 1] {
            self.sum_half(side, preferences);
        }
        for (constant, pair) in self.constants.iter_mut().zip(&self.plan.pairs) {
            let is_barred = (pair.red_lines.iter()).any(|&it| preferences.is_red_line_real(it));
            let interactions = pair.interactions.iter();
            let adds = interactions.map(|&it| preferences.interactions()[it].1);
            *constant = (!is_barred).then(|| adds.sum());
        }
        self.greatest = self.greatest_sum();
        self.sorted_from = FAR_ABOVE;
    }

    fn best(&mut self) -> Option<Outcome> {
        let threshold = best_from(self.greatest?);
        self.sort_down_to(threshold);
        let code = self.first_at_least(threshold);
        let code = code.expect("the greatest sum is reached");
        Some(Outcome::from_shares(code))
    }

    fn least_at_least(&mut self, target: Utility) -> Option<Outcome> {
        self.sort_down_to(Self::threshold(target));
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
        self.search_levels(&[target], offer_distance);
        self.scratch.levels.outcomes().next().flatten()
    }

    fn nearest_at_each(
        &mut self,
        targets: &[Utility],
        offer_distance: &OfferDistance,
    ) -> Vec<Option<Outcome>> {
        self.search_levels(targets, offer_distance);
        self.scratch.levels.outcomes().collect()
    }

    fn count_at_least(&mut self, target: Utility) -> u64 {
        let threshold = Self::threshold(target);
        self.sort_down_to(threshold);
        let counts = self.pairs().map(|pair| {
            let n_indexed = pair.indexed.rows().len();
            let reaching = pair.reaching(threshold);
            reaching.map(|it| (n_indexed - it.2) as u64).sum::<u64>()
        });
        counts.sum()
    }

    fn nth_at_least(&mut self, target: Utility, n: u64) -> Option<Outcome> {
        let threshold = Self::threshold(target);
        self.sort_down_to(threshold);
        let mut rest = n;
        for (pair, constant) in self.plan.pairs.iter().zip(&self.constants) {
            let Some(constant) = constant else { continue };
            let [left, right] = [0, 1].map(|side| &self.sorted[side][pair.groups[side]]);
            for (&on_left, &left_row) in left.units().iter().zip(left.rows()) {
                let start = right.first_at_least(threshold - constant - on_left);
                let here = (right.rows().len() - start) as u64;
                if rest < here {
                    let place = start + usize::try_from(rest).expect("a place in a list");
                    let [left, right_codes] = [0, 1].map(|side| &self.plan.halves[side].codes);
                    let code = left[left_row as usize] | right_codes[right.rows()[place] as usize];
                    return Some(Outcome::from_shares(code));
                }
                rest -= here;
            }
        }
        None
    }

    fn next_in_ranking(&mut self, after: Option<Ranked>) -> Option<Ranked> {
        self.sort_down_to(-FAR_ABOVE);
        match after {
            None => self.first_of_greatest_sum(FAR_ABOVE),
            Some(it) => self
                .next_equal(it)
                .or_else(|| self.first_of_greatest_sum(it.units - 1)),
        }
    }

    fn each_up_to_least(
        &mut self,
        from: i64,
        enough: i64,
        tolerance: i64,
        look: &mut dyn FnMut(Outcome),
    ) {
        self.sort_down_to(from);
        let mut found = std::mem::take(&mut self.scratch.found);
        found.clear();
        let mut limit = i64::MAX;
        for pair in self.pairs() {
            if pair.greatest() < from || pair.least() > limit {
                continue;
            }
            for (on_walked, walked_row, start) in pair.reaching(from) {
                let elsewhere = on_walked + pair.constant;
                for place in start..pair.indexed.units().len() {
                    let sum = elsewhere + pair.indexed.units()[place];
                    if sum > limit {
                        break;
                    }
                    let code = self.code(walked_row, pair.indexed.rows()[place]);
                    found.push((sum, code));
                    if sum >= enough {
                        limit = limit.min(sum + tolerance);
                    }
                }
                if elsewhere + pair.indexed.least() > limit {
                    break;
                }
            }
        }
        for &(_, code) in found.iter().filter(|it| it.0 <= limit) {
            look(Outcome::from_shares(code));
        }
        self.scratch.found = found;
    }
}
