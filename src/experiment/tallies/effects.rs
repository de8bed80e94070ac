//! What a cell changes against the first one, replication by replication with common random numbers.

use demarche_core::domain::{PartyId, Utility, from_units};
use demarche_core::negotiation::{PartyReport, SessionResult};
use demarche_stats::estimate::{Estimate, Moments};

use crate::experiment::batch::Worker;
use crate::experiment::plan::CellId;
use crate::experiment::tallies::measurements::{AGREEMENT_RATE, UTILITY};

/// A session's figures that cells are compared by: whether there is an agreement, then every
/// party's utility in units of 2⁻⁴⁸.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionFigures {
    ending: usize,
    numbers: Box<[i64]>,
}

impl SessionFigures {
    /// Of a session.
    pub fn of(session: &SessionResult) -> Self {
        let is_agreed = i64::from(session.ending.agreement().is_some());
        let utilities = session.parties.iter().map(PartyReport::utility);
        Self {
            ending: session.ending.idx(),
            numbers: std::iter::once(is_agreed)
                .chain(utilities.map(Utility::units))
                .collect(),
        }
    }

    /// Number of figures.
    pub(crate) fn n_metrics(&self) -> usize {
        self.numbers.len()
    }

    /// The name in tables of the figure at a position.
    pub(crate) fn metric_name(metric: usize) -> &'static str {
        if metric == 0 { AGREEMENT_RATE } else { UTILITY }
    }

    /// Whose the figure at a position is; `None` if it is about the session.
    pub(crate) fn party(metric: usize) -> Option<PartyId> {
        metric.checked_sub(1).map(PartyId::new)
    }

    /// What 1 in the figures at a position stands for.
    fn unit(metric: usize) -> f64 {
        if metric == 0 { 1.0 } else { from_units(1) }
    }

    /// The figure at a position: 1 or 0 for an agreement, else a utility.
    pub(crate) fn number(&self, metric: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "utilities are below 2^53 units")]
        let figure = self.numbers[metric] as f64;
        figure * Self::unit(metric)
    }

    /// What the session was worth to a party.
    pub fn utility(&self, party: PartyId) -> f64 {
        self.number(party.idx() + 1)
    }

    /// How the session ended, as a position among [`Ending::NAMES`](demarche_core::protocol::Ending::NAMES).
    pub fn ending(&self) -> usize {
        self.ending
    }

    /// Whether there is an agreement.
    pub fn is_agreed(&self) -> bool {
        self.numbers[0] == 1
    }
}

/// Keeps of every session its figures and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FigureWorker;

impl Worker for FigureWorker {
    type ChunkOutput = Vec<SessionFigures>;
    type Heard = ();

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<SessionFigures> {
        sessions.map(|it| SessionFigures::of(&it)).collect()
    }
}

/// Whether cells are compared replication by replication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairing {
    /// Yes: they share their random numbers.
    Paired,
    /// No: there is one cell, or each has a random stream of its own.
    Unpaired,
}

/// Differences of every cell from the first, the baseline.
///
/// Sums of exact differences, taken in plan order: the same for any number of threads.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The baseline's figures of the replications that the other cells are at.
    baseline: Vec<SessionFigures>,
    /// By cell, per figure.
    differences: Vec<Vec<Moments>>,
}

/// One paired difference from the baseline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effect {
    /// The metric's name in tables.
    pub metric: &'static str,
    /// Whose it is; `None` if it is about the session.
    pub party: Option<PartyId>,
    /// Mean of the differences, with their own standard error; `None` of no pair.
    pub difference: Option<Estimate>,
}

impl Effects {
    /// Takes in a chunk; the baseline's comes before those of the other cells.
    ///
    /// # Panics
    ///
    /// If a chunk has other replications than the baseline's last one.
    pub fn add(&mut self, cell: CellId, figures: Vec<SessionFigures>) {
        if cell.idx() == 0 {
            self.baseline = figures;
            return;
        }
        assert_eq!(figures.len(), self.baseline.len(), "chunks come in pairs");
        if self.differences.len() <= cell.idx() {
            self.differences.resize(cell.idx() + 1, Vec::new());
        }
        let moments = &mut self.differences[cell.idx()];
        for (mine, base) in figures.iter().zip(&self.baseline) {
            moments.resize(mine.numbers.len(), Moments::default());
            for (moment, (mine, base)) in moments
                .iter_mut()
                .zip(mine.numbers.iter().zip(&base.numbers))
            {
                moment.add(mine - base);
            }
        }
    }

    /// A cell's differences from the baseline; none for the baseline itself.
    pub fn of(&self, cell: CellId) -> Vec<Effect> {
        let moments = self.differences.get(cell.idx());
        let figures = moments.into_iter().flatten().enumerate();
        figures
            .map(|(metric, it)| Effect {
                metric: SessionFigures::metric_name(metric),
                party: SessionFigures::party(metric),
                difference: it.estimate(SessionFigures::unit(metric)),
            })
            .collect()
    }
}
