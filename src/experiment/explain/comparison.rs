//! What differs between the sessions of two runs, pair by pair with common random numbers or apart.

use demarche_core::domain::{IssueId, OptionId, PartyId, from_units};
use demarche_core::solution::Zone;
use demarche_stats::estimate::{
    Estimate, Moments, PairedNumbers, PairedShares, unpaired_difference, unpaired_share_difference,
};

use crate::experiment::tallies::{
    AGREEMENT_RATE, AGREEMENT_RATE_GIVEN_BOTH_ZONES, AGREEMENT_RATE_GIVEN_ZONE, Pairing, UTILITY,
    ZONE_RATE,
};

/// A session as far as runs are compared by it.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparedSession {
    /// The agreement; `None` without one.
    pub deal: Option<ComparedDeal>,
    /// Whether there was anything to agree on; `None` of versions that did not measure it.
    pub zone: Option<Zone>,
    /// By party, what it ended with, from 0 to 1.
    pub utilities: Vec<f64>,
}

/// An agreement as far as runs are compared by it.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparedDeal {
    /// In which round, from 1.
    pub round: u32,
    /// How many offers were put forward until then.
    pub offers: u32,
    /// The sum of all parties' utilities.
    pub utilitarian_welfare: f64,
    /// The least of all parties' utilities.
    pub egalitarian_welfare: f64,
    /// The product of all parties' surpluses.
    pub nash_product: f64,
    /// By issue, the option that settles it.
    pub options: Vec<OptionId>,
}

/// What a difference is about, beside its metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The session.
    Session,
    /// A party's figure.
    Party(PartyId),
    /// How often an issue was settled with an option.
    Option(IssueId, OptionId),
}

/// How far apart two runs are in one figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// The figure's name in tables.
    pub metric: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// The figure of the first run, with its number of sessions.
    pub first: ComparedFigure,
    /// The figure of the second run.
    pub second: ComparedFigure,
    /// The second minus the first, with its own interval; `None` with too few sessions.
    pub estimate: Option<Estimate>,
    /// Of a share with common random numbers, in which sessions it happened.
    pub pairs: Option<PairedShares>,
}

/// A figure of one of the runs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ComparedFigure {
    /// The mean or the share; `None` of no session.
    pub point: Option<f64>,
    /// Of how many sessions.
    pub n: u64,
}

/// The sessions of two runs, compared as they come.
#[derive(Clone, Debug)]
pub struct RunComparison {
    pairing: Pairing,
    n_parties: usize,
    numbers: Vec<ComparedNumbers>,
    /// Those of [`SHARES`], then option by option.
    shares: Vec<Shares>,
    /// By issue, how many options it has.
    options: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct ComparedNumbers {
    first: Moments,
    second: Moments,
    /// Second less first.
    pairs: PairedNumbers,
}

#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    first: Count,
    second: Count,
    pairs: PairedShares,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    successes: u64,
    n: u64,
}

impl Count {
    fn add(&mut self, is_success: bool) {
        self.successes += u64::from(is_success);
        self.n += 1;
    }

    fn share(self) -> Option<Estimate> {
        Estimate::of_share(self.successes, self.n)
    }

    fn figure(self) -> ComparedFigure {
        ComparedFigure {
            point: self.share().map(|it| it.point),
            n: self.n,
        }
    }
}

/// A share of sessions.
#[derive(Clone, Copy, Debug)]
struct ShareMetric {
    /// Its name where sessions are pairs.
    of_pair: &'static str,
    /// Its name where they are found apart.
    alone: &'static str,
    /// Whether it happened; `None` of a session that it is not about.
    of: fn(&ComparedSession) -> Option<bool>,
}

/// Deals, and the zones that they take.
const SHARES: [ShareMetric; 3] = [
    ShareMetric {
        of_pair: AGREEMENT_RATE,
        alone: AGREEMENT_RATE,
        of: |it| Some(it.deal.is_some()),
    },
    ShareMetric {
        of_pair: ZONE_RATE,
        alone: ZONE_RATE,
        of: ComparedSession::has_zone,
    },
    ShareMetric {
        of_pair: AGREEMENT_RATE_GIVEN_BOTH_ZONES,
        alone: AGREEMENT_RATE_GIVEN_ZONE,
        of: |it| it.has_zone()?.then_some(it.deal.is_some()),
    },
];

/// A figure of a deal.
#[derive(Clone, Copy, Debug)]
struct DealMetric {
    /// Its name where both sessions of a pair have a deal.
    of_pair: &'static str,
    /// Its name where one session alone has one.
    alone: &'static str,
    unit: FigureUnit,
    of: fn(&ComparedDeal) -> f64,
}

const DEAL_METRICS: [DealMetric; 5] = [
    DealMetric {
        of_pair: "round_given_both_agreed",
        alone: "round_given_agreement",
        unit: FigureUnit::Count,
        of: |it| it.round.into(),
    },
    DealMetric {
        of_pair: "offers_given_both_agreed",
        alone: "offers_given_agreement",
        unit: FigureUnit::Count,
        of: |it| it.offers.into(),
    },
    DealMetric {
        of_pair: "utilitarian_welfare_given_both_agreed",
        alone: "utilitarian_welfare_given_agreement",
        unit: FigureUnit::Sum,
        of: |it| it.utilitarian_welfare,
    },
    DealMetric {
        of_pair: "egalitarian_welfare_given_both_agreed",
        alone: "egalitarian_welfare_given_agreement",
        unit: FigureUnit::Utility,
        of: |it| it.egalitarian_welfare,
    },
    DealMetric {
        of_pair: "nash_product_given_both_agreed",
        alone: "nash_product_given_agreement",
        unit: FigureUnit::Utility,
        of: |it| it.nash_product,
    },
];

/// In which units a figure is added up, so that sums are exact.
#[derive(Clone, Copy, Debug)]
enum FigureUnit {
    Count,
    /// From 0 to 1.
    Utility,
    /// A sum of utilities: of as many parties as can be, it needs more room.
    Sum,
}

/// The last bits of a utility that a sum of them drops.
const SUM_DROPPED_BITS: u32 = 6;

impl FigureUnit {
    fn unit(self) -> f64 {
        match self {
            Self::Count => 1.0,
            Self::Utility => from_units(1),
            Self::Sum => from_units(1 << SUM_DROPPED_BITS),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "figures are at most 2^52 units"
    )]
    fn units(self, figure: f64) -> i64 {
        (figure / self.unit()).round() as i64
    }
}

impl ComparedSession {
    /// As the share of zones counts.
    fn has_zone(&self) -> Option<bool> {
        self.zone.map(|it| it == Zone::Exists)
    }

    /// Those of [`SHARES`] as 1 or 0, the figures of the deal, what each party ended with, and what the
    /// deal is worth to each.
    fn numbers(&self) -> impl Iterator<Item = Option<i64>> {
        let deal = self.deal.as_ref();
        let of_deal = DEAL_METRICS.into_iter();
        let of_deal = of_deal.map(move |it| deal.map(|deal| it.unit.units((it.of)(deal))));
        let utilities = self
            .utilities
            .iter()
            .map(|&it| FigureUnit::Utility.units(it));
        let is_agreed = deal.is_some();
        let shares = SHARES.iter().map(|it| (it.of)(self).map(i64::from));
        shares
            .chain(of_deal)
            .chain(utilities.clone().map(Some))
            .chain(utilities.map(move |it| is_agreed.then_some(it)))
    }

    /// What of [`SHARES`] happened, and with which options there is a deal.
    fn happenings(&self, options: &[usize]) -> impl Iterator<Item = Option<bool>> {
        let deal = self.deal.as_ref();
        let settled = options.iter().enumerate().flat_map(move |(issue, &n)| {
            let agreed = deal.map(|it| it.options[issue].idx());
            (0..n).map(move |option| agreed.map(|it| it == option))
        });
        let shares = SHARES.iter().map(|it| (it.of)(self));
        shares.chain(settled)
    }
}

impl RunComparison {
    /// No sessions yet, of so many parties and of issues with so many options each.
    pub fn new(pairing: Pairing, n_parties: usize, options: Vec<usize>) -> Self {
        let n_numbers = SHARES.len() + DEAL_METRICS.len() + 2 * n_parties;
        let n_shares = SHARES.len() + options.iter().sum::<usize>();
        Self {
            pairing,
            n_parties,
            numbers: vec![ComparedNumbers::default(); n_numbers],
            shares: vec![Shares::default(); n_shares],
            options,
        }
    }

    /// Adds the sessions of one replication; figures of deals are added if both have one.
    pub fn add_pair(&mut self, first: &ComparedSession, second: &ComparedSession) {
        let pairs = first.numbers().zip(second.numbers());
        for (sums, pair) in self.numbers.iter_mut().zip(pairs) {
            if let (Some(first), Some(second)) = pair {
                sums.first.add(first);
                sums.second.add(second);
                sums.pairs.add(second, first);
            }
        }
        let pairs = (first.happenings(&self.options)).zip(second.happenings(&self.options));
        for (counts, pair) in self.shares.iter_mut().zip(pairs) {
            if let (Some(first), Some(second)) = pair {
                counts.first.add(first);
                counts.second.add(second);
                counts.pairs.add(first, second);
            }
        }
    }

    /// Adds a session of the first run, which has no counterpart.
    pub fn add_first(&mut self, session: &ComparedSession) {
        self.add_alone(session, |it| &mut it.first, |it| &mut it.first);
    }

    /// Adds a session of the second run, which has no counterpart.
    pub fn add_second(&mut self, session: &ComparedSession) {
        self.add_alone(session, |it| &mut it.second, |it| &mut it.second);
    }

    fn add_alone(
        &mut self,
        session: &ComparedSession,
        moments: impl Fn(&mut ComparedNumbers) -> &mut Moments,
        count: impl Fn(&mut Shares) -> &mut Count,
    ) {
        for (sums, number) in self.numbers.iter_mut().zip(session.numbers()) {
            if let Some(it) = number {
                moments(sums).add(it);
            }
        }
        let happenings = session.happenings(&self.options);
        for (counts, happening) in self.shares.iter_mut().zip(happenings) {
            if let Some(it) = happening {
                count(counts).add(it);
            }
        }
    }

    /// How sessions were compared.
    pub fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// The share of deals.
    pub fn deals(&self) -> Difference {
        self.session_share(0)
    }

    /// The share of sessions with a zone of possible agreement, and that of deals where there is one;
    /// without a session of runs that did not measure it.
    pub fn zones(&self) -> [Difference; 2] {
        [1, 2].map(|it| self.session_share(it))
    }

    fn session_share(&self, idx: usize) -> Difference {
        let metric = self.named(SHARES[idx].of_pair, SHARES[idx].alone);
        let mut res = self.share(metric, Subject::Session, &self.shares[idx]);
        if self.pairing == Pairing::Paired {
            // As for the cells of a sweep.
            res.estimate = self.numbers[idx].pairs.differences().estimate(1.0);
        }
        res
    }

    /// The figures of deals.
    pub fn figures_of_deals(&self) -> Vec<Difference> {
        let metrics = DEAL_METRICS.iter().zip(&self.numbers[SHARES.len()..]);
        metrics
            .map(|(it, sums)| {
                let metric = self.named(it.of_pair, it.alone);
                self.number(metric, Subject::Session, it.unit, sums)
            })
            .collect()
    }

    /// What the parties ended with.
    pub fn utilities(&self) -> Vec<Difference> {
        self.of_parties(UTILITY, 0)
    }

    /// What the deals are worth to the parties.
    pub fn utilities_of_deals(&self) -> Vec<Difference> {
        let metric = self.named("utility_given_both_agreed", "utility_given_agreement");
        self.of_parties(metric, self.n_parties)
    }

    /// With which options the deals settle the issues.
    pub fn options(&self) -> Vec<Difference> {
        let metric = self.named("share_given_both_agreed", "share_given_agreement");
        let options = self.options.iter().enumerate().flat_map(|(issue, &n)| {
            (0..n).map(move |it| Subject::Option(IssueId::new(issue), OptionId::new(it)))
        });
        options
            .zip(&self.shares[SHARES.len()..])
            .map(|(subject, counts)| self.share(metric, subject, counts))
            .collect()
    }

    /// All of these, in this order.
    pub fn differences(&self) -> Vec<Difference> {
        let mut res = vec![self.deals()];
        res.extend(self.zones());
        res.extend(self.figures_of_deals());
        res.extend(self.utilities());
        res.extend(self.utilities_of_deals());
        res.extend(self.options());
        res
    }

    fn named(&self, of_pair: &'static str, alone: &'static str) -> &'static str {
        match self.pairing {
            Pairing::Paired => of_pair,
            Pairing::Unpaired => alone,
        }
    }

    fn of_parties(&self, metric: &'static str, from: usize) -> Vec<Difference> {
        let first = SHARES.len() + DEAL_METRICS.len() + from;
        let sums = &self.numbers[first..][..self.n_parties];
        let parties = sums.iter().enumerate();
        parties
            .map(|(idx, sums)| {
                let party = Subject::Party(PartyId::new(idx));
                self.number(metric, party, FigureUnit::Utility, sums)
            })
            .collect()
    }

    fn number(
        &self,
        metric: &'static str,
        subject: Subject,
        scale: FigureUnit,
        sums: &ComparedNumbers,
    ) -> Difference {
        let unit = scale.unit();
        let figure = |it: &Moments| ComparedFigure {
            point: it.mean(unit),
            n: it.n(),
        };
        Difference {
            metric,
            subject,
            first: figure(&sums.first),
            second: figure(&sums.second),
            estimate: match self.pairing {
                Pairing::Paired => sums.pairs.differences().estimate(unit),
                Pairing::Unpaired => {
                    unpaired_difference(&sums.second, &sums.first, unit).map(|it| it.estimate)
                }
            },
            pairs: None,
        }
    }

    fn share(&self, metric: &'static str, subject: Subject, counts: &Shares) -> Difference {
        let (first, second) = (counts.first.share(), counts.second.share());
        let (estimate, pairs) = match self.pairing {
            Pairing::Paired => {
                let pairs = counts.pairs;
                let swapped = PairedShares {
                    first_only: pairs.second_only,
                    second_only: pairs.first_only,
                    ..pairs
                };
                (swapped.difference(), Some(pairs))
            }
            Pairing::Unpaired => {
                let both = second.zip(first);
                let estimate = both.and_then(|(it, from)| unpaired_share_difference(&it, &from));
                (estimate, None)
            }
        };
        Difference {
            metric,
            subject,
            first: counts.first.figure(),
            second: counts.second.figure(),
            estimate,
            pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(deal: Option<(u32, usize)>, utility: f64) -> ComparedSession {
        ComparedSession {
            deal: deal.map(|(round, option)| ComparedDeal {
                round,
                offers: round,
                utilitarian_welfare: utility,
                egalitarian_welfare: utility,
                nash_product: 0.0,
                options: vec![OptionId::new(option)],
            }),
            zone: Some(if utility < 0.3 {
                Zone::Empty
            } else {
                Zone::Exists
            }),
            utilities: vec![utility],
        }
    }

    #[test]
    fn figures_of_deals_are_those_where_both_have_one() {
        let mut it = RunComparison::new(Pairing::Paired, 1, vec![2]);
        it.add_pair(&session(Some((4, 0)), 0.5), &session(Some((7, 1)), 0.75));
        it.add_pair(&session(Some((9, 0)), 0.5), &session(None, 0.25));
        it.add_pair(&session(None, 0.5), &session(None, 0.5));
        let deals = it.deals();
        let pairs = PairedShares {
            both: 1,
            first_only: 1,
            second_only: 0,
            neither: 1,
        };
        assert_eq!(deals.pairs, Some(pairs));
        let [zones, found] = it.zones();
        assert_eq!(
            zones.estimate.map(|it| (it.point, it.n)),
            Some((-1.0 / 3.0, 3))
        );
        // Of the pairs with two zones the first has a deal in both runs, the last in neither.
        assert_eq!(
            (found.first.point, found.second.point),
            (Some(0.5), Some(0.5))
        );
        assert_eq!(found.estimate.map(|it| (it.point, it.n)), Some((0.0, 2)));
        let round = it.figures_of_deals()[0];
        assert_eq!((round.first.point, round.first.n), (Some(4.0), 1));
        assert_eq!(round.estimate.map(|it| it.point), Some(3.0));
        let utility = it.utilities()[0];
        assert_eq!(utility.estimate.map(|it| it.point), Some(0.0));
        assert_eq!(utility.estimate.map(|it| it.n), Some(3));
        let shifts: Vec<f64> = (it.options().iter())
            .filter_map(|it| it.estimate.map(|it| it.point))
            .collect();
        assert_eq!(shifts, [-1.0, 1.0]);
    }

    #[test]
    fn sessions_that_were_found_apart_are_no_pairs() {
        let mut it = RunComparison::new(Pairing::Unpaired, 1, vec![2]);
        it.add_first(&session(Some((4, 0)), 0.5));
        it.add_first(&session(Some((6, 0)), 0.5));
        it.add_second(&session(Some((9, 1)), 0.25));
        let round = it.figures_of_deals()[0];
        assert_eq!(round.metric, "round_given_agreement");
        assert_eq!(
            (round.first.point, round.second.point),
            (Some(5.0), Some(9.0))
        );
        assert_eq!(round.estimate, None, "one session has no spread");
        assert_eq!(
            (it.deals().pairs, it.deals().estimate.map(|it| it.n)),
            (None, Some(3))
        );
    }
}
