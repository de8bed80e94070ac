//! How often an outcome was agreed in a cell, and what it was worth.

use std::cmp::Ordering;

use demarche_core::domain::{Outcome, PartyId, Utility, from_units};
use demarche_core::negotiation::SessionResult;

use crate::experiment::plan::{Cell, CellId, SESSIONS_MAX};
use crate::experiment::tallies::exact_numbers::NumberSource;

/// How often an outcome was agreed in a cell, and what it was worth. Exact in any split.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AgreementTally {
    /// In which cell.
    pub cell: CellId,
    /// What was agreed.
    pub outcome: Outcome,
    /// How often.
    pub n: u64,
    /// By party, the sum of its utilities in units of 2⁻³², so that 2³¹ of them fit.
    pub utility_sums: Box<[i64]>,
}

/// Bits of a utility that its sums do without.
const DROPPED_BITS: u32 = 16;

impl AgreementTally {
    /// Of one session; `None` if it ended without agreement.
    pub fn of(cell: CellId, session: &SessionResult) -> Option<Self> {
        let utilities = session.parties.iter().map(|it| it.agreement_utility);
        Some(Self {
            cell,
            outcome: session.ending.agreement()?,
            n: 1,
            utility_sums: utilities
                .map(|it| it.map_or(0, Utility::units) >> DROPPED_BITS)
                .collect(),
        })
    }

    /// Takes in more of the same agreement.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        for (mine, theirs) in self.utility_sums.iter_mut().zip(&other.utility_sums) {
            *mine += theirs;
        }
    }

    /// Adds all of it to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.extend([
            i128::from(self.cell.0),
            self.outcome.code().into(),
            self.n.into(),
        ]);
        numbers.extend(self.utility_sums.iter().map(|&it| i128::from(it)));
    }

    /// The next one, of one of these cells; `None` if it is none.
    pub(crate) fn take(cells: &[Cell], numbers: &mut NumberSource<'_>) -> Option<Self> {
        let cell = numbers.position(cells.len())?;
        let scenario = cells[cell].setting.scenario();
        Some(Self {
            cell: CellId(u32::try_from(cell).ok()?),
            outcome: scenario.space.outcome_of_code(numbers.next()?)?,
            n: numbers.at_most(SESSIONS_MAX)?,
            utility_sums: scenario
                .party_ids()
                .map(|_| numbers.next())
                .collect::<Option<_>>()?,
        })
    }

    /// A party's mean utility of the agreement, to 2⁻³².
    #[expect(clippy::cast_precision_loss, reason = "a rounding in the last place")]
    pub fn mean_utility(&self, party: PartyId) -> f64 {
        from_units(self.utility_sums[party.idx()]) * f64::from(1_u32 << DROPPED_BITS)
            / self.n as f64
    }

    /// Whether the other one is the same agreement in the same cell.
    pub fn is_same(&self, other: &Self) -> bool {
        self.cmp_agreement(other) == Ordering::Equal
    }

    /// By cell, then by outcome.
    pub fn cmp_agreement(&self, other: &Self) -> Ordering {
        (self.cell, self.outcome).cmp(&(other.cell, other.outcome))
    }

    /// By cell, then the more frequent first, then by outcome.
    pub fn cmp_rank(&self, other: &Self) -> Ordering {
        let by_cell = self.cell.cmp(&other.cell);
        by_cell
            .then(other.n.cmp(&self.n))
            .then(self.outcome.cmp(&other.outcome))
    }
}
