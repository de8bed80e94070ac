//! What is kept of a session where many are compared, and the workers that keep it.

use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::Ending;

use crate::experiment::batch::Worker;
use crate::experiment::plan::{Cell, CellId};
use crate::experiment::tallies::exact_numbers::NumberSource;
use crate::experiment::tallies::measured_session::{MeasuredSession, SessionMeasurer};
use crate::experiment::tallies::measurement::Amount;
use crate::experiment::tallies::measurements::{
    ComparedMetric, compared_metrics, party_metrics, session_metrics,
};

/// Bits that an ending takes: there are four.
const ENDING_BITS: u32 = 2;

/// Endings in a whole number of 64 bits.
const ENDINGS_PACKED: usize = (u64::BITS / ENDING_BITS) as usize;

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionEnding(u8);

impl SessionEnding {
    /// Of a session.
    ///
    /// # Panics
    ///
    /// Only if the code of this module is wrong.
    pub fn of(session: &SessionResult) -> Self {
        Self(u8::try_from(session.ending.idx()).expect("there are four endings"))
    }

    /// Its position among [`Ending::NAMES`](demarche_core::protocol::Ending::NAMES).
    pub fn idx(self) -> usize {
        self.0.into()
    }

    /// Whether there is an agreement.
    pub fn is_agreed(self) -> bool {
        self.idx() == 0
    }

    /// Adds several to numbers: as many in each as there is room for.
    pub(crate) fn push_all(endings: &[Self], numbers: &mut Vec<i128>) {
        for packed in endings.chunks(ENDINGS_PACKED) {
            let pack = |number, it: &Self| number << ENDING_BITS | i128::from(it.0);
            numbers.push(packed.iter().rev().fold(0, pack));
        }
    }

    /// The next ones, which are so many; `None` if they are none.
    pub(crate) fn take_all(n: usize, numbers: &mut NumberSource<'_>) -> Option<Vec<Self>> {
        let mut endings = Vec::new();
        while endings.len() < n {
            let mut packed: u64 = numbers.next()?;
            for _ in endings.len()..n.min(endings.len() + ENDINGS_PACKED) {
                let ending = packed & ((1 << ENDING_BITS) - 1);
                endings.push(Self(u8::try_from(ending).ok()?));
                packed >>= ENDING_BITS;
            }
            (packed == 0).then_some(())?;
        }
        Some(endings)
    }

    /// The next one alone; `None` if it is none.
    fn take(numbers: &mut NumberSource<'_>) -> Option<Self> {
        let idx = numbers.position(Ending::NAMES.len())?;
        u8::try_from(idx).ok().map(Self)
    }
}

/// A session's figures that sessions, cells and runs are compared by: its amounts of all metrics that
/// are compared, those of the session, then those of each party.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionFigures {
    ending: SessionEnding,
    /// [Whole amounts](Amount::whole); `None` where the session has none.
    amounts: Box<[Option<i64>]>,
}

impl SessionFigures {
    /// Of a session.
    pub fn of(session: &MeasuredSession) -> Self {
        let result = &session.result;
        let of_session = session_metrics().filter(|it| it.1.paired.is_some());
        let of_session = of_session.map(|it| (it.0.of)(session));
        let parties = (0..result.parties.len()).map(PartyId::new);
        let of_parties = parties.flat_map(|party| {
            let metrics = party_metrics().filter(|it| it.1.paired.is_some());
            metrics.map(move |it| (it.0.of)(result, party))
        });
        let amounts = of_session.chain(of_parties);
        Self {
            ending: SessionEnding::of(result),
            amounts: amounts.map(|it| it.map(Amount::whole)).collect(),
        }
    }

    /// Adds all of it to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.ending.0.into());
        for amount in &self.amounts {
            numbers.push(amount.is_some().into());
            numbers.extend(amount.map(i128::from));
        }
    }

    /// The next ones, with so many amounts; `None` if they are none.
    pub(crate) fn take(n_amounts: usize, numbers: &mut NumberSource<'_>) -> Option<Self> {
        let ending = SessionEnding::take(numbers)?;
        let amount = |_| match numbers.position(2)? {
            0 => Some(None),
            _ => numbers.next().map(Some),
        };
        let amounts = (0..n_amounts).map(amount);
        Some(Self {
            ending,
            amounts: amounts.collect::<Option<_>>()?,
        })
    }

    /// How many amounts the figures have of a session of so many parties.
    pub(crate) fn n_amounts(n_parties: usize) -> usize {
        compared_metrics(n_parties).count()
    }

    /// The metrics that it has amounts of, in order.
    pub(crate) fn metrics(&self) -> Vec<ComparedMetric> {
        let [n_of_session, n_of_party] = n_metrics();
        let n_parties = (self.amounts.len() - n_of_session) / n_of_party;
        compared_metrics(n_parties).collect()
    }

    /// The same with its parties in another order: by place, which party stands there.
    pub(crate) fn with_parties(&self, order: &[PartyId]) -> Self {
        let [n_of_session, n_of_party] = n_metrics();
        let (of_session, of_parties) = self.amounts.split_at(n_of_session);
        let parties = order.iter().flat_map(|it| {
            let first = n_of_party * it.idx();
            &of_parties[first..first + n_of_party]
        });
        Self {
            ending: self.ending,
            amounts: of_session.iter().chain(parties).copied().collect(),
        }
    }

    /// The amount of the metric at a position; `None` where the session has none.
    pub(crate) fn amount(&self, idx: usize) -> Option<i64> {
        self.amounts[idx]
    }

    /// The same as a number.
    #[expect(clippy::cast_precision_loss, reason = "utilities are below 2^53 units")]
    pub(crate) fn number(&self, idx: usize, metric: &ComparedMetric) -> Option<f64> {
        self.amount(idx).map(|it| it as f64 * metric.kind.unit())
    }

    /// How the session ended.
    pub fn ending(&self) -> SessionEnding {
        self.ending
    }
}

/// How many metrics are compared of a session, and of each party.
fn n_metrics() -> [usize; 2] {
    let n_of_session = compared_metrics(0).count();
    [n_of_session, compared_metrics(1).count() - n_of_session]
}

/// Keeps of every session its figures and nothing else.
#[derive(Debug)]
pub struct FigureWorker {
    cells: Vec<Cell>,
}

impl FigureWorker {
    /// For the sessions of a plan's cells.
    pub fn new(cells: &[Cell]) -> Self {
        Self {
            cells: cells.to_vec(),
        }
    }
}

impl Worker for FigureWorker {
    type ChunkOutput = Vec<SessionFigures>;
    type Heard = ();

    fn work_up(
        &self,
        cell: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<SessionFigures> {
        let Cell { setting, seeds } = &self.cells[cell.idx()];
        let mut measurer = SessionMeasurer::new(Arc::clone(setting));
        let figures = sessions.map(|it| SessionFigures::of(&measurer.measure(seeds, it)));
        figures.collect()
    }
}

/// Keeps of every session how it ended and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndingWorker;

impl Worker for EndingWorker {
    type ChunkOutput = Vec<SessionEnding>;
    type Heard = ();

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<SessionEnding> {
        sessions.map(|it| SessionEnding::of(&it)).collect()
    }
}
