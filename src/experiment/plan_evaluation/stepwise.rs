//! Plans weighed a few draws at a time, without threads.

use std::ops::Range;

use crate::experiment::batch::Interrupt;
use crate::experiment::plan_evaluation::draw_workers::{DrawTally, Draws, Execution};
use crate::experiment::plan_evaluation::evaluator::{EvaluatedPlans, PlanEvaluator, Weighing};
use crate::experiment::plan_evaluation::extreme_completions::CompletionCounts;

/// Plans of which whoever holds them weighs a few draws at a time: in the end the same as
/// [`PlanEvaluator::run`] gives.
#[derive(Clone, Debug)]
pub struct StepwiseEvaluation {
    evaluator: PlanEvaluator,
    stage: Stage,
    n_done: u64,
}

#[derive(Clone, Debug)]
enum Stage {
    /// All draws are made once to find out which completions of open plans are weighed.
    Counting(CompletionCounts),
    Weighing {
        /// The same before any draw.
        empty: EvaluatedPlans,
        sums: EvaluatedPlans,
    },
}

impl Stage {
    fn weighing(empty: EvaluatedPlans) -> Self {
        Self::Weighing {
            sums: empty.clone(),
            empty,
        }
    }
}

impl StepwiseEvaluation {
    /// Of no draw yet.
    ///
    /// # Panics
    ///
    /// If there are several cells.
    pub fn new(evaluator: PlanEvaluator) -> Self {
        let [cell] = evaluator.cells() else {
            panic!("plans are weighed step by step in one cell");
        };
        let scenario = cell.setting.scenario();
        let stage = match evaluator.completion_counts(scenario) {
            Some(counts) => Stage::Counting(counts),
            None => Stage::weighing(evaluator.before_weighing(scenario, None)),
        };
        Self {
            evaluator,
            stage,
            n_done: 0,
        }
    }

    /// How many draws are made in the end: those over which plans are weighed, and as many again before
    /// if one of them leaves issues open.
    pub fn n_planned(&self) -> u64 {
        self.evaluator.n_draws_in_all()
    }

    /// How many of them were made.
    pub fn n_done(&self) -> u64 {
        self.n_done
    }

    /// Makes the next draws, so many if there are as many left.
    pub fn advance(&mut self, draws: u64) {
        let end = self.n_planned().min(self.n_done.saturating_add(draws));
        while self.n_done < end {
            // A step ends where the draws begin anew.
            let n_draws = self.evaluator.n_draws();
            let first = self.n_done % n_draws;
            let last = n_draws.min(first + (end - self.n_done));
            self.step(first..last);
            self.n_done += last - first;
            if last == n_draws
                && let Stage::Counting(counts) = &self.stage
            {
                let scenario = self.evaluator.cells()[0].setting.scenario();
                let empty = self.evaluator.before_weighing(scenario, Some(counts));
                self.stage = Stage::weighing(empty);
            }
        }
    }

    /// How the plans fare; `None` before all draws are made.
    pub fn evaluated(&self) -> Option<&EvaluatedPlans> {
        match &self.stage {
            Stage::Weighing { sums, .. } if self.n_done == self.n_planned() => Some(sums),
            Stage::Counting(_) | Stage::Weighing { .. } => None,
        }
    }

    fn step(&mut self, replications: Range<u64>) {
        let cell = &self.evaluator.cells()[0];
        let scenario = cell.setting.scenario();
        let draws = Draws {
            setting: &cell.setting,
            seeds: &cell.seeds,
            replications,
        };
        match &mut self.stage {
            Stage::Counting(counts) => {
                let empty = self.evaluator.completion_counts(scenario);
                counts.merge(tally(&draws, empty.expect("a plan leaves an issue open")));
            }
            Stage::Weighing { empty, sums } => {
                let empty = Weighing {
                    scenario,
                    sums: empty.clone(),
                };
                sums.merge(tally(&draws, empty).sums);
            }
        }
    }
}

/// Adds draws to an empty tally, without a thread.
fn tally<T: DrawTally>(draws: &Draws<'_>, empty: T) -> T {
    let mut execution = Execution {
        threads: 0,
        interrupt: &Interrupt::default(),
        advance: &mut |_| {},
    };
    let sum = draws.tally(empty, &mut execution);
    sum.expect("nothing interrupts it")
}
