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

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{
    Condition, ConsentRule, IssueId, Outcome, OutcomeSpace, PartyId, PartySet, Preferences,
    Utility,
};
use crate::search::remoteness::{greatest_sum_within, mean_distance};
use crate::search::{OutcomeSearch, Remoteness};

/// How much larger than the square root of the space a half may be so that coupled issues stay
/// together; beyond it, splitting them into groups costs less.
const LOPSIDEDNESS_MAX: f64 = 8.0;

/// What of the halves does not depend on drawn numbers; made once per party and scenario.
#[derive(Debug)]
pub struct HalvesPlan {
    space: Arc<OutcomeSpace>,
    me: PartyId,
    halves: [HalfPlan; 2],
    /// Each pair of a left and a right group.
    pairs: Vec<Pair>,
    /// The distinct sets of parties whose distance counts, each with its pairs.
    audiences: Vec<Audience>,
}

/// The fixed part of one half.
#[derive(Debug)]
struct HalfPlan {
    issues: Vec<IssueId>,
    /// Each row's share of an outcome's packed form; rising.
    codes: Vec<u64>,
    /// Interactions within this half, by position, with the rows that fulfil them.
    interactions: Vec<(usize, Vec<u32>)>,
    /// Rows that fulfil the same part of everything that couples the halves.
    groups: Vec<Vec<u32>>,
}

/// A group of the left half with one of the right half.
#[derive(Debug)]
struct Pair {
    left: usize,
    right: usize,
    /// Interactions across the halves that all outcomes of the pair fulfil.
    interactions: Vec<usize>,
}

/// Parties whose distance counts, and where.
#[derive(Debug)]
struct Audience {
    others: PartySet,
    /// Positions of pairs, sorted by their right group.
    pairs: Vec<usize>,
}

/// What a row fulfils of everything that couples the halves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Signature {
    /// Interactions across the halves: whether the row fulfils its part.
    interactions: Vec<bool>,
    /// Who is needed because of this half alone.
    needed: PartySet,
    /// Conditions for consent across the halves: whether the row fulfils its part.
    vetoes: Vec<bool>,
}

/// Whether a search has to tell apart whose consent an outcome needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audiences {
    /// Yes: [`OutcomeSearch::nearest_at_least`] will be asked.
    Distinguished,
    /// No: the other questions are answered faster, and nobody's distance counts.
    Alike,
}

impl HalvesPlan {
    /// The plan for a party's preferences with these interactions, under a consent rule.
    ///
    /// # Panics
    ///
    /// Never: a space has at most a trillion outcomes, so that halves have at most some millions.
    pub fn new(
        space: Arc<OutcomeSpace>,
        me: PartyId,
        interactions: &[Condition],
        consent: &ConsentRule,
        audiences: Audiences,
    ) -> Self {
        let sides = split(&space, interactions);
        let vetoes: Vec<(PartyId, &Condition)> = match audiences {
            Audiences::Distinguished => consent.vetoes().iter().map(|it| (it.party, &it.when)).collect(),
            Audiences::Alike => Vec::new(),
        };
        let spans = |condition: &Condition| {
            let on = |side: usize| {
                condition
                    .clauses()
                    .iter()
                    .any(|(issue, _)| sides[issue.idx()] == side)
            };
            (on(0), on(1))
        };
        let cross_interactions: Vec<usize> = (0..interactions.len())
            .filter(|&it| spans(&interactions[it]) == (true, true))
            .collect();
        let cross_vetoes: Vec<(PartyId, &Condition)> = vetoes
            .iter()
            .copied()
            .filter(|it| spans(it.1) == (true, true))
            .collect();
        let mut signatures: [Vec<Signature>; 2] = [Vec::new(), Vec::new()];
        let halves = [0, 1].map(|side| {
            let issues: Vec<IssueId> = space
                .issues()
                .filter(|it| sides[it.idx()] == side)
                .collect();
            let codes = codes_of_rows(&space, &issues);
            let fulfils = |code: u64, condition: &Condition| {
                condition.clauses().iter().all(|(issue, options)| {
                    sides[issue.idx()] != side
                        || options.contains(&space.option(Outcome::from_shares(code), *issue))
                })
            };
            // A condition that names no issue holds for all rows; the left half takes it.
            let is_mine = |condition: &Condition| match spans(condition) {
                (true, true) => false,
                (_, on_right) => on_right == (side == 1),
            };
            let inner_interactions = (0..interactions.len())
                .filter(|&it| is_mine(&interactions[it]))
                .map(|it| {
                    let rows = rows_where(&codes, |code| fulfils(code, &interactions[it]));
                    (it, rows)
                })
                .collect();
            let signature = |code: u64| Signature {
                interactions: cross_interactions
                    .iter()
                    .map(|&it| fulfils(code, &interactions[it]))
                    .collect(),
                needed: vetoes
                    .iter()
                    .filter(|(_, when)| is_mine(when) && fulfils(code, when))
                    .map(|it| it.0)
                    .collect(),
                vetoes: cross_vetoes
                    .iter()
                    .map(|(_, when)| fulfils(code, when))
                    .collect(),
            };
            let mut groups: BTreeMap<Signature, Vec<u32>> = BTreeMap::new();
            for (row, &code) in (0_u32..).zip(&codes) {
                groups.entry(signature(code)).or_default().push(row);
            }
            let (keys, groups) = groups.into_iter().unzip();
            signatures[side] = keys;
            HalfPlan {
                issues,
                codes,
                interactions: inner_interactions,
                groups,
            }
        });

        let mut pairs = Vec::new();
        let mut by_audience: BTreeMap<PartySet, Vec<usize>> = BTreeMap::new();
        for (right, on_right) in signatures[1].iter().enumerate() {
            for (left, on_left) in signatures[0].iter().enumerate() {
                let both = |a: &[bool], b: &[bool], idx: usize| a[idx] && b[idx];
                let mut needed = on_left.needed.union(on_right.needed).union(consent.counted());
                for (idx, (party, _)) in cross_vetoes.iter().enumerate() {
                    if both(&on_left.vetoes, &on_right.vetoes, idx) {
                        needed = needed.with(*party);
                    }
                }
                by_audience
                    .entry(needed.without(me))
                    .or_default()
                    .push(pairs.len());
                pairs.push(Pair {
                    left,
                    right,
                    interactions: cross_interactions
                        .iter()
                        .enumerate()
                        .filter(|(idx, _)| both(&on_left.interactions, &on_right.interactions, *idx))
                        .map(|it| *it.1)
                        .collect(),
                });
            }
        }
        let audiences = by_audience
            .into_iter()
            .map(|(others, pairs)| Audience { others, pairs })
            .collect();
        Self {
            space,
            me,
            halves,
            pairs,
            audiences,
        }
    }
}

/// Which half each issue goes to, by position: 0 or 1.
///
/// Coupled issues stay together unless that would make a half far larger than the other.
fn split(space: &OutcomeSpace, interactions: &[Condition]) -> Vec<usize> {
    let mut components: Vec<Vec<IssueId>> = space.issues().map(|it| vec![it]).collect();
    for condition in interactions {
        let (coupled, apart): (Vec<_>, Vec<_>) = components.into_iter().partition(|component| {
            let named = |issue: &IssueId| condition.clauses().iter().any(|it| it.0 == *issue);
            component.iter().any(named)
        });
        components = apart;
        if !coupled.is_empty() {
            components.push(coupled.concat());
        }
    }
    let together = balance(space, components);
    let log_space = log_size(space, space.issues());
    let log_larger = [0, 1]
        .map(|side| log_size(space, space.issues().filter(|it| together[it.idx()] == side)))
        .into_iter()
        .fold(0.0, f64::max);
    if log_larger <= log_space / 2.0 + libm::log(LOPSIDEDNESS_MAX) {
        together
    } else {
        balance(space, space.issues().map(|it| vec![it]).collect())
    }
}

/// Puts the largest component first, each into the half that is smaller so far.
fn balance(space: &OutcomeSpace, mut components: Vec<Vec<IssueId>>) -> Vec<usize> {
    let size = |it: &Vec<IssueId>| log_size(space, it.iter().copied());
    components.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.cmp(b)));
    let mut sizes = [0.0, 0.0];
    let mut sides = vec![0; space.n_issues()];
    for component in components {
        let side = usize::from(sizes[1] < sizes[0]);
        sizes[side] += size(&component);
        for issue in component {
            sides[issue.idx()] = side;
        }
    }
    sides
}

#[expect(clippy::cast_precision_loss, reason = "at most 4096 options")]
fn log_size(space: &OutcomeSpace, issues: impl Iterator<Item = IssueId>) -> f64 {
    issues.map(|it| libm::log(space.n_options(it) as f64)).sum()
}

fn codes_of_rows(space: &OutcomeSpace, issues: &[IssueId]) -> Vec<u64> {
    issues.iter().fold(vec![0], |rows, &issue| {
        rows.iter()
            .flat_map(|row| space.options(issue).map(move |it| row | space.share(issue, it)))
            .collect()
    })
}

fn rows_where(codes: &[u64], holds: impl Fn(u64) -> bool) -> Vec<u32> {
    (0_u32..)
        .zip(codes)
        .filter(|(_, code)| holds(**code))
        .map(|it| it.0)
        .collect()
}

/// The two sorted halves of one party's drawn preferences.
#[derive(Debug)]
pub struct Halves {
    plan: Arc<HalvesPlan>,
    sorted: [Vec<SortedGroup>; 2],
    /// What each pair's interactions add, by position.
    constants: Vec<i64>,
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
        let sorted = [0, 1].map(|side| vec![SortedGroup::default(); plan.halves[side].groups.len()]);
        Self {
            constants: vec![0; plan.pairs.len()],
            sorted,
            plan,
            scratch: Scratch::default(),
        }
    }

    fn sort_half(&mut self, side: usize, preferences: &Preferences) {
        let plan = &self.plan.halves[side];
        let Scratch {
            units, next, keyed, ..
        } = &mut self.scratch;
        units.clear();
        units.push(0);
        for &issue in &plan.issues {
            next.clear();
            let options = self.plan.space.options(issue);
            for &sum in units.iter() {
                next.extend(options.clone().map(|it| sum + preferences.contribution(issue, it)));
            }
            std::mem::swap(units, next);
        }
        for (idx, rows) in &plan.interactions {
            let adds = preferences.interactions()[*idx].1;
            for &row in rows {
                units[row as usize] += adds;
            }
        }
        for (group, rows) in self.sorted[side].iter_mut().zip(&plan.groups) {
            keyed.clear();
            keyed.extend(rows.iter().map(|&row| (units[row as usize], row)));
            keyed.sort_unstable();
            group.units.clear();
            group.units.extend(keyed.iter().map(|it| it.0));
            group.rows.clear();
            group.rows.extend(keyed.iter().map(|it| it.1));
        }
    }

    /// Each pair's sorted groups with what its interactions add.
    fn pairs(&self) -> impl Iterator<Item = (&SortedGroup, &SortedGroup, i64)> {
        self.plan
            .pairs
            .iter()
            .zip(&self.constants)
            .map(|(pair, &constant)| {
                (
                    &self.sorted[0][pair.left],
                    &self.sorted[1][pair.right],
                    constant,
                )
            })
    }

    fn code(&self, left_row: u32, right_row: u32) -> u64 {
        let [left, right] = &self.plan.halves;
        left.codes[left_row as usize] | right.codes[right_row as usize]
    }

    /// The least sum at or above the threshold, with the first outcome that has it.
    fn least_sum_at_least(&self, threshold: i64) -> Option<(i64, u64)> {
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
            // Far below any sum, and far enough from the end for subtraction.
            i64::MIN / 4
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
        others: PartySet,
        nearest: &mut Option<Nearest>,
    ) {
        let mut bound = nearest.map_or(u32::MAX, |it| greatest_sum_within(it.distance, others));
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
                distance: mean_distance(sum, others),
                // Above the threshold of the pair is above that of all by the same constant.
                shortfall: -(on_left + right.units[place] - threshold),
                code: self.code(left_row, right.rows[place]),
            };
            if nearest.is_none_or(|it| found < it) {
                *nearest = Some(found);
                bound = greatest_sum_within(found.distance, others);
            }
        }
    }

    /// Sums up how far each row is from what each of the parties wants.
    fn measure_distances(&mut self, parties: PartySet, remoteness: &Remoteness) {
        let space = &self.plan.space;
        let Scratch {
            distances,
            distance_next,
            costs,
            ..
        } = &mut self.scratch;
        for party in parties.iter() {
            costs.clear();
            costs.extend(remoteness.costs(party));
            for (half, distances) in self.plan.halves.iter().zip(distances.iter_mut()) {
                if distances.len() <= party.idx() {
                    distances.resize(party.idx() + 1, Vec::new());
                }
                let rows = &mut distances[party.idx()];
                rows.clear();
                rows.push(0);
                for &issue in &half.issues {
                    let first = space.flat(issue, crate::domain::OptionId::new(0));
                    let of_issue = &costs[first..first + space.n_options(issue)];
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
            *constant = pair
                .interactions
                .iter()
                .map(|&it| preferences.interactions()[it].1)
                .sum();
        }
    }

    fn best(&mut self) -> Outcome {
        let greatest = self
            .pairs()
            .map(|(left, right, constant)| left.greatest() + right.greatest() + constant)
            .max()
            .expect("a space has outcomes");
        // What is held within [0, 1] is equal there.
        let utility = Utility::clamped(greatest);
        let code = self.first_at_least(Self::threshold(utility));
        Outcome::from_shares(code.expect("the greatest sum is reached"))
    }

    fn least_at_least(&mut self, target: Utility) -> Option<Outcome> {
        let (sum, code) = self.least_sum_at_least(Self::threshold(target))?;
        let code = if sum >= Utility::ONE.units() {
            self.first_at_least(Utility::ONE.units())
                .expect("a sum at or above one was found")
        } else if sum <= 0 {
            self.first_at_most(0).expect("a sum at or below zero was found")
        } else {
            code
        };
        Some(Outcome::from_shares(code))
    }

    fn nearest_at_least(&mut self, target: Utility, remoteness: &Remoteness) -> Option<Outcome> {
        let threshold = Self::threshold(target);
        let heard = remoteness.heard().without(self.plan.me);
        self.measure_distances(heard, remoteness);
        let plan = Arc::clone(&self.plan);
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut nearest: Option<Nearest> = None;
        for audience in &plan.audiences {
            let others = audience.others.intersection(heard);
            for (half, (sums, distances)) in plan
                .halves
                .iter()
                .zip(scratch.audience.iter_mut().zip(&scratch.distances))
            {
                sum_distances(sums, half.codes.len(), others, distances);
            }
            let mut scanned_right = None;
            for &idx in &audience.pairs {
                let pair = &plan.pairs[idx];
                let groups = [&self.sorted[0][pair.left], &self.sorted[1][pair.right]];
                let rest = threshold - self.constants[idx];
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
                    others,
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
            distance < least
                || distance == least && group.units[place] == group.units[at as usize]
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
