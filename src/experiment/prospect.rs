//! What theory says of one draw: what could be agreed, and which agreements it singles out.

use std::sync::Arc;

use crate::domain::{Outcome, Preferences, Utility};
use crate::negotiation::{PreferenceDraw, Setting};
use crate::seeds::{Replication, Seeds};
use crate::solution::{Concept, Landscape, Yardstick, distance, landscape};

/// Draws preferences and looks at what theory says of them, replication by replication.
#[derive(Debug)]
pub struct Prospector {
    setting: Arc<Setting>,
    draws: Vec<PreferenceDraw>,
}

/// What theory says of one draw of all parties' preferences.
#[derive(Clone, PartialEq, Debug)]
pub struct Prospect {
    /// Which draw: the very preferences that the session of this number begins with.
    pub replication: Replication,
    /// The parties' preferences.
    pub parties: Vec<Preferences>,
    /// What can be agreed.
    pub landscape: Landscape,
    /// The points of the frontier that theory singles out; empty if nothing can be agreed.
    pub solutions: Vec<Solution>,
}

/// An agreement that a concept singles out.
#[derive(Clone, PartialEq, Debug)]
pub struct Solution {
    /// Which concept.
    pub concept: Concept,
    /// The agreement; of several as good, the first in the order of outcomes.
    pub outcome: Outcome,
    /// What it is worth to each party.
    pub utilities: Vec<Utility>,
}

impl Prospector {
    /// For the parties of a setting.
    pub fn new(setting: Arc<Setting>) -> Self {
        let draw = |it| PreferenceDraw::new(Arc::clone(&setting), it);
        Self {
            draws: setting.scenario().party_ids().map(draw).collect(),
            setting,
        }
    }

    /// What theory says of a replication's preferences.
    pub fn look(&mut self, seeds: &Seeds, replication: Replication) -> Prospect {
        let parties: Vec<Preferences> = self
            .draws
            .iter_mut()
            .map(|it| it.draw(seeds, replication).clone())
            .collect();
        let scenario = self.setting.scenario();
        let landscape = landscape(&parties, &scenario.consent);
        let yardstick = Yardstick::textbook(&landscape);
        let solution = |concept| {
            let frontier = &landscape.frontier;
            let point = *yardstick.best(concept, frontier).first()?;
            let outcome = scenario.space.outcome_at(frontier.outcome(point));
            Some(Solution {
                concept,
                outcome,
                utilities: parties.iter().map(|it| it.utility(outcome)).collect(),
            })
        };
        Prospect {
            solutions: Concept::ALL.into_iter().filter_map(solution).collect(),
            replication,
            landscape,
            parties,
        }
    }
}

impl Prospect {
    /// How far an outcome is from what theory says, in utility space.
    pub fn distances(&self, outcome: Outcome) -> Distances {
        let worth = |it: &Preferences| it.utility(outcome).get();
        let utilities: Vec<f64> = self.parties.iter().map(worth).collect();
        let to = |concept| {
            let solution = self.solutions.iter().find(|it| it.concept == concept)?;
            let point: Vec<f64> = solution.utilities.iter().map(|it| it.get()).collect();
            Some(distance(&point, &utilities))
        };
        Distances {
            pareto: self.landscape.frontier.distance(&utilities),
            nash: to(Concept::Nash),
            kalai_smorodinsky: to(Concept::KalaiSmorodinsky),
        }
    }
}

/// Straight distances over all parties' utilities; `None` where nothing can be agreed.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Distances {
    /// To the nearest point of the frontier.
    pub pareto: Option<f64>,
    /// To Nash's point.
    pub nash: Option<f64>,
    /// To Kalai and Smorodinsky's point.
    pub kalai_smorodinsky: Option<f64>,
}
