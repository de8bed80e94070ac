//! What a party from outside replies: from a line to an action, or to how it broke the rules.

use std::collections::BTreeMap;

use demarche_core::domain::{Outcome, Scenario};
use demarche_core::protocol::{Action, ProtocolViolation};
use serde::Deserialize;

use crate::actors::OutsideReply;

/// A reply as it is written.
#[derive(Deserialize)]
struct ReplyLine {
    #[serde(rename = "session")]
    _session: u64,
    action: ActionName,
    outcome: Option<BTreeMap<String, String>>,
    text: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActionName {
    Offer,
    Accept,
    Reject,
    End,
}

/// Of a reply, whose it is.
#[derive(Deserialize)]
struct SessionOfReply {
    session: u64,
}

/// A reply to a session: what it says is read once it is known what the session is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadReply<'a> {
    /// The session's number.
    pub session: u64,
    line: &'a [u8],
}

/// The session of a line; `None` if the line names none.
pub fn read_reply(line: &[u8]) -> Option<ReadReply<'_>> {
    let SessionOfReply { session } = serde_json::from_slice(line).ok()?;
    Some(ReadReply { session, line })
}

impl ReadReply<'_> {
    /// What it replies in a session of a scenario.
    pub fn reply(&self, scenario: &Scenario) -> OutsideReply {
        let Ok(it) = serde_json::from_slice::<ReplyLine>(self.line) else {
            return ProtocolViolation::Unreadable.into();
        };
        let acted = match (it.action, &it.outcome) {
            (ActionName::Accept, _) => Ok(Action::Accept),
            (ActionName::Reject, _) => Ok(Action::Reject),
            (ActionName::End, _) => Ok(Action::WalkOut),
            (ActionName::Offer, Some(outcome)) => match read_outcome(scenario, outcome) {
                Some(it) => Ok(Action::Offer(it)),
                None => Err(ProtocolViolation::OfferOutsideSpace),
            },
            (ActionName::Offer, None) => Err(ProtocolViolation::Unreadable),
        };
        OutsideReply {
            acted,
            text: it.text,
        }
    }
}

/// The outcome with these options; `None` if it does not settle every issue with one of its options,
/// and nothing else.
fn read_outcome(scenario: &Scenario, options: &BTreeMap<String, String>) -> Option<Outcome> {
    let outcome = scenario.outcome_named(|issue| options.get(issue).map(String::as_str))?;
    (options.len() == scenario.issues.len()).then_some(outcome)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::load_scenario;

    fn scenario() -> Scenario {
        let text = include_str!("../../configs/scenarios/two-villages.toml");
        let read_file = |_: &Path| Ok(text.to_owned());
        let loaded = load_scenario(Path::new("two-villages.toml"), &[], &read_file);
        loaded.unwrap().setting.scenario().clone()
    }

    fn read(line: &str) -> Option<(u64, OutsideReply)> {
        let it = read_reply(line.as_bytes())?;
        Some((it.session, it.reply(&scenario())))
    }

    #[test]
    fn actions_come_with_their_outcome_and_text() {
        let action = |line: &str| read(line).unwrap().1.acted;
        assert_eq!(
            action(r#"{"session":1,"action":"accept"}"#),
            Ok(Action::Accept)
        );
        assert_eq!(
            action(r#"{"action":"reject","session":1,"x":[]}"#),
            Ok(Action::Reject)
        );
        assert_eq!(
            action(r#"{"session":1,"action":"end"}"#),
            Ok(Action::WalkOut)
        );
        let offer = r#"{"session":7,"action":"offer","outcome":{"upkeep":"halves","well_hours":"shared","second_rope":"no"},"text":"a\nb"}"#;
        let (session, reply) = read(offer).unwrap();
        assert_eq!((session, reply.text.as_deref()), (7, Some("a\nb")));
        let Ok(Action::Offer(outcome)) = reply.acted else {
            panic!("{reply:?}");
        };
        let scenario = scenario();
        let names = scenario.space.issues();
        let names: Vec<&str> = names.map(|it| scenario.option_name(outcome, it)).collect();
        assert_eq!(names, ["shared", "halves", "no"]);
    }

    #[test]
    fn what_is_no_outcome_and_what_cannot_be_read_differ() {
        let violation = |line: &str| read(line).unwrap().1.acted.unwrap_err();
        for outcome in [
            "{}",
            r#"{"well_hours":"shared","upkeep":"halves"}"#,
            r#"{"well_hours":"shared","upkeep":"halves","second_rope":"maybe"}"#,
            r#"{"well_hours":"shared","upkeep":"halves","second_rope":"no","more":"no"}"#,
        ] {
            let line = format!(r#"{{"session":1,"action":"offer","outcome":{outcome}}}"#);
            assert_eq!(violation(&line), ProtocolViolation::OfferOutsideSpace);
        }
        for rest in [
            r#""action":"offer""#,
            r#""action":"offer","outcome":null"#,
            r#""action":"offer","outcome":["shared"]"#,
            r#""action":"offer","outcome":{"upkeep":3}"#,
            r#""action":"agree""#,
            r#""action":null"#,
            r#""outcome":{}"#,
            r#""action":"accept","action":"accept""#,
            r#""action":"accept","text":3"#,
        ] {
            let line = format!(r#"{{"session":1,{rest}}}"#);
            assert_eq!(violation(&line), ProtocolViolation::Unreadable, "{line}");
        }
    }

    #[test]
    fn a_line_without_a_session_is_nobodys() {
        for line in [
            "",
            "hello",
            "{}",
            "[]",
            "1",
            r#"{"session":"1","action":"accept"}"#,
            r#"{"session":-1,"action":"accept"}"#,
            r#"{"session":1.5,"action":"accept"}"#,
            r#"{"session":1,"session":1,"action":"accept"}"#,
            r#"{"session":1,"action":"accept""#,
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
