//! Outcomes settled issue by issue, and what the parties have so far.

use std::ops::{Add, AddAssign};

use crate::domain::{
    Condition, ExactPreferences, IssueId, OptionId, OutcomeSpace, PartyId, PartySet, Preferences,
};

/// Preferences whose worth is a sum of integers.
pub(crate) trait Sums {
    /// The integers.
    type Sum: Copy + Default + Ord + Add<Output = Self::Sum> + AddAssign;

    /// The space the preferences are about.
    fn space(&self) -> &OutcomeSpace;

    /// What an option adds.
    fn contribution(&self, issue: IssueId, option: OptionId) -> Self::Sum;

    /// The conditions under which options interact, with what they add.
    fn interactions(&self) -> &[(Condition, Self::Sum)];

    /// The red lines that are real.
    fn real_red_lines(&self) -> impl Iterator<Item = &Condition>;
}

impl Sums for Preferences {
    type Sum = i64;

    fn space(&self) -> &OutcomeSpace {
        self.space()
    }

    fn contribution(&self, issue: IssueId, option: OptionId) -> i64 {
        self.contribution(issue, option)
    }

    fn interactions(&self) -> &[(Condition, i64)] {
        self.interactions()
    }

    fn real_red_lines(&self) -> impl Iterator<Item = &Condition> {
        self.real_red_lines()
    }
}

impl Sums for ExactPreferences {
    type Sum = i128;

    fn space(&self) -> &OutcomeSpace {
        self.space()
    }

    fn contribution(&self, issue: IssueId, option: OptionId) -> i128 {
        self.contribution(issue, option)
    }

    fn interactions(&self) -> &[(Condition, i128)] {
        self.interactions()
    }

    fn real_red_lines(&self) -> impl Iterator<Item = &Condition> {
        self.red_lines().iter()
    }
}

/// The issues in the order of the space, with what settling each decides.
pub(crate) struct Settling<'a, P: Sums> {
    /// What the parties have before anything is settled.
    beginning: Vec<P::Sum>,
    /// Parties that no outcome suits, whatever it is worth.
    barred: PartySet,
    stages: Vec<Stage<'a, P::Sum>>,
}

/// One issue to settle.
pub(crate) struct Stage<'a, S> {
    pub(crate) issue: IssueId,
    /// By option, what it adds for each party.
    contributions: Vec<Vec<S>>,
    /// Interactions that are decided once this issue is settled: whose, when, and what it adds.
    pub(crate) decided: Vec<(usize, &'a Condition, S)>,
    /// Real red lines that are decided then: whose, and what is across.
    red_lines: Vec<(PartyId, &'a Condition)>,
}

/// What is settled so far.
pub(crate) struct Path<S> {
    /// By issue; beyond what is settled, whatever was chosen last.
    pub(crate) chosen: Vec<OptionId>,
    /// What the parties have after so many stages.
    sums: Vec<Vec<S>>,
    /// Whose red lines are crossed for sure after so many stages.
    barred: Vec<PartySet>,
}

impl<'a, P: Sums> Settling<'a, P> {
    /// Of what these parties negotiate about; there is one at least.
    pub(crate) fn new(parties: &'a [P]) -> Self {
        let space = parties[0].space();
        let mut beginning = vec![P::Sum::default(); parties.len()];
        let contributions = |issue| {
            let of_all = move |option| parties.iter().map(move |it| it.contribution(issue, option));
            space.options(issue).map(move |it| of_all(it).collect())
        };
        let mut stages: Vec<Stage<'a, P::Sum>> = space
            .issues()
            .map(|issue| Stage {
                issue,
                contributions: contributions(issue).collect(),
                decided: Vec::new(),
                red_lines: Vec::new(),
            })
            .collect();
        for (party, preferences) in parties.iter().enumerate() {
            for (when, adds) in preferences.interactions() {
                match when.clauses().last() {
                    Some((issue, _)) => stages[issue.idx()].decided.push((party, when, *adds)),
                    None => beginning[party] += *adds,
                }
            }
        }
        let mut barred = PartySet::EMPTY;
        for (party, preferences) in parties.iter().enumerate() {
            let party = PartyId::new(party);
            for when in preferences.real_red_lines() {
                match when.clauses().last() {
                    Some((issue, _)) => stages[issue.idx()].red_lines.push((party, when)),
                    None => barred = barred.with(party),
                }
            }
        }
        Self {
            beginning,
            barred,
            stages,
        }
    }

    /// The issues.
    pub(crate) fn stages(&self) -> &[Stage<'a, P::Sum>] {
        &self.stages
    }

    /// Before anything is settled, with options that stand for those not chosen yet.
    pub(crate) fn path(&self, chosen: Vec<OptionId>) -> Path<P::Sum> {
        Path {
            chosen,
            sums: vec![self.beginning.clone(); self.stages.len() + 1],
            barred: vec![self.barred; self.stages.len() + 1],
        }
    }

    /// Settles the issue of a stage, once all before it are settled; what the parties have then, and
    /// whose red lines are crossed.
    pub(crate) fn settle<'p>(
        &self,
        path: &'p mut Path<P::Sum>,
        depth: usize,
        option: OptionId,
    ) -> (&'p [P::Sum], PartySet) {
        let stage = &self.stages[depth];
        path.chosen[depth] = option;
        let (before, after) = path.sums.split_at_mut(depth + 1);
        let sums = &mut after[0];
        let contributions = &stage.contributions[option.idx()];
        for ((sum, so_far), it) in sums.iter_mut().zip(&before[depth]).zip(contributions) {
            *sum = *so_far + *it;
        }
        let holds = |when: &Condition| {
            let mut clauses = when.clauses().iter();
            clauses.all(|(issue, options)| options.contains(&path.chosen[issue.idx()]))
        };
        for (party, when, adds) in &stage.decided {
            if holds(when) {
                sums[*party] += *adds;
            }
        }
        let crossed = stage.red_lines.iter().filter(|it| holds(it.1));
        let barred = crossed
            .map(|it| it.0)
            .fold(path.barred[depth], PartySet::with);
        path.barred[depth + 1] = barred;
        (sums, barred)
    }
}

impl<S> Stage<'_, S>
where
    S: Copy + Default + Ord + Add<Output = S>,
{
    /// The most that settling the issue and those before it can add for each party.
    pub(crate) fn most(&self) -> Vec<S> {
        let mut most = self.contributions[0].clone();
        for of_option in &self.contributions[1..] {
            for (most, it) in most.iter_mut().zip(of_option) {
                *most = (*most).max(*it);
            }
        }
        for (party, _, adds) in &self.decided {
            most[*party] = most[*party] + (*adds).max(S::default());
        }
        most
    }
}

impl<S> Path<S> {
    /// What the parties have once all is settled, and whose red lines are crossed.
    pub(crate) fn settled(&self) -> (&[S], PartySet) {
        let sums = self.sums.last().expect("there is what they begin with");
        let barred = self.barred.last().expect("as many as there are sums");
        (sums, *barred)
    }
}
