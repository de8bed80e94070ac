//! How weighed plans fare, from the tables of their run.

use std::collections::BTreeMap;

use demarche_core::solution::Zone;

use crate::report::drawing::Quantity;
use crate::report::summary::table_rows::{OpenTable, Row, rows};
use crate::run::TableError;

/// Changes of a completion that a page lists, and amendments of a plan.
const LISTED_MAX: u64 = 5;

/// How weighed plans fare, in the first cell unless stated otherwise.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct PlanFindings {
    /// By plan, completion and party.
    pub(crate) acceptances: Vec<PlanAcceptance>,
    /// By cell, plan and completion, the share of draws in which all whose consent is needed accept.
    pub(crate) by_cell: Vec<CellAcceptance>,
    /// The changes of one issue that win most, of each completion the best first.
    pub(crate) changes: Vec<PlanChange>,
    /// The most frequent nearest amendments, of each plan the most frequent first.
    pub(crate) amendments: Vec<PlanAmendment>,
    /// By plan, in what share of draws how many changes are needed.
    pub(crate) needed: BTreeMap<String, BTreeMap<NeededChanges, f64>>,
}

/// How a completion of a plan fares with a party, or with all whose consent is needed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PlanAcceptance {
    /// The name of the plan.
    pub(crate) plan: String,
    /// Which completion.
    pub(crate) completion: String,
    /// The identifier of the party; empty of all whose consent is needed.
    pub(crate) party: String,
    /// Whether the party's consent is needed, in a word.
    pub(crate) consent: String,
    /// The share of draws in which it accepts.
    pub(crate) accepts: Quantity,
    /// The share of draws in which it alone is in the way.
    pub(crate) pivotal: Option<f64>,
    /// The share of draws in which a real red line of it is crossed.
    pub(crate) red_line: Option<f64>,
    /// What it gains over no deal.
    pub(crate) surplus: Option<f64>,
    /// What it gains over no deal before leverage.
    pub(crate) surplus_before_leverage: Option<f64>,
    /// The identifier of its worst issue.
    pub(crate) worst_issue: String,
    /// How far the plan falls short there.
    pub(crate) shortfall: Option<f64>,
    /// By identifier of the issue, that of the option.
    pub(crate) settled: BTreeMap<String, String>,
}

/// How often all whose consent is needed accept a completion of a plan in a cell.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct CellAcceptance {
    pub(crate) cell: u32,
    pub(crate) plan: String,
    pub(crate) completion: String,
    /// In what share of draws.
    pub(crate) accepts: Quantity,
}

/// A change of one issue of a plan's completion.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PlanChange {
    pub(crate) plan: String,
    pub(crate) completion: String,
    pub(crate) issue: String,
    pub(crate) option: String,
    /// The share of draws in which all whose consent is needed accept then.
    pub(crate) accepted: Quantity,
    /// By how much it is greater than before.
    pub(crate) difference: f64,
}

/// A nearest amendment of a plan.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PlanAmendment {
    pub(crate) plan: String,
    /// How many terms it changes.
    pub(crate) n_changes: u64,
    /// The share of draws in which it is the nearest.
    pub(crate) share: Quantity,
    /// By identifier of the issue, that of the option; empty as in the plan.
    pub(crate) amended: BTreeMap<String, String>,
}

/// How many terms of a plan have to change in a draw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum NeededChanges {
    /// So many at least.
    Some(u64),
    /// No change is enough.
    NoAmendment,
    /// The search reached its limit.
    Undecided,
}

impl PlanFindings {
    /// Reads those of a run; nothing of a run without.
    pub(super) fn read(open: &OpenTable<'_>) -> Result<Self, TableError> {
        let mut needed: BTreeMap<String, BTreeMap<NeededChanges, f64>> = BTreeMap::new();
        let amendments = rows("amendments", open, |it| {
            if !it.is_of(0) {
                return None;
            }
            let share = it.number("share")?;
            let n_changes = match it.text("n_changes").parse() {
                Ok(n) => NeededChanges::Some(n),
                Err(_) if it.text("exists") == Zone::Undecided.name() => NeededChanges::Undecided,
                Err(_) => NeededChanges::NoAmendment,
            };
            let by_changes = needed.entry(it.owned("plan")).or_default();
            if share > 0.0 || n_changes != NeededChanges::Undecided {
                *by_changes.entry(n_changes).or_default() += share;
            }
            PlanAmendment::read(it).filter(|_| it.is_listed())
        })?;
        let mut by_cell = Vec::new();
        let acceptances = rows("plans", open, |it| {
            by_cell.extend(CellAcceptance::read(it));
            PlanAcceptance::read(it).filter(|_| it.is_of(0))
        })?;
        Ok(Self {
            acceptances,
            by_cell,
            changes: rows("changes", open, |it| {
                let is_shown = it.is_of(0) && it.is_listed();
                PlanChange::read(it).filter(|change| is_shown && change.difference > 0.0)
            })?,
            amendments,
            needed,
        })
    }
}

impl Row<'_> {
    /// Whether a page lists it, by its rank.
    fn is_listed(&self) -> bool {
        (1..=LISTED_MAX).contains(&self.whole("rank"))
    }
}

impl PlanAcceptance {
    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            plan: row.owned("plan"),
            completion: row.owned("completion"),
            party: row.owned("party"),
            consent: row.owned("consent"),
            accepts: row.quantity("acceptance_rate")?,
            pivotal: row.number("pivotal_rejection_rate"),
            red_line: row.number("red_line_rate"),
            surplus: row.number("surplus"),
            surplus_before_leverage: row.number("surplus_before_leverage"),
            worst_issue: row.owned("worst_issue"),
            shortfall: row.number("worst_issue_shortfall"),
            settled: row.named("settled_", str::to_owned),
        })
    }
}

impl CellAcceptance {
    /// Of a row of all whose consent is needed.
    fn read(row: Row<'_>) -> Option<Self> {
        if !row.text("party").is_empty() {
            return None;
        }
        Some(Self {
            cell: row.cell()?,
            plan: row.owned("plan"),
            completion: row.owned("completion"),
            accepts: row.quantity("acceptance_rate")?,
        })
    }
}

impl PlanChange {
    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            plan: row.owned("plan"),
            completion: row.owned("completion"),
            issue: row.owned("issue"),
            option: row.owned("option"),
            accepted: row.quantity("acceptance_rate")?,
            difference: row.number("difference")?,
        })
    }
}

impl PlanAmendment {
    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            plan: row.owned("plan"),
            n_changes: row.text("n_changes").parse().ok()?,
            share: row.quantity("share")?,
            amended: row.named("amended_", str::to_owned),
        })
    }
}
