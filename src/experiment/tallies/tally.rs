//! Statistics over sessions: counts and sums that can be merged in any split.

use demarche_core::domain::{IssueId, OptionId, OutcomeSpace, PartyId};
use demarche_core::negotiation::{PartyReport, Setting};
use demarche_stats::estimate::{CONFIDENCE, Estimate};

use crate::experiment::tallies::exact_numbers::NumberSource;
use crate::experiment::tallies::failure_tally::{ExaminedSession, FailureTally};
use crate::experiment::tallies::measured_session::MeasuredSession;
use crate::experiment::tallies::measurement::{Amount, MeasurementKind};
use crate::experiment::tallies::measurements::{
    OFFER_CHANGES, ROUND, SURPLUS, SURPLUS_BEFORE_LEVERAGE, UTILITY, ZONE_METRICS, party_metrics,
    session_metrics,
};
use crate::experiment::tallies::numbers::{NumberTally, QUANTILE_PERCENTS};
use crate::experiment::tallies::offer_tally::OfferTally;

/// Counts and sums over sessions of one cell. All exact, so that any split gives the same bits.
#[derive(Clone, PartialEq, Debug)]
pub struct Tally {
    n_sessions: u64,
    /// By metric of a session.
    metrics: Vec<Sum>,
    parties: Vec<PartyTally>,
    options: Vec<u64>,
    failures: FailureTally,
    offers: OfferTally,
}

/// Counts and sums of one party.
#[derive(Clone, PartialEq, Debug)]
pub struct PartyTally {
    /// By metric of a party.
    metrics: Vec<Sum>,
    n_sessions_blocked: u64,
    n_pivotal_rejections: u64,
    pivotal_rejections_by_issue: Vec<u64>,
    /// By strategy that it may follow.
    strategies: Vec<StrategyTally>,
}

/// Sessions in which a party followed a strategy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StrategyTally {
    /// How many.
    pub n_sessions: u64,
    /// How many of them ended in agreement.
    pub n_agreements: u64,
}

/// One figure over all sessions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Metric {
    /// Its name in tables.
    pub name: &'static str,
    /// Whose it is; `None` if it is about the session.
    pub party: Option<PartyId>,
    /// `None` without sessions.
    pub estimate: Option<Estimate>,
    /// The quantiles of [`QUANTILE_PERCENTS`] over sessions, if it is the mean of a number that
    /// each session has.
    pub quantiles: [Option<f64>; QUANTILE_PERCENTS.len()],
}

/// Bits that sums of 64 utilities do without, so that their squares can be summed.
const WELFARE_DROPPED_BITS: u32 = 8;

/// The estimate and quantiles of one metric.
#[derive(Clone, PartialEq, Debug)]
enum Sum {
    Share {
        successes: u64,
        n: u64,
    },
    Mean {
        numbers: NumberTally,
        /// Last bits of an amount that the sum does without.
        dropped_bits: u32,
    },
}

impl Sum {
    fn new(kind: MeasurementKind) -> Self {
        let mean = |numbers, dropped_bits| Self::Mean {
            numbers,
            dropped_bits,
        };
        let utilities = |dropped| mean(NumberTally::utilities(dropped), dropped);
        match kind {
            MeasurementKind::Event => Self::Share { successes: 0, n: 0 },
            MeasurementKind::Count => mean(NumberTally::whole(), 0),
            MeasurementKind::Utility => utilities(0),
            MeasurementKind::UtilitySum | MeasurementKind::Ratio => utilities(WELFARE_DROPPED_BITS),
            MeasurementKind::SurplusProduct => mean(NumberTally::products(), 0),
        }
    }

    fn add(&mut self, amount: Amount) {
        let amount = amount.whole();
        match self {
            Self::Share { successes, n } => {
                *successes += u64::from(amount != 0);
                *n += 1;
            }
            Self::Mean {
                numbers,
                dropped_bits,
            } => numbers.add(amount >> *dropped_bits),
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (
                Self::Share { successes, n },
                Self::Share {
                    successes: more,
                    n: of,
                },
            ) => {
                *successes += more;
                *n += of;
            }
            (Self::Mean { numbers, .. }, Self::Mean { numbers: more, .. }) => numbers.merge(more),
            (Self::Share { .. }, Self::Mean { .. }) | (Self::Mean { .. }, Self::Share { .. }) => {
                unreachable!("tallies have the same metrics")
            }
        }
    }

    fn push(&self, numbers: &mut Vec<i128>) {
        match self {
            Self::Share { successes, n } => numbers.extend([i128::from(*successes), (*n).into()]),
            Self::Mean { numbers: mine, .. } => mine.push(numbers),
        }
    }

    /// Takes in those of so many sessions at most.
    fn take(&mut self, n_sessions: u64, numbers: &mut NumberSource<'_>) -> Option<()> {
        match self {
            Self::Share { successes, n } => {
                let more = numbers.at_most(n_sessions)?;
                let of = numbers.at_most(n_sessions)?;
                *successes += more;
                *n += of;
                (more <= of).then_some(())
            }
            Self::Mean { numbers: mine, .. } => mine.take(n_sessions, numbers),
        }
    }

    fn successes(&self) -> u64 {
        match self {
            Self::Share { successes, .. } => *successes,
            Self::Mean { .. } => 0,
        }
    }

    fn estimate_at(&self, confidence: f64) -> Option<Estimate> {
        match self {
            Self::Share { successes, n } => Estimate::of_share_at(confidence, *successes, *n),
            Self::Mean { numbers, .. } => numbers.estimate_at(confidence),
        }
    }

    fn quantiles(&self) -> [Option<f64>; QUANTILE_PERCENTS.len()] {
        match self {
            Self::Share { .. } => [None; QUANTILE_PERCENTS.len()],
            Self::Mean { numbers, .. } => numbers.quantiles(),
        }
    }

    /// How often each amount came, of a mean.
    fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let numbers = match self {
            Self::Share { .. } => None,
            Self::Mean { numbers, .. } => Some(numbers),
        };
        numbers.into_iter().flat_map(NumberTally::counts)
    }
}

impl Tally {
    /// Of no session yet.
    pub fn new(space: &OutcomeSpace, n_parties: usize) -> Self {
        Self {
            n_sessions: 0,
            metrics: session_metrics().map(|it| Sum::new(it.0.kind)).collect(),
            parties: vec![PartyTally::new(); n_parties],
            options: vec![0; space.n_options_total()],
            failures: FailureTally::default(),
            offers: OfferTally::default(),
        }
    }

    /// Takes in a session.
    pub fn add(&mut self, space: &OutcomeSpace, measured_session: &MeasuredSession) {
        let session = &measured_session.result;
        self.n_sessions += 1;
        for (sum, (measured, _)) in self.metrics.iter_mut().zip(session_metrics()) {
            if let Some(amount) = (measured.of)(measured_session) {
                sum.add(amount);
            }
        }
        let agreement = session.ending.agreement();
        if let Some(outcome) = agreement {
            for flat in space.flat_options(outcome) {
                self.options[flat] += 1;
            }
        }
        for (idx, tally) in self.parties.iter_mut().enumerate() {
            for (sum, (measured, _)) in tally.metrics.iter_mut().zip(party_metrics()) {
                if let Some(amount) = (measured.of)(session, PartyId::new(idx)) {
                    sum.add(amount);
                }
            }
            let report = &session.parties[idx];
            tally.add_strategy(report.strategy, agreement.is_some());
            if agreement.is_none() {
                tally.add_pivotal_rejections(report);
            }
        }
    }

    /// Takes in what was found out about a session, beside the session itself.
    pub fn add_examined(&mut self, session: &ExaminedSession) {
        self.failures.add(session);
        self.offers.add(&session.offers);
    }

    /// Takes in all sessions of another tally of the same cell.
    pub fn merge(&mut self, other: &Self) {
        self.n_sessions += other.n_sessions;
        self.failures.merge(&other.failures);
        self.offers.merge(&other.offers);
        merge_sums(&mut self.metrics, &other.metrics);
        for (mine, theirs) in self.parties.iter_mut().zip(&other.parties) {
            mine.merge(theirs);
        }
        add_counts(&mut self.options, other.options.iter().copied());
    }

    /// Adds all of it to numbers.
    pub(crate) fn push(&self, numbers: &mut Vec<i128>) {
        numbers.push(self.n_sessions.into());
        for sum in &self.metrics {
            sum.push(numbers);
        }
        for party in &self.parties {
            party.push(numbers);
        }
        push_counts(numbers, &self.options);
        self.failures.push(numbers);
        self.offers.push(numbers);
    }

    /// Takes in all sessions of another tally of the same cell, with this setting, as they were pushed;
    /// `None` if that is none, or not of so many sessions.
    pub(crate) fn take(
        &mut self,
        setting: &Setting,
        n_sessions: u64,
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        let scenario = setting.scenario();
        if numbers.next::<u64>()? != n_sessions {
            return None;
        }
        self.n_sessions += n_sessions;
        let n_before = self.n_agreements();
        for sum in &mut self.metrics {
            sum.take(n_sessions, numbers)?;
        }
        // Every session ended in one way.
        if self.endings().iter().sum::<u64>() != self.n_sessions {
            return None;
        }
        let n_agreed = self.n_agreements() - n_before;
        for (party, id) in self.parties.iter_mut().zip(scenario.party_ids()) {
            party.take((setting, id), [n_sessions, n_agreed], numbers)?;
        }
        let options = take_counts(numbers, scenario.space.n_options_total(), n_agreed)?;
        add_counts(&mut self.options, options.into_iter());
        self.failures.take(scenario, n_sessions, numbers)?;
        self.offers.take(scenario, n_sessions, numbers)
    }

    /// How many sessions.
    pub fn n_sessions(&self) -> u64 {
        self.n_sessions
    }

    /// How many sessions ended in each way, in the order of [`Ending::NAMES`](demarche_core::protocol::Ending::NAMES).
    pub fn endings(&self) -> [u64; 4] {
        std::array::from_fn(|it| self.metrics[it].successes())
    }

    /// How many sessions ended in agreement.
    pub fn n_agreements(&self) -> u64 {
        self.metrics[0].successes()
    }

    /// The share of sessions that ended in agreement; `None` of no session.
    pub fn agreement_rate(&self) -> Option<f64> {
        Estimate::of_share(self.n_agreements(), self.n_sessions).map(|it| it.point)
    }

    /// In which rounds there were agreements, and how many in each, in ascending order; rounds from
    /// 4,096 on are approximate.
    pub fn agreements_by_round(&self) -> impl Iterator<Item = (f64, u64)> {
        self.sum(ROUND).counts()
    }

    /// The share of agreements in the last two of so many rounds; `None` without any agreement, and
    /// of sessions with no more rounds.
    pub fn share_at_deadline(&self, deadline_rounds: u32) -> Option<f64> {
        let last = f64::from(deadline_rounds.checked_sub(2).filter(|it| *it > 0)?);
        let late = self.agreements_by_round().filter(|it| it.0 > last);
        Estimate::of_share(late.map(|it| it.1).sum(), self.n_agreements()).map(|it| it.point)
    }

    /// Why sessions have no agreement, over those that were examined.
    pub fn failures(&self) -> &FailureTally {
        &self.failures
    }

    /// What parties offered round by round, over the sessions that were examined.
    pub fn offers(&self) -> &OfferTally {
        &self.offers
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
        let metric = |(name, party, sum): (_, _, &Sum)| Metric {
            name,
            party,
            estimate: sum.estimate_at(CONFIDENCE),
            quantiles: sum.quantiles(),
        };
        self.sums().map(metric).collect()
    }

    /// One figure, by the name that a metric has in [`SESSION_MEASUREMENTS`] or, of a party, in
    /// [`PARTY_MEASUREMENTS`], with its interval at a confidence; `None` without sessions, or there
    /// is no such figure.
    ///
    /// [`SESSION_MEASUREMENTS`]: crate::experiment::SESSION_MEASUREMENTS
    /// [`PARTY_MEASUREMENTS`]: crate::experiment::PARTY_MEASUREMENTS
    pub fn estimate_at(
        &self,
        confidence: f64,
        name: &str,
        party: Option<PartyId>,
    ) -> Option<Estimate> {
        let (_, _, sum) = self.sums().find(|it| (it.0, it.1) == (name, party))?;
        sum.estimate_at(confidence)
    }

    /// The shares that take the share of agreements apart, by [`ZONE_METRICS`].
    pub(crate) fn zone_shares(&self) -> [Option<Estimate>; ZONE_METRICS.len()] {
        ZONE_METRICS.map(|it| self.sum(it).estimate_at(CONFIDENCE))
    }

    fn sums(&self) -> impl Iterator<Item = (&'static str, Option<PartyId>, &Sum)> {
        let of_session = session_metrics().zip(&self.metrics);
        let of_parties = self.parties.iter().enumerate().flat_map(|(idx, it)| {
            let sums = party_metrics().zip(&it.metrics);
            sums.map(move |((_, words), sum)| (words.name, Some(PartyId::new(idx)), sum))
        });
        of_session
            .map(|((_, words), sum)| (words.name, None, sum))
            .chain(of_parties)
    }

    fn sum(&self, name: &str) -> &Sum {
        let mut sums = session_metrics().zip(&self.metrics);
        let found = sums.find(|((_, words), _)| words.name == name);
        found.expect("it is in the list").1
    }
}

impl PartyTally {
    fn new() -> Self {
        Self {
            metrics: party_metrics().map(|it| Sum::new(it.0.kind)).collect(),
            n_sessions_blocked: 0,
            n_pivotal_rejections: 0,
            pivotal_rejections_by_issue: Vec::new(),
            strategies: Vec::new(),
        }
    }

    fn add_strategy(&mut self, strategy: usize, is_agreed: bool) {
        if self.strategies.len() <= strategy {
            self.strategies
                .resize(strategy + 1, StrategyTally::default());
        }
        let tally = &mut self.strategies[strategy];
        tally.n_sessions += 1;
        tally.n_agreements += u64::from(is_agreed);
    }

    fn add_pivotal_rejections(&mut self, report: &PartyReport) {
        if report.pivotal_rejections > 0 {
            self.n_sessions_blocked += 1;
            self.n_pivotal_rejections += u64::from(report.pivotal_rejections);
            add_counts(
                &mut self.pivotal_rejections_by_issue,
                report
                    .pivotal_rejections_by_issue
                    .iter()
                    .map(|&it| it.into()),
            );
        }
    }

    fn merge(&mut self, other: &Self) {
        merge_sums(&mut self.metrics, &other.metrics);
        self.n_sessions_blocked += other.n_sessions_blocked;
        self.n_pivotal_rejections += other.n_pivotal_rejections;
        add_counts(
            &mut self.pivotal_rejections_by_issue,
            other.pivotal_rejections_by_issue.iter().copied(),
        );
        let n_strategies = self.strategies.len().max(other.strategies.len());
        self.strategies
            .resize(n_strategies, StrategyTally::default());
        for (mine, theirs) in self.strategies.iter_mut().zip(&other.strategies) {
            mine.n_sessions += theirs.n_sessions;
            mine.n_agreements += theirs.n_agreements;
        }
    }

    fn push(&self, numbers: &mut Vec<i128>) {
        for sum in &self.metrics {
            sum.push(numbers);
        }
        numbers.extend([
            i128::from(self.n_sessions_blocked),
            self.n_pivotal_rejections.into(),
        ]);
        push_counts(numbers, &self.pivotal_rejections_by_issue);
        numbers.push(self.strategies.len() as i128);
        for it in &self.strategies {
            numbers.extend([i128::from(it.n_sessions), it.n_agreements.into()]);
        }
    }

    fn take(
        &mut self,
        (setting, party): (&Setting, PartyId),
        [n_sessions, n_agreed]: [u64; 2],
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        let mut other = Self::new();
        for (sum, (_, words)) in other.metrics.iter_mut().zip(party_metrics()) {
            let is_of_agreements = [SURPLUS, SURPLUS_BEFORE_LEVERAGE].contains(&words.name);
            let most = if is_of_agreements {
                n_agreed
            } else {
                n_sessions
            };
            sum.take(most, numbers)?;
        }
        other.n_sessions_blocked = numbers.at_most(n_sessions - n_agreed)?;
        other.n_pivotal_rejections = numbers.at_most(COUNTS_MAX)?;
        let n_issues = setting.scenario().space.n_issues();
        other.pivotal_rejections_by_issue = take_counts(numbers, n_issues, COUNTS_MAX)?;
        for _ in 0..numbers.position(setting.strategies(party).len() + 1)? {
            let n_followed = numbers.at_most(n_sessions)?;
            other.strategies.push(StrategyTally {
                n_sessions: n_followed,
                n_agreements: numbers.at_most(n_followed)?,
            });
        }
        self.merge(&other);
        Some(())
    }

    /// By position of a strategy, the sessions in which it was followed; strategies behind the last
    /// that was followed are left out.
    pub fn strategies(&self) -> &[StrategyTally] {
        &self.strategies
    }

    fn sum(&self, name: &str) -> &Sum {
        let mut sums = party_metrics().zip(&self.metrics);
        let found = sums.find(|((_, words), _)| words.name == name);
        found.expect("it is in the list").1
    }

    /// Sessions without agreement in which it has a pivotal rejection.
    pub fn n_sessions_blocked(&self) -> u64 {
        self.n_sessions_blocked
    }

    /// Offers in those sessions in whose way its refusal alone stood.
    pub fn n_pivotal_rejections(&self) -> u64 {
        self.n_pivotal_rejections
    }

    /// Those offers per session without agreement, of which there are `n`; `None` without any.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn pivotal_rejections_per_session(&self, n: u64) -> Option<f64> {
        (n > 0).then(|| self.n_pivotal_rejections as f64 / n as f64)
    }

    /// By issue, how many of those offers would have cost it most there; none if there was no such
    /// offer at all.
    pub fn pivotal_rejections_by_issue(&self) -> &[u64] {
        &self.pivotal_rejections_by_issue
    }

    /// The issue that most of those offers would have cost it most on, ties to the first, with
    /// how many of them; `None` without any.
    pub fn costliest_issue(&self) -> Option<(IssueId, u64)> {
        let most = self.pivotal_rejections_by_issue.iter().copied().max()?;
        let idx = self
            .pivotal_rejections_by_issue
            .iter()
            .position(|&it| it == most)?;
        (most > 0).then(|| (IssueId::new(idx), most))
    }

    /// What sessions were worth to it on average; `None` of no session.
    pub fn mean_utility(&self) -> Option<f64> {
        self.sum(UTILITY).estimate_at(CONFIDENCE).map(|it| it.point)
    }

    /// How often agreements were worth how much to it over its reservation value, to multiples of
    /// 2⁻⁹, in ascending order.
    pub fn agreements_by_surplus(&self) -> impl Iterator<Item = (f64, u64)> {
        self.sum(SURPLUS).counts()
    }

    /// What the agreements were worth to it over its reservation value.
    pub fn surplus_given_agreement(&self) -> Option<Estimate> {
        self.sum(SURPLUS).estimate_at(CONFIDENCE)
    }

    /// The same over what no deal was worth to it before leverage.
    pub fn surplus_before_leverage(&self) -> Option<Estimate> {
        self.sum(SURPLUS_BEFORE_LEVERAGE).estimate_at(CONFIDENCE)
    }

    /// How its offers changed from one to the next, by the metrics of that.
    pub(crate) fn offer_changes(&self) -> [Option<Estimate>; OFFER_CHANGES.len()] {
        OFFER_CHANGES.map(|it| self.sum(it).estimate_at(CONFIDENCE))
    }
}

fn merge_sums(mine: &mut [Sum], theirs: &[Sum]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.merge(theirs);
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

fn push_counts(numbers: &mut Vec<i128>, counts: &[u64]) {
    numbers.push(counts.len() as i128);
    numbers.extend(counts.iter().map(|&it| i128::from(it)));
}

/// Counts of anything that sessions have many of, at most.
const COUNTS_MAX: u64 = 1 << 53;

/// The next counts, of so many places at most, each so large at most.
fn take_counts(numbers: &mut NumberSource<'_>, places: usize, most: u64) -> Option<Vec<u64>> {
    let n = numbers.position(places + 1)?;
    (0..n).map(|_| numbers.at_most(most)).collect()
}
