//! Weighing plans: which completions, and over which draws.

use std::ops::Range;

use demarche_core::domain::{DraftPlan, Preferences, Scenario, Utility};
use demarche_core::solution::{Zone, zone_of_possible_agreement};
use demarche_stats::estimate::Estimate;

use crate::experiment::batch::Interrupt;
use crate::experiment::plan::Cell;
use crate::experiment::plan_evaluation::completion_tally::CompletionTally;
use crate::experiment::plan_evaluation::draw_workers::{DrawTally, Draws, Execution};
use crate::experiment::plan_evaluation::extreme_completions::{CompletionCounts, CompletionKind};
use crate::experiment::plan_evaluation::plan_tally::PlanTally;

/// Most completions of a plan that leaves issues open: all of them are looked at in every draw.
pub const COMPLETIONS_MAX: u64 = 1 << 16;

/// Most completions of all plans together: each thread counts the acceptances of all, in 24 bytes each.
pub const COMPLETIONS_IN_ALL_MAX: u64 = 1 << 20;

/// Most draws times plans times cells: the nearest amendments of all of them are held in memory.
pub const PLAN_DRAWS_MAX: u64 = 1 << 22;

/// What is asked about plans.
#[derive(Clone, Debug)]
pub struct PlanEvaluator {
    /// Invariant: there is one at least, and all have the same parties and issues.
    cells: Vec<Cell>,
    plans: Vec<DraftPlan>,
    n_draws: u64,
}

/// Why plans cannot be weighed as asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanEvaluationError {
    /// A plan leaves more open than can be looked at.
    #[error(
        "the plan `{plan}` leaves {n_open} issues open, which {n_completions} outcomes complete; the \
         maximum is {COMPLETIONS_MAX}"
    )]
    TooManyCompletions {
        /// The plan.
        plan: String,
        /// How many issues it leaves open.
        n_open: usize,
        /// How many completions it has.
        n_completions: u64,
    },
    /// Plans that leave issues open have more completions together than fit into memory.
    #[error(
        "with the plan `{plan}`, {n_completions} outcomes complete the plans; the maximum is \
         {COMPLETIONS_IN_ALL_MAX} of all plans together: weigh some of them in another run, or settle \
         more of their issues"
    )]
    TooManyCompletionsInAll {
        /// The first plan that is too many.
        plan: String,
        /// How many completions it and the plans before it have.
        n_completions: u64,
    },
    /// More draws of more plans than fit into memory, or none.
    #[error(
        "{n_plans} plans, {n_cells} cells and {n_draws} draws: the product must be from 1 to \
         {PLAN_DRAWS_MAX}"
    )]
    Draws {
        /// How many plans.
        n_plans: usize,
        /// How many cells.
        n_cells: usize,
        /// How many draws in each cell.
        n_draws: u64,
    },
}

/// How plans fare in a cell, over the same draws of all preferences.
#[derive(Clone, PartialEq, Debug)]
pub struct EvaluatedPlans {
    /// How many draws.
    pub n_draws: u64,
    /// In how many of them some outcome is acceptable to all whose consent it needs.
    pub n_with_agreement: u64,
    /// In how many of them the search for one reached its limit.
    pub n_undecided: u64,
    /// By plan.
    pub plans: Vec<PlanTally>,
}

impl EvaluatedPlans {
    /// The share of draws in which some outcome is acceptable to all whose consent it needs; `None` of
    /// no draw.
    pub fn agreement_exists(&self) -> Option<Estimate> {
        Estimate::of_share(self.n_with_agreement, self.n_draws)
    }

    /// Adds other draws.
    pub(super) fn merge(&mut self, other: Self) {
        for (sum, it) in self.plans.iter_mut().zip(other.plans) {
            sum.merge(it);
        }
        self.n_with_agreement += other.n_with_agreement;
        self.n_undecided += other.n_undecided;
        self.n_draws += other.n_draws;
    }
}

impl PlanEvaluator {
    /// Weighs plans in some cells over the first `n_draws` replications: with the preferences with which
    /// the sessions of a cell begin, the same for all plans. All cells have the same parties and issues.
    ///
    /// # Errors
    ///
    /// If a plan leaves more open than can be looked at, or all plans together do, or there is no draw,
    /// or more than fit into memory.
    ///
    /// # Panics
    ///
    /// If a plan has not an entry for each issue.
    pub fn new(
        cells: Vec<Cell>,
        plans: Vec<DraftPlan>,
        n_draws: u64,
    ) -> Result<Self, PlanEvaluationError> {
        let (n_plans, n_cells) = (plans.len(), cells.len());
        let n_in_all = n_draws.checked_mul((n_plans * n_cells) as u64);
        if !n_in_all.is_some_and(|it| (1..=PLAN_DRAWS_MAX).contains(&it)) {
            return Err(PlanEvaluationError::Draws {
                n_plans,
                n_cells,
                n_draws,
            });
        }
        let space = &cells[0].setting.scenario().space;
        let n_completions = |it: &DraftPlan| it.n_completions(space);
        if let Some(it) = (plans.iter()).find(|it| n_completions(it) > COMPLETIONS_MAX) {
            return Err(PlanEvaluationError::TooManyCompletions {
                plan: it.name.clone(),
                n_open: it.open_issues().count(),
                n_completions: n_completions(it),
            });
        }
        let mut n_in_all = 0;
        for plan in plans.iter().filter(|it| !it.is_complete()) {
            n_in_all += n_completions(plan);
            if n_in_all > COMPLETIONS_IN_ALL_MAX {
                return Err(PlanEvaluationError::TooManyCompletionsInAll {
                    plan: plan.name.clone(),
                    n_completions: n_in_all,
                });
            }
        }
        Ok(Self {
            cells,
            plans,
            n_draws,
        })
    }

    /// The cells, which all have the same parties and issues.
    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Over how many draws they are weighed in each cell.
    pub(super) fn n_draws(&self) -> u64 {
        self.n_draws
    }

    /// Whether no plan leaves an issue open.
    pub(super) fn is_complete(&self) -> bool {
        self.plans.iter().all(DraftPlan::is_complete)
    }

    /// The plans.
    pub fn plans(&self) -> &[DraftPlan] {
        &self.plans
    }

    /// How many draws are made in all cells: those over which plans are weighed, and as many again before
    /// if one of them leaves issues open.
    pub fn n_draws_in_all(&self) -> u64 {
        let n_times = if self.is_complete() { 1 } else { 2 };
        n_times * self.n_draws * self.cells.len() as u64
    }

    /// Weighs them in every cell; `None` when interrupted.
    ///
    /// Exact over all completions of a plan that leaves issues open. Deterministic for any number of
    /// threads; `advance` hears how many draws are done so far.
    ///
    /// # Panics
    ///
    /// If a thread does.
    pub fn run(
        &self,
        threads: usize,
        interrupt: &Interrupt,
        advance: &mut dyn FnMut(u64),
    ) -> Option<Vec<EvaluatedPlans>> {
        let mut n_done = 0;
        let mut execution = Execution {
            threads,
            interrupt,
            advance: &mut |n| {
                n_done += n;
                advance(n_done);
            },
        };
        let cells = self.cells.iter();
        let evaluated = cells.map(|cell| self.run_draws(cell, 0..self.n_draws, &mut execution));
        evaluated.collect()
    }

    /// Weighs them over some draws of a cell; over all, if one of them leaves issues open.
    pub(super) fn run_draws(
        &self,
        cell: &Cell,
        replications: Range<u64>,
        execution: &mut Execution<'_>,
    ) -> Option<EvaluatedPlans> {
        let draws = Draws {
            setting: &cell.setting,
            seeds: &cell.seeds,
            replications,
        };
        let scenario = cell.setting.scenario();
        let counts = match self.completion_counts(scenario) {
            None => None,
            Some(empty) => Some(draws.tally(empty, execution)?),
        };
        let sums = self.before_weighing(scenario, counts.as_ref());
        Some(draws.tally(Weighing { scenario, sums }, execution)?.sums)
    }

    /// Counts by which the completions of plans that leave issues open are found, before any draw;
    /// `None` if there are no such plans.
    pub(super) fn completion_counts(&self, scenario: &Scenario) -> Option<CompletionCounts> {
        let open = self.plans.iter().filter(|it| !it.is_complete());
        let counts = CompletionCounts::new(&scenario.space, &scenario.consent, open);
        (!self.is_complete()).then_some(counts)
    }

    /// Before any draw over which plans are weighed, after completions were counted over all draws.
    pub(super) fn before_weighing(
        &self,
        scenario: &Scenario,
        counts: Option<&CompletionCounts>,
    ) -> EvaluatedPlans {
        let mut extremes = counts.into_iter().flat_map(CompletionCounts::extremes);
        let sums = self.before_draws(scenario, |_| extremes.next());
        sums.expect("as many as there are open plans")
    }

    /// Before any draw; `extremes` tells which completions of a plan that leaves issues open are accepted
    /// most often and least often. `None` if it does not.
    pub(super) fn before_draws(
        &self,
        scenario: &Scenario,
        mut extremes: impl FnMut(&DraftPlan) -> Option<[u64; 2]>,
    ) -> Option<EvaluatedPlans> {
        let plans = self.plans.iter().map(|plan| {
            let completions = if plan.is_complete() {
                vec![(CompletionKind::Whole, 0)]
            } else {
                let [most, least] = extremes(plan)?;
                vec![
                    (CompletionKind::MostAccepted, most),
                    (CompletionKind::LeastAccepted, least),
                ]
            };
            Some(tally_of(scenario, plan, completions))
        });
        Some(EvaluatedPlans {
            n_draws: 0,
            n_with_agreement: 0,
            n_undecided: 0,
            plans: plans.collect::<Option<_>>()?,
        })
    }
}

/// Before any draw.
fn tally_of(
    scenario: &Scenario,
    plan: &DraftPlan,
    completions: Vec<(CompletionKind, u64)>,
) -> PlanTally {
    let (space, consent) = (&scenario.space, &scenario.consent);
    let tally = |(kind, number)| {
        let outcome = plan.completion(space, number);
        CompletionTally::new(kind, outcome, space, consent, scenario.parties.len())
    };
    let completions = completions.into_iter().map(tally).collect();
    PlanTally::new(plan.clone(), plan.n_completions(space), completions)
}

/// Plans over some of the draws.
#[derive(Clone)]
pub(super) struct Weighing<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) sums: EvaluatedPlans,
}

impl DrawTally for Weighing<'_> {
    fn take(&mut self, parties: &[Preferences]) {
        let consent = &self.scenario.consent;
        let zone = zone_of_possible_agreement(parties, consent);
        let asks: Vec<Utility> = parties.iter().map(Preferences::reservation_value).collect();
        for it in &mut self.sums.plans {
            it.take(parties, consent, zone, &asks);
        }
        self.sums.n_with_agreement += u64::from(zone == Zone::Exists);
        self.sums.n_undecided += u64::from(zone == Zone::Undecided);
        self.sums.n_draws += 1;
    }

    fn merge(&mut self, other: Self) {
        self.sums.merge(other.sums);
    }
}
