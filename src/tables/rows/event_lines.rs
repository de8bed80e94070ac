//! One session as JSON lines: an event per line, and how it ended.

use demarche_core::domain::{Outcome, PartyId, PartySet, Scenario};
use demarche_core::negotiation::{SessionResult, Setting};
use demarche_core::protocol::{Ending, Event, Session};
use serde_json::{Map, Value as Json, json};

use crate::experiment::CellId;

/// A session's events as JSON lines, those of `offers.csv`; its ending, with the result for each
/// party, is the last.
///
/// Numbers have all their digits.
pub fn event_lines(
    setting: &Setting,
    cell: CellId,
    session: &Session,
    result: &SessionResult,
) -> String {
    let scenario = setting.scenario();
    let mut res = String::new();
    let mut numbers = 0_u64..;
    let mut push = |round: u32, kind: &str, rendered: Json| {
        let mut line = Map::new();
        line.insert("cell".to_owned(), cell.0.into());
        line.insert("replication".to_owned(), result.replication.0.into());
        line.insert("event".to_owned(), numbers.next().into());
        line.insert("round".to_owned(), round.into());
        line.insert("kind".to_owned(), kind.into());
        if let Json::Object(rendered) = rendered {
            line.extend(rendered);
        }
        res.push_str(&Json::Object(line).to_string());
        res.push('\n');
    };
    for event in session.events() {
        push(event.round(), event.kind(), event_fields(scenario, event));
    }
    let mut rendered = ending_fields(scenario, &result.ending);
    rendered["parties"] = render_parties(setting, result);
    push(result.ending.round(), result.ending.name(), rendered);
    res
}

/// What an event says, as one JSON object.
fn event_fields(scenario: &Scenario, event: &Event) -> Json {
    let mut fields = Map::new();
    if let Some(proposer) = event.proposer() {
        fields.insert("proposer".to_owned(), name(scenario, proposer).into());
    }
    if let Some(outcome) = event.put_forward() {
        fields.insert("offer".to_owned(), outcome_fields(scenario, outcome));
    }
    if let Some(vote) = event.vote() {
        let standing = vote.standing.map(|it| outcome_fields(scenario, it));
        fields.insert("standing".to_owned(), standing.into());
    }
    if let Some(answers) = event.answers() {
        let yes = names(scenario, answers.accepted());
        fields.insert("yes".to_owned(), yes.into());
        let no = names(scenario, answers.refused());
        fields.insert("no".to_owned(), no.into());
    }
    Json::Object(fields)
}

/// What an ending says, as one JSON object.
pub(crate) fn ending_fields(scenario: &Scenario, ending: &Ending) -> Json {
    match ending {
        Ending::Agreement {
            proposer, outcome, ..
        } => json!({
            "proposer": proposer.map(|it| name(scenario, it)),
            "offer": outcome_fields(scenario, *outcome),
        }),
        Ending::Deadline { .. } => json!({}),
        Ending::Walkout { party, .. } => json!({ "ended_by": name(scenario, *party) }),
        Ending::Forfeit {
            party, violation, ..
        } => json!({ "ended_by": name(scenario, *party), "violation": violation.to_string() }),
    }
}

fn render_parties(setting: &Setting, result: &SessionResult) -> Json {
    let scenario = setting.scenario();
    let parties = scenario.party_ids().zip(&result.parties);
    parties
        .map(|(party, report)| {
            json!({
                "party": name(scenario, party),
                "strategy": setting.strategy_name(party, report.strategy),
                "reservation_value": report.reservation_value.get(),
                "utility": report.utility().get(),
                "surplus_given_agreement": report.surplus(),
            })
        })
        .collect()
}

fn name(scenario: &Scenario, party: PartyId) -> &str {
    &scenario.party(party).name
}

fn names(scenario: &Scenario, parties: PartySet) -> Vec<&str> {
    parties.iter().map(|it| name(scenario, it)).collect()
}

/// An outcome as one JSON object: by issue, its option.
fn outcome_fields(scenario: &Scenario, outcome: Outcome) -> Json {
    let issues = scenario.space.issues().map(|it| {
        let option = scenario.option_name(outcome, it);
        (scenario.issue(it).name.clone(), option.into())
    });
    Json::Object(issues.collect())
}
