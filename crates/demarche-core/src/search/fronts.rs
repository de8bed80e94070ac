//! Outcomes that are nearest to what others want at several levels of own worth, from the rows that count.
//!
//! Within a group of rows, one that is worth less than another and no nearer is never part of the
//! answer, whatever the rest of the outcome and whatever must be reached: what is left is a front, on
//! which less worth means less distance, and which has a handful of rows as a rule. With two
//! fronts, two pointers find what is nearest at a level in one walk.
//! Kung, Luccio and Preparata, *On finding the maxima of a set of vectors*, Journal of the ACM 22 (1975),
//! 469–476.

use std::ops::Range;

use crate::domain::Outcome;
use crate::search::offer_distance::Mean;
use crate::search::sorted_group::SortedGroup;

/// A row that no other one of its group stands in for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FrontRow {
    pub(super) units: i64,
    pub(super) distance: u32,
    pub(super) row: u32,
}

/// The fronts of a half's groups, for one audience.
#[derive(Debug, Default)]
pub(super) struct Fronts {
    rows: Vec<FrontRow>,
    /// By group; `None` until it is asked for.
    of_groups: Vec<Option<Range<usize>>>,
}

impl Fronts {
    /// Forgets all fronts, for so many groups and another audience.
    pub(super) fn clear(&mut self, n_groups: usize) {
        self.rows.clear();
        self.of_groups.clear();
        self.of_groups.resize(n_groups, None);
    }

    /// Sees to it that the front of a group is there, whose rows are so far from what is wanted.
    pub(super) fn prepare(&mut self, idx: usize, group: &SortedGroup, distances: &[u32]) {
        if self.of_groups[idx].is_some() {
            return;
        }
        let start = self.rows.len();
        let mut least = u32::MAX;
        // What is worth most comes first, and of equals the last by code.
        for (place, &row) in group.rows().iter().enumerate().rev() {
            let distance = distances[row as usize];
            if distance > least {
                continue;
            }
            let found = FrontRow {
                units: group.units()[place],
                distance,
                row,
            };
            match self.rows[start..].last_mut() {
                Some(last) if last.units == found.units => *last = found,
                Some(_) if distance == least => {}
                _ => self.rows.push(found),
            }
            least = distance;
        }
        self.of_groups[idx] = Some(start..self.rows.len());
    }

    /// The front of a group that was prepared, by falling worth and falling distance.
    pub(super) fn of(&self, idx: usize) -> &[FrontRow] {
        let range = self.of_groups[idx].clone();
        &self.rows[range.expect("the front was prepared")]
    }
}

/// The nearest outcome so far; the least is the one meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Nearest {
    distance: u64,
    /// The sum of contributions, below 0: of equally near outcomes the one worth most.
    negated_sum: i64,
    code: u64,
}

/// Levels of worth, which rise, with the nearest outcome that reaches each.
#[derive(Debug, Default)]
pub(super) struct Levels {
    thresholds: Vec<i64>,
    /// By level; what is found at a level is found at those below it, so that distances rise too.
    nearest: Vec<Option<Nearest>>,
    /// By level, the greatest sum of distances with which an outcome may still be the nearest.
    bounds: Vec<u32>,
}

impl Levels {
    /// Begins anew with these levels.
    pub(super) fn begin(&mut self, thresholds: impl Iterator<Item = i64>) {
        self.thresholds.clear();
        self.thresholds.extend(thresholds);
        self.nearest.clear();
        self.nearest.resize(self.thresholds.len(), None);
        self.bounds.clear();
        self.bounds.resize(self.thresholds.len(), u32::MAX);
    }

    /// The lowest level.
    pub(super) fn least(&self) -> Option<i64> {
        self.thresholds.first().copied()
    }

    /// Continues with another audience.
    pub(super) fn turn_to(&mut self, mean: Mean) {
        for (bound, nearest) in self.bounds.iter_mut().zip(&self.nearest) {
            *bound = nearest.map_or(u32::MAX, |it| mean.greatest_sum_within(it.distance));
        }
    }

    /// The nearest outcome at each level.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = Option<Outcome>> {
        let nearest = self.nearest.iter();
        nearest.map(|it| it.map(|it| Outcome::from_shares(it.code)))
    }

    /// Takes in an outcome that reaches a level.
    fn note(&mut self, level: usize, found: Nearest, mean: Mean) {
        let bound = mean.greatest_sum_within(found.distance);
        let below = self.nearest[..=level].iter_mut().zip(&mut self.bounds);
        for (nearest, of_level) in below.rev() {
            if nearest.is_some_and(|it| it <= found) {
                break;
            }
            *nearest = Some(found);
            *of_level = bound;
        }
    }
}

/// Two fronts: every row of one with every row of the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrontPair<'a> {
    pub(super) walked: &'a [FrontRow],
    pub(super) other: &'a [FrontRow],
    /// What is added to each sum.
    pub(super) constant: i64,
}

impl FrontPair<'_> {
    /// Looks for what is nearer than the nearest found so far, at each level.
    ///
    /// `code` is the packed form of two rows' outcome.
    pub(super) fn search(self, levels: &mut Levels, mean: Mean, code: impl Fn(u32, u32) -> u64) {
        let (Some(walked), Some(other)) = (self.walked.last(), self.other.last()) else {
            return;
        };
        let least_distance = walked.distance + other.distance;
        let first = levels.bounds.partition_point(|it| *it < least_distance);
        let greatest = self.walked[0].units + self.other[0].units + self.constant;
        // From the top: what is found there counts below too.
        for level in (first..levels.thresholds.len()).rev() {
            if levels.thresholds[level] <= greatest {
                self.search_level(level, levels, mean, &code);
            }
        }
    }

    /// Looks at one level.
    fn search_level(
        self,
        level: usize,
        levels: &mut Levels,
        mean: Mean,
        code: &impl Fn(u32, u32) -> u64,
    ) {
        let threshold = levels.thresholds[level] - self.constant;
        let mut bound = levels.bounds[level];
        let mut end = self.other.len();
        for walked in self.walked {
            let rest = threshold - walked.units;
            // The less a row is worth, the more must come with it.
            while end > 0 && self.other[end - 1].units < rest {
                end -= 1;
            }
            let Some(other) = self.other[..end].last() else {
                break;
            };
            let sum = walked.distance + other.distance;
            if sum <= bound {
                let found = Nearest {
                    distance: mean.of(sum),
                    negated_sum: -(walked.units + other.units + self.constant),
                    code: code(walked.row, other.row),
                };
                levels.note(level, found, mean);
                bound = levels.bounds[level];
            }
        }
    }
}
