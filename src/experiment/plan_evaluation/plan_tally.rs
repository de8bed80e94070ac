//! How a plan fares over draws: its completions, and the amendments nearest to it.

use std::collections::BTreeMap;

use demarche_core::domain::{ConsentRule, DraftPlan, Outcome, OutcomeSpace, Preferences, Utility};
use demarche_core::solution::{Zone, nearest_amendment};

use crate::experiment::plan_evaluation::completion_tally::CompletionTally;
use crate::experiment::tallies::NumberSource;

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
    /// In how many draws a search reached its limit.
    n_undecided: u64,
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
            n_undecided: 0,
            n_draws: 0,
        }
    }

    /// Takes in one draw, in which there is a zone of possible agreement or not; `asks` is what each
    /// party takes at least.
    pub(super) fn take(
        &mut self,
        parties: &[Preferences],
        consent: &ConsentRule,
        zone: Zone,
        asks: &[Utility],
    ) {
        for it in &mut self.completions {
            it.take(parties, consent);
        }
        let nearest = match zone {
            Zone::Exists => nearest_amendment(parties, asks, consent, &self.plan.options).ok(),
            Zone::Empty => Some(None),
            Zone::Undecided => None,
        };
        match nearest {
            Some(Some(it)) => {
                let key = (it.n_changes, it.outcome);
                *self.amendments.entry(key).or_default() += 1;
            }
            Some(None) => {}
            None => self.n_undecided += 1,
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
        self.n_undecided += other.n_undecided;
        self.n_draws += other.n_draws;
    }

    /// Adds its counts to numbers.
    pub(super) fn push(&self, numbers: &mut Vec<i128>) {
        for it in &self.completions {
            it.push(numbers);
        }
        numbers.extend([self.n_undecided.into(), self.amendments.len() as i128]);
        for (&(n_changes, outcome), &n) in &self.amendments {
            numbers.extend([n_changes as i128, outcome.code().into(), n.into()]);
        }
    }

    /// Takes in the counts of so many draws, before any other draw; `None` if they are none.
    pub(super) fn take_counts(
        &mut self,
        n_draws: u64,
        space: &OutcomeSpace,
        numbers: &mut NumberSource<'_>,
    ) -> Option<()> {
        for it in &mut self.completions {
            it.take_counts(n_draws, numbers)?;
        }
        self.n_draws = n_draws;
        self.n_undecided = numbers.at_most(n_draws)?;
        let mut n_left = n_draws - self.n_undecided;
        let n_terms = self.plan.options.iter().flatten().count();
        for _ in 0..numbers.length()? {
            let n_changes = numbers.position(n_terms + 1)?;
            let outcome = space.outcome_of_code(numbers.next()?)?;
            let n = numbers.at_most(n_left)?;
            n_left -= n;
            self.amendments.insert((n_changes, outcome), n);
        }
        Some(())
    }

    /// Whether all whose consent is needed accept every completion in as many draws, of a plan that
    /// leaves issues open.
    pub fn is_accepted_alike(&self) -> bool {
        match &self.completions[..] {
            [most, least] => most.n_accepted == least.n_accepted,
            _ => false,
        }
    }

    /// The completions without one that is there as the most and as the least accepted.
    pub fn distinct_completions(&self) -> &[CompletionTally] {
        match &self.completions[..] {
            [most, least] if most.outcome == least.outcome => &self.completions[..1],
            all => all,
        }
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

    /// In how many draws the search for the nearest amendment, or for any agreement, reached its limit.
    pub fn n_undecided(&self) -> u64 {
        self.n_undecided
    }

    /// In how many draws no amendment exists: no outcome is acceptable to all whose consent it needs.
    pub fn n_without_amendment(&self) -> u64 {
        self.n_draws - self.n_undecided - self.amendments.values().sum::<u64>()
    }
}
