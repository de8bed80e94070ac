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
    /// The points of the frontier that theory singles out, by their first concept; empty if nothing
    /// can be agreed.
    pub solutions: Vec<Solution>,
}

/// An agreement that one concept or several single out.
#[derive(Clone, PartialEq, Debug)]
pub struct Solution {
    /// Which concepts, in their order.
    pub concepts: Vec<Concept>,
    /// The agreement; of several as good, the first in the order of outcomes.
    pub outcome: Outcome,
    /// What it is worth to each party.
    pub utilities: Vec<Utility>,
}

impl Solution {
    /// What people read of its concepts.
    pub fn labels(&self) -> String {
        let labels: Vec<&str> = self.concepts.iter().map(|it| it.label()).collect();
        labels.join(", ")
    }
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
        let frontier = &landscape.frontier;
        let mut solutions: Vec<Solution> = Vec::new();
        for concept in Concept::ALL {
            let Some(&point) = yardstick.best(concept, frontier).first() else {
                continue;
            };
            let outcome = scenario.space.outcome_at(frontier.outcome(point));
            match solutions.iter_mut().find(|it| it.outcome == outcome) {
                Some(same) => same.concepts.push(concept),
                None => solutions.push(Solution {
                    concepts: vec![concept],
                    outcome,
                    utilities: parties.iter().map(|it| it.utility(outcome)).collect(),
                }),
            }
        }
        Prospect {
            replication,
            parties,
            landscape,
            solutions,
        }
    }
}

impl Prospect {
    /// The agreement that a concept singles out; `None` if nothing can be agreed.
    pub fn solution(&self, concept: Concept) -> Option<&Solution> {
        let mut solutions = self.solutions.iter();
        solutions.find(|it| it.concepts.contains(&concept))
    }

    /// How far an outcome is from what theory says, in utility space.
    pub fn distances(&self, outcome: Outcome) -> SolutionDistances {
        let worth = |it: &Preferences| it.utility(outcome).get();
        let utilities: Vec<f64> = self.parties.iter().map(worth).collect();
        let to = |concept| {
            let solution = self.solution(concept)?;
            let point: Vec<f64> = solution.utilities.iter().map(|it| it.get()).collect();
            Some(distance(&point, &utilities))
        };
        SolutionDistances {
            pareto: self.landscape.frontier.distance(&utilities),
            nash: to(Concept::Nash),
            kalai_smorodinsky: to(Concept::KalaiSmorodinsky),
        }
    }
}

/// Straight distances over all parties' utilities; `None` without an agreement.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct SolutionDistances {
    /// To the nearest point of the frontier.
    pub pareto: Option<f64>,
    /// To Nash's point.
    pub nash: Option<f64>,
    /// To Kalai and Smorodinsky's point.
    pub kalai_smorodinsky: Option<f64>,
}
