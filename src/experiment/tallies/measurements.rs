//! What is measured in every session: the lists from which the columns of the session tables, the
//! metrics of the summary, their sums, their names in `until`, and their documentation follow.

use demarche_core::domain::{PartyId, Utility};
use demarche_core::negotiation::{OfferChanges, PartyReport, SessionResult};
use demarche_core::protocol::Ending;
use demarche_core::solution::Zone;

use crate::experiment::tallies::measured_session::MeasuredSession;
use crate::experiment::tallies::measurement::{
    Amount, MeasuredColumn, Measurement, MeasurementKind, MetricWords, Over, PairedWords,
    PartyMeasurement, SessionMeasurement,
};

/// The share of sessions that end in agreement.
pub const AGREEMENT_RATE: &str = "agreement_rate";

/// What a session is worth to a party: the utility of the agreement or of no agreement.
pub const UTILITY: &str = "utility";

/// In which round agreements are made.
pub(crate) const ROUND: &str = "round_given_agreement";

/// What agreements are worth to a party over its reservation value.
pub(crate) const SURPLUS: &str = "surplus_given_agreement";
/// What an agreement is worth to a party over what no deal was worth to it before leverage.
pub(crate) const SURPLUS_BEFORE_LEVERAGE: &str = "surplus_before_leverage_given_agreement";

/// The metrics that take the share of agreements apart:
/// P(deal) = P(zone) · P(deal | zone) + P(deal without a zone), but for undecided sessions.
pub(crate) const ZONE_METRICS: [&str; 4] = [
    ZONE_RATE,
    AGREEMENT_RATE_GIVEN_ZONE,
    "agreement_without_zone_rate",
    "zone_undecided_rate",
];

/// The share of sessions with a zone of possible agreement.
pub(crate) const ZONE_RATE: &str = "zone_rate";

/// The share of these with an agreement.
pub(crate) const AGREEMENT_RATE_GIVEN_ZONE: &str = "agreement_rate_given_zone";

/// The share of agreements over the replications in which two cells or runs both have a zone.
pub(crate) const AGREEMENT_RATE_GIVEN_BOTH_ZONES: &str = "agreement_rate_given_zone_in_both";

/// The metrics of how a party's offers change from one to the next.
pub(crate) const OFFER_CHANGES: [&str; 5] = [
    "issues_per_changing_offer",
    "offers_changing_over_two_issues",
    "repeated_offers",
    "returned_options",
    "offers_beyond_asks",
];

/// What is measured of a session, in the order of its columns and of the summary's rows; the first
/// are the shares of endings, in the order of [`Ending::NAMES`].
pub const SESSION_MEASUREMENTS: &[SessionMeasurement] = &[
    ending(AGREEMENT_RATE, |it| {
        Some(event(it.result.ending.idx() == 0))
    })
    .paired(PairedWords {
        name: AGREEMENT_RATE,
        meaning: "whether the session ends in agreement",
        over: ALL_PAIRS,
    }),
    ending("deadline_rate", |it| {
        Some(event(it.result.ending.idx() == 1))
    }),
    ending("walkout_rate", |it| {
        Some(event(it.result.ending.idx() == 2))
    }),
    ending("forfeit_rate", |it| {
        Some(event(it.result.ending.idx() == 3))
    }),
    zone_share(
        |it| Some(event(it.zone == Zone::Exists)),
        ZONE_RATE,
        "share of sessions with a zone of possible agreement",
        Over::AllSessions,
    )
    .paired(PairedWords {
        name: ZONE_RATE,
        meaning: "whether there is a zone of possible agreement; no if that is not known",
        over: ALL_PAIRS,
    }),
    zone_share(
        |it| (it.zone == Zone::Exists).then(|| event(it.result.ending.agreement().is_some())),
        AGREEMENT_RATE_GIVEN_ZONE,
        "share of these sessions that ended in agreement",
        Over::Those("sessions with a zone of possible agreement"),
    )
    .paired(PairedWords {
        name: AGREEMENT_RATE_GIVEN_BOTH_ZONES,
        meaning: "whether the session ends in agreement",
        over: "replications in which both have a zone of possible agreement",
    }),
    zone_share(
        |it| {
            let is_agreed = it.result.ending.agreement().is_some();
            Some(event(is_agreed && it.zone == Zone::Empty))
        },
        ZONE_METRICS[2],
        "share of sessions that ended in agreement without a zone of possible agreement",
        Over::AllSessions,
    ),
    zone_share(
        |it| Some(event(it.zone == Zone::Undecided)),
        ZONE_METRICS[3],
        "share of sessions of which it is not known whether there was such a zone",
        Over::AllSessions,
    ),
    Measurement {
        kind: MeasurementKind::Count,
        of: |it| Some(Amount::Whole(it.result.n_offers)),
        column: Some(MeasuredColumn {
            name: "offers",
            meaning: "offers put forward by all parties; a mediator's texts are none",
            range: "from 0",
            empty: "never",
        }),
        metric: Some(MetricWords {
            name: "offers",
            meaning: "mean number of offers",
            over: Over::AllSessions,
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it| {
            let is_agreed = it.result.ending.agreement().is_some();
            is_agreed.then(|| Amount::Whole(it.result.ending.round()))
        },
        column: None,
        metric: Some(MetricWords {
            name: ROUND,
            meaning: "mean round of the agreement",
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::UtilitySum,
        of: |it| {
            let units = agreement_units(&it.result).map(Iterator::sum);
            units.map(Amount::Units)
        },
        column: Some(MeasuredColumn {
            name: "utilitarian_welfare",
            meaning: "sum of all parties' utilities of the agreement",
            range: "0 to the number of parties",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: "utilitarian_welfare_given_agreement",
            meaning: MEAN_OF_A_SESSION_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it| {
            let least = agreement_units(&it.result).and_then(Iterator::min);
            least.map(Amount::Units)
        },
        column: Some(MeasuredColumn {
            name: "egalitarian_welfare",
            meaning: "least of all parties' utilities of the agreement",
            range: "0 to 1",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: "egalitarian_welfare_given_agreement",
            meaning: MEAN_OF_A_SESSION_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::SurplusProduct,
        of: |it| it.result.nash_product().map(Amount::Real),
        column: Some(MeasuredColumn {
            name: "nash_product",
            meaning: "product of all parties' surpluses, those below 0 counted as 0",
            range: "0 to 1",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: "nash_product_given_agreement",
            meaning: MEAN_OF_A_SESSION_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
];

/// What is measured of each party in a session, in the order of its columns and of the summary's
/// rows.
pub const PARTY_MEASUREMENTS: &[PartyMeasurement] = &[
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| Some(utility(report(it, party).utility())),
        column: Some(MeasuredColumn {
            name: "utility",
            meaning: "its payoff: the agreement's utility, or the reservation value",
            range: "0 to 1",
            empty: "never",
        }),
        metric: Some(MetricWords {
            name: UTILITY,
            meaning: "mean payoff",
            over: Over::AllSessions,
            paired: Some(PairedWords {
                name: UTILITY,
                meaning: "the party's payoff",
                over: ALL_PAIRS,
            }),
        }),
    },
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| report(it, party).agreement_utility.map(utility),
        column: Some(MeasuredColumn {
            name: "utility_given_agreement",
            meaning: "utility of the agreement, discounted",
            range: "0 to 1",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: "utility_given_agreement",
            meaning: MEAN_OF_A_PARTY_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| {
            let report = report(it, party);
            let agreed = report.agreement_utility?.units();
            Some(Amount::Units(agreed - report.reservation_value.units()))
        },
        column: Some(MeasuredColumn {
            name: SURPLUS,
            meaning: "that less the reservation value",
            range: "−1 to 1",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: SURPLUS,
            meaning: MEAN_OF_A_PARTY_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| {
            let report = report(it, party);
            let agreed = report.agreement_utility?.units();
            Some(Amount::Units(
                agreed - report.reservation_value_before_leverage.units(),
            ))
        },
        column: Some(MeasuredColumn {
            name: SURPLUS_BEFORE_LEVERAGE,
            meaning: "the same less the reservation value as it was before leverage, which lowers that value and makes no deal better",
            range: "−1 to 1",
            empty: WITHOUT_AGREEMENT,
        }),
        metric: Some(MetricWords {
            name: SURPLUS_BEFORE_LEVERAGE,
            meaning: MEAN_OF_A_PARTY_COLUMN,
            over: Over::Those(SESSIONS_WITH_AGREEMENT),
            paired: None,
        }),
    },
    // Its column stands further to the left, with what else was drawn before the session.
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| Some(utility(report(it, party).reservation_value)),
        column: None,
        metric: Some(MetricWords {
            name: "reservation_value",
            meaning: "mean after leverage",
            over: Over::AllSessions,
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it, party| Some(Amount::Whole(report(it, party).offers)),
        column: Some(MeasuredColumn {
            name: "offers",
            meaning: "offers it put forward",
            range: "from 0",
            empty: "never",
        }),
        metric: None,
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it, party| Some(Amount::Whole(report(it, party).concessions)),
        column: Some(MeasuredColumn {
            name: "concessions",
            meaning: "number of its offers with a lower own utility than its previous offer",
            range: "from 0",
            empty: "never",
        }),
        metric: Some(MetricWords {
            name: "concessions",
            meaning: "mean number",
            over: Over::AllSessions,
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Utility,
        of: |it, party| report(it, party).conceded.map(Amount::Real),
        column: Some(MeasuredColumn {
            name: "conceded",
            meaning: "own utility of its first offer minus that of its last",
            range: "−1 to 1",
            empty: "without an offer of its own",
        }),
        metric: None,
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it, party| Some(Amount::Whole(report(it, party).yes)),
        column: Some(MeasuredColumn {
            name: "yes_votes",
            meaning: HOW_OFTEN_IT_SAID_SO,
            range: "from 0",
            empty: "never",
        }),
        metric: None,
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it, party| Some(Amount::Whole(report(it, party).no)),
        column: Some(MeasuredColumn {
            name: "no_votes",
            meaning: HOW_OFTEN_IT_SAID_SO,
            range: "from 0",
            empty: "never",
        }),
        metric: None,
    },
    Measurement {
        kind: MeasurementKind::Count,
        of: |it, party| Some(Amount::Whole(report(it, party).pivotal_rejections)),
        column: Some(MeasuredColumn {
            name: "pivotal_rejections",
            meaning: "its pivotal rejections, including those in sessions with agreement; of a mediator's texts only the last counts",
            range: "from 0",
            empty: "never",
        }),
        metric: None,
    },
    Measurement {
        kind: MeasurementKind::Ratio,
        of: |it, party| {
            let changes = changes(it, party);
            let changing = f64::from(changes.changing);
            (changing > 0.0).then(|| Amount::Real(f64::from(changes.issues_changed) / changing))
        },
        column: Some(MeasuredColumn {
            name: OFFER_CHANGES[0],
            meaning: "mean number of issues changed from its previous offer, over its offers that change any",
            range: "1 to the number of issues",
            empty: "without such an offer",
        }),
        metric: Some(MetricWords {
            name: OFFER_CHANGES[0],
            meaning: MEAN_OF_AN_OFFER_COLUMN,
            over: Over::Those("sessions in which it changed its offer"),
            paired: None,
        }),
    },
    offer_count(
        |it, party| Some(Amount::Whole(changes(it, party).changing_over_two)),
        OFFER_CHANGES[1],
        "its offers that change more than two issues of its previous one",
    ),
    offer_count(
        |it, party| Some(Amount::Whole(changes(it, party).repeated)),
        OFFER_CHANGES[2],
        "its offers that are equal to its previous one",
    ),
    offer_count(
        |it, party| Some(Amount::Whole(changes(it, party).returns)),
        OFFER_CHANGES[3],
        "issues that its offers changed back to an option of an earlier offer of its own",
    ),
    offer_count(
        |it, party| Some(Amount::Whole(changes(it, party).beyond_asks)),
        OFFER_CHANGES[4],
        "its offers that change an issue, at a loss to itself, by more than the last offer of any other party asks",
    ),
    Measurement {
        kind: MeasurementKind::Event,
        of: |it, party| {
            let is_own = matches!(it.ending, Ending::Walkout { party: who, .. } if who == party);
            Some(event(is_own))
        },
        column: None,
        metric: Some(MetricWords {
            name: "walked_out_rate",
            meaning: "share of sessions that it walked out of",
            over: Over::AllSessions,
            paired: None,
        }),
    },
    Measurement {
        kind: MeasurementKind::Event,
        of: |it, party| {
            let is_own = matches!(it.ending, Ending::Forfeit { party: who, .. } if who == party);
            Some(event(is_own))
        },
        column: None,
        metric: Some(MetricWords {
            name: "forfeited_rate",
            meaning: "share of sessions that it forfeited",
            over: Over::AllSessions,
            paired: None,
        }),
    },
];

const ALL_PAIRS: &str = "all replications";
const SESSIONS_WITH_AGREEMENT: &str = "sessions with agreement";
const WITHOUT_AGREEMENT: &str = "without agreement";
const MEAN_OF_A_SESSION_COLUMN: &str = "means of the columns of `sessions.csv`";
const MEAN_OF_A_PARTY_COLUMN: &str = "means of the columns of `parties.csv`";
const MEAN_OF_AN_OFFER_COLUMN: &str = "means of the columns of `parties.csv` on its offers";
const HOW_OFTEN_IT_SAID_SO: &str =
    "number of such votes on others' offers, or on a mediator's texts";

const fn ending(
    name: &'static str,
    of: fn(&MeasuredSession) -> Option<Amount>,
) -> SessionMeasurement {
    Measurement {
        kind: MeasurementKind::Event,
        of,
        column: None,
        metric: Some(MetricWords {
            name,
            meaning: "share of sessions that ended so; they sum to 1",
            over: Over::AllSessions,
            paired: None,
        }),
    }
}

const fn zone_share(
    of: fn(&MeasuredSession) -> Option<Amount>,
    name: &'static str,
    meaning: &'static str,
    over: Over,
) -> SessionMeasurement {
    Measurement {
        kind: MeasurementKind::Event,
        of,
        column: None,
        metric: Some(MetricWords {
            name,
            meaning,
            over,
            paired: None,
        }),
    }
}

const fn offer_count(
    of: fn(&SessionResult, PartyId) -> Option<Amount>,
    name: &'static str,
    meaning: &'static str,
) -> PartyMeasurement {
    Measurement {
        kind: MeasurementKind::Count,
        of,
        column: Some(MeasuredColumn {
            name,
            meaning,
            range: "from 0",
            empty: "never",
        }),
        metric: Some(MetricWords {
            name,
            meaning: MEAN_OF_AN_OFFER_COLUMN,
            over: Over::AllSessions,
            paired: None,
        }),
    }
}

fn changes(session: &SessionResult, party: PartyId) -> &OfferChanges {
    &report(session, party).offer_changes
}

fn event(happened: bool) -> Amount {
    Amount::Whole(happened.into())
}

fn utility(of: Utility) -> Amount {
    Amount::Units(of.units())
}

fn report(session: &SessionResult, party: PartyId) -> &PartyReport {
    &session.parties[party.idx()]
}

/// By party, the units of its utility of the agreement; `None` without one.
fn agreement_units(session: &SessionResult) -> Option<impl Iterator<Item = i64>> {
    session.ending.agreement()?;
    let utilities = session.parties.iter().filter_map(|it| it.agreement_utility);
    Some(utilities.map(Utility::units))
}

/// What is measured of a session and has a metric, with it.
pub(crate) fn session_metrics() -> impl Iterator<Item = (&'static SessionMeasurement, MetricWords)>
{
    with_metric(SESSION_MEASUREMENTS)
}

/// What is measured of a party and has a metric, with it.
pub(crate) fn party_metrics() -> impl Iterator<Item = (&'static PartyMeasurement, MetricWords)> {
    with_metric(PARTY_MEASUREMENTS)
}

/// A metric by which sessions, cells and runs are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ComparedMetric {
    /// The metric over the sessions of one cell.
    pub(crate) words: MetricWords,
    /// Its difference between two.
    pub(crate) paired: PairedWords,
    /// Whose it is; `None` if it is about the session.
    pub(crate) party: Option<PartyId>,
    /// What its amounts are.
    pub(crate) kind: MeasurementKind,
}

/// All metrics by which sessions of so many parties are compared: those of the session, then those of
/// each party.
pub(crate) fn compared_metrics(n_parties: usize) -> impl Iterator<Item = ComparedMetric> {
    let metric = |words: MetricWords, kind, party| {
        Some(ComparedMetric {
            words,
            paired: words.paired?,
            party,
            kind,
        })
    };
    let of_session = session_metrics().filter_map(move |it| metric(it.1, it.0.kind, None));
    let of_parties = (0..n_parties).map(PartyId::new).flat_map(move |party| {
        party_metrics().filter_map(move |it| metric(it.1, it.0.kind, Some(party)))
    });
    of_session.chain(of_parties)
}

fn with_metric<F>(
    all: &'static [Measurement<F>],
) -> impl Iterator<Item = (&'static Measurement<F>, MetricWords)> {
    all.iter().filter_map(|it| Some((it, it.metric?)))
}
