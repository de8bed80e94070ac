//! A JSON object written field by field: most lines are short, and a tree of each would take longer than
//! the line.

use demarche_core::domain::{Outcome, PartySet, Scenario};

/// An object that is being written at the end of some bytes.
pub(super) struct LineWriter<'a> {
    bytes: &'a mut Vec<u8>,
    scenario: &'a Scenario,
}

impl<'a> LineWriter<'a> {
    /// The line of a message in a session.
    pub(super) fn begin(
        bytes: &'a mut Vec<u8>,
        scenario: &'a Scenario,
        message: &str,
        session: u64,
    ) -> Self {
        bytes.extend(b"{\"message\":");
        let mut res = Self { bytes, scenario };
        res.value(message);
        res.number("session", session);
        res
    }

    pub(super) fn number(&mut self, name: &str, number: u64) {
        self.name(name);
        self.bytes.extend(number.to_string().as_bytes());
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.value(text);
    }

    pub(super) fn texts<'t>(&mut self, name: &str, texts: impl Iterator<Item = &'t str>) {
        self.name(name);
        self.bytes.push(b'[');
        for (idx, text) in texts.enumerate() {
            if idx > 0 {
                self.bytes.push(b',');
            }
            self.value(text);
        }
        self.bytes.push(b']');
    }

    pub(super) fn parties(&mut self, name: &str, parties: PartySet) {
        let scenario = self.scenario;
        let parties = parties.iter();
        self.texts(name, parties.map(|it| scenario.party(it).name.as_str()));
    }

    /// By issue, its option; `null` without an outcome.
    pub(super) fn outcome(&mut self, name: &str, outcome: Option<Outcome>) {
        self.name(name);
        let Some(outcome) = outcome else {
            self.bytes.extend(b"null");
            return;
        };
        let scenario = self.scenario;
        for issue in scenario.space.issues() {
            self.bytes.push(if issue.idx() == 0 { b'{' } else { b',' });
            self.value(&scenario.issue(issue).name);
            self.bytes.push(b':');
            self.value(scenario.option_name(outcome, issue));
        }
        self.bytes.push(b'}');
    }

    /// Ends the line.
    pub(super) fn end(self) {
        self.bytes.extend(b"}\n");
    }

    fn name(&mut self, name: &str) {
        self.bytes.push(b',');
        self.value(name);
        self.bytes.push(b':');
    }

    fn value(&mut self, text: &str) {
        serde_json::to_writer(&mut *self.bytes, text).expect("memory takes any text");
    }
}
