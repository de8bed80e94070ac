//! Why sessions of a cell have no agreement, counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::domain::Preferences;
use demarche_core::negotiation::{PlainLoop, PreferenceDraw, SessionResult, Setting};
use demarche_core::protocol::Session;
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::solution::StepsUsedUp;

use crate::experiment::explain::explanation::{Cause, Explanation, OptionChange};

/// Plays sessions again and explains them.
#[derive(Debug)]
pub struct Explainer {
    setting: Arc<Setting>,
    table: PlainLoop,
    draws: Vec<PreferenceDraw>,
}

impl Explainer {
    /// For the sessions of a setting.
    pub fn new(setting: Arc<Setting>) -> Self {
        let draw = |it| PreferenceDraw::new(Arc::clone(&setting), it);
        Self {
            draws: setting.scenario().party_ids().map(draw).collect(),
            table: PlainLoop::new(Arc::clone(&setting)),
            setting,
        }
    }

    /// The preferences with which a session begins.
    pub fn preferences(&mut self, seeds: &Seeds, replication: Replication) -> Vec<Preferences> {
        let draws = self.draws.iter_mut();
        draws
            .map(|it| it.draw(seeds, replication).clone())
            .collect()
    }

    /// Plays a session.
    pub fn play(&mut self, seeds: &Seeds, replication: Replication) -> (Session, SessionResult) {
        self.table.run(seeds, replication)
    }

    /// Counts why a session that has ended has no agreement; one that has does not count.
    pub fn count(
        &mut self,
        seeds: &Seeds,
        session: &Session,
        result: &SessionResult,
        causes: &mut Causes,
    ) {
        let parties = self.preferences(seeds, result.replication);
        let explanation = Explanation::new(&parties, session.rules(), session.events(), result);
        let Some(cause) = explanation.cause else {
            return;
        };
        causes.n_sessions += 1;
        *causes.by_cause.entry(cause).or_default() += 1;
        match explanation.nearest {
            Ok(Some(near)) => {
                let n = near.agreement.n_changes;
                *causes.by_distance.entry(n).or_default() += 1;
            }
            Ok(None) => {}
            Err(StepsUsedUp) => causes.n_undecided += 1,
        }
        for change in explanation.single_changes(self.setting.rules(), &parties) {
            *causes.by_change.entry(change).or_default() += 1;
        }
    }
}

/// Why sessions have no agreement, counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Causes {
    n_sessions: u64,
    by_cause: BTreeMap<Cause, u64>,
    by_distance: BTreeMap<usize, u64>,
    n_undecided: u64,
    by_change: BTreeMap<OptionChange, u64>,
}

impl Causes {
    /// How many sessions without an agreement were counted.
    pub fn n_sessions(&self) -> u64 {
        self.n_sessions
    }

    /// Every cause with its number of sessions, most frequent first; they sum to all.
    pub fn by_cause(&self) -> Vec<(Cause, u64)> {
        let mut res: Vec<(Cause, u64)> = self.by_cause.iter().map(|(it, n)| (*it, *n)).collect();
        // The sort is stable: of causes as common the first of their order comes first.
        res.sort_by_key(|it| std::cmp::Reverse(it.1));
        res
    }

    /// By the issues that an acceptable outcome settles differently at least from what was last on
    /// the table, in how many sessions; those without such an outcome are not among them.
    pub fn by_distance(&self) -> &BTreeMap<usize, u64> {
        &self.by_distance
    }

    /// In how many sessions the search for the nearest acceptable outcome reached its limit.
    pub fn n_undecided(&self) -> u64 {
        self.n_undecided
    }

    /// The change of one option that would have made something last on the table acceptable in
    /// most sessions, and in how many; the first of several as good.
    pub fn best_change(&self) -> Option<(OptionChange, u64)> {
        let changes = self.by_change.iter().rev();
        changes.max_by_key(|it| it.1).map(|(it, n)| (*it, *n))
    }
}
