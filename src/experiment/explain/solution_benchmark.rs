//! What theory says of one draw: what could be agreed, and which agreements it singles out.

use std::sync::Arc;

use demarche_core::domain::{ConsentRule, ExactPreferences, Outcome, Preferences, Scenario};
use demarche_core::negotiation::{PreferenceDraw, Setting};
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::solution::{
    Concept, FEASIBLE_OUTCOMES_MAX, FeasibleSet, Normalization, distance, feasible_set,
    utility_range,
};

/// Whose definitions of frontier and solution points hold.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Definitions {
    /// Those of the literature: [`Normalization::textbook`].
    #[default]
    Textbook,
    /// Those of `NegMAS`: [`Normalization::negmas`], among the outcomes that all parties accept.
    Negmas,
}

/// Draws of a scenario with uncertain numbers.
const DRAWS_DEFAULT: u64 = 100;

/// More outcomes than can be looked at one by one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{scenario} has {n_outcomes} outcomes, and computing its bargaining solutions examines all of \
     them, which is possible up to {FEASIBLE_OUTCOMES_MAX}"
)]
pub struct TooManyOutcomes {
    /// Of which scenario.
    pub scenario: String,
    /// How many.
    pub n_outcomes: u64,
}

/// Refuses a scenario with more outcomes than can be looked at one by one.
///
/// # Errors
///
/// If it has more than [`FEASIBLE_OUTCOMES_MAX`].
pub fn check_outcomes(scenario: &Scenario) -> Result<(), TooManyOutcomes> {
    let n_outcomes = scenario.space.n_outcomes();
    if n_outcomes > FEASIBLE_OUTCOMES_MAX {
        let scenario = scenario.name.clone();
        return Err(TooManyOutcomes {
            scenario,
            n_outcomes,
        });
    }
    Ok(())
}

/// Draws preferences and looks at what theory says of them, replication by replication.
#[derive(Debug)]
pub struct SolutionAnalyzer {
    setting: Arc<Setting>,
    definitions: Definitions,
    draws: Vec<PreferenceDraw>,
}

/// What theory says of one draw of all parties' preferences.
#[derive(Clone, PartialEq, Debug)]
pub struct SolutionBenchmark {
    /// By whose definitions.
    pub definitions: Definitions,
    /// Which draw: the very preferences that the session of this number begins with.
    pub replication: Replication,
    /// The parties' preferences.
    pub parties: Vec<Preferences>,
    /// The same in exact arithmetic, which what follows is made of.
    pub exact: Vec<ExactPreferences>,
    /// What can be agreed.
    pub feasible_set: FeasibleSet,
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
    pub utilities: Vec<f64>,
}

impl Solution {
    /// What people read of its concepts.
    pub fn labels(&self) -> String {
        let labels: Vec<&str> = self.concepts.iter().map(|it| it.label()).collect();
        labels.join(", ")
    }
}

impl SolutionAnalyzer {
    /// How many draws show what theory says of a setting, where nobody asks for another number: one, if
    /// nothing is uncertain.
    pub fn draws_default(setting: &Setting) -> u64 {
        let mut numbers = setting.scenario().numbers();
        if numbers.all(|it| it.distribution.is_constant()) {
            1
        } else {
            DRAWS_DEFAULT
        }
    }

    /// For the parties of a setting, by the textbook.
    pub fn new(setting: Arc<Setting>) -> Self {
        Self::by(Definitions::default(), setting)
    }

    /// For the parties of a setting, by these definitions.
    pub fn by(definitions: Definitions, setting: Arc<Setting>) -> Self {
        let draw = |it| PreferenceDraw::new(Arc::clone(&setting), it);
        Self {
            draws: setting.scenario().party_ids().map(draw).collect(),
            definitions,
            setting,
        }
    }

    /// What theory says of a replication's preferences.
    pub fn look(&mut self, seeds: &Seeds, replication: Replication) -> SolutionBenchmark {
        let parties: Vec<Preferences> = self
            .draws
            .iter_mut()
            .map(|it| it.draw(seeds, replication).clone())
            .collect();
        let scenario = self.setting.scenario();
        let exact: Vec<ExactPreferences> = parties.iter().map(Preferences::exact).collect();
        let (feasible_set, normalization) = match self.definitions {
            Definitions::Textbook => {
                let feasible_set = feasible_set(&exact, &scenario.consent);
                let normalization = Normalization::textbook(&feasible_set);
                (feasible_set, normalization)
            }
            Definitions::Negmas => {
                let feasible_set = feasible_set(&exact, &ConsentRule::unanimity(exact.len()));
                let ranges: Vec<(f64, f64)> = exact.iter().map(utility_range).collect();
                let normalization =
                    Normalization::negmas(&feasible_set.reservation_values, &ranges);
                (feasible_set, normalization)
            }
        };
        let frontier = &feasible_set.frontier;
        let mut solutions: Vec<Solution> = Vec::new();
        for concept in Concept::ALL {
            let Some(&point) = normalization.best(concept, frontier).first() else {
                continue;
            };
            let outcome = scenario.space.outcome_at(frontier.outcome(point));
            match solutions.iter_mut().find(|it| it.outcome == outcome) {
                Some(same) => same.concepts.push(concept),
                None => solutions.push(Solution {
                    concepts: vec![concept],
                    outcome,
                    utilities: frontier.utilities(point).to_vec(),
                }),
            }
        }
        SolutionBenchmark {
            definitions: self.definitions,
            replication,
            parties,
            exact,
            feasible_set,
            solutions,
        }
    }
}

impl SolutionBenchmark {
    /// The agreement that a concept singles out; `None` if nothing can be agreed.
    pub fn solution(&self, concept: Concept) -> Option<&Solution> {
        let mut solutions = self.solutions.iter();
        solutions.find(|it| it.concepts.contains(&concept))
    }

    /// How far an outcome is from what theory says, in utility space.
    pub fn distances(&self, outcome: Outcome) -> SolutionDistances {
        let utilities: Vec<f64> = self.exact.iter().map(|it| it.utility(outcome)).collect();
        let to = |concept| Some(distance(&self.solution(concept)?.utilities, &utilities));
        SolutionDistances {
            pareto: self.feasible_set.frontier.distance(&utilities),
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
