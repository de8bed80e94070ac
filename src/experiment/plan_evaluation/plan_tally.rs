//! How a plan fares over draws: its completions, and the amendments nearest to it.

use std::collections::BTreeMap;

use crate::experiment::plan_evaluation::completion_tally::CompletionTally;
use demarche_core::domain::{ConsentRule, DraftPlan, Outcome, Preferences, Utility};
use demarche_core::solution::nearest_amendment;

/// How a plan fares over draws.
#[derive(Clone, PartialEq, Debug)]
pub struct PlanTally {
    /// The plan.
    pub plan: DraftPlan,
    /// How many completions it has: 1 if it leaves nothing open.
    pub n_completions: u64,
    /// The plan itself if it leaves nothing open, otherwise its completions accepted most often and
    /// least often.
    pub completions: Vec<CompletionTally>,
    /// By the number of changed terms and the outcome, in how many draws it is the nearest amendment.
    amendments: BTreeMap<(usize, Outcome), u64>,
    n_draws: u64,
}

/// An outcome that all whose consent is needed accept, with as few terms of a plan changed as can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amendment {
    /// How many terms of the plan it changes; 0 if it is the plan, or completes it.
    pub n_changes: usize,
    /// The outcome.
    pub outcome: Outcome,
    /// In how many draws it is the nearest one.
    pub n: u64,
}

impl PlanTally {
    pub(super) fn new(
        plan: DraftPlan,
        n_completions: u64,
        completions: Vec<CompletionTally>,
    ) -> Self {
        Self {
            plan,
            n_completions,
            completions,
            amendments: BTreeMap::new(),
            n_draws: 0,
        }
    }

    /// Takes in one draw; `asks` is what each party takes at least where some agreement exists.
    pub(super) fn take(
        &mut self,
        parties: &[Preferences],
        consent: &ConsentRule,
        asks: Option<&[Utility]>,
    ) {
        for it in &mut self.completions {
            it.take(parties, consent);
        }
        let nearest =
            asks.and_then(|it| nearest_amendment(parties, it, consent, &self.plan.options));
        if let Some(it) = nearest {
            *(self.amendments)
                .entry((it.n_changes, it.outcome))
                .or_default() += 1;
        }
        self.n_draws += 1;
    }

    /// Adds other draws.
    pub(super) fn merge(&mut self, other: Self) {
        for (sum, it) in self.completions.iter_mut().zip(other.completions) {
            sum.merge(it);
        }
        for (amendment, n) in other.amendments {
            *self.amendments.entry(amendment).or_default() += n;
        }
        self.n_draws += other.n_draws;
    }

    /// The nearest amendments of all draws in which one exists, the most frequent first, of several the one
    /// with fewer changes, then the first in the order of outcomes.
    pub fn amendments(&self) -> Vec<Amendment> {
        let amendments = self.amendments.iter();
        let mut res: Vec<Amendment> = amendments
            .map(|(&(n_changes, outcome), &n)| Amendment {
                n_changes,
                outcome,
                n,
            })
            .collect();
        res.sort_by_key(|it| std::cmp::Reverse(it.n));
        res
    }

    /// By number of changes, from 0, in how many draws so many are needed and enough.
    pub fn draws_by_changes(&self) -> Vec<u64> {
        let n_terms = self.plan.options.iter().flatten().count();
        let mut res = vec![0; n_terms + 1];
        for (&(n_changes, _), n) in &self.amendments {
            res[n_changes] += n;
        }
        res
    }

    /// Over how many draws.
    pub fn n_draws(&self) -> u64 {
        self.n_draws
    }

    /// In how many draws no amendment exists: no outcome is acceptable to all whose consent it needs.
    pub fn n_without_amendment(&self) -> u64 {
        self.n_draws - self.amendments.values().sum::<u64>()
    }
}
