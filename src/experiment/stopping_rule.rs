//! Running cells until a figure is known well enough in each, in waves of replications.

use std::ops::Range;

use demarche_core::domain::PartyId;

use crate::experiment::plan::{CHUNK_SESSIONS, CellId, Plan};
use crate::experiment::tallies::{Pairing, Tally};

/// Observations of a mean from which its interval is believed: with a few, which happen to be
/// nearly equal, it can be far too short.
const OBSERVATIONS_MIN: u64 = 30;

/// When a cell is run no further: a figure's interval is short enough.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StoppingRule {
    /// Which figure: a metric of [`SESSION_MEASUREMENTS`](crate::experiment::SESSION_MEASUREMENTS) or,
    /// of a party, of [`PARTY_MEASUREMENTS`](crate::experiment::PARTY_MEASUREMENTS).
    pub metric: &'static str,
    /// Whose figure it is; `None` if it is about the session.
    pub party: Option<PartyId>,
    /// Half the interval's length that is short enough; above 0.
    pub half_width: f64,
    /// The interval's confidence; above 0 and below 1.
    pub confidence: f64,
}

impl StoppingRule {
    /// Half the length of the figure's interval; `None` with too few sessions.
    pub fn half_width(&self, tally: &Tally) -> Option<f64> {
        let estimate = tally.estimate_at(self.confidence, self.metric, self.party)?;
        let is_enough = estimate.n >= OBSERVATIONS_MIN;
        estimate
            .interval
            .filter(|_| is_enough)
            .map(|it| it.half_width())
    }

    /// Whether the figure is known well enough.
    pub fn is_reached(&self, tally: &Tally) -> bool {
        self.half_width(tally)
            .is_some_and(|it| it <= self.half_width)
    }

    /// The next wave of a plan after those in the tallies; `None` after the last.
    ///
    /// A wave is the next replications of all cells that are not sure yet. It is as long as the
    /// cell among them that needs least is expected to need, since an interval's length falls with
    /// the square root of the number of sessions; in whole blocks of 256, at most as long as all
    /// waves before together. Where cells are compared in pairs, the first cell continues with any
    /// other, so that no session of theirs is without its counterpart.
    ///
    /// All waves before have to be complete.
    ///
    /// # Panics
    ///
    /// If there are fewer tallies than the plan has cells.
    pub fn next_wave(&self, plan: &Plan, pairing: Pairing, tallies: &[Tally]) -> Option<Plan> {
        let n_done = tallies.iter().map(Tally::n_sessions).max().unwrap_or(0);
        let n_left = plan.n_replications().saturating_sub(n_done);
        // A cell that stopped before has fewer sessions than those that did not.
        let unsure: Vec<CellId> = (0..)
            .map(CellId)
            .take(plan.cells().len())
            .filter(|it| tallies[it.idx()].n_sessions() == n_done)
            .filter(|it| !self.is_reached(&tallies[it.idx()]))
            .collect();
        if n_left == 0 {
            return None;
        }
        let needs = unsure.iter().map(|it| self.need(&tallies[it.idx()]));
        let length = needs
            .min()?
            .saturating_sub(n_done)
            .clamp(CHUNK_SESSIONS, n_done.max(CHUNK_SESSIONS))
            .next_multiple_of(CHUNK_SESSIONS)
            .min(n_left);
        let baseline = (pairing == Pairing::Paired && unsure[0] != CellId(0)).then_some(CellId(0));
        let active = baseline.into_iter().chain(unsure).collect();
        Some(plan.part(active, n_done..n_done + length))
    }

    /// About how many sessions a cell needs.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a guess, which is kept within bounds"
    )]
    fn need(&self, tally: &Tally) -> u64 {
        self.half_width(tally).map_or(u64::MAX, |it| {
            let ratio = it / self.half_width;
            (tally.n_sessions() as f64 * ratio * ratio).ceil() as u64
        })
    }
}

/// The sessions that a rule lets run, decided for chunks that come in the order of the plan, of which more
/// may have been run: those of other shards.
#[derive(Debug)]
pub struct Waves<'a> {
    rule: &'a StoppingRule,
    plan: &'a Plan,
    pairing: Pairing,
    /// By cell, the sessions that count.
    tallies: Vec<Tally>,
    /// The wave under way; `None` after the last.
    wave: Option<Plan>,
}

/// Where it is not known yet how many sessions a rule needs, it is expected to need at most so many times
/// those that were run: an interval of few sessions says little.
const EXPECTED_TIMES_MAX: u64 = 4;

impl<'a> Waves<'a> {
    /// Before the first session of a plan.
    pub fn new(rule: &'a StoppingRule, plan: &'a Plan, pairing: Pairing) -> Self {
        let cells = plan.cells().iter();
        let tallies: Vec<Tally> = cells
            .map(|it| {
                let scenario = it.setting.scenario();
                Tally::new(&scenario.space, scenario.parties.len())
            })
            .collect();
        Self {
            wave: rule.next_wave(plan, pairing, &tallies),
            rule,
            plan,
            pairing,
            tallies,
        }
    }

    /// Whether the next chunk counts, which has these replications of a cell.
    pub fn takes(&self, cell: CellId, replications: &Range<u64>) -> bool {
        self.wave.as_ref().is_some_and(|it| {
            it.replications().contains(&replications.start) && it.active_cells().contains(&cell)
        })
    }

    /// Adds a chunk that counts.
    ///
    /// # Panics
    ///
    /// If it has none of the plan's cells.
    pub fn add(&mut self, cell: CellId, sessions: &Tally) {
        self.tallies[cell.idx()].merge(sessions);
        let is_over = self.wave.as_ref().is_some_and(|wave| {
            let end = wave.replications().end;
            let is_complete = |it: &CellId| self.tallies[it.idx()].n_sessions() == end;
            wave.active_cells().iter().all(is_complete)
        });
        if is_over {
            self.wave = (self.rule).next_wave(self.plan, self.pairing, &self.tallies);
        }
    }

    /// Whether no further session counts.
    pub fn is_over(&self) -> bool {
        self.wave.is_none()
    }

    /// How many replications the rule is expected to need; those of the wave under way at least.
    pub fn n_expected(&self) -> u64 {
        let Some(wave) = &self.wave else {
            return self
                .tallies
                .iter()
                .map(Tally::n_sessions)
                .max()
                .unwrap_or(0);
        };
        let Range { start, end } = wave.replications();
        let needs = wave.active_cells().iter();
        let needs = needs.map(|it| self.rule.need(&self.tallies[it.idx()]));
        let most = EXPECTED_TIMES_MAX * start.max(CHUNK_SESSIONS);
        needs.max().unwrap_or(0).min(most).max(end)
    }
}
