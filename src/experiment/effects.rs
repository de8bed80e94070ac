//! What a cell changes against the first one, replication by replication on the same luck.

use crate::domain::{PartyId, Utility, from_units};
use crate::experiment::plan::CellId;
use crate::negotiation::{PartyReport, SessionResult};
use crate::statistics::{Estimate, Moments};

/// A session's figures that cells are compared by: whether there is an agreement, then every
/// party's utility in units of 2⁻⁴⁸.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures(Box<[i64]>);

impl Figures {
    /// Of a session.
    pub fn of(session: &SessionResult) -> Self {
        let is_agreed = i64::from(session.ending.agreement().is_some());
        let utilities = session.parties.iter().map(PartyReport::utility);
        Self(
            std::iter::once(is_agreed)
                .chain(utilities.map(Utility::units))
                .collect(),
        )
    }
}

/// Whether cells are compared replication by replication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pairing {
    /// Yes: they share their luck.
    Paired,
    /// No: there is one cell, or each has luck of its own.
    Unpaired,
}

/// Differences of every cell from the first, the baseline.
///
/// Sums of exact differences, taken in plan order: the same for any number of threads.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The baseline's figures of the replications that the other cells are at.
    baseline: Vec<Figures>,
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
    pub fn add(&mut self, cell: CellId, figures: Vec<Figures>) {
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
            moments.resize(mine.0.len(), Moments::default());
            for (moment, (mine, base)) in moments.iter_mut().zip(mine.0.iter().zip(&base.0)) {
                moment.add(mine - base);
            }
        }
    }

    /// A cell's differences from the baseline; none for the baseline itself.
    pub fn of(&self, cell: CellId) -> Vec<Effect> {
        let moments = self.differences.get(cell.idx());
        let figures = moments.into_iter().flatten().enumerate();
        figures
            .map(|(idx, it)| match idx.checked_sub(1) {
                None => Effect {
                    metric: "agreement_rate",
                    party: None,
                    difference: it.estimate(1.0),
                },
                Some(party) => Effect {
                    metric: "utility",
                    party: Some(PartyId::new(party)),
                    difference: it.estimate(from_units(1)),
                },
            })
            .collect()
    }
}
