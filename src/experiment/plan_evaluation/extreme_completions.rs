//! Which completions of a plan with open issues are accepted most often and least often.

use std::cmp::Reverse;

use demarche_core::domain::{ConsentRule, DraftPlan, OutcomeSpace, PartySet, Preferences};
use demarche_core::solution::for_each_completion;

use crate::experiment::plan_evaluation::draw_workers::DrawTally;

/// Which completion of a plan an outcome is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CompletionKind {
    /// The plan itself, which leaves no issue open.
    Whole,
    /// The completion that all whose consent is needed accept in the most draws.
    MostAccepted,
    /// The completion that they accept in the fewest draws.
    LeastAccepted,
}

impl CompletionKind {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::MostAccepted => "most_accepted",
            Self::LeastAccepted => "least_accepted",
        }
    }
}

/// How often each completion of some plans is accepted by all whose consent is needed.
#[derive(Clone, Debug)]
pub(super) struct CompletionCounts {
    consent: ConsentRule,
    plans: Vec<PlanCounts>,
}

/// The completions of one plan.
#[derive(Clone, Debug)]
struct PlanCounts {
    plan: DraftPlan,
    completions: Vec<Counts>,
}

/// One completion.
#[derive(Clone, Debug)]
struct Counts {
    /// Whose consent is needed.
    needed: PartySet,
    /// In how many draws all whose consent is needed accept.
    n_accepted: u64,
    /// In how many draws each of those asked refuses, summed.
    n_refusals: u64,
}

impl CompletionCounts {
    /// Of plans that leave issues open, none of which has more completions than there is room for.
    pub(super) fn new<'a>(
        space: &OutcomeSpace,
        consent: &ConsentRule,
        plans: impl Iterator<Item = &'a DraftPlan>,
    ) -> Self {
        let counts = |plan: &DraftPlan| {
            let numbers = 0..plan.n_completions(space);
            let completions = numbers.map(|it| Counts {
                needed: consent.needed(space, plan.completion(space, it)),
                n_accepted: 0,
                n_refusals: 0,
            });
            PlanCounts {
                plan: plan.clone(),
                completions: completions.collect(),
            }
        };
        Self {
            consent: consent.clone(),
            plans: plans.map(counts).collect(),
        }
    }

    /// By plan, the numbers of the completions accepted most often and least often.
    ///
    /// Of several accepted as often, the one with the fewest, or the most, refusals of those whose
    /// answer counts; then the first.
    pub(super) fn extremes(&self) -> impl Iterator<Item = [u64; 2]> {
        self.plans.iter().map(|it| {
            let numbered = || it.completions.iter().enumerate();
            let key = |it: &Counts| (it.n_accepted, Reverse(it.n_refusals));
            // Reversed, the first of equals comes last, which is the one that is kept.
            let most = numbered().rev().max_by_key(|it| key(it.1));
            let least = numbered().min_by_key(|it| key(it.1));
            [most, least].map(|it| it.expect("a plan has a completion").0 as u64)
        })
    }
}

impl DrawTally for CompletionCounts {
    fn take(&mut self, parties: &[Preferences]) {
        let counted = self.consent.counted();
        for PlanCounts { plan, completions } in &mut self.plans {
            for_each_completion(parties, &plan.options, |number, content| {
                let counts = &mut completions[number];
                let asked = counts.needed.union(counted);
                let n_refusals = asked.len() - asked.intersection(content).len();
                counts.n_refusals += n_refusals as u64;
                let is_accepted =
                    content.contains_all(counts.needed) && self.consent.meets_quotas(content);
                counts.n_accepted += u64::from(is_accepted);
            });
        }
    }

    fn merge(&mut self, other: Self) {
        for (sum, plan) in self.plans.iter_mut().zip(other.plans) {
            for (sum, it) in sum.completions.iter_mut().zip(plan.completions) {
                sum.n_accepted += it.n_accepted;
                sum.n_refusals += it.n_refusals;
            }
        }
    }
}
