//! The tables with a row or more per session, written as the sessions come.

use demarche_core::domain::{OutcomeSpace, PartyId, PartySet, Scenario};
use demarche_core::negotiation::Setting;
use demarche_core::protocol::{Ending, Event, Session};
use demarche_core::randomness::Replication;
use serde::{Deserialize, Serialize};

use crate::experiment::{
    Amount, CellId, MeasuredSession, PARTY_MEASUREMENTS, SESSION_MEASUREMENTS, SolutionDistances,
};
use crate::tables::formats::{Field, Rows};
use crate::tables::schema::{Column, TableEntry};

/// A table with a row or more per session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SessionTable {
    /// One row per session.
    Sessions,
    /// One row per session and party.
    Parties,
    /// One row per event.
    Offers,
    /// One row per reply of a party that is answered for from outside.
    Replies,
    /// One row per session, with the numbers drawn in it.
    Draws,
}

impl SessionTable {
    /// Every such table.
    pub const ALL: [Self; 5] = [
        Self::Sessions,
        Self::Parties,
        Self::Offers,
        Self::Replies,
        Self::Draws,
    ];

    /// The name of its file, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Parties => "parties",
            Self::Offers => "offers",
            Self::Replies => "replies",
            Self::Draws => "draws",
        }
    }
}

/// The columns of a table, in order; those of [`SessionTable::Draws`] are its
/// [`DrawColumns`](crate::tables::rows::draw_rows::DrawColumns).
pub fn session_columns(
    table: SessionTable,
    scenario: &Scenario,
    distances: Distances,
) -> Vec<Column> {
    let entry = TableEntry::of(table.name()).1;
    let mut res = entry.header(&scenario.issues, &scenario.parties, &[]);
    if distances == Distances::Omitted {
        res.retain(|it| !DISTANCES.contains(&it.name.as_str()));
    }
    res
}

/// The columns that are there if distances are measured.
const DISTANCES: [&str; 3] = [
    "pareto_distance",
    "nash_distance",
    "kalai_smorodinsky_distance",
];

/// Rows of the session tables for some sessions.
#[derive(Debug)]
pub struct SessionRows {
    /// One row per session.
    pub sessions: Rows,
    /// One row per session and party.
    pub parties: Rows,
    /// One row per event; `None` unless transcripts are wanted.
    pub offers: Option<Rows>,
    /// One row per session, with the numbers drawn in it; `None` unless they are wanted.
    pub draws: Option<Rows>,
}

/// Which of the tables are written that have rows for every session; `offers` and `draws` are asked
/// for apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowTables {
    /// `sessions` and `parties`.
    #[default]
    Both,
    /// `sessions` only.
    Sessions,
    /// `parties` only.
    Parties,
    /// Neither. If no other table has rows for every session either, the run keeps exact counts and
    /// sums only, which take the same room for any number of sessions.
    Neither,
}

impl RowTables {
    /// Whether a table is among them.
    pub fn has(self, table: SessionTable) -> bool {
        match table {
            SessionTable::Sessions => matches!(self, Self::Both | Self::Sessions),
            SessionTable::Parties => matches!(self, Self::Both | Self::Parties),
            SessionTable::Offers | SessionTable::Replies | SessionTable::Draws => false,
        }
    }
}

/// Whether every offer and every answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transcripts {
    /// Yes.
    Written,
    /// No.
    Omitted,
}

/// Whether the numbers drawn in each session are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawTable {
    /// Yes.
    Written,
    /// No.
    Omitted,
}

/// Whether agreements are compared with what theory says of each session's preferences.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distances {
    /// Yes, which takes longer than the session itself.
    Measured,
    /// No.
    Omitted,
}

impl SessionRows {
    /// No rows yet.
    pub fn new(transcripts: Transcripts, draws: DrawTable) -> Self {
        Self {
            sessions: Rows::new(),
            parties: Rows::new(),
            offers: (transcripts == Transcripts::Written).then(Rows::new),
            draws: (draws == DrawTable::Written).then(Rows::new),
        }
    }

    /// The rows of a table; `None` if it is not written.
    pub fn table(&self, table: SessionTable) -> Option<&Rows> {
        match table {
            SessionTable::Sessions => Some(&self.sessions),
            SessionTable::Parties => Some(&self.parties),
            SessionTable::Offers => self.offers.as_ref(),
            // They come while sessions are under way.
            SessionTable::Replies => None,
            SessionTable::Draws => self.draws.as_ref(),
        }
    }

    /// Adds a session's rows; with distances if there are columns for them.
    pub fn push(
        &mut self,
        setting: &Setting,
        cell: CellId,
        session: &Session,
        measured: &MeasuredSession,
        distances: Option<SolutionDistances>,
    ) {
        let scenario = setting.scenario();
        self.push_result(setting, cell, measured, distances);
        if let Some(rows) = &mut self.offers {
            push_events(
                rows,
                scenario,
                cell,
                measured.result.replication,
                0,
                session.events(),
            );
        }
    }

    /// Adds a session's rows, without those of its events.
    pub(crate) fn push_result(
        &mut self,
        setting: &Setting,
        cell: CellId,
        measured: &MeasuredSession,
        distances: Option<SolutionDistances>,
    ) {
        let scenario = setting.scenario();
        self.push_session(scenario, cell, measured, distances);
        let result = &measured.result;
        for (party, report) in scenario.party_ids().zip(&result.parties) {
            let fixed = [
                cell.0.into(),
                result.replication.0.into(),
                party_name(scenario, party),
                setting.strategy_name(party, report.strategy).into(),
                report.reservation_value.into(),
                report.best_utility.into(),
            ];
            let columns = PARTY_MEASUREMENTS.iter();
            let columns = columns.filter(|it| it.column.is_some());
            let amounts = columns.map(|it| Field::from((it.of)(result, party)));
            self.parties.push(fixed.into_iter().chain(amounts));
        }
    }

    fn push_session(
        &mut self,
        scenario: &Scenario,
        cell: CellId,
        measured: &MeasuredSession,
        distances: Option<SolutionDistances>,
    ) {
        let result = &measured.result;
        let (proposer, ended_by) = match &result.ending {
            Ending::Agreement { proposer, .. } => (*proposer, None),
            Ending::Walkout { party, .. } | Ending::Forfeit { party, .. } => (None, Some(*party)),
            Ending::Deadline { .. } => (None, None),
        };
        let name = |it: Option<PartyId>| it.map_or(Field::Missing, |it| party_name(scenario, it));
        let agreement = result.ending.agreement();
        let fixed = [
            cell.0.into(),
            result.replication.0.into(),
            result.ending.name().into(),
            result.ending.round().into(),
            name(proposer),
            name(ended_by),
            measured.zone.name().into(),
        ];
        let columns = SESSION_MEASUREMENTS.iter();
        let columns = columns.filter(|it| it.column.is_some());
        let amounts = columns.map(|it| Field::from((it.of)(measured)));
        let distances = distances
            .into_iter()
            .flat_map(|it| [it.pareto, it.nash, it.kalai_smorodinsky].map(Field::from));
        let options = scenario.space.issues().map(|issue| {
            agreement.map_or(Field::Missing, |it| scenario.option_name(it, issue).into())
        });
        self.sessions.push(
            fixed
                .into_iter()
                .chain(amounts)
                .chain(distances)
                .chain(options),
        );
    }
}

impl From<Amount> for Field<'_> {
    fn from(it: Amount) -> Self {
        match it {
            Amount::Whole(it) => it.into(),
            Amount::Units(_) | Amount::Real(_) => it.number().into(),
        }
    }
}

fn party_name(scenario: &Scenario, party: PartyId) -> Field<'_> {
    Field::Text(&scenario.party(party).name)
}

/// Adds the rows of events of a session, the first of them with its number in the session.
pub(crate) fn push_events(
    rows: &mut Rows,
    scenario: &Scenario,
    cell: CellId,
    replication: Replication,
    first: u64,
    events: &[Event],
) {
    for (number, event) in (first..).zip(events) {
        let answers = event.answers();
        let yes = answers.map(|it| names(scenario, it.accepted()));
        let no = answers.map(|it| names(scenario, it.refused()));
        let fixed = [
            cell.0.into(),
            replication.0.into(),
            number.into(),
            event.round().into(),
            event.kind().into(),
            (event.proposer()).map_or(Field::Missing, |it| party_name(scenario, it)),
            yes.as_deref().into(),
            no.as_deref().into(),
        ];
        // An answer is to the offer in the row above it.
        let outcome = event.put_forward();
        let space: &OutcomeSpace = &scenario.space;
        let options = space.issues().map(|issue| {
            outcome.map_or(Field::Missing, |it| scenario.option_name(it, issue).into())
        });
        rows.push(fixed.into_iter().chain(options));
    }
}

/// The names of parties with a space between them: fit for a cell and easy to take apart.
fn names(scenario: &Scenario, parties: PartySet) -> String {
    let names: Vec<&str> = parties
        .iter()
        .map(|it| scenario.party(it).name.as_str())
        .collect();
    names.join(" ")
}
