//! Outcomes settled issue by issue, and what the parties have so far.

use crate::domain::{Condition, IssueId, OptionId, Preferences};

/// The issues in the order of the space, with what settling each decides.
pub(super) struct Settling<'a> {
    parties: &'a [Preferences],
    /// What the parties have before anything is settled, in units.
    beginning: Vec<i64>,
    stages: Vec<Stage<'a>>,
}

/// One issue to settle.
pub(super) struct Stage<'a> {
    pub(super) issue: IssueId,
    /// Interactions that are decided once this issue is settled: whose, when, and what it adds.
    pub(super) decided: Vec<(usize, &'a Condition, i64)>,
}

/// What is settled so far.
pub(super) struct Path {
    /// By issue; beyond what is settled, whatever was chosen last.
    pub(super) chosen: Vec<OptionId>,
    /// What the parties have after so many stages.
    sums: Vec<Vec<i64>>,
}

impl<'a> Settling<'a> {
    /// Of what these parties negotiate about; there is one at least.
    pub(super) fn new(parties: &'a [Preferences]) -> Self {
        let mut beginning = vec![0; parties.len()];
        let stage = |issue| Stage {
            issue,
            decided: Vec::new(),
        };
        let mut stages: Vec<Stage<'a>> = parties[0].space().issues().map(stage).collect();
        for (party, preferences) in parties.iter().enumerate() {
            for (when, adds) in preferences.interactions() {
                match when.clauses().last() {
                    Some((issue, _)) => stages[issue.idx()].decided.push((party, when, *adds)),
                    None => beginning[party] += adds,
                }
            }
        }
        Self {
            parties,
            beginning,
            stages,
        }
    }

    /// The issues.
    pub(super) fn stages(&self) -> &[Stage<'a>] {
        &self.stages
    }

    /// Before anything is settled, with options that stand for those not chosen yet.
    pub(super) fn path(&self, chosen: Vec<OptionId>) -> Path {
        Path {
            chosen,
            sums: vec![self.beginning.clone(); self.stages.len() + 1],
        }
    }

    /// Settles the issue of a stage, once all before it are settled; what the parties have then.
    pub(super) fn settle<'p>(
        &self,
        path: &'p mut Path,
        depth: usize,
        option: OptionId,
    ) -> &'p [i64] {
        let stage = &self.stages[depth];
        path.chosen[depth] = option;
        let (before, after) = path.sums.split_at_mut(depth + 1);
        let sums = &mut after[0];
        for ((sum, so_far), it) in sums.iter_mut().zip(&before[depth]).zip(self.parties) {
            *sum = so_far + it.contribution(stage.issue, option);
        }
        for (party, when, adds) in &stage.decided {
            let mut clauses = when.clauses().iter();
            if clauses.all(|(issue, options)| options.contains(&path.chosen[issue.idx()])) {
                sums[*party] += adds;
            }
        }
        sums
    }
}

impl Path {
    /// What the parties have once all is settled.
    pub(super) fn settled(&self) -> &[i64] {
        self.sums.last().expect("there is what they begin with")
    }
}
