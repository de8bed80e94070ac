//! A session that is taken forward step by step: strategies act by themselves, and some parties wait for
//! Python.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use demarche::domain::{PartyId, PartySet};
use demarche::negotiation::{Negotiator, Setting};
use demarche::protocol::{Action, Ending, Request, Session};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::loaded_scenario::LoadedScenario;
use crate::parties::{OwnSide, outcome_of, party_named};

/// A session under way.
#[pyclass(frozen, module = "demarche._demarche")]
#[derive(Debug)]
pub(crate) struct SteppedSession(Mutex<Table>);

/// Whom the session waits for: the party, the round, what is asked, the options of the offer that it is
/// about by their places, and which actions are legal.
type Awaited = (
    String,
    u32,
    &'static str,
    Option<Vec<usize>>,
    Vec<&'static str>,
);

#[derive(Debug)]
struct Table {
    setting: Arc<Setting>,
    session: Session,
    negotiators: Vec<Negotiator>,
    /// By party, how many events it has taken in.
    seen: Vec<usize>,
    /// The parties that wait for Python.
    awaited: PartySet,
}

impl Table {
    /// Lets strategies act until a party is asked that waits for Python, or the session has ended.
    fn advance(&mut self) {
        while let Some((party, round, ask)) = self.next() {
            if self.awaited.contains(party) {
                return;
            }
            let negotiator = &mut self.negotiators[party.idx()];
            negotiator.observe(&self.session.events()[self.seen[party.idx()]..]);
            self.seen[party.idx()] = self.session.events().len();
            match negotiator.act(round, ask) {
                Ok(action) => self.apply(party, action),
                Err(violation) => self.session.forfeit(party, violation),
            }
        }
    }

    fn next(&self) -> Option<(PartyId, u32, Request)> {
        let pending = self.session.pending()?;
        let party = pending.parties.iter().next()?;
        Some((party, pending.round, pending.ask))
    }

    fn apply(&mut self, party: PartyId, action: Action) {
        if let Err(violation) = self.session.apply(party, action) {
            self.session.forfeit(party, violation);
        }
    }
}

impl SteppedSession {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl SteppedSession {
    /// The session of a batch that has this number, in which the parties with these names wait for
    /// Python.
    #[new]
    fn new(
        scenario: &LoadedScenario,
        parties: Vec<String>,
        replication: u64,
        seed: Option<u64>,
    ) -> PyResult<Self> {
        let setting = Arc::clone(&scenario.setting);
        let names = parties.into_iter();
        let awaited = names.map(|it| party_named(setting.scenario(), &it));
        let awaited = awaited.collect::<PyResult<Vec<PartyId>>>()?;
        let seeds = Seeds::new(seed.map_or(scenario.seed, MasterSeed));
        let replication = Replication(replication);
        let party_ids = setting.scenario().party_ids();
        let negotiators = party_ids.map(|it| Negotiator::new(Arc::clone(&setting), it));
        let mut negotiators: Vec<Negotiator> = negotiators.collect();
        for it in &mut negotiators {
            it.begin(&seeds, replication);
        }
        let mut table = Table {
            session: setting.session(&seeds, replication),
            seen: vec![0; negotiators.len()],
            negotiators,
            awaited: awaited.into_iter().collect(),
            setting,
        };
        table.advance();
        Ok(Self(Mutex::new(table)))
    }

    /// Whom it waits for; `None` once it has ended.
    #[getter]
    fn pending(&self) -> Option<Awaited> {
        let table = self.table();
        let (party, round, ask) = table.next()?;
        let scenario = table.setting.scenario();
        let options = ask.about().map(|it| {
            let issues = scenario.space.issues();
            issues
                .map(|issue| scenario.space.option(it, issue).idx())
                .collect()
        });
        Some((
            scenario.party(party).name.clone(),
            round,
            ask.name(),
            options,
            ask.legal().to_vec(),
        ))
    }

    /// Does something for the party that it waits for, and lets strategies act until the next turn.
    /// What breaks the rules is a forfeit.
    #[pyo3(signature = (action, outcome=None))]
    fn act(&self, action: &str, outcome: Option<BTreeMap<String, String>>) -> PyResult<()> {
        let mut table = self.table();
        let Some((party, ..)) = table.next() else {
            return Err(PyValueError::new_err("the session has ended"));
        };
        let action = match (action, outcome) {
            ("offer", Some(it)) => Action::Offer(outcome_of(table.setting.scenario(), it)?),
            ("accept", _) => Action::Accept,
            ("reject", _) => Action::Reject,
            ("end", _) => Action::WalkOut,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "`{action}` is none of offer with an outcome, accept, reject and end"
                )));
            }
        };
        table.apply(party, action);
        table.advance();
        Ok(())
    }

    /// What a party wants in the session.
    fn own_side(&self, party: &str) -> PyResult<OwnSide> {
        let table = self.table();
        let party = party_named(table.setting.scenario(), party)?;
        Ok(OwnSide {
            setting: Arc::clone(&table.setting),
            preferences: table.negotiators[party.idx()].preferences().clone(),
        })
    }

    /// By issue and option, what an option adds to a party's utility.
    fn contributions(&self, party: &str) -> PyResult<Vec<Vec<f64>>> {
        let table = self.table();
        let party = party_named(table.setting.scenario(), party)?;
        let preferences = table.negotiators[party.idx()].preferences();
        let issues = table.setting.scenario().space.issues();
        let of_issue = |issue| {
            let numbers = preferences.contributions(issue).iter();
            numbers
                .map(|it| demarche::domain::from_units(*it))
                .collect()
        };
        Ok(issues.map(of_issue).collect())
    }

    /// How it ended, and in which round; `None` while it is under way.
    #[getter]
    fn ending(&self) -> Option<(&'static str, u32)> {
        let table = self.table();
        table.session.ending().map(|it| (it.name(), it.round()))
    }

    /// What was agreed, by issue; `None` without an agreement.
    #[getter]
    fn agreement(&self) -> Option<BTreeMap<String, String>> {
        let table = self.table();
        let outcome = table.session.ending().and_then(Ending::agreement)?;
        let scenario = table.setting.scenario();
        let settled = scenario.space.issues().map(|issue| {
            let option = scenario.option_name(outcome, issue).to_owned();
            (scenario.issue(issue).name.clone(), option)
        });
        Some(settled.collect())
    }

    /// By party, what it has of the session, once it has ended: the utility of the agreement, or its
    /// reservation value without one.
    fn utilities(&self) -> PyResult<Vec<(String, f64)>> {
        let mut table = self.table();
        let Some(ending) = table.session.ending().cloned() else {
            return Err(PyValueError::new_err("the session has not ended"));
        };
        let Table {
            setting,
            session,
            negotiators,
            seen,
            ..
        } = &mut *table;
        let parties = setting.scenario().party_ids();
        let utilities = parties.zip(negotiators).map(|(party, negotiator)| {
            let report = negotiator.report(&session.events()[seen[party.idx()]..], &ending);
            seen[party.idx()] = session.events().len();
            let name = setting.scenario().party(party).name.clone();
            (name, report.utility().get())
        });
        Ok(utilities.collect())
    }
}
