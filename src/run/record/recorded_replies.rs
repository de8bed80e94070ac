//! What parties from outside replied in a session, from its rows: it is played again without them.

use std::collections::{BTreeMap, VecDeque};

use demarche_core::domain::{Outcome, PartyId, PartySet, Scenario};
use demarche_core::protocol::{Action, ProtocolViolation};

use crate::actors::{OutsideMessage, OutsideParties, OutsideParty, OutsideReply};
use crate::run::record::recorded_rows::RecordedRows;

/// The name of the table with the replies of parties from outside.
pub const REPLIES: &str = "replies.csv";

/// What parties from outside replied in one session.
#[derive(Clone, Debug, Default)]
pub struct RecordedReplies(BTreeMap<PartyId, VecDeque<OutsideReply>>);

/// A row that is no reply of a party in the scenario.
#[derive(Debug, thiserror::Error)]
#[error("row {row} of the session is not a reply of a party in the scenario")]
pub struct NoReply {
    /// Its number among the session's, from 1.
    pub row: usize,
}

impl RecordedReplies {
    /// The replies in the rows of a session.
    ///
    /// # Errors
    ///
    /// If a row is none of them.
    pub fn read(recorded: &RecordedRows, scenario: &Scenario) -> Result<Self, NoReply> {
        let mut res = Self::default();
        for (idx, row) in recorded.rows.iter().enumerate() {
            let reply = read_row(&recorded.header, row, scenario);
            let (party, reply) = reply.ok_or(NoReply { row: idx + 1 })?;
            res.0.entry(party).or_default().push_back(reply);
        }
        Ok(res)
    }

    /// Who answers for these parties as they did.
    pub fn answering(&self, parties: PartySet) -> OutsideParties {
        let mut res = OutsideParties::default();
        for party in parties.iter() {
            let replies = self.0.get(&party).cloned().unwrap_or_default();
            res = res.with(party, move || Box::new(Repeating(replies.clone())));
        }
        res
    }
}

/// Replies as they were given, one after the other.
struct Repeating(VecDeque<OutsideReply>);

impl OutsideParty for Repeating {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        let turns = messages.iter().filter(|it| it.is_turn());
        let missing = || ProtocolViolation::NoAnswer.into();
        let replies = turns.map(|_| self.0.pop_front().unwrap_or_else(missing));
        replies.collect()
    }
}

/// The party of a row, and its reply.
fn read_row(header: &str, row: &str, scenario: &Scenario) -> Option<(PartyId, OutsideReply)> {
    let [names, cells] = [header, row].map(|line| {
        let mut reader =
            (csv::ReaderBuilder::new().has_headers(false)).from_reader(line.as_bytes());
        reader.records().next()?.ok()
    });
    let (names, cells) = (names?, cells?);
    let cell = |name: &str| {
        let place = names.iter().position(|it| it == name)?;
        cells.get(place).filter(|it| !it.is_empty())
    };
    let party = scenario.party_named(cell("party")?)?;
    let violation = cell("violation").and_then(ProtocolViolation::named);
    let acted = match (violation, cell("action")) {
        (Some(violation), _) => Err(violation),
        (None, Some("accept")) => Ok(Action::Accept),
        (None, Some("reject")) => Ok(Action::Reject),
        (None, Some("end")) => Ok(Action::WalkOut),
        (None, Some("offer")) => Ok(Action::Offer(offer(scenario, cell)?)),
        (None, _) => return None,
    };
    let text = cell("text").map(str::to_owned);
    Some((party, OutsideReply { acted, text }))
}

/// The outcome that the cells of a row name.
fn offer<'a>(scenario: &Scenario, cell: impl Fn(&str) -> Option<&'a str>) -> Option<Outcome> {
    scenario.outcome_named(|issue| cell(&format!("offered_{issue}")))
}
