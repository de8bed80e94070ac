//! What comes of an examination: figures of every candidate against every kind of opponents.

use demarche_core::domain::{Outcome, from_units, units};
use demarche_stats::estimate::{Estimate, Moments, PairedNumbers};

use crate::experiment::explain::SolutionDistances;

/// What came of one session for the examined party.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlaceSession {
    pub(super) agreement: Option<Outcome>,
    /// What it gained over no deal, in units of utility; 0 without one.
    pub(super) gain: i64,
    /// Whether it broke the rules.
    pub(super) is_forfeit: bool,
}

/// The results of an examination.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What the others did, in order.
    pub opponents: Vec<&'static str>,
    /// The examined party first, then the built-in strategies in its place.
    pub candidates: Vec<CandidateRecord>,
    /// Whether distances were measured: not of a scenario with too many outcomes.
    pub has_distances: bool,
}

/// What a candidate got.
#[derive(Clone, Debug)]
pub struct CandidateRecord {
    /// Its name: `outside`, or that of a built-in strategy.
    pub name: &'static str,
    /// Against each kind of opponents, in their order.
    pub against: Vec<ExaminedRecord>,
    /// Against all of them, each counting the same.
    pub overall: ExaminedRecord,
    /// By how much the examined party gains more, session by session with common random numbers; `None`
    /// of itself, and with fewer than two sessions.
    pub less_than_examined: Option<Estimate>,
}

/// Figures of a candidate over sessions.
#[derive(Clone, Debug)]
pub struct ExaminedRecord {
    /// How many sessions.
    pub n_sessions: u64,
    /// The share of deals.
    pub deals: Option<Estimate>,
    /// What the party gains over no deal, 0 without a deal.
    pub gain: Option<Estimate>,
    /// The distance of deals from the Pareto frontier.
    pub pareto_distance: Option<Estimate>,
    /// The distance of deals from the Nash point.
    pub nash_distance: Option<Estimate>,
    /// Sessions in which the party broke the rules.
    pub n_forfeits: u64,
}

/// The sessions of a candidate: by kind of opponents and replication, what came of each.
pub(super) struct CandidateSessions {
    pub(super) name: &'static str,
    pub(super) sessions: Vec<Vec<PlaceSession>>,
    pub(super) distances: Vec<Vec<SolutionDistances>>,
}

impl CandidateSessions {
    /// Its figures, beside the gains of the examined party.
    pub(super) fn record(&self, examined: Option<&Self>) -> CandidateRecord {
        let n_kinds = self.sessions.len();
        let kinds = self.sessions.iter().zip(&self.distances);
        let against = kinds.clone().map(|(sessions, distances)| {
            let deals = sessions.iter().filter(|it| it.agreement.is_some()).count();
            let n_sessions = sessions.len() as u64;
            ExaminedRecord {
                n_sessions,
                deals: Estimate::of_share(deals as u64, n_sessions),
                gain: moments(sessions.iter().map(|it| it.gain)).estimate(from_units(1)),
                pareto_distance: mean_distance(distances.iter().map(|it| it.pareto)),
                nash_distance: mean_distance(distances.iter().map(|it| it.nash)),
                n_forfeits: sessions.iter().filter(|it| it.is_forfeit).count() as u64,
            }
        });
        let against: Vec<ExaminedRecord> = against.collect();
        // Sessions of one replication share their random numbers: they are one observation.
        let deals = self.by_replication(|it| it.agreement.is_some().into());
        let gains = self.by_replication(|it| it.gain);
        #[expect(clippy::cast_precision_loss, reason = "a few kinds of opponents")]
        let part = 1.0 / n_kinds as f64;
        let distances = || self.distances.iter().flatten();
        let overall = ExaminedRecord {
            n_sessions: against.iter().map(|it| it.n_sessions).sum(),
            deals: moments(deals.into_iter()).estimate(part),
            gain: moments(gains.iter().copied()).estimate(part * from_units(1)),
            pareto_distance: mean_distance(distances().map(|it| it.pareto)),
            nash_distance: mean_distance(distances().map(|it| it.nash)),
            n_forfeits: against.iter().map(|it| it.n_forfeits).sum(),
        };
        let less_than_examined = examined.and_then(|examined| {
            let mut pairs = PairedNumbers::default();
            let theirs = examined.by_replication(|it| it.gain);
            for (theirs, own) in theirs.into_iter().zip(gains) {
                pairs.add(theirs, own);
            }
            Some(pairs.difference(part * from_units(1))?.estimate)
        });
        CandidateRecord {
            name: self.name,
            against,
            overall,
            less_than_examined,
        }
    }

    /// By replication, a sum over all kinds of opponents.
    fn by_replication(&self, amount: impl Fn(&PlaceSession) -> i64) -> Vec<i64> {
        let n_sessions = self.sessions.first().map_or(0, Vec::len);
        let sum = |replication: usize| {
            self.sessions
                .iter()
                .map(|it| amount(&it[replication]))
                .sum()
        };
        (0..n_sessions).map(sum).collect()
    }
}

fn moments(numbers: impl Iterator<Item = i64>) -> Moments {
    let mut res = Moments::default();
    numbers.for_each(|it| res.add(it));
    res
}

fn mean_distance(distances: impl Iterator<Item = Option<f64>>) -> Option<Estimate> {
    moments(distances.flatten().map(units)).estimate(from_units(1))
}
