//! The smallest change that flips it: how far a number must move for the share of deals to cross
//! a threshold.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::effects::{FigureWorker, Figures};
use crate::experiment::plan::{Cell, Plan};
use crate::negotiation::{NumberId, Setting};
use crate::seeds::Seeds;
use crate::statistics::{Bootstrap, Estimate, Interval};

/// What a search for flips asks.
#[derive(Clone, Debug)]
pub struct FlipSearch {
    /// What is negotiated, as it stands.
    pub setting: Setting,
    /// The luck that all shifts share.
    pub seeds: Seeds,
    /// The numbers that are moved, one at a time.
    pub numbers: Vec<NumberId>,
    /// The share of deals to cross, in (0, 1).
    pub rate: f64,
    /// Sessions at each shift.
    pub sessions: u64,
}

/// How the share of deals goes with one number.
#[derive(Clone, PartialEq, Debug)]
pub struct Flip {
    /// The number that is moved.
    pub number: NumberId,
    /// The share of deals at every shift that was tried, in ascending order; 0 is among them.
    pub curve: Vec<(f64, Estimate)>,
    /// The least shift at which the share crosses the threshold; `None` within reach.
    pub shift: Option<LeastShift>,
}

/// The least shift at which the share of deals crosses a threshold.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LeastShift {
    /// By how much, in the number's own unit; negative downwards.
    pub by: f64,
    /// Its interval at [`CONFIDENCE`](crate::statistics::CONFIDENCE) by a bootstrap over replications; `None` if in too many
    /// resamples the threshold is out of reach.
    pub interval: Option<Interval>,
}

/// Shifts that are tried first, as shares of what a number can be moved at all: each direction.
const COARSE: [f64; 8] = [
    0.007_812_5,
    0.015_625,
    0.03125,
    0.0625,
    0.125,
    0.25,
    0.5,
    1.0,
];

/// Shifts tried between the last on this side of the threshold and the first beyond.
const FINE: u32 = 7;

/// A number without an upper bound is moved up to so many times its own greatest value.
const UNBOUNDED_REACH: f64 = 4.0;

/// Resamples behind an interval.
const RESAMPLES: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

impl FlipSearch {
    /// At most how many sessions the search takes.
    pub fn n_sessions_max(&self) -> u64 {
        let coarse = 2 * COARSE.len() * self.numbers.len() + 1;
        let fine = 2 * FINE as usize * self.numbers.len();
        (coarse + fine) as u64 * self.sessions
    }

    /// Searches, on the same luck at every shift: a coarse look in both directions, then a finer
    /// one where the share of deals crosses the threshold.
    ///
    /// ```text
    /// shift = δ_k + (δ_{k+1} − δ_k) (rate − p_k) / (p_{k+1} − p_k)
    /// ```
    ///
    /// with k + 1 the first shift, from 0 outwards, at which the share p of deals lies on the other
    /// side of the threshold than without a shift. Of both directions, the nearer one counts.
    /// Deterministic for any number of threads; `advance` gets the sessions as they come.
    /// `None` when interrupted.
    ///
    /// # Errors
    ///
    /// If a party's actor is gone.
    ///
    /// # Panics
    ///
    /// If the setting has no such number.
    pub fn run(
        &self,
        threads: usize,
        interrupt: &Interrupt,
        mut advance: impl FnMut(&[Figures]),
    ) -> Result<Option<Vec<Flip>>, BatchError<std::convert::Infallible>> {
        let mut points = vec![(self.numbers.len(), 0.0)];
        for (idx, &number) in self.numbers.iter().enumerate() {
            let (down, up) = self.reach(number);
            points.extend(COARSE.iter().rev().map(|it| (idx, it * down)));
            points.extend(COARSE.iter().map(|it| (idx, it * up)));
        }
        // A number that is at an end of its range goes one way only.
        points.retain(|it| it.0 == self.numbers.len() || it.1.abs() > 0.0);
        let mut tried = self.try_out(&points, threads, interrupt, &mut advance)?;
        let unmoved = tried
            .iter()
            .find(|it| it.idx == self.numbers.len())
            .cloned();
        let Some(unmoved) = unmoved.filter(|_| !interrupt.is_requested()) else {
            return Ok(None);
        };
        tried.retain(|it| it.idx != self.numbers.len());
        let mut rows: Vec<Vec<Tried>> = (0..self.numbers.len())
            .map(|idx| {
                let of_number = tried.iter().filter(|it| it.idx == idx).cloned();
                sorted(of_number.chain([unmoved.clone()]).collect())
            })
            .collect();
        let finer: Vec<(usize, f64)> = rows
            .iter()
            .enumerate()
            .flat_map(|(idx, row)| {
                let brackets =
                    [Direction::Down, Direction::Up].map(|it| self.bracket(row, it, None));
                let inner = brackets.into_iter().flatten().flat_map(|(near, far)| {
                    let step = (row[far].by - row[near].by) / f64::from(FINE + 1);
                    let from = row[near].by;
                    (1..=FINE).map(move |it| f64::from(it).mul_add(step, from))
                });
                inner.map(move |by| (idx, by)).collect::<Vec<_>>()
            })
            .collect();
        if !finer.is_empty() {
            for it in self.try_out(&finer, threads, interrupt, &mut advance)? {
                rows[it.idx].push(it);
            }
        }
        if interrupt.is_requested() {
            return Ok(None);
        }
        let flips = self.numbers.iter().zip(rows);
        let found = flips.map(|(&number, row)| {
            let row = sorted(row);
            let curve = row.iter().filter_map(|it| Some((it.by, it.rate()?)));
            Flip {
                number,
                curve: curve.collect(),
                shift: self.least_shift(&row),
            }
        });
        Ok(Some(found.collect()))
    }

    /// How far down and up a number can be moved: until every draw of it is at an end of its range.
    fn reach(&self, number: NumberId) -> (f64, f64) {
        let within = self.setting.range(number);
        let it = self.setting.numbers().nth(number.idx());
        let (min, max) = it.expect("one of the setting's").distribution.range();
        let furthest = UNBOUNDED_REACH * max.abs().max(min.abs()).max(0.25);
        let down = (within.start() - max).max(-furthest);
        let up = (within.end() - min).min(furthest);
        (down, up)
    }

    /// Runs the sessions at some shifts of some numbers; a number beyond the last is none.
    fn try_out(
        &self,
        points: &[(usize, f64)],
        threads: usize,
        interrupt: &Interrupt,
        advance: &mut impl FnMut(&[Figures]),
    ) -> Result<Vec<Tried>, BatchError<std::convert::Infallible>> {
        let cells = points.iter().map(|&(idx, by)| {
            let setting = self.setting.clone();
            let setting = match self.numbers.get(idx) {
                None => setting,
                Some(&number) => setting.with_shift(number, by),
            };
            Cell {
                setting: Arc::new(setting),
                seeds: self.seeds,
            }
        });
        let plan = Plan::new(cells.collect(), self.sessions);
        let mut res: Vec<Tried> = points
            .iter()
            .map(|&(idx, by)| Tried {
                idx,
                by,
                is_agreed: Vec::new(),
            })
            .collect();
        run(&plan, threads, interrupt, &FigureWorker, |chunk| {
            advance(&chunk.product);
            let agreed = chunk.product.iter().map(Figures::is_agreed);
            res[chunk.cell.idx()].is_agreed.extend(agreed);
            Ok(())
        })?;
        Ok(res)
    }

    /// The two neighboring shifts between which the share of deals crosses the threshold first, from
    /// 0 in one direction, in a resample of the replications.
    fn bracket(
        &self,
        row: &[Tried],
        direction: Direction,
        resample: Option<&[usize]>,
    ) -> Option<(usize, usize)> {
        let unmoved = row.iter().position(|it| it.idx == self.numbers.len())?;
        let is_above = |idx: usize| row[idx].share(resample) >= self.rate;
        let from = is_above(unmoved);
        match direction {
            Direction::Down => (0..unmoved)
                .rev()
                .find(|&it| is_above(it) != from)
                .map(|it| (it + 1, it)),
            Direction::Up => (unmoved + 1..row.len())
                .find(|&it| is_above(it) != from)
                .map(|it| (it - 1, it)),
        }
    }

    /// Where the share of deals crosses the threshold in one direction; `None` within reach.
    fn crossing(
        &self,
        row: &[Tried],
        direction: Direction,
        resample: Option<&[usize]>,
    ) -> Option<f64> {
        let (near, far) = self.bracket(row, direction, resample)?;
        let (from, to) = (row[near].share(resample), row[far].share(resample));
        let share = (self.rate - from) / (to - from);
        Some(row[near].by + share * (row[far].by - row[near].by))
    }

    fn least_shift(&self, row: &[Tried]) -> Option<LeastShift> {
        let crossings = [Direction::Down, Direction::Up]
            .into_iter()
            .filter_map(|it| Some((it, self.crossing(row, it, None)?)));
        let (direction, by) =
            crossings.min_by(|one, other| one.1.abs().total_cmp(&other.1.abs()))?;
        // Out of reach counts as further than anything.
        let distance = |resample: &[usize]| {
            self.crossing(row, direction, Some(resample))
                .map_or(f64::INFINITY, f64::abs)
        };
        let n = row[0].is_agreed.len();
        let resampled = Bootstrap::new(n, distance, RESAMPLES, 1)?;
        let distances = resampled.resampled().numbers();
        // At a confidence of 95 %, a fortieth lies beyond each end.
        let n_beyond = distances.len() / 40;
        let (low, high) = (
            distances[n_beyond],
            distances[distances.len() - 1 - n_beyond],
        );
        let interval = high.is_finite().then(|| match direction {
            Direction::Up => Interval { low, high },
            Direction::Down => Interval {
                low: -high,
                high: -low,
            },
        });
        Some(LeastShift { by, interval })
    }
}

/// Which way a number is moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direction {
    Down,
    Up,
}

/// The sessions at one shift of one number.
#[derive(Clone, Debug)]
struct Tried {
    idx: usize,
    by: f64,
    /// By replication.
    is_agreed: Vec<bool>,
}

impl Tried {
    /// The share of deals, in all replications or in a resample of them.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn share(&self, resample: Option<&[usize]>) -> f64 {
        let n_agreed = match resample {
            None => self.is_agreed.iter().filter(|it| **it).count(),
            Some(indices) => indices.iter().filter(|it| self.is_agreed[**it]).count(),
        };
        n_agreed as f64 / self.is_agreed.len().max(1) as f64
    }

    fn rate(&self) -> Option<Estimate> {
        let n_agreed = self.is_agreed.iter().filter(|it| **it).count();
        Estimate::of_share(n_agreed as u64, self.is_agreed.len() as u64)
    }
}

fn sorted(mut row: Vec<Tried>) -> Vec<Tried> {
    row.sort_by(|one, other| one.by.total_cmp(&other.by));
    row
}
