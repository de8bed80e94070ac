//! What sessions come to: counts and sums that can be merged in any split.

use demarche_core::domain::{IssueId, OptionId, OutcomeSpace, PartyId, Utility, units};
use demarche_core::negotiation::SessionResult;
use demarche_core::protocol::Ending;
use demarche_stats::estimate::{CONFIDENCE, Estimate};

use crate::experiment::tallies::numbers::{NumberTally, QUANTILE_PERCENTS};

/// Counts and sums over sessions of one cell. All exact, so that any split gives the same bits.
#[derive(Clone, PartialEq, Debug)]
pub struct Tally {
    n_sessions: u64,
    endings: [u64; 4],
    rounds_given_agreement: NumberTally,
    offers: NumberTally,
    welfare_given_agreement: NumberTally,
    least_utility_given_agreement: NumberTally,
    nash_product_given_agreement: NumberTally,
    parties: Vec<PartyTally>,
    options: Vec<u64>,
}

/// Counts and sums of one party.
#[derive(Clone, PartialEq, Debug)]
pub struct PartyTally {
    reservation_value: NumberTally,
    utility: NumberTally,
    utility_given_agreement: NumberTally,
    surplus_given_agreement: NumberTally,
    concessions: NumberTally,
    n_sessions_blocked: u64,
    n_lone_refusals: u64,
    lone_refusals_by_issue: Vec<u64>,
    n_walkouts: u64,
    n_forfeits: u64,
}

/// One figure over all sessions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Metric {
    /// Its name in tables.
    pub name: &'static str,
    /// Whose it is; `None` if it is about the session.
    pub party: Option<PartyId>,
    /// Nothing if no session could tell.
    pub estimate: Option<Estimate>,
    /// The quantiles of [`QUANTILE_PERCENTS`] over sessions, if it is the mean of a number that
    /// each session has.
    pub quantiles: [Option<f64>; QUANTILE_PERCENTS.len()],
}

/// Bits that sums of 64 utilities do without, so that their squares can be summed.
const WELFARE_DROPPED_BITS: u32 = 8;

/// The names of the figures of a session, in the order of the summary table; the first are those of
/// its ending, in the order of [`Ending::NAMES`].
pub const SESSION_METRICS: [&str; 9] = [
    "agreement_rate",
    "deadline_rate",
    "walkout_rate",
    "forfeit_rate",
    "offers",
    "round_given_agreement",
    "utilitarian_welfare_given_agreement",
    "egalitarian_welfare_given_agreement",
    "nash_product_given_agreement",
];

/// The names of the figures of each party, in the order of the summary table.
pub const PARTY_METRICS: [&str; 7] = [
    "utility",
    "utility_given_agreement",
    "surplus_given_agreement",
    "reservation_value",
    "concessions",
    "walked_out_rate",
    "forfeited_rate",
];

/// What a figure is computed from.
#[derive(Clone, Copy, Debug)]
enum Figure<'a> {
    Share { successes: u64, n: u64 },
    Mean(&'a NumberTally),
}

impl Figure<'_> {
    fn estimate_at(self, confidence: f64) -> Option<Estimate> {
        match self {
            Self::Share { successes, n } => Estimate::of_share_at(confidence, successes, n),
            Self::Mean(numbers) => numbers.estimate_at(confidence),
        }
    }

    fn quantiles(self) -> [Option<f64>; QUANTILE_PERCENTS.len()] {
        match self {
            Self::Share { .. } => [None; QUANTILE_PERCENTS.len()],
            Self::Mean(numbers) => numbers.quantiles(),
        }
    }
}

impl Tally {
    /// Of no session yet.
    pub fn new(space: &OutcomeSpace, n_parties: usize) -> Self {
        Self {
            n_sessions: 0,
            endings: [0; 4],
            rounds_given_agreement: NumberTally::whole(),
            offers: NumberTally::whole(),
            welfare_given_agreement: NumberTally::utilities(WELFARE_DROPPED_BITS),
            least_utility_given_agreement: NumberTally::utilities(0),
            nash_product_given_agreement: NumberTally::products(),
            parties: vec![PartyTally::new(); n_parties],
            options: vec![0; space.n_options_total()],
        }
    }

    /// Takes in a session.
    pub fn add(&mut self, space: &OutcomeSpace, session: &SessionResult) {
        self.n_sessions += 1;
        self.endings[session.ending.idx()] += 1;
        self.offers.add(session.n_offers.into());
        match &session.ending {
            Ending::Agreement { round, outcome, .. } => {
                self.rounds_given_agreement.add((*round).into());
                for flat in space.flat_options(*outcome) {
                    self.options[flat] += 1;
                }
                self.add_agreement(session);
            }
            Ending::Walkout { party, .. } => self.parties[party.idx()].n_walkouts += 1,
            Ending::Forfeit { party, .. } => self.parties[party.idx()].n_forfeits += 1,
            Ending::Deadline { .. } => {}
        }
        let is_agreed = session.ending.agreement().is_some();
        for (tally, report) in self.parties.iter_mut().zip(&session.parties) {
            tally
                .reservation_value
                .add(report.reservation_value.units());
            tally.utility.add(report.utility().units());
            tally.concessions.add(report.concessions.into());
            if let Some(utility) = report.agreement_utility {
                tally.utility_given_agreement.add(utility.units());
                let surplus = utility.units() - report.reservation_value.units();
                tally.surplus_given_agreement.add(surplus);
            }
            if !is_agreed && report.lone_refusals > 0 {
                tally.n_sessions_blocked += 1;
                tally.n_lone_refusals += u64::from(report.lone_refusals);
                add_counts(
                    &mut tally.lone_refusals_by_issue,
                    report.lone_refusals_by_issue.iter().map(|&it| it.into()),
                );
            }
        }
    }

    fn add_agreement(&mut self, session: &SessionResult) {
        let utilities = session
            .parties
            .iter()
            .filter_map(|it| it.agreement_utility)
            .map(Utility::units);
        self.welfare_given_agreement
            .add(utilities.clone().sum::<i64>() >> WELFARE_DROPPED_BITS);
        self.least_utility_given_agreement
            .add(utilities.clone().min().unwrap_or_default());
        let product = session.nash_product().unwrap_or_default();
        self.nash_product_given_agreement.add(units(product));
    }

    /// Takes in all sessions of another tally of the same cell.
    pub fn merge(&mut self, other: &Self) {
        self.n_sessions += other.n_sessions;
        for (sum, count) in self.endings.iter_mut().zip(other.endings) {
            *sum += count;
        }
        self.rounds_given_agreement
            .merge(&other.rounds_given_agreement);
        self.offers.merge(&other.offers);
        self.welfare_given_agreement
            .merge(&other.welfare_given_agreement);
        self.least_utility_given_agreement
            .merge(&other.least_utility_given_agreement);
        self.nash_product_given_agreement
            .merge(&other.nash_product_given_agreement);
        for (mine, theirs) in self.parties.iter_mut().zip(&other.parties) {
            mine.merge(theirs);
        }
        add_counts(&mut self.options, other.options.iter().copied());
    }

    /// How many sessions.
    pub fn n_sessions(&self) -> u64 {
        self.n_sessions
    }

    /// How many sessions ended in each way, in the order of [`Ending::NAMES`].
    pub fn endings(&self) -> [u64; 4] {
        self.endings
    }

    /// How many sessions ended in agreement.
    pub fn n_agreements(&self) -> u64 {
        self.endings[0]
    }

    /// The share of sessions that ended in agreement; `None` of no session.
    pub fn agreement_rate(&self) -> Option<f64> {
        Estimate::of_share(self.n_agreements(), self.n_sessions).map(|it| it.point)
    }

    /// In which rounds there were agreements, and how many in each, in ascending order; rounds from
    /// 4,096 on are told nearly.
    pub fn agreements_by_round(&self) -> impl Iterator<Item = (f64, u64)> {
        self.rounds_given_agreement.counts()
    }

    /// By party.
    pub fn parties(&self) -> &[PartyTally] {
        &self.parties
    }

    /// How often an issue was settled with an option.
    pub fn n_agreed(&self, space: &OutcomeSpace, issue: IssueId, option: OptionId) -> u64 {
        self.options[space.flat(issue, option)]
    }

    /// Every figure over all sessions, in the order of the summary table.
    pub fn metrics(&self) -> Vec<Metric> {
        let figures = self.figures();
        let metric = |(name, party, figure): (_, _, Figure<'_>)| Metric {
            name,
            party,
            estimate: figure.estimate_at(CONFIDENCE),
            quantiles: figure.quantiles(),
        };
        figures.map(metric).collect()
    }

    /// One figure, of those in [`SESSION_METRICS`] or, of a party, in [`PARTY_METRICS`], with its
    /// interval at a confidence; `None` if no session could tell, or there is no such figure.
    pub fn estimate_at(
        &self,
        confidence: f64,
        name: &str,
        party: Option<PartyId>,
    ) -> Option<Estimate> {
        let (_, _, figure) = self.figures().find(|it| (it.0, it.1) == (name, party))?;
        figure.estimate_at(confidence)
    }

    fn figures(&self) -> impl Iterator<Item = (&'static str, Option<PartyId>, Figure<'_>)> {
        let n = self.n_sessions;
        let endings = self.endings.map(|successes| Figure::Share { successes, n });
        let means = [
            &self.offers,
            &self.rounds_given_agreement,
            &self.welfare_given_agreement,
            &self.least_utility_given_agreement,
            &self.nash_product_given_agreement,
        ]
        .map(Figure::Mean);
        let of_session = SESSION_METRICS
            .into_iter()
            .zip(endings.into_iter().chain(means));
        let of_parties = self.parties.iter().enumerate().flat_map(move |(idx, it)| {
            let party = Some(PartyId::new(idx));
            let figures = PARTY_METRICS.into_iter().zip(it.figures(n));
            figures.map(move |(name, figure)| (name, party, figure))
        });
        of_session
            .map(|(name, figure)| (name, None, figure))
            .chain(of_parties)
    }
}

impl PartyTally {
    fn new() -> Self {
        Self {
            reservation_value: NumberTally::utilities(0),
            utility: NumberTally::utilities(0),
            utility_given_agreement: NumberTally::utilities(0),
            surplus_given_agreement: NumberTally::utilities(0),
            concessions: NumberTally::whole(),
            n_sessions_blocked: 0,
            n_lone_refusals: 0,
            lone_refusals_by_issue: Vec::new(),
            n_walkouts: 0,
            n_forfeits: 0,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.reservation_value.merge(&other.reservation_value);
        self.utility.merge(&other.utility);
        self.utility_given_agreement
            .merge(&other.utility_given_agreement);
        self.surplus_given_agreement
            .merge(&other.surplus_given_agreement);
        self.concessions.merge(&other.concessions);
        self.n_sessions_blocked += other.n_sessions_blocked;
        self.n_lone_refusals += other.n_lone_refusals;
        add_counts(
            &mut self.lone_refusals_by_issue,
            other.lone_refusals_by_issue.iter().copied(),
        );
        self.n_walkouts += other.n_walkouts;
        self.n_forfeits += other.n_forfeits;
    }

    /// In the order of [`PARTY_METRICS`].
    fn figures(&self, n: u64) -> [Figure<'_>; PARTY_METRICS.len()] {
        let share = |successes| Figure::Share { successes, n };
        [
            Figure::Mean(&self.utility),
            Figure::Mean(&self.utility_given_agreement),
            Figure::Mean(&self.surplus_given_agreement),
            Figure::Mean(&self.reservation_value),
            Figure::Mean(&self.concessions),
            share(self.n_walkouts),
            share(self.n_forfeits),
        ]
    }

    /// Sessions without agreement in which its refusal alone stood in the way of an offer.
    pub fn n_sessions_blocked(&self) -> u64 {
        self.n_sessions_blocked
    }

    /// Offers in those sessions in whose way its refusal alone stood.
    pub fn n_lone_refusals(&self) -> u64 {
        self.n_lone_refusals
    }

    /// Those offers per session without agreement, of which there are `n`; `None` without any.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn lone_refusals_per_session(&self, n: u64) -> Option<f64> {
        (n > 0).then(|| self.n_lone_refusals as f64 / n as f64)
    }

    /// By issue, how many of those offers would have cost it most there; none if there was no such
    /// offer at all.
    pub fn lone_refusals_by_issue(&self) -> &[u64] {
        &self.lone_refusals_by_issue
    }

    /// The issue that most of those offers would have cost it most on, ties to the first, with
    /// how many of them; `None` without any.
    pub fn costliest_issue(&self) -> Option<(IssueId, u64)> {
        let most = self.lone_refusals_by_issue.iter().copied().max()?;
        let idx = self
            .lone_refusals_by_issue
            .iter()
            .position(|&it| it == most)?;
        (most > 0).then(|| (IssueId::new(idx), most))
    }

    /// What sessions were worth to it on average; `None` of no session.
    pub fn mean_utility(&self) -> Option<f64> {
        self.utility.estimate_at(CONFIDENCE).map(|it| it.point)
    }

    /// How often agreements were worth how much to it over its reservation value, to multiples of
    /// 2⁻⁹, in ascending order.
    pub fn agreements_by_surplus(&self) -> impl Iterator<Item = (f64, u64)> {
        self.surplus_given_agreement.counts()
    }

    /// What the agreements were worth to it over its reservation value.
    pub fn surplus_given_agreement(&self) -> Option<Estimate> {
        self.surplus_given_agreement.estimate_at(CONFIDENCE)
    }
}

/// Adds counts place by place, longer lists of them first made room for.
fn add_counts(sums: &mut Vec<u64>, counts: impl ExactSizeIterator<Item = u64>) {
    if sums.len() < counts.len() {
        sums.resize(counts.len(), 0);
    }
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum += count;
    }
}
