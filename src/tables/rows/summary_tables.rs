//! The tables over all sessions of a cell, written once at the end.

use demarche_core::domain::Scenario;
use demarche_core::negotiation::Setting;
use demarche_stats::estimate::{CONFIDENCE, Estimate};

use crate::experiment::{
    AgreementTally, CellId, Effects, Failure, FailureTally, PartyTally, Tally,
};
use crate::tables::formats::{Field, Rows};
use crate::tables::schema::{Column, TableEntry};

/// A table over all sessions of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SummaryTable {
    /// One row per metric.
    Summary,
    /// One row per issue and option.
    Options,
    /// One row per distinct agreement.
    Agreements,
    /// One row per reason for which sessions have no agreement.
    Failures,
    /// One row per red line.
    RedLines,
    /// One row per party.
    Blockers,
    /// One row per round with agreements.
    Rounds,
    /// One row per party and range of surplus.
    Surpluses,
    /// One row per party and strategy.
    Strategies,
    /// One row per party and round.
    OfferUtilities,
}

impl SummaryTable {
    /// Every such table.
    pub const ALL: [Self; 10] = [
        Self::Summary,
        Self::Options,
        Self::Agreements,
        Self::Failures,
        Self::RedLines,
        Self::Blockers,
        Self::Rounds,
        Self::Surpluses,
        Self::Strategies,
        Self::OfferUtilities,
    ];

    /// The name of its file, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Options => "options",
            Self::Agreements => "agreements",
            Self::Failures => "failures",
            Self::RedLines => "red_lines",
            Self::Blockers => "blockers",
            Self::Rounds => "rounds",
            Self::Surpluses => "surpluses",
            Self::Strategies => "strategies",
            Self::OfferUtilities => "offer_utilities",
        }
    }
}

/// The rows of a table for a cell; those of the agreements are [`agreement_fields`] one by one.
pub(crate) fn summary_rows(
    table: SummaryTable,
    setting: &Setting,
    cell: CellId,
    tally: &Tally,
    values: &[String],
) -> Rows {
    let mut rows = Rows::new();
    let scenario = setting.scenario();
    match table {
        SummaryTable::Summary => push_summary(&mut rows, scenario, cell, tally, values),
        SummaryTable::Options => push_options(&mut rows, scenario, cell, tally),
        SummaryTable::Failures => push_failures(&mut rows, scenario, cell, tally.failures()),
        SummaryTable::RedLines => push_red_lines(&mut rows, scenario, cell, tally.failures()),
        SummaryTable::Blockers => push_blockers(&mut rows, scenario, cell, tally),
        SummaryTable::Rounds => push_rounds(&mut rows, cell, tally),
        SummaryTable::Surpluses => push_surpluses(&mut rows, scenario, cell, tally),
        SummaryTable::Strategies => push_strategies(&mut rows, setting, cell, tally),
        SummaryTable::OfferUtilities => push_offer_utilities(&mut rows, setting, cell, tally),
        SummaryTable::Agreements => {}
    }
    rows
}

/// The columns of a table, in order.
pub(crate) fn summary_columns(
    table: SummaryTable,
    scenario: &Scenario,
    parameters: &[Column],
) -> Vec<Column> {
    let entry = TableEntry::of(table.name()).1;
    entry.header(&scenario.issues, &scenario.parties, parameters)
}

/// Estimate, standard error, interval, its confidence, n.
pub(crate) fn estimate_fields<'a>(estimate: Option<&Estimate>) -> [Field<'a>; 6] {
    let interval = estimate.and_then(|it| it.interval);
    [
        estimate.map(|it| it.point).into(),
        estimate.and_then(|it| it.standard_error).into(),
        interval.map(|it| it.low).into(),
        interval.map(|it| it.high).into(),
        interval.map(|_| CONFIDENCE).into(),
        estimate.map_or(0, |it| it.n).into(),
    ]
}

fn push_summary(
    rows: &mut Rows,
    scenario: &Scenario,
    cell: CellId,
    tally: &Tally,
    values: &[String],
) {
    for metric in tally.metrics() {
        let party = metric.party.map(|it| scenario.party(it).name.as_str());
        let key = [cell.0.into(), metric.name.into(), party.into()];
        let estimate = estimate_fields(metric.estimate.as_ref());
        let swept = values.iter().map(|it| Field::of_value(it));
        let quantiles = metric.quantiles.map(Field::from);
        let own = key.into_iter().chain(estimate).chain(quantiles);
        rows.push(own.chain(swept));
    }
}

/// The columns of the table of cells, with a column for each swept path.
pub(crate) fn cell_columns(parameters: &[Column]) -> Vec<Column> {
    TableEntry::of("cells").1.header(&[], &[], parameters)
}

/// The row of a cell: its number of sessions, the first cell equal to it, and its swept values.
pub(crate) fn push_cell(
    rows: &mut Rows,
    cell: CellId,
    n_sessions: u64,
    same_as: Option<CellId>,
    values: &[String],
) {
    let own = [
        cell.0.into(),
        n_sessions.into(),
        same_as.map(|it| it.0).into(),
    ];
    rows.push(
        own.into_iter()
            .chain(values.iter().map(|it| Field::of_value(it))),
    );
}

/// The swept paths among the columns of a table of cells: all that are not its own.
pub(crate) fn swept_paths<'a>(
    columns: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let own = cell_columns(&[]);
    columns.filter(move |column| own.iter().all(|it| it.name != *column))
}

/// The columns of the table of paired differences.
pub(crate) fn effect_columns() -> Vec<Column> {
    TableEntry::of("effects").1.fixed_header()
}

/// A cell's paired differences from the first cell.
pub(crate) fn effect_rows(scenario: &Scenario, cell: CellId, effects: &Effects) -> Rows {
    let mut rows = Rows::new();
    for it in effects.of(cell) {
        let party = it.party.map(|it| scenario.party(it).name.as_str());
        let key = [cell.0.into(), 0_u32.into(), it.metric.into(), party.into()];
        rows.push(
            key.into_iter()
                .chain(estimate_fields(it.difference.as_ref())),
        );
    }
    rows
}

fn push_options(rows: &mut Rows, scenario: &Scenario, cell: CellId, tally: &Tally) {
    for issue in scenario.space.issues() {
        let it = scenario.issue(issue);
        for (option, named) in scenario.space.options(issue).zip(&it.options) {
            let agreed = tally.n_agreed(&scenario.space, issue, option);
            let share = Estimate::of_share(agreed, tally.n_agreements());
            let interval = share.and_then(|it| it.interval);
            rows.push([
                cell.0.into(),
                it.name.as_str().into(),
                named.name.as_str().into(),
                agreed.into(),
                share.map(|it| it.point).into(),
                interval.map(|it| it.low).into(),
                interval.map(|it| it.high).into(),
                tally.n_agreements().into(),
                it.label.as_str().into(),
                named.label.as_str().into(),
            ]);
        }
    }
}

/// The fields of an agreement's row: its rank, and of how many agreements in its cell.
pub(crate) fn agreement_fields<'a>(
    scenario: &'a Scenario,
    agreement: &'a AgreementTally,
    rank: u64,
    n_agreements: u64,
) -> impl Iterator<Item = Field<'a>> {
    let share = Estimate::of_share(agreement.n, n_agreements);
    let interval = share.and_then(|it| it.interval);
    let key = [
        agreement.cell.0.into(),
        rank.into(),
        agreement.n.into(),
        share.map(|it| it.point).into(),
        interval.map(|it| it.low).into(),
        interval.map(|it| it.high).into(),
        n_agreements.into(),
    ];
    let options = scenario
        .space
        .issues()
        .map(|issue| scenario.option_name(agreement.outcome, issue).into());
    let utilities = scenario
        .party_ids()
        .map(|party| agreement.mean_utility(party).into());
    key.into_iter().chain(options).chain(utilities)
}

/// The fields of the one row of a cell whose distinct agreements are too many to be listed.
pub(crate) fn unlisted_agreement_fields(
    scenario: &Scenario,
    cell: CellId,
    n_agreements: u64,
) -> impl Iterator<Item = Field<'static>> + use<> {
    let key = [
        cell.0.into(),
        Field::Missing,
        n_agreements.into(),
        1.0.into(),
        Field::Missing,
        Field::Missing,
        n_agreements.into(),
    ];
    let n_missing = scenario.space.n_issues() + scenario.parties.len();
    key.into_iter()
        .chain(std::iter::repeat_n(Field::Missing, n_missing))
}

fn push_failures(rows: &mut Rows, scenario: &Scenario, cell: CellId, failures: &FailureTally) {
    let reasons = Failure::ALL.into_iter().flat_map(|it| failures.reasons(it));
    for it in reasons {
        let party = it.reason.party().map(|it| scenario.party(it).name.as_str());
        let red_line = it.reason.red_line().map(|(party, idx)| {
            let lines = &scenario.party(party).preferences.red_lines;
            lines[idx].name.as_str()
        });
        let issue = it.reason.issue().map(|it| scenario.issue(it).name.as_str());
        rows.push([
            cell.0.into(),
            it.reason.failure().name().into(),
            it.reason.name().into(),
            party.into(),
            red_line.into(),
            issue.into(),
            it.n_sessions.into(),
            it.share.into(),
            it.n.into(),
            failures.n_examined().into(),
            it.missing_utility.into(),
        ]);
    }
}

fn push_red_lines(rows: &mut Rows, scenario: &Scenario, cell: CellId, failures: &FailureTally) {
    let n = failures.n_examined();
    for (party, named) in scenario.party_ids().zip(&scenario.parties) {
        for (idx, line) in named.preferences.red_lines.iter().enumerate() {
            let n_real = failures.n_real(party, idx);
            let n_emptied = failures.n_emptied(party, idx);
            let share = Estimate::of_share(n_emptied, n);
            let interval = share.and_then(|it| it.interval);
            rows.push([
                cell.0.into(),
                named.name.as_str().into(),
                line.name.as_str().into(),
                n_real.into(),
                Estimate::of_share(n_real, n).map(|it| it.point).into(),
                n_emptied.into(),
                share.map(|it| it.point).into(),
                interval.map(|it| it.low).into(),
                interval.map(|it| it.high).into(),
                n.into(),
                line.label.as_str().into(),
            ]);
        }
    }
}

fn push_blockers(rows: &mut Rows, scenario: &Scenario, cell: CellId, tally: &Tally) {
    let n = tally.n_sessions() - tally.n_agreements();
    for (party, it) in scenario.parties.iter().zip(tally.parties()) {
        let share = Estimate::of_share(it.n_sessions_blocked(), n);
        let interval = share.and_then(|it| it.interval);
        let costliest = it.costliest_issue();
        let of_issue = it.pivotal_rejections_by_issue();
        let by_issue = (0..scenario.issues.len())
            .map(|issue| Field::from(of_issue.get(issue).copied().unwrap_or_default()));
        let own = [
            cell.0.into(),
            party.name.as_str().into(),
            it.n_sessions_blocked().into(),
            share.map(|it| it.point).into(),
            interval.map(|it| it.low).into(),
            interval.map(|it| it.high).into(),
            n.into(),
            it.n_pivotal_rejections().into(),
            it.pivotal_rejections_per_session(n).into(),
            costliest
                .map(|it| scenario.issue(it.0).name.as_str())
                .into(),
            costliest.map(|it| it.1).into(),
        ];
        rows.push(own.into_iter().chain(by_issue));
    }
}

/// A round in which sessions ended in agreement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoundShares {
    pub(crate) round: f64,
    pub(crate) n_agreed: u64,
    /// The share of sessions that had none by its end.
    pub(crate) without_agreement: Option<Estimate>,
}

/// The rounds in which sessions ended in agreement.
pub(crate) fn round_shares(tally: &Tally) -> impl Iterator<Item = RoundShares> {
    let n = tally.n_sessions();
    let mut without = n;
    tally.agreements_by_round().map(move |(round, n_agreed)| {
        without -= n_agreed;
        RoundShares {
            round,
            n_agreed,
            without_agreement: Estimate::of_share(without, n),
        }
    })
}

fn push_rounds(rows: &mut Rows, cell: CellId, tally: &Tally) {
    for it in round_shares(tally) {
        let share = it.without_agreement;
        let interval = share.and_then(|it| it.interval);
        rows.push([
            cell.0.into(),
            it.round.into(),
            it.n_agreed.into(),
            share.map(|it| it.point).into(),
            interval.map(|it| it.low).into(),
            interval.map(|it| it.high).into(),
            tally.n_sessions().into(),
        ]);
    }
}

/// Number of ranges of surplus from 0 to 1.
const SURPLUS_RANGES: f64 = 32.0;

/// A range of surpluses, and how many agreements are in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SurplusRange {
    pub(crate) from: f64,
    pub(crate) below: f64,
    pub(crate) n_agreed: u64,
}

/// The ranges of surplus in which a party has agreements.
pub(crate) fn surplus_ranges(tally: &PartyTally) -> Vec<SurplusRange> {
    let mut res: Vec<SurplusRange> = Vec::new();
    for (surplus, n_agreed) in tally.agreements_by_surplus() {
        let from = (surplus * SURPLUS_RANGES).floor() / SURPLUS_RANGES;
        match res.last_mut() {
            Some(last) if last.from.total_cmp(&from).is_eq() => last.n_agreed += n_agreed,
            _ => res.push(SurplusRange {
                from,
                below: from + 1.0 / SURPLUS_RANGES,
                n_agreed,
            }),
        }
    }
    res
}

fn push_surpluses(rows: &mut Rows, scenario: &Scenario, cell: CellId, tally: &Tally) {
    let n = tally.n_agreements();
    for (party, it) in scenario.parties.iter().zip(tally.parties()) {
        for range in surplus_ranges(it) {
            let share = Estimate::of_share(range.n_agreed, n);
            rows.push([
                cell.0.into(),
                party.name.as_str().into(),
                range.from.into(),
                range.below.into(),
                range.n_agreed.into(),
                share.map(|it| it.point).into(),
                n.into(),
            ]);
        }
    }
}

fn push_strategies(rows: &mut Rows, setting: &Setting, cell: CellId, tally: &Tally) {
    let scenario = setting.scenario();
    for (party, of_party) in scenario.party_ids().zip(tally.parties()) {
        let specs = setting.followed_strategies(party).iter().enumerate();
        for ((place, spec), it) in specs.zip(of_party.strategies()) {
            let share = Estimate::of_share(it.n_agreements, it.n_sessions);
            let interval = share.and_then(|it| it.interval);
            rows.push([
                cell.0.into(),
                scenario.party(party).name.as_str().into(),
                (place as u64).into(),
                setting.strategy_name(party, place).into(),
                setting.acceptance_name(party, place).into(),
                spec.p.into(),
                it.n_agreements.into(),
                share.map(|it| it.point).into(),
                interval.map(|it| it.low).into(),
                interval.map(|it| it.high).into(),
                it.n_sessions.into(),
            ]);
        }
    }
}

fn push_offer_utilities(rows: &mut Rows, setting: &Setting, cell: CellId, tally: &Tally) {
    let scenario = setting.scenario();
    for it in tally.offers().rounds(setting.rules().deadline_rounds) {
        let key = [
            cell.0.into(),
            scenario.party(it.party).name.as_str().into(),
            it.round.into(),
        ];
        let quantiles = it.quantiles.map(Field::from);
        let rest = [it.mean_reservation_value.into(), it.n.into()];
        rows.push(key.into_iter().chain(quantiles).chain(rest));
    }
}
