//! What a party from outside hears, as JSON lines.

use demarche_core::domain::{Condition, PartySet, Preferences, Scale, Scenario};
use demarche_core::protocol::{Event, RelativeTime, Request};
use serde_json::{Map, Value as Json, json};

use crate::actors::{MessageKind, OutsideBegin, OutsideMessage};
use crate::outside::line_writer::LineWriter;
use crate::tables::ending_fields;

/// The version of the lines; goes up when a program that was written for them may no longer do.
pub const LINES_VERSION: u32 = 1;

/// Adds the line of a message in a session of a scenario.
///
/// # Panics
///
/// If the message is about another scenario.
pub fn push_line(bytes: &mut Vec<u8>, scenario: &Scenario, message: &OutsideMessage<'_>) {
    let session = message.session;
    let (name, fields) = match message.kind {
        MessageKind::Event(event) => {
            push_event(
                LineWriter::begin(bytes, scenario, "event", session),
                scenario,
                event,
            );
            return;
        }
        MessageKind::Turn { round, ask } => {
            push_turn(
                LineWriter::begin(bytes, scenario, "your_turn", session),
                scenario,
                (round, ask),
            );
            return;
        }
        MessageKind::Begin(begin) => ("begin", begin_fields(&begin)),
        MessageKind::End(ending) => {
            let mut fields = Map::new();
            fields.insert("ending".to_owned(), ending.name().into());
            fields.insert("round".to_owned(), ending.round().into());
            ("end", extended(fields, ending_fields(scenario, ending)))
        }
    };
    let mut line = Map::new();
    line.insert("message".to_owned(), name.into());
    line.insert("session".to_owned(), session.into());
    line.extend(fields);
    serde_json::to_writer(&mut *bytes, &line).expect("memory takes any JSON");
    bytes.push(b'\n');
}

/// An event as the lines of transcripts have it.
fn push_event(mut line: LineWriter<'_>, scenario: &Scenario, event: &Event) {
    line.number("round", event.round().into());
    line.text("kind", event.kind());
    if let Some(proposer) = event.proposer() {
        line.text("proposer", &scenario.party(proposer).name);
    }
    if let Some(outcome) = event.put_forward() {
        line.outcome("offer", Some(outcome));
    }
    if let Some(vote) = event.vote() {
        line.outcome("standing", vote.standing);
    }
    if let Some(answers) = event.answers() {
        line.parties("yes", answers.accepted());
        line.parties("no", answers.refused());
    }
    line.end();
}

fn push_turn(mut line: LineWriter<'_>, scenario: &Scenario, (round, ask): (u32, Request)) {
    line.number("round", round.into());
    line.text("asked", ask.name());
    line.texts("legal", ask.legal().iter().copied());
    match ask {
        Request::Offer => {}
        Request::Answer { offer, proposer } | Request::AcceptOrReplace { offer, proposer } => {
            line.text("proposer", &scenario.party(proposer).name);
            line.outcome("offer", Some(offer));
        }
        Request::Vote { text, standing } => {
            line.outcome("offer", Some(text));
            line.outcome("standing", standing);
        }
    }
    line.end();
}

fn extended(mut fields: Map<String, Json>, more: Json) -> Map<String, Json> {
    if let Json::Object(more) = more {
        fields.extend(more);
    }
    fields
}

fn begin_fields(begin: &OutsideBegin<'_>) -> Map<String, Json> {
    let scenario = begin.setting.scenario();
    let rules = begin.setting.rules();
    let parties: Vec<Json> = (scenario.parties.iter())
        .map(|it| json!({ "party": it.name, "label": it.label }))
        .collect();
    let issues: Vec<Json> = (scenario.issues.iter())
        .map(|issue| {
            let options: Vec<Json> = (issue.options.iter())
                .map(|it| json!({ "option": it.name, "label": it.label }))
                .collect();
            let scale = match issue.scale {
                Scale::Nominal => "nominal",
                Scale::Ordinal => "ordinal",
            };
            json!({
                "issue": issue.name,
                "label": issue.label,
                "scale": scale,
                "options": options,
            })
        })
        .collect();
    let needed: Vec<Json> = (rules.consent.vetoes().iter())
        .map(|it| {
            let party = &scenario.party(it.party).name;
            json!({ "party": party, "when": condition_fields(scenario, &it.when) })
        })
        .collect();
    let quotas: Vec<Json> = (rules.consent.quotas().iter())
        .map(|it| json!({ "at_least": it.at_least, "of": names(scenario, it.of) }))
        .collect();
    let fields = json!({
        "version": LINES_VERSION,
        "party": scenario.party(begin.party).name,
        // A string, since JSON readers round large numbers.
        "seed": begin.seed.to_string(),
        "protocol": rules.protocol.name(),
        "rounds": rules.deadline_rounds,
        "relative_time": match rules.relative_time {
            RelativeTime::ToDeadline => "to_deadline",
            RelativeTime::Genius => "genius",
        },
        "parties": parties,
        "issues": issues,
        "consent": { "needed": needed, "quotas": quotas },
        "preferences": preference_fields(scenario, begin.preferences, begin.discount_factor),
    });
    extended(Map::new(), fields)
}

fn preference_fields(
    scenario: &Scenario,
    preferences: &Preferences,
    discount_factor: Option<f64>,
) -> Json {
    let numbers = preferences.numbers();
    let space = preferences.space();
    let mut weights = Map::new();
    let mut utilities = Map::new();
    for issue in space.issues() {
        let it = scenario.issue(issue);
        weights.insert(it.name.clone(), numbers.weights[issue.idx()].into());
        let options = space.options(issue).map(|option| {
            let utility = numbers.utilities[space.flat(issue, option)];
            (it.options[option.idx()].name.clone(), utility.into())
        });
        utilities.insert(it.name.clone(), Json::Object(options.collect()));
    }
    let interactions = preferences.interactions().iter().zip(&numbers.adds);
    let interactions: Vec<Json> = interactions
        .map(|((when, _), adds)| json!({ "when": condition_fields(scenario, when), "adds": adds }))
        .collect();
    let red_lines: Vec<Json> = (preferences.real_red_lines())
        .map(|it| condition_fields(scenario, it))
        .collect();
    json!({
        "weights": weights,
        "utilities": utilities,
        "interactions": interactions,
        "reservation_value": numbers.lowered_reservation_value().max(0.0),
        "discount_factor": discount_factor,
        "red_lines": red_lines,
    })
}

/// By issue, the options that fulfil a condition.
fn condition_fields(scenario: &Scenario, condition: &Condition) -> Json {
    let clauses = condition.clauses().iter().map(|(issue, options)| {
        let issue = scenario.issue(*issue);
        let options: Vec<&str> = (options.iter())
            .map(|it| issue.options[it.idx()].name.as_str())
            .collect();
        (issue.name.clone(), options.into())
    });
    Json::Object(clauses.collect())
}

fn names(scenario: &Scenario, parties: PartySet) -> Vec<&str> {
    let parties = parties.iter();
    parties.map(|it| scenario.party(it).name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use demarche_core::negotiation::PlainLoop;
    use demarche_core::randomness::{MasterSeed, Replication, Seeds};

    use super::*;
    use crate::config::load_scenario;
    use crate::experiment::CellId;
    use crate::tables::event_lines;

    /// What a line says beyond whose it is.
    fn said(line: &str, whose: &[&str]) -> Vec<(String, Json)> {
        let line: Map<String, Json> = serde_json::from_str(line).unwrap();
        let rest = line
            .into_iter()
            .filter(|it| !whose.contains(&it.0.as_str()));
        rest.collect()
    }

    #[test]
    fn events_are_the_lines_of_transcripts() {
        for text in [
            include_str!("../../configs/scenarios/two-villages.toml"),
            include_str!("../../configs/scenarios/village-council.toml"),
            include_str!("../../configs/scenarios/shared-barn.toml"),
        ] {
            let read_file = |_: &Path| Ok(text.to_owned());
            let loaded = load_scenario(Path::new("a.toml"), &[], &read_file).unwrap();
            let setting = std::sync::Arc::new(loaded.setting);
            let mut driver = PlainLoop::new(std::sync::Arc::clone(&setting));
            let seeds = Seeds::new(MasterSeed(1));
            let (session, result) = driver.run(&seeds, Replication(0));
            let transcript = event_lines(&setting, CellId(0), &session, &result);
            assert!(!session.events().is_empty());
            for (event, expected) in session.events().iter().zip(transcript.lines()) {
                let mut bytes = Vec::new();
                let message = OutsideMessage {
                    session: 5,
                    kind: MessageKind::Event(event),
                };
                push_line(&mut bytes, setting.scenario(), &message);
                let line = String::from_utf8(bytes).unwrap();
                assert_eq!(
                    said(&line, &["message", "session"]),
                    said(expected, &["cell", "replication", "event"])
                );
            }
        }
    }
}
