//! The tables of weighed plans: who accepts them, what single changes win, and the nearest amendments.

use demarche_core::domain::{PartyId, Scenario};
use demarche_core::solution::Zone;
use demarche_stats::estimate::{Estimate, Interval};

use crate::experiment::{
    CellId, ChangeTally, CompletionTally, EvaluatedPlans, PlanPartyTally, PlanTally,
};
use crate::tables::folder::{FinishedTable, RunDirectory, WriteError};
use crate::tables::formats::{Field, Rows, TableCopies};
use crate::tables::schema::{Column, TableEntry};

/// How plans fare in some cells, with what is swept.
#[derive(Clone, Copy, Debug)]
pub struct PlanCells<'a> {
    /// The scenario of the first cell; all have the same parties and issues.
    pub scenario: &'a Scenario,
    /// A column for each swept path.
    pub paths: &'a [Column],
    /// By cell, a value as written for each path.
    pub values: &'a [Vec<String>],
    /// By cell, how the plans fare.
    pub evaluated: &'a [EvaluatedPlans],
}

/// A table of weighed plans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanTable {
    /// Who accepts them.
    Plans,
    /// What single changes win.
    Changes,
    /// The amendments nearest to them.
    Amendments,
}

impl PlanTable {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 3] = [Self::Plans, Self::Changes, Self::Amendments];

    /// Its name, without an ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plans => "plans",
            Self::Changes => "changes",
            Self::Amendments => "amendments",
        }
    }

    fn columns(self, cells: &PlanCells<'_>) -> Vec<Column> {
        let entry = TableEntry::of(self.name()).1;
        entry.header(&cells.scenario.issues, &cells.scenario.parties, cells.paths)
    }

    fn push(self, rows: &mut Rows, row: PlanRow<'_>) {
        match self {
            Self::Plans => push_plan(rows, row),
            Self::Changes => push_changes(rows, row),
            Self::Amendments => push_amendments(rows, row),
        }
    }

    /// Its rows, plan by plan.
    fn rows(self, cells: PlanCells<'_>) -> impl Iterator<Item = Rows> {
        let of_cells = (0..).zip(cells.evaluated).zip(cells.values);
        of_cells.flat_map(move |((cell, evaluated), values)| {
            evaluated.plans.iter().map(move |tally| {
                let mut rows = Rows::new();
                let row = PlanRow {
                    scenario: cells.scenario,
                    cell: CellId(cell),
                    values,
                    tally,
                };
                self.push(&mut rows, row);
                rows
            })
        })
    }

    /// Its bytes as they are written.
    pub(crate) fn bytes(self, cells: PlanCells<'_>) -> Vec<u8> {
        let mut bytes = Rows::header(&self.columns(&cells)).into_bytes();
        for rows in self.rows(cells) {
            bytes.extend_from_slice(rows.bytes());
        }
        bytes
    }
}

/// Writes `plans.csv`, `changes.csv` and `amendments.csv`.
///
/// # Errors
///
/// If one cannot be written.
pub fn write_plans(
    directory: &RunDirectory,
    copies: TableCopies,
    cells: PlanCells<'_>,
) -> Result<[FinishedTable; 3], WriteError> {
    let write = |table: PlanTable| {
        let mut file = directory.table(table.name(), table.columns(&cells), copies)?;
        for rows in table.rows(cells) {
            file.push(&rows)?;
        }
        file.finish()
    };
    let [plans, changes, amendments] = PlanTable::ALL;
    Ok([write(plans)?, write(changes)?, write(amendments)?])
}

/// How a plan fares in a cell.
#[derive(Clone, Copy)]
struct PlanRow<'a> {
    scenario: &'a Scenario,
    cell: CellId,
    /// A value for each swept path.
    values: &'a [String],
    tally: &'a PlanTally,
}

fn push_plan(rows: &mut Rows, row: PlanRow<'_>) {
    let PlanRow {
        scenario,
        cell,
        values,
        tally,
    } = row;
    for completion in &tally.completions {
        let plan = [
            cell.0.into(),
            tally.plan.name.as_str().into(),
            completion.kind.name().into(),
        ];
        let named = || {
            let values = values.iter().map(|it| Field::of_value(it));
            let issues = scenario.space.issues();
            values.chain(issues.map(|it| scenario.option_name(completion.outcome, it).into()))
        };
        let all = [Field::Missing, Field::Missing];
        let accepted = share_fields(completion.accepted());
        let without_party = [Field::Missing; 9];
        let fields = plan.into_iter().chain(all).chain(accepted);
        rows.push(fields.chain(without_party).chain(named()));
        for (party, of_party) in scenario.party_ids().zip(&completion.parties) {
            let party_fields = [
                scenario.party(party).name.as_str().into(),
                consent(completion, party).into(),
            ];
            let fields = plan.into_iter().chain(party_fields);
            let fields = fields.chain(share_fields(of_party.accepts()));
            let own = own_fields(scenario, of_party);
            rows.push(fields.chain(own).chain(named()));
        }
    }
}

/// Whether an outcome needs the consent of a party, in a word.
fn consent(completion: &CompletionTally, party: PartyId) -> &'static str {
    if completion.needed.contains(party) {
        "needed"
    } else if completion.counted.contains(party) {
        "counted"
    } else {
        "not_needed"
    }
}

fn own_fields<'a>(scenario: &'a Scenario, tally: &PlanPartyTally) -> [Field<'a>; 9] {
    let surplus = tally.surplus();
    let [low, high] = ends(surplus.and_then(|it| it.interval));
    let worst = tally.worst_issue();
    let point = |it: Option<Estimate>| it.map(|it| it.point).into();
    [
        point(tally.pivotal_rejections()),
        point(tally.red_lines_crossed()),
        point(tally.utility()),
        point(surplus),
        low,
        high,
        point(tally.surplus_before_leverage()),
        worst.map(|it| scenario.issue(it.0).name.as_str()).into(),
        worst.map(|it| it.1).into(),
    ]
}

fn push_changes(rows: &mut Rows, row: PlanRow<'_>) {
    let PlanRow {
        scenario, tally, ..
    } = row;
    for completion in &tally.completions {
        let mut ranked: Vec<&ChangeTally> = completion.changes.iter().collect();
        ranked.sort_by_key(|it| std::cmp::Reverse(it.n_accepted()));
        for (rank, it) in (1_u64..).zip(ranked) {
            let issue = scenario.issue(it.issue);
            let [share, low, high, n] = share_fields(it.accepted());
            let difference = it.difference();
            let [difference_low, difference_high] = ends(difference.and_then(|it| it.interval));
            rows.push([
                row.cell.0.into(),
                tally.plan.name.as_str().into(),
                completion.kind.name().into(),
                rank.into(),
                issue.name.as_str().into(),
                issue.options[it.option.idx()].name.as_str().into(),
                share,
                low,
                high,
                difference.map(|it| it.point).into(),
                difference_low,
                difference_high,
                n,
            ]);
        }
    }
}

fn push_amendments(rows: &mut Rows, row: PlanRow<'_>) {
    let PlanRow {
        scenario, tally, ..
    } = row;
    let cell = row.cell.0;
    let plan = tally.plan.name.as_str();
    let n_draws = tally.n_draws();
    let fields = |exists: Zone, rank: Option<u64>, n_changes: Option<u64>, n: u64| {
        let key = [
            cell.into(),
            plan.into(),
            exists.name().into(),
            rank.into(),
            n_changes.into(),
            n.into(),
        ];
        key.into_iter()
            .chain(share_fields(Estimate::of_share(n, n_draws)))
    };
    let changed_issues = |outcome| {
        let issues = tally.plan.changed_issues(&scenario.space, outcome);
        let names = issues.iter().map(|it| scenario.issue(*it).name.as_str());
        names.collect::<Vec<_>>().join(" ")
    };
    let amendments = tally.amendments();
    for (rank, it) in (1_u64..).zip(&amendments) {
        let options = scenario.space.issues().zip(&tally.plan.options);
        let amended = options.map(|(issue, named)| {
            let option = scenario.space.option(it.outcome, issue);
            let is_term = *named == Some(option);
            let name = scenario.option_name(it.outcome, issue);
            (!is_term).then_some(name).into()
        });
        let n_changes = Some(it.n_changes as u64);
        let changed = changed_issues(it.outcome);
        let changed = Field::from(Some(changed.as_str()).filter(|it| !it.is_empty()));
        let fields = fields(Zone::Exists, Some(rank), n_changes, it.n);
        rows.push(fields.chain([changed]).chain(amended));
    }
    for (exists, n) in [
        (Zone::Empty, tally.n_without_amendment()),
        (Zone::Undecided, tally.n_undecided()),
    ] {
        let without_any = fields(exists, None, None, n);
        let rest = std::iter::once(Field::Missing);
        let rest = rest.chain(scenario.issues.iter().map(|_| Field::Missing));
        rows.push(without_any.chain(rest));
    }
}

/// A share with its interval and over how many.
fn share_fields<'a>(share: Option<Estimate>) -> [Field<'a>; 4] {
    let [low, high] = ends(share.and_then(|it| it.interval));
    [
        share.map(|it| it.point).into(),
        low,
        high,
        share.map(|it| it.n).into(),
    ]
}

fn ends<'a>(interval: Option<Interval>) -> [Field<'a>; 2] {
    [
        interval.map(|it| it.low).into(),
        interval.map(|it| it.high).into(),
    ]
}
