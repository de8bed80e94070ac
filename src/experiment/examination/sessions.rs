//! The sessions of an examination, on worker threads.

use std::convert::Infallible;
use std::sync::Arc;

use demarche_core::domain::PartyId;
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::Ending;
use demarche_core::randomness::{Replication, Seeds};

use crate::actors::OutsideParties;
use crate::experiment::batch::{BatchError, Interrupt, Worker, run};
use crate::experiment::examination::places::{Candidate, Opponents, placed, rules};
use crate::experiment::examination::records::{CandidateSessions, Examined, PlaceSession};
use crate::experiment::explain::{SolutionAnalyzer, SolutionDistances, check_outcomes};
use crate::experiment::plan::{Cell, CellId, Plan, TooManySessions};

/// A party's examination: which sessions it takes.
#[derive(Clone, Debug)]
pub struct Examination {
    base: Arc<Setting>,
    seeds: Seeds,
    party: PartyId,
    candidates: Vec<Candidate>,
    opponents: Vec<Opponents>,
    /// For each candidate a cell for each kind of opponents.
    plan: Plan,
}

/// Why a party cannot be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExaminationError {
    /// There is no room for so many sessions.
    #[error(transparent)]
    Sessions(#[from] TooManySessions),
    /// A place cannot be made.
    #[error("{0}")]
    Place(String),
}

impl Examination {
    /// The examination of a party from outside in a scenario, with so many sessions against each kind
    /// of opponents. Built-in strategies that do not fit the scenario are left out.
    ///
    /// # Errors
    ///
    /// If there are too many sessions, or the scenario has no place for a party from outside.
    pub fn new(
        base: &Arc<Setting>,
        seeds: Seeds,
        party: PartyId,
        sessions: u64,
    ) -> Result<Self, ExaminationError> {
        let fits = |candidate, opponents| placed(base, party, candidate, opponents).is_ok();
        let followed = rules().map(Candidate::Follows);
        let candidates = followed.filter(|it| fits(*it, Opponents::AsTheyAre));
        let candidates: Vec<Candidate> = std::iter::once(Candidate::Outside)
            .chain(candidates)
            .collect();
        let followed = rules().map(Opponents::Follow);
        let opponents = followed.filter(|it| fits(Candidate::Outside, *it));
        let opponents: Vec<Opponents> = std::iter::once(Opponents::AsTheyAre)
            .chain(opponents)
            .collect();
        let pairs = candidates
            .iter()
            .flat_map(|candidate| opponents.iter().map(|it| (*candidate, *it)));
        let cells = pairs.map(|(candidate, opponents)| {
            let setting = placed(base, party, candidate, opponents);
            let setting = setting.map_err(ExaminationError::Place)?;
            Ok(Cell { setting, seeds })
        });
        let cells = cells.collect::<Result<Vec<Cell>, ExaminationError>>()?;
        let plan = Plan::new(cells, sessions)?;
        Ok(Self {
            base: Arc::clone(base),
            seeds,
            party,
            candidates,
            opponents,
            plan,
        })
    }

    /// How many sessions it takes.
    pub fn n_sessions(&self) -> u64 {
        self.plan.n_sessions()
    }

    /// Runs it; `progressed` hears how many sessions are done. `None` if it was interrupted.
    ///
    /// # Errors
    ///
    /// If sessions cannot be run.
    pub fn run(
        &self,
        (outside, threads, interrupt): (OutsideParties, usize, &Interrupt),
        mut progressed: impl FnMut(u64),
    ) -> Result<Option<Examined>, BatchError<Infallible>> {
        let worker = Arc::new(PlaceWorker {
            party: self.party,
            outside,
        });
        let mut cells: Vec<Vec<PlaceSession>> = vec![Vec::new(); self.plan.cells().len()];
        let mut n_done = 0;
        run(&self.plan, threads, interrupt, &worker, |chunk| {
            n_done += chunk.product.len() as u64;
            cells[chunk.cell.idx()].extend(chunk.product);
            progressed(n_done);
            Ok(())
        })?;
        if n_done < self.n_sessions() || interrupt.is_requested() {
            return Ok(None);
        }
        let Some((distances, has_distances)) = self.distances(&cells, interrupt) else {
            return Ok(None);
        };
        let n_kinds = self.opponents.len();
        let parts = cells.chunks(n_kinds).zip(distances.chunks(n_kinds));
        let candidates = self.candidates.iter().zip(parts);
        let candidates: Vec<CandidateSessions> = candidates
            .map(|(candidate, (sessions, distances))| CandidateSessions {
                name: candidate.name(),
                sessions: sessions.to_vec(),
                distances: distances.to_vec(),
            })
            .collect();
        let examined = &candidates[0];
        let records = candidates.iter().enumerate();
        let records = records.map(|(idx, it)| it.record((idx > 0).then_some(examined)));
        Ok(Some(Examined {
            opponents: self.opponents.iter().map(|it| it.name()).collect(),
            candidates: records.collect(),
            has_distances,
        }))
    }

    /// By cell and replication, how far agreements are from what theory says, and whether that was
    /// measured; `None` if it was interrupted. All cells have the same preferences.
    fn distances(
        &self,
        cells: &[Vec<PlaceSession>],
        interrupt: &Interrupt,
    ) -> Option<(Vec<Vec<SolutionDistances>>, bool)> {
        let mut res = vec![Vec::new(); cells.len()];
        if check_outcomes(self.base.scenario()).is_err() {
            return Some((res, false));
        }
        let mut analyzer = SolutionAnalyzer::new(Arc::clone(&self.base));
        for replication in 0..self.plan.n_replications() {
            if interrupt.is_requested() {
                return None;
            }
            let benchmark = analyzer.look(&self.seeds, Replication(replication));
            let place = usize::try_from(replication).expect("its sessions are in memory");
            for (distances, sessions) in res.iter_mut().zip(cells) {
                let agreement = sessions[place].agreement;
                distances.extend(agreement.map(|it| benchmark.distances(it)));
            }
        }
        Some((res, true))
    }
}

/// Keeps of each session what it is to the examined party.
struct PlaceWorker {
    party: PartyId,
    outside: OutsideParties,
}

impl Worker for PlaceWorker {
    type ChunkOutput = Vec<PlaceSession>;
    type Heard = ();

    fn outside_parties(&self) -> OutsideParties {
        self.outside.clone()
    }

    fn work_up(
        &self,
        _: CellId,
        (): (),
        sessions: impl Iterator<Item = SessionResult>,
    ) -> Vec<PlaceSession> {
        let place = |it: SessionResult| {
            let report = &it.parties[self.party.idx()];
            let no_deal = report.reservation_value.units();
            let is_forfeit = match &it.ending {
                Ending::Forfeit { party, .. } => *party == self.party,
                Ending::Agreement { .. } | Ending::Deadline { .. } | Ending::Walkout { .. } => {
                    false
                }
            };
            PlaceSession {
                agreement: it.ending.agreement(),
                gain: report
                    .agreement_utility
                    .map_or(0, |it| it.units() - no_deal),
                is_forfeit,
            }
        };
        sessions.map(place).collect()
    }
}
