//! What a cell changes against the first one, replication by replication with common random numbers.

use demarche_core::domain::PartyId;
use demarche_stats::estimate::{Estimate, Moments};

use crate::experiment::plan::{CellId, SESSIONS_MAX};
use crate::experiment::tallies::exact_numbers::{NumberSource, push_moments, take_moments};
use crate::experiment::tallies::measurements::{ComparedMetric, compared_metrics};
use crate::experiment::tallies::session_figures::SessionFigures;

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
    /// The metrics that cells are compared by; none as long as there is no difference.
    metrics: Vec<ComparedMetric>,
    /// By cell, per metric.
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
        if let Some(first) = figures.first()
            && self.metrics.is_empty()
        {
            self.metrics = first.metrics();
        }
        let moments = &mut self.differences[cell.idx()];
        moments.resize(self.metrics.len(), Moments::default());
        for (mine, base) in figures.iter().zip(&self.baseline) {
            for (metric, moment) in moments.iter_mut().enumerate() {
                if let (Some(mine), Some(base)) = (mine.amount(metric), base.amount(metric)) {
                    moment.add(mine - base);
                }
            }
        }
    }

    /// Adds all differences to numbers, and the baseline's figures that further cells are compared with.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.baseline.len() as i128);
        for figures in &self.baseline {
            figures.push(numbers);
        }
        numbers.push(self.differences.len() as i128);
        for moments in &self.differences {
            numbers.push(moments.len() as i128);
            for it in moments {
                push_moments(numbers, it);
            }
        }
    }

    /// Takes in all differences of other replications, as they were pushed; `None` if those are none
    /// of so many cells and parties.
    pub(crate) fn take(
        &mut self,
        (n_cells, n_parties): (usize, usize),
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        self.metrics = compared_metrics(n_parties).collect();
        let n_figures = numbers.length()?;
        let figures = (0..n_figures).map(|_| SessionFigures::take(self.metrics.len(), numbers));
        self.baseline = figures.collect::<Option<_>>()?;
        let n_of_cells = numbers.position(n_cells + 1)?;
        if self.differences.len() < n_of_cells {
            self.differences.resize(n_of_cells, Vec::new());
        }
        for moments in &mut self.differences[..n_of_cells] {
            let n = numbers.position(self.metrics.len() + 1)?;
            if moments.len() < n {
                moments.resize(n, Moments::default());
            }
            for it in &mut moments[..n] {
                it.merge(&take_moments(SESSIONS_MAX, numbers)?);
            }
        }
        Some(())
    }

    /// A cell's differences from the baseline; none for the baseline itself.
    pub fn of(&self, cell: CellId) -> Vec<Effect> {
        let moments = self.differences.get(cell.idx());
        let differences = self.metrics.iter().zip(moments.into_iter().flatten());
        differences
            .map(|(metric, moments)| Effect {
                metric: metric.paired.name,
                party: metric.party,
                difference: moments.estimate(metric.kind.unit()),
            })
            .collect()
    }
}
