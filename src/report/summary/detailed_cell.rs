//! Results of the cell that pages show in detail: from its tables, or from its tally.

use std::collections::BTreeMap;

use demarche_core::domain::Scenario;
use demarche_core::negotiation::Setting;
use demarche_core::protocol::Ending;

use crate::experiment::{
    AgreementTally, OFFER_CHANGES, ROUND, SURPLUS, SURPLUS_BEFORE_LEVERAGE, Tally, ZONE_METRICS,
};
use crate::report::drawing::Quantity;
use crate::report::summary::digits::{name, quantity, share, text};
use crate::report::summary::failures::ReasonRow;
use crate::report::summary::offers::OfferRow;
use crate::report::summary::table_rows::{OpenTable, Row, first_rows, number, rows};
use crate::run::{AGREEMENTS_SHOWN, TableError};
use crate::tables::{as_written, round_shares, surplus_ranges};

/// Results of the cell that is shown in detail: of a sweep the one with the most deals, or the only one.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct DetailedCell {
    /// The shares of endings, in the order of
    /// [`Ending::NAMES`](demarche_core::protocol::Ending::NAMES).
    pub(crate) endings: [Option<Quantity>; 4],
    /// The shares that take the share of agreements apart, in the order of [`ZONE_METRICS`].
    pub(crate) zone: [Option<Quantity>; ZONE_METRICS.len()],
    /// How many sessions ended in agreement.
    pub(crate) n_agreements: u64,
    /// By party, its mean surplus of an agreement.
    pub(crate) mean_surpluses: BTreeMap<String, Quantity>,
    /// The same over the reservation value before leverage.
    pub(crate) mean_surpluses_before_leverage: BTreeMap<String, Quantity>,
    /// By party, the means of how its offers change, in the order of [`OFFER_CHANGES`].
    pub(crate) offer_changes: BTreeMap<String, [Option<f64>; OFFER_CHANGES.len()]>,
    /// How often each option was agreed.
    pub(crate) options: Vec<OptionShare>,
    /// The most frequent agreements.
    pub(crate) agreements: Vec<RankedAgreement>,
    /// Why sessions have no agreement, way by way to fail, the greatest shares first.
    pub(crate) failures: Vec<ReasonRow>,
    /// How often each red line was real, and how often it emptied the zone.
    pub(crate) red_lines: Vec<RedLineShare>,
    /// By party, its pivotal rejections.
    pub(crate) blockers: Vec<Blocker>,
    /// When agreements were made.
    pub(crate) rounds: Vec<RoundShare>,
    /// What agreements were worth over the reservation value.
    pub(crate) surpluses: Vec<SurplusShare>,
    /// Agreements by the strategies that were drawn.
    pub(crate) strategies: Vec<StrategyShare>,
    /// What parties offer round by round, party by party.
    pub(crate) offers: Vec<OfferRow>,
}

/// How often sessions in which a party followed a strategy ended in agreement.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct StrategyShare {
    /// The identifier of the party.
    pub(crate) party: String,
    /// The name of the offering rule.
    pub(crate) offering: String,
    /// The name of the acceptance condition.
    pub(crate) acceptance: String,
    /// The share of agreements.
    pub(crate) share: Quantity,
}

/// How often an option was agreed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct OptionShare {
    /// The identifier of the issue.
    pub(crate) issue: String,
    /// The identifier of the option.
    pub(crate) option: String,
    /// Of agreements; `None` without any.
    pub(crate) share: Option<Quantity>,
}

/// One of the most frequent agreements.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RankedAgreement {
    /// Its place by frequency, from 1.
    pub(crate) rank: u64,
    /// In how many sessions it was made.
    pub(crate) n_agreed: u64,
    /// That share of all agreements.
    pub(crate) share: Option<f64>,
    /// By the identifier of an issue, that of the option.
    pub(crate) options: BTreeMap<String, String>,
    /// By the identifier of a party, its mean utility of it.
    pub(crate) mean_utilities: BTreeMap<String, f64>,
}

/// How often a red line was real, and how often it had a part in emptying the zone.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RedLineShare {
    /// The identifier of the party.
    pub(crate) party: String,
    /// That of the red line.
    pub(crate) red_line: String,
    /// The share of examined sessions in which it was real.
    pub(crate) real: f64,
    /// That in which it had a part in emptying the zone.
    pub(crate) emptied: Quantity,
}

/// The pivotal rejections of a party.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Blocker {
    /// The identifier of the party.
    pub(crate) party: String,
    /// In which share of the sessions without agreement it did so.
    pub(crate) share: Option<Quantity>,
    /// How many sessions have no agreement.
    pub(crate) n: u64,
    /// By issue, how many offers it stopped over that issue.
    pub(crate) pivotal_rejections: Vec<u64>,
}

/// How many sessions had no agreement by the end of a round.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct RoundShare {
    /// The round; above 4,096 it is approximate.
    pub(crate) round: f64,
    /// The share of sessions.
    pub(crate) without_agreement: Quantity,
}

/// How often an agreement's surplus was in a range.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SurplusShare {
    /// The identifier of the party.
    pub(crate) party: String,
    /// The least surplus of the range.
    pub(crate) from: f64,
    /// What is just too much for it.
    pub(crate) below: f64,
    /// The share of agreements.
    pub(crate) share: f64,
}

impl DetailedCell {
    /// The most frequent agreements that were made more than once, or the only one that was made.
    pub(crate) fn frequent_agreements(&self) -> &[RankedAgreement] {
        let is_frequent = |it: &RankedAgreement| it.n_agreed > 1 || self.n_agreements == 1;
        // They are in order.
        let n = self.agreements.partition_point(is_frequent);
        &self.agreements[..n]
    }

    /// The share of agreements that settle an issue with one of these options; `None` without any.
    pub(crate) fn share_of_options(&self, issue: &str, options: &[&str]) -> Option<Quantity> {
        let is_one = |it: &&OptionShare| it.issue == issue && options.contains(&it.option.as_str());
        let shares: Vec<Quantity> = (self.options.iter().filter(is_one))
            .map(|it| it.share)
            .collect::<Option<_>>()?;
        match shares[..] {
            [] => None,
            [only] => Some(only),
            // An agreement has one option of an issue, so counts can be added.
            _ => {
                let all = shares.iter().map(|it| it.value).sum::<f64>();
                share(count_of(all, self.n_agreements), self.n_agreements)
            }
        }
    }

    /// Takes in a row of the summary table.
    pub(super) fn read_metric(&mut self, row: Row<'_>) {
        let (metric, estimate) = (row.text("metric"), row.quantity("estimate"));
        let ending = metric.strip_suffix("_rate");
        let ending = Ending::NAMES.iter().position(|it| Some(*it) == ending);
        if let Some(ending) = ending {
            self.endings[ending] = estimate;
        } else if let Some(place) = ZONE_METRICS.iter().position(|it| *it == metric) {
            self.zone[place] = estimate;
        } else if metric == ROUND {
            self.n_agreements = row.whole("n");
        } else if metric == SURPLUS {
            let surpluses = &mut self.mean_surpluses;
            surpluses.extend(estimate.map(|it| (row.owned("party"), it)));
        } else if metric == SURPLUS_BEFORE_LEVERAGE {
            let surpluses = &mut self.mean_surpluses_before_leverage;
            surpluses.extend(estimate.map(|it| (row.owned("party"), it)));
        } else if let Some(place) = OFFER_CHANGES.iter().position(|it| *it == metric) {
            let of_party = self.offer_changes.entry(row.owned("party")).or_default();
            of_party[place] = estimate.map(|it| it.value);
        }
    }

    /// Reads its other tables.
    pub(super) fn read_tables(
        &mut self,
        open: &OpenTable<'_>,
        cell: u32,
    ) -> Result<(), TableError> {
        self.options = rows("options", open, |it| {
            it.is_of(cell).then(|| OptionShare {
                issue: it.owned("issue"),
                option: it.owned("option"),
                share: it.quantity("share_given_agreement"),
            })
        })?;
        self.agreements = first_rows("agreements", open, AGREEMENTS_SHOWN, |it| {
            // A row that stands for too many agreements to be listed has no rank.
            let is_listed = !it.text("rank").is_empty();
            (it.is_of(cell) && is_listed).then(|| read_agreement(it))
        })?;
        self.failures = ReasonRow::read_all(open, cell)?;
        self.red_lines = rows("red_lines", open, |it| {
            let (real, emptied) = (it.number("share_real")?, it.quantity("share_emptied")?);
            it.is_of(cell).then(|| RedLineShare {
                party: it.owned("party"),
                red_line: it.owned("red_line"),
                real,
                emptied,
            })
        })?;
        self.blockers = rows("blockers", open, |it| {
            it.is_of(cell).then(|| Blocker {
                party: it.owned("party"),
                share: it.quantity("share_given_no_agreement"),
                n: it.whole("n"),
                pivotal_rejections: it.counts_behind("costliest_issue_refusals"),
            })
        })?;
        self.rounds = rows("rounds", open, |it| {
            let round = it.number("round")?;
            let without_agreement = it.quantity("share_without_agreement")?;
            it.is_of(cell).then_some(RoundShare {
                round,
                without_agreement,
            })
        })?;
        self.surpluses = rows("surpluses", open, |it| {
            let [from, below] = [it.number("surplus_from")?, it.number("surplus_below")?];
            let share = it.number("share_given_agreement")?;
            it.is_of(cell).then(|| SurplusShare {
                party: it.owned("party"),
                from,
                below,
                share,
            })
        })?;
        self.strategies = rows("strategies", open, |it| {
            let share = it.quantity("agreement_rate")?;
            it.is_of(cell).then(|| StrategyShare {
                party: it.owned("party"),
                offering: it.owned("offering"),
                acceptance: it.owned("acceptance"),
                share,
            })
        })?;
        self.offers = OfferRow::read_all(open, cell)?;
        Ok(())
    }

    /// Of the sessions of the cell, and of its most frequent agreements.
    pub(super) fn of(setting: &Setting, tally: &Tally, ranked: &[AgreementTally]) -> Self {
        let scenario = setting.scenario();
        let n_agreements = tally.n_agreements();
        let endings = tally.endings();
        let options = scenario.space.issues().flat_map(|issue| {
            let named = scenario.issue(issue);
            let options = scenario.space.options(issue).zip(&named.options);
            options.map(move |(option, it)| OptionShare {
                issue: text(&named.name),
                option: text(&it.name),
                share: share(tally.n_agreed(&scenario.space, issue, option), n_agreements),
            })
        });
        let n_blocked = tally.n_sessions() - n_agreements;
        let parties = || scenario.party_ids().zip(tally.parties());
        let blockers = parties().map(|(party, it)| {
            let counts = it.pivotal_rejections_by_issue();
            let issues = 0..scenario.issues.len();
            Blocker {
                party: name(scenario, party),
                share: share(it.n_sessions_blocked(), n_blocked),
                n: n_blocked,
                pivotal_rejections: issues
                    .map(|issue| counts.get(issue).copied().unwrap_or_default())
                    .collect(),
            }
        });
        let failures = tally.failures();
        let n_examined = failures.n_examined();
        let red_lines = scenario.party_ids().flat_map(|party| {
            let lines = &scenario.party(party).preferences.red_lines;
            lines.iter().enumerate().filter_map(move |(idx, line)| {
                Some(RedLineShare {
                    party: name(scenario, party),
                    red_line: text(&line.name),
                    real: share(failures.n_real(party, idx), n_examined)?.value,
                    emptied: share(failures.n_emptied(party, idx), n_examined)?,
                })
            })
        });
        let mean_surpluses = parties().filter_map(|(party, it)| {
            let mean = it.surplus_given_agreement();
            Some((name(scenario, party), quantity(&mean?)?))
        });
        let before_leverage = parties().filter_map(|(party, it)| {
            let mean = it.surplus_before_leverage();
            Some((name(scenario, party), quantity(&mean?)?))
        });
        let offer_changes = parties().map(|(party, it)| {
            let means = it.offer_changes();
            let means = means.map(|it| quantity(&it?).map(|it| it.value));
            (name(scenario, party), means)
        });
        let rounds = round_shares(tally).filter_map(|it| {
            Some(RoundShare {
                round: as_written(it.round)?,
                without_agreement: quantity(&it.without_agreement?)?,
            })
        });
        let surpluses = parties().flat_map(|(party, it)| {
            let ranges = surplus_ranges(it).into_iter();
            ranges.filter_map(move |range| {
                Some(SurplusShare {
                    party: name(scenario, party),
                    from: as_written(range.from)?,
                    below: as_written(range.below)?,
                    share: share(range.n_agreed, n_agreements)?.value,
                })
            })
        });
        let strategies = parties().flat_map(|(party, it)| {
            let specs = (0..setting.followed_strategies(party).len()).zip(it.strategies());
            specs.filter_map(move |(place, it)| {
                Some(StrategyShare {
                    party: name(scenario, party),
                    offering: text(setting.strategy_name(party, place)),
                    acceptance: text(setting.acceptance_name(party, place)),
                    share: share(it.n_agreements, it.n_sessions)?,
                })
            })
        });
        Self {
            endings: endings.map(|it| share(it, tally.n_sessions())),
            zone: tally.zone_shares().map(|it| quantity(&it?)),
            n_agreements,
            mean_surpluses: mean_surpluses.collect(),
            mean_surpluses_before_leverage: before_leverage.collect(),
            offer_changes: offer_changes.collect(),
            options: options.collect(),
            agreements: (1..)
                .zip(ranked)
                .map(|(rank, it)| ranked_agreement(scenario, rank, it, n_agreements))
                .collect(),
            failures: ReasonRow::of_all(scenario, tally),
            red_lines: red_lines.collect(),
            blockers: blockers.collect(),
            rounds: rounds.collect(),
            surpluses: surpluses.collect(),
            strategies: strategies.collect(),
            offers: OfferRow::of_all(setting, tally),
        }
    }
}

/// How many of `n` a share is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share is from 0 to 1, and counts of sessions are below 2^53"
)]
fn count_of(share: f64, n: u64) -> u64 {
    ((share * n as f64).round() as u64).min(n)
}

fn read_agreement(row: Row<'_>) -> RankedAgreement {
    let utilities = row.named("mean_utility_", number);
    let known = |(party, utility): (String, Option<f64>)| Some((party, utility?));
    RankedAgreement {
        rank: row.whole("rank"),
        n_agreed: row.whole("n_agreed"),
        share: row.number("share_given_agreement"),
        options: row.named("agreed_", str::to_owned),
        mean_utilities: utilities.into_iter().filter_map(known).collect(),
    }
}

fn ranked_agreement(
    scenario: &Scenario,
    rank: u64,
    agreement: &AgreementTally,
    n_agreements: u64,
) -> RankedAgreement {
    let options = scenario.space.issues().map(|issue| {
        let option = scenario.option_name(agreement.outcome, issue);
        (scenario.issue(issue).name.clone(), text(option))
    });
    let utilities = scenario.party_ids().filter_map(|party| {
        let mean = as_written(agreement.mean_utility(party))?;
        Some((scenario.party(party).name.clone(), mean))
    });
    RankedAgreement {
        rank,
        n_agreed: agreement.n,
        share: share(agreement.n, n_agreements).map(|it| it.value),
        options: options.collect(),
        mean_utilities: utilities.collect(),
    }
}
