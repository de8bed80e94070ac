//! The smallest change that flips it: how far a number must move for the share of deals to cross
//! a threshold.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use demarche_core::negotiation::{NumberId, Setting};
use demarche_core::randomness::Seeds;
use demarche_stats::estimate::{Bootstrap, Estimate, Interval};

use crate::experiment::batch::{BatchError, Interrupt, run};
use crate::experiment::pieces::Pieces;
use crate::experiment::plan::{Cell, Plan};
use crate::experiment::tallies::{EndingWorker, NumberSource, SessionEnding};

/// What a search for flips asks.
#[derive(Clone, Debug)]
pub struct FlipSearch {
    /// What is negotiated, as it stands.
    pub setting: Setting,
    /// The random numbers that all shifts share.
    pub seeds: Seeds,
    /// The numbers that are moved, one at a time.
    pub numbers: Vec<NumberId>,
    /// The share of deals to cross, in (0, 1).
    pub rate: f64,
    /// Sessions at each shift.
    pub sessions: u64,
}

/// What a search for flips found.
#[derive(Clone, PartialEq, Debug)]
pub struct Flips {
    /// The share of deals as things stand.
    pub unmoved: Estimate,
    /// By number, in the order of the search.
    pub flips: Vec<Flip>,
}

/// A shift that is being tried.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trial {
    /// The number that is moved; `None` of things as they stand.
    pub number: Option<NumberId>,
    /// By how much.
    pub by: f64,
    /// The share of deals at this shift so far.
    pub share: f64,
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
    /// Its interval at [`CONFIDENCE`](demarche_stats::estimate::CONFIDENCE) by a bootstrap over
    /// replications; it holds 0 if the share without a shift may as well lie on the other side of
    /// the threshold. `None` if in too many resamples the threshold is out of reach.
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

/// Shifts of one number, things as they stand among them.
const ROW_SHIFTS_MAX: u64 = 2 * (COARSE.len() as u64 + FINE as u64) + 1;

/// A number without an upper bound is moved up to so many times its own greatest value.
const UNBOUNDED_REACH: f64 = 4.0;

/// Resamples behind an interval.
const RESAMPLES: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// The seed of the resamples; all numbers share them.
const RESAMPLING_SEED: u64 = 1;

impl FlipSearch {
    /// At most how many sessions the search takes: once unmoved, and for every number the coarse
    /// and the fine shifts in both directions.
    pub fn n_sessions_max(&self) -> u64 {
        let shifts = ROW_SHIFTS_MAX - 1;
        let settings = shifts * self.numbers.len() as u64 + 1;
        settings.saturating_mul(self.sessions)
    }

    /// Searches, with common random numbers at every shift: a coarse look in both directions, then a finer
    /// one where the share of deals crosses the threshold.
    ///
    /// ```text
    /// shift = δ_k + (δ_{k+1} − δ_k) (rate − p_k) / (p_{k+1} − p_k)
    /// ```
    ///
    /// with k + 1 the first shift, from 0 outwards, at which the share p of deals lies on the other
    /// side of the threshold than without a shift. Of both directions, the nearer one counts.
    /// A share that comes and goes between two neighboring shifts is not seen.
    /// Deterministic for any number of threads; `advance` gets the sessions as they come, with the
    /// shift that they are at.
    /// `None` when interrupted.
    ///
    /// # Errors
    ///
    /// If a party's actor is gone.
    ///
    /// # Panics
    ///
    /// If the setting has no such number, or there is no session, or more than a plan holds.
    pub fn run(
        &self,
        threads: usize,
        interrupt: &Interrupt,
        mut advance: impl FnMut(&Trial, &[SessionEnding]),
    ) -> Result<Option<ShiftTrials>, BatchError<Infallible>> {
        let trials = self.try_numbers(0..self.numbers.len(), threads, interrupt, &mut advance)?;
        Ok(trials.filter(|_| !interrupt.is_requested()))
    }

    /// The same in pieces: one for each number.
    pub(crate) fn pieces(&self) -> FlipPieces<'_> {
        FlipPieces { search: self }
    }

    /// Searches for some of the numbers; `None` when interrupted.
    fn try_numbers(
        &self,
        numbers: Range<usize>,
        threads: usize,
        interrupt: &Interrupt,
        advance: &mut impl FnMut(&Trial, &[SessionEnding]),
    ) -> Result<Option<ShiftTrials>, BatchError<Infallible>> {
        let first = numbers.start;
        let mut coarse = vec![Shift { of: None, by: 0.0 }];
        for idx in numbers.clone() {
            let (down, up) = self.reach(self.numbers[idx]);
            let shares = COARSE.iter().flat_map(|it| [it * down, it * up]);
            // A number that is at an end of its range goes one way only.
            let moves = shares.filter(|by| by.abs() > 0.0);
            coarse.extend(moves.map(|by| Shift { of: Some(idx), by }));
        }
        let mut tried = self.try_out(&coarse, threads, interrupt, advance)?;
        if interrupt.is_requested() {
            return Ok(None);
        }
        let unmoved = tried.remove(0);
        let mut rows: Vec<Row> = numbers.map(|_| Row::new(&unmoved)).collect();
        for it in tried {
            rows[it.shift.of.expect("only the first moves nothing") - first].insert(it);
        }
        let fine: Vec<Shift> = (first..)
            .zip(&rows)
            .flat_map(|(idx, row)| {
                let of = Some(idx);
                let between = row.shifts_between(self.rate);
                between.into_iter().map(move |by| Shift { of, by })
            })
            .collect();
        if !fine.is_empty() {
            for it in self.try_out(&fine, threads, interrupt, advance)? {
                rows[it.shift.of.expect("these all move something") - first].insert(it);
            }
        }
        if interrupt.is_requested() {
            return Ok(None);
        }
        Ok(Some(ShiftTrials { unmoved, rows }))
    }

    /// How far down and up a number can be moved: until every draw of it is at an end of its range.
    fn reach(&self, number: NumberId) -> (f64, f64) {
        let it = self.setting.numbers().nth(number.idx());
        let it = it.expect("one of the setting's");
        let (min, max) = it.distribution.range();
        let furthest = UNBOUNDED_REACH * max.abs().max(min.abs()).max(0.25);
        let down = (it.within.start() - max).max(-furthest);
        let up = (it.within.end() - min).min(furthest);
        (down, up)
    }

    /// Runs the sessions at some shifts.
    fn try_out(
        &self,
        shifts: &[Shift],
        threads: usize,
        interrupt: &Interrupt,
        advance: &mut impl FnMut(&Trial, &[SessionEnding]),
    ) -> Result<Vec<Tried>, BatchError<Infallible>> {
        let cells = shifts.iter().map(|it| {
            let setting = self.setting.clone();
            let setting = match it.of {
                None => setting,
                Some(idx) => setting.with_shift(self.numbers[idx], it.by),
            };
            Cell {
                setting: Arc::new(setting),
                seeds: self.seeds,
            }
        });
        let plan = Plan::new(cells.collect(), self.sessions).expect("a plan has room");
        let mut res: Vec<Tried> = shifts.iter().map(|it| Tried::new(*it)).collect();
        run(
            &plan,
            threads,
            interrupt,
            &Arc::new(EndingWorker),
            |chunk| {
                let tried = &mut res[chunk.cell.idx()];
                tried.add(&chunk.product);
                let trial = Trial {
                    number: tried.shift.of.map(|it| self.numbers[it]),
                    by: tried.shift.by,
                    share: tried.share(None),
                };
                advance(&trial, &chunk.product);
                Ok(())
            },
        )?;
        Ok(res)
    }
}

/// What a search has tried out.
#[derive(Debug)]
pub struct ShiftTrials {
    unmoved: Tried,
    /// By number.
    rows: Vec<Row>,
}

impl ShiftTrials {
    /// What it shows, with intervals from resamples.
    ///
    /// # Panics
    ///
    /// If it is of a search for fewer numbers.
    pub fn flips(&self, search: &FlipSearch) -> Flips {
        let FlipSearch { numbers, rate, .. } = search;
        let flips = numbers.iter().zip(&self.rows).map(|(&number, row)| Flip {
            number,
            shift: row.least_shift(*rate),
            curve: row
                .tried
                .iter()
                .map(|it| (it.shift.by, it.rate()))
                .collect(),
        });
        Flips {
            unmoved: self.unmoved.rate(),
            flips: flips.collect(),
        }
    }

    /// Sessions by ending, at all shifts: agreement, deadline, walkout, forfeit.
    pub fn endings(&self) -> [u64; 4] {
        let moved = self.rows.iter().flat_map(Row::moved);
        let mut endings = [0; 4];
        for it in [&self.unmoved]
            .into_iter()
            .chain(moved)
            .flat_map(|it| &it.endings)
        {
            endings[it.idx()] += 1;
        }
        endings
    }
}

/// A number moved by so much.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Shift {
    /// The position of the number among those of the search; `None` moves nothing.
    of: Option<usize>,
    by: f64,
}

/// The sessions at one shift.
#[derive(Clone, PartialEq, Debug)]
struct Tried {
    shift: Shift,
    /// By replication.
    endings: Vec<SessionEnding>,
    /// How many of them are agreements.
    n_agreed: u64,
}

impl Tried {
    fn new(shift: Shift) -> Self {
        Self {
            shift,
            endings: Vec::new(),
            n_agreed: 0,
        }
    }

    fn add(&mut self, sessions: &[SessionEnding]) {
        self.endings.extend(sessions);
        self.n_agreed += sessions.iter().filter(|it| it.is_agreed()).count() as u64;
    }

    fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.shift.by.to_bits().into());
        SessionEnding::push_all(&self.endings, numbers);
    }

    /// The next one, of so many sessions: of things as they stand if nothing is moved, and otherwise of
    /// the number at a position.
    fn take(of: usize, n_sessions: u64, numbers: &mut NumberSource<'_>) -> Option<Self> {
        let by = f64::from_bits(numbers.next()?);
        let of = (by.abs() > 0.0).then_some(of);
        let mut tried = by.is_finite().then(|| Self::new(Shift { of, by }))?;
        tried.add(&SessionEnding::take_all(
            usize::try_from(n_sessions).ok()?,
            numbers,
        )?);
        Some(tried)
    }

    /// The share of deals, in all replications or in a resample of them.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn share(&self, resample: Option<&[usize]>) -> f64 {
        let n_agreed = match resample {
            None => self.n_agreed,
            Some(indices) => {
                let is_agreed = |it: &&usize| self.endings[**it].is_agreed();
                indices.iter().filter(is_agreed).count() as u64
            }
        };
        n_agreed as f64 / self.endings.len() as f64
    }

    fn rate(&self) -> Estimate {
        let rate = Estimate::of_share(self.n_agreed, self.endings.len() as u64);
        rate.expect("a search has a session")
    }
}

/// Which way a number is moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Direction {
    Down,
    Up,
}

impl Direction {
    const BOTH: [Self; 2] = [Self::Down, Self::Up];

    fn opposite(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }

    /// Further than any shift.
    fn out_of_reach(self) -> f64 {
        match self {
            Self::Down => f64::NEG_INFINITY,
            Self::Up => f64::INFINITY,
        }
    }
}

/// All shifts of one number that were tried, in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    tried: Vec<Tried>,
}

impl Row {
    fn new(unmoved: &Tried) -> Self {
        Self {
            tried: vec![unmoved.clone()],
        }
    }

    fn insert(&mut self, new: Tried) {
        let place = self.tried.partition_point(|it| it.shift.by < new.shift.by);
        self.tried.insert(place, new);
    }

    fn unmoved(&self) -> usize {
        let place = self.tried.iter().position(|it| it.shift.of.is_none());
        place.expect("0 is among the shifts")
    }

    /// The sessions at all shifts that move something.
    fn moved(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|it| it.shift.of.is_some())
    }

    /// The two neighboring shifts between which the share of deals crosses the threshold first,
    /// from 0 in one direction, the nearer one first.
    fn bracket(
        &self,
        rate: f64,
        direction: Direction,
        resample: Option<&[usize]>,
    ) -> Option<(usize, usize)> {
        let is_above = |idx: usize| self.tried[idx].share(resample) >= rate;
        let unmoved = self.unmoved();
        let from = is_above(unmoved);
        let is_beyond = |it: &usize| is_above(*it) != from;
        match direction {
            Direction::Down => (0..unmoved).rev().find(is_beyond).map(|it| (it + 1, it)),
            Direction::Up => (unmoved + 1..self.tried.len())
                .find(is_beyond)
                .map(|it| (it - 1, it)),
        }
    }

    /// The shifts to try where the share of deals crosses the threshold.
    fn shifts_between(&self, rate: f64) -> Vec<f64> {
        let brackets = Direction::BOTH.map(|it| self.bracket(rate, it, None));
        let evenly = |(near, far): (usize, usize)| {
            let (from, to) = (self.tried[near].shift.by, self.tried[far].shift.by);
            let step = (to - from) / f64::from(FINE + 1);
            (1..=FINE).map(move |it| f64::from(it).mul_add(step, from))
        };
        brackets.into_iter().flatten().flat_map(evenly).collect()
    }

    /// Where the share of deals crosses the threshold in one direction; `None` if it does not within reach.
    fn crossing(&self, rate: f64, direction: Direction, resample: Option<&[usize]>) -> Option<f64> {
        let (near, far) = self.bracket(rate, direction, resample)?;
        let [near, far] = [near, far].map(|it| &self.tried[it]);
        let (from, to) = (near.share(resample), far.share(resample));
        let way = (rate - from) / (to - from);
        Some(near.shift.by + way * (far.shift.by - near.shift.by))
    }

    fn least_shift(&self, rate: f64) -> Option<LeastShift> {
        let crossings = Direction::BOTH
            .into_iter()
            .filter_map(|it| Some((it, self.crossing(rate, it, None)?)));
        let (direction, by) =
            crossings.min_by(|one, other| one.1.abs().total_cmp(&other.1.abs()))?;
        let unmoved = &self.tried[self.unmoved()];
        let is_above = unmoved.share(None) >= rate;
        // Where a resample begins beyond the threshold, the way back to it leads past 0.
        let resampled = |resample: &[usize]| {
            let stays = (unmoved.share(Some(resample)) >= rate) == is_above;
            let way = if stays {
                direction
            } else {
                direction.opposite()
            };
            self.crossing(rate, way, Some(resample))
                .unwrap_or(way.out_of_reach())
        };
        let n = unmoved.endings.len();
        let bootstrap = Bootstrap::new(n, resampled, RESAMPLES, RESAMPLING_SEED)?;
        let shifts = bootstrap.resampled().numbers();
        // At a confidence of 95 %, a fortieth lies beyond each end.
        let n_beyond = shifts.len() / 40;
        let (low, high) = (shifts[n_beyond], shifts[shifts.len() - 1 - n_beyond]);
        let interval = (low.is_finite() && high.is_finite()).then_some(Interval { low, high });
        Some(LeastShift { by, interval })
    }
}

/// A search for flips in pieces: how the share of deals goes with one number. Each runs the sessions of
/// things as they stand, which all numbers share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlipPieces<'a> {
    search: &'a FlipSearch,
}

impl Pieces for FlipPieces<'_> {
    type Piece = Row;
    type Sum = Vec<Row>;
    type Answer = ShiftTrials;

    const IS_MOST: bool = true;

    fn n_pieces(&self) -> u64 {
        self.search.numbers.len() as u64
    }

    fn n_evaluations(&self, pieces: Range<u64>) -> u64 {
        let n_shifts = (pieces.end - pieces.start) * ROW_SHIFTS_MAX;
        n_shifts.saturating_mul(self.search.sessions)
    }

    fn n_evaluated(&self, row: &Row) -> u64 {
        row.tried.iter().map(|it| it.endings.len() as u64).sum()
    }

    fn run<E>(
        &self,
        pieces: Range<u64>,
        threads: usize,
        interrupt: &Interrupt,
        mut deliver: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), BatchError<E>> {
        for piece in pieces {
            let idx = position(piece);
            let search = self.search;
            let trials = search.try_numbers(idx..idx + 1, threads, interrupt, &mut |_, _| {});
            let Some(mut trials) = trials.map_err(BatchError::delivering)? else {
                break;
            };
            let row = trials.rows.pop().expect("it is of one number");
            deliver(row).map_err(BatchError::Delivery)?;
        }
        Ok(())
    }

    fn numbers(&self, row: &Row) -> Vec<i128> {
        let mut numbers = vec![row.tried.len() as i128];
        for it in &row.tried {
            it.push(&mut numbers);
        }
        numbers
    }

    fn read(&self, piece: u64, numbers: &mut NumberSource<'_>) -> Option<Row> {
        let tried = (0..numbers.at_most(ROW_SHIFTS_MAX)?)
            .map(|_| Tried::take(position(piece), self.search.sessions, numbers))
            .collect::<Option<Vec<Tried>>>()?;
        let is_ascending = tried.is_sorted_by(|one, next| one.shift.by < next.shift.by);
        let has_unmoved = tried.iter().any(|it| it.shift.of.is_none());
        (is_ascending && has_unmoved).then_some(Row { tried })
    }

    fn empty(&self) -> Vec<Row> {
        Vec::new()
    }

    fn add(&self, sum: &mut Vec<Row>, _: u64, row: Row) {
        sum.push(row);
    }

    fn answer(&self, rows: Vec<Row>) -> Option<ShiftTrials> {
        let unmoved = |it: &Row| it.tried[it.unmoved()].clone();
        let first = unmoved(rows.first()?);
        let is_the_same = rows.iter().all(|it| it.tried[it.unmoved()] == first);
        is_the_same.then_some(ShiftTrials {
            unmoved: first,
            rows,
        })
    }
}

/// The position of a piece's number.
fn position(piece: u64) -> usize {
    usize::try_from(piece).expect("a piece has a number")
}
