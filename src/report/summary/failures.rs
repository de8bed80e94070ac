//! Why sessions of a cell have no agreement: from its table, or from its tally.

use demarche_core::domain::Scenario;

use crate::experiment::{Failure, ReasonShare, Tally};
use crate::report::summary::digits::{name, text};
use crate::report::summary::table_rows::{OpenTable, Row, rows};
use crate::run::TableError;
use crate::tables::as_written;

/// How much a reason accounts for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct ReasonRow {
    /// In which way sessions failed: a name in [`Failure::ALL`].
    pub(crate) failure: String,
    /// The name of the reason.
    pub(crate) reason: String,
    /// The identifier of the party; empty if it is nobody's.
    pub(crate) party: String,
    /// That of its red line; empty if it is none.
    pub(crate) red_line: String,
    /// That of the issue; empty if it is about none.
    pub(crate) issue: String,
    /// In how many sessions it has a part.
    pub(crate) n_sessions: u64,
    /// Its share of the sessions that failed so.
    pub(crate) share: f64,
    /// How many failed so.
    pub(crate) n: u64,
    /// Of how many that were examined.
    pub(crate) n_examined: u64,
    /// What was missing on average, as the party's utility; `None` of runs of earlier versions, too.
    pub(crate) missing_utility: Option<f64>,
}

impl ReasonRow {
    /// Reads those of a cell.
    pub(super) fn read_all(open: &OpenTable<'_>, cell: u32) -> Result<Vec<Self>, TableError> {
        rows("failures", open, |it| {
            it.is_of(cell).then(|| Self::read(it)).flatten()
        })
    }

    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            failure: row.owned("failure"),
            reason: row.owned("reason"),
            party: row.owned("party"),
            red_line: row.owned("red_line"),
            issue: row.owned("issue"),
            n_sessions: row.whole("n_sessions"),
            share: row.number("share")?,
            n: row.whole("n"),
            n_examined: row.whole("n_examined"),
            missing_utility: row.number("missing_utility"),
        })
    }

    /// Those of a tally.
    pub(crate) fn of_all(scenario: &Scenario, tally: &Tally) -> Vec<Self> {
        let failures = tally.failures();
        let n_examined = failures.n_examined();
        let reasons = Failure::ALL.into_iter().flat_map(|it| failures.reasons(it));
        let rows = reasons.filter_map(|it| Self::of(scenario, &it, n_examined));
        rows.collect()
    }

    fn of(scenario: &Scenario, share: &ReasonShare, n_examined: u64) -> Option<Self> {
        let reason = share.reason;
        let party = reason.party().map(|it| name(scenario, it));
        let issue = reason.issue().map(|it| text(&scenario.issue(it).name));
        let red_line = reason.red_line().map(|(party, idx)| {
            let lines = &scenario.party(party).preferences.red_lines;
            text(&lines[idx].name)
        });
        Some(Self {
            failure: reason.failure().name().to_owned(),
            reason: reason.name().to_owned(),
            party: party.unwrap_or_default(),
            red_line: red_line.unwrap_or_default(),
            issue: issue.unwrap_or_default(),
            n_sessions: share.n_sessions,
            share: as_written(share.share)?,
            n: share.n,
            n_examined,
            missing_utility: share.missing_utility.and_then(as_written),
        })
    }
}
