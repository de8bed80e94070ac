//! Parties that Python answers for: the messages of a party from outside, as lines of JSON.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use demarche::actors::{MessageKind, OutsideMessage, OutsideParties, OutsideParty, OutsideReply};
use demarche::domain::{OptionId, Outcome, PartyId, Preferences, Scenario};
use demarche::experiment::Interrupt;
use demarche::negotiation::Setting;
use demarche::outside::{push_line, read_reply};
use demarche::protocol::ProtocolViolation;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// What a party wants in a session: its own preferences, as drawn for it.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct OwnSide {
    pub(crate) setting: Arc<Setting>,
    pub(crate) preferences: Preferences,
}

/// Makes those who answer for a party, one for each worker.
type Factory = Arc<Py<PyAny>>;

/// What Python raised first while it answered for a party; the run is then asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    fn keep(&self, error: PyErr, interrupt: &Interrupt) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(error);
        interrupt.request();
    }

    /// Raises it.
    pub(crate) fn raise(&self) -> PyResult<()> {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.take().map_or(Ok(()), Err)
    }
}

/// Answers for a party on one thread.
struct PythonParty {
    /// A function of lines and of the own sides in sessions that begin, which returns a reply for each
    /// turn; `None` if it could not be made.
    answer: Option<Py<PyAny>>,
    settings: BTreeMap<u64, Arc<Setting>>,
    raised: Raised,
    interrupt: Interrupt,
}

/// Who answers for which parties, by name.
pub(crate) fn parties_of(
    scenario: &Scenario,
    factories: BTreeMap<String, Py<PyAny>>,
    raised: &Raised,
    interrupt: &Interrupt,
) -> PyResult<OutsideParties> {
    let mut parties = OutsideParties::default();
    for (name, factory) in factories {
        let (factory, raised, interrupt) = (Arc::new(factory), raised.clone(), interrupt.clone());
        parties = parties.with(party_named(scenario, &name)?, move || {
            Box::new(PythonParty::new(
                &factory,
                raised.clone(),
                interrupt.clone(),
            ))
        });
    }
    Ok(parties)
}

/// The party with a name.
pub(crate) fn party_named(scenario: &Scenario, name: &str) -> PyResult<PartyId> {
    let found = demarche::cli::embedding::party_named(scenario, name);
    found.map_err(|it| crate::errors::exception(&it))
}

impl PythonParty {
    fn new(factory: &Factory, raised: Raised, interrupt: Interrupt) -> Self {
        let made = Python::attach(|py| factory.call0(py));
        let answer = made.map_err(|it| raised.keep(it, &interrupt)).ok();
        Self {
            answer,
            settings: BTreeMap::new(),
            raised,
            interrupt,
        }
    }

    /// What Python returns for these messages.
    fn ask(&self, messages: &[OutsideMessage<'_>]) -> PyResult<Vec<String>> {
        let mut lines = Vec::new();
        let mut begun = Vec::new();
        for message in messages {
            let setting = &self.settings[&message.session];
            push_line(&mut lines, setting.scenario(), message);
            if let MessageKind::Begin(begin) = message.kind {
                let own = OwnSide {
                    setting: Arc::clone(begin.setting),
                    preferences: begin.preferences.clone(),
                };
                begun.push((message.session, own));
            }
        }
        let Some(answer) = &self.answer else {
            return Ok(Vec::new());
        };
        Python::attach(|py| {
            let sides = begun.into_iter().map(|(session, own)| {
                let own = Bound::new(py, own)?;
                Ok((session, own))
            });
            let sides = sides.collect::<PyResult<Vec<_>>>()?;
            let lines = PyBytes::new(py, &lines);
            answer.call1(py, (lines, sides))?.extract(py)
        })
    }
}

impl OutsideParty for PythonParty {
    fn answer(&mut self, messages: &[OutsideMessage<'_>]) -> Vec<OutsideReply> {
        for it in messages {
            if let MessageKind::Begin(begin) = it.kind {
                self.settings.insert(it.session, Arc::clone(begin.setting));
            }
        }
        let replies = self.ask(messages);
        let replies = replies.unwrap_or_else(|error| {
            self.raised.keep(error, &self.interrupt);
            Vec::new()
        });
        let turns = messages.iter().filter(|it| it.is_turn());
        let mut replies = replies.iter();
        let replied = turns.map(|it| {
            let line = replies.next().and_then(|line| read_reply(line.as_bytes()));
            let scenario = self.settings[&it.session].scenario();
            match line.filter(|line| line.session == it.session) {
                Some(line) => line.reply(scenario),
                None => ProtocolViolation::NoAnswer.into(),
            }
        });
        let replied = replied.collect();
        for it in messages {
            if matches!(it.kind, MessageKind::End(_)) {
                self.settings.remove(&it.session);
            }
        }
        replied
    }
}

/// An outcome by the names of its options.
pub(crate) fn outcome_of(
    scenario: &Scenario,
    mut options: BTreeMap<String, String>,
) -> PyResult<Outcome> {
    let wrong = |what: String| PyValueError::new_err(what);
    let mut chosen = Vec::new();
    for issue in scenario.issues.iter() {
        let name = options.remove(&issue.name);
        let name = name.ok_or_else(|| wrong(format!("the outcome has no `{}`", issue.name)))?;
        let place = issue.options.iter().position(|it| it.name == name);
        let place =
            place.ok_or_else(|| wrong(format!("`{}` has no option `{name}`", issue.name)))?;
        chosen.push(OptionId::new(place));
    }
    match options.into_keys().next() {
        Some(unknown) => Err(wrong(format!("there is no issue `{unknown}`"))),
        None => Ok(scenario.space.outcome(&chosen)),
    }
}

#[pymethods]
impl OwnSide {
    /// What an outcome is worth to the party.
    fn utility(&self, outcome: BTreeMap<String, String>) -> PyResult<f64> {
        let outcome = outcome_of(self.setting.scenario(), outcome)?;
        Ok(self.preferences.utility(outcome).get())
    }

    /// Whether an outcome is worth no less than no agreement, and crosses no red line.
    fn accepts(&self, outcome: BTreeMap<String, String>) -> PyResult<bool> {
        let outcome = outcome_of(self.setting.scenario(), outcome)?;
        Ok(self.preferences.is_acceptable(outcome))
    }

    #[getter]
    fn reservation_value(&self) -> f64 {
        self.preferences.reservation_value().get()
    }
}
