//! The greatest sum of contributions and interactions, one option per issue.
//!
//! Issues that no interaction couples are settled one by one. Issues that are coupled, directly or
//! through others, are searched together by depth-first branch and bound: the bound takes the best
//! option of every issue that is still open, every gain that is not yet lost and no harm that is
//! not yet done. Of the options of an issue that fulfil the same interactions, only the best counts.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::{Condition, IssueId, OptionId};
use crate::solution::agreements::Coupling;

/// The options left of each issue, with what each adds to the sum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OptionsLeft {
    /// Issue by issue, in scenario order.
    options: Vec<(OptionId, i128)>,
    /// Where the options of each issue begin and end.
    ranges: Vec<Range<usize>>,
}

impl OptionsLeft {
    /// Of no issue yet; room for so many options of so many issues.
    pub(crate) fn with_capacity(n_issues: usize, n_options: usize) -> Self {
        Self {
            options: Vec::with_capacity(n_options),
            ranges: Vec::with_capacity(n_issues),
        }
    }

    /// Adds the next issue.
    pub(crate) fn push(&mut self, options: impl Iterator<Item = (OptionId, i128)>) {
        let start = self.options.len();
        self.options.extend(options);
        self.ranges.push(start..self.options.len());
    }

    fn of(&self, issue: IssueId) -> &[(OptionId, i128)] {
        &self.options[self.ranges[issue.idx()].clone()]
    }

    fn of_mut(&mut self, issue: IssueId) -> &mut [(OptionId, i128)] {
        &mut self.options[self.ranges[issue.idx()].clone()]
    }

    /// Takes out the options of an issue that a condition allows.
    fn take_out(&mut self, issue: IssueId, when: &Condition) {
        let range = self.ranges[issue.idx()].clone();
        let mut kept = range.start;
        for place in range {
            let option = self.options[place];
            if !when.allows(issue, option.0) {
                self.options[kept] = option;
                kept += 1;
            }
        }
        self.ranges[issue.idx()].end = kept;
    }

    fn decides(&self, when: &Condition) -> Coupling {
        Coupling::new(when, |issue| self.of(issue).iter().map(|it| it.0))
    }
}

/// The greatest sum over all choices of one option per issue.
///
/// ```text
/// max_o  Σ_i c_i(o_i) + Σ_k a_k·[o fulfils k]
/// ```
///
/// Choices that fulfil one of the conditions `barred` do not count. `None` if no choice is left.
pub(crate) fn greatest_sum<'a>(
    mut options: OptionsLeft,
    interactions: impl Iterator<Item = (&'a Condition, i128)>,
    barred: &[&'a Condition],
) -> Option<i128> {
    let mut coupled = bar(&mut options, barred)?;
    if options.ranges.iter().any(Range::is_empty) {
        return None;
    }
    let mut sum = 0;
    for (when, adds) in interactions.filter(|it| it.1 != 0) {
        match options.decides(when) {
            Coupling::Never => {}
            Coupling::Always => sum += adds,
            Coupling::One(issue) => {
                for (option, contribution) in options.of_mut(issue) {
                    if when.allows(issue, *option) {
                        *contribution += adds;
                    }
                }
            }
            Coupling::Several(issues) => coupled.push(Coupled {
                when,
                effect: Effect::Adds(adds),
                issues,
            }),
        }
    }
    let best: Vec<(OptionId, i128)> = (options.ranges.iter())
        .map(|range| {
            let of_issue = options.options[range.clone()].iter().copied();
            of_issue.max_by_key(|it| it.1).expect("an option is left")
        })
        .collect();
    if coupled.iter().all(|it| it.loses_nothing(&best)) {
        let gains = coupled.iter().map(|it| it.effect.gain());
        return Some(sum + gains.sum::<i128>() + best.iter().map(|it| it.1).sum::<i128>());
    }
    for issues in components(options.ranges.len(), &coupled) {
        sum += match issues[..] {
            [only] if !(coupled.iter()).any(|it| it.issues.contains(&only)) => best[only.idx()].1,
            _ => Component::new(issues, &options, &coupled).greatest_sum()?,
        };
    }
    Some(sum)
}

/// Takes out the options that a condition bars by itself, and lists the conditions that several
/// issues decide; `None` if a condition bars every choice.
fn bar<'a>(options: &mut OptionsLeft, barred: &[&'a Condition]) -> Option<Vec<Coupled<'a>>> {
    loop {
        let mut is_changed = false;
        let mut coupled = Vec::new();
        for &when in barred {
            match options.decides(when) {
                Coupling::Never => {}
                Coupling::Always => return None,
                Coupling::One(issue) => {
                    options.take_out(issue, when);
                    is_changed = true;
                }
                Coupling::Several(issues) => coupled.push(Coupled {
                    when,
                    effect: Effect::Bars,
                    issues,
                }),
            }
        }
        if !is_changed {
            return Some(coupled);
        }
    }
}

/// A condition that several issues decide.
#[derive(Debug)]
struct Coupled<'a> {
    when: &'a Condition,
    effect: Effect,
    issues: Vec<IssueId>,
}

impl Coupled<'_> {
    /// Whether the best option of each issue together cost nothing by this condition.
    fn loses_nothing(&self, best: &[(OptionId, i128)]) -> bool {
        let mut clauses = self.when.clauses().iter();
        let is_fulfilled = clauses.all(|(issue, options)| options.contains(&best[issue.idx()].0));
        match self.effect {
            Effect::Adds(adds) => is_fulfilled == (adds > 0),
            Effect::Bars => !is_fulfilled,
        }
    }
}

/// What fulfilling a condition does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Effect {
    /// It adds to the sum.
    Adds(i128),
    /// The choice does not count.
    Bars,
}

impl Effect {
    /// What is lost of the bound once the condition can no longer be fulfilled.
    fn gain(self) -> i128 {
        match self {
            Self::Adds(adds) => adds.max(0),
            Self::Bars => 0,
        }
    }

    /// What is lost of the bound once it is fulfilled; `None` if that does not count.
    fn harm(self) -> Option<i128> {
        match self {
            Self::Adds(adds) => Some((-adds).max(0)),
            Self::Bars => None,
        }
    }
}

/// The issues in groups that no interaction couples with each other.
fn components(n_issues: usize, coupled: &[Coupled<'_>]) -> Vec<Vec<IssueId>> {
    let mut group_of: Vec<usize> = (0..n_issues).collect();
    for it in coupled {
        let into = group_of[it.issues[0].idx()];
        for issue in &it.issues[1..] {
            let from = group_of[issue.idx()];
            for group in &mut group_of {
                if *group == from {
                    *group = into;
                }
            }
        }
    }
    let mut groups = vec![Vec::new(); n_issues];
    for (idx, &group) in group_of.iter().enumerate() {
        groups[group].push(IssueId::new(idx));
    }
    groups.retain(|it| !it.is_empty());
    groups
}

/// Issues that are searched together.
#[derive(Debug)]
struct Component {
    stages: Vec<Stage>,
    /// What fulfilling each condition does.
    effects: Vec<Effect>,
    /// No choice is worth more.
    bound: i128,
}

/// One issue of a component.
#[derive(Debug)]
struct Stage {
    /// By rising loss.
    choices: Vec<Choice>,
    /// The conditions that the issue helps to decide, and whether it is the last to do so.
    touches: Vec<(usize, Order)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Earlier,
    Last,
}

/// The best of the options that fulfil the same conditions.
#[derive(Debug)]
struct Choice {
    /// What it contributes less than the issue's best.
    loss: i128,
    /// For each condition of the stage, whether it is broken.
    breaks: Vec<bool>,
}

/// Where the search is.
#[derive(Debug)]
struct Progress {
    /// By how many issues each condition is broken.
    n_broken: Vec<u32>,
    /// The least loss found, to begin with more than any can be.
    least: i128,
}

impl Component {
    fn new(mut issues: Vec<IssueId>, options: &OptionsLeft, coupled: &[Coupled<'_>]) -> Self {
        let of_component: Vec<&Coupled<'_>> = coupled
            .iter()
            .filter(|it| issues.contains(&it.issues[0]))
            .collect();
        let n_touches = |issue: &IssueId| {
            let touching = of_component.iter().filter(|it| it.issues.contains(issue));
            touching.count()
        };
        issues.sort_by_key(|it| std::cmp::Reverse(n_touches(it)));
        let mut bound = of_component.iter().map(|it| it.effect.gain()).sum();
        let mut stages = Vec::with_capacity(issues.len());
        for (place, &issue) in issues.iter().enumerate() {
            let touches: Vec<(usize, Order)> = of_component
                .iter()
                .enumerate()
                .filter(|(_, it)| it.issues.contains(&issue))
                .map(|(idx, it)| {
                    let comes_later = |it: &IssueId| issues[place + 1..].contains(it);
                    let is_last = !it.issues.iter().any(comes_later);
                    (idx, if is_last { Order::Last } else { Order::Earlier })
                })
                .collect();
            let mut best_of_kind: BTreeMap<Vec<bool>, i128> = BTreeMap::new();
            for &(option, contribution) in options.of(issue) {
                let breaks = touches
                    .iter()
                    .map(|&(idx, _)| !of_component[idx].when.allows(issue, option))
                    .collect();
                let best = best_of_kind.entry(breaks).or_insert(contribution);
                *best = contribution.max(*best);
            }
            let best = *best_of_kind.values().max().expect("an option is left");
            bound += best;
            let mut choices: Vec<Choice> = best_of_kind
                .into_iter()
                .map(|(breaks, contribution)| Choice {
                    loss: best - contribution,
                    breaks,
                })
                .collect();
            choices.sort_by_key(|it| it.loss);
            stages.push(Stage { choices, touches });
        }
        Self {
            stages,
            effects: of_component.iter().map(|it| it.effect).collect(),
            bound,
        }
    }

    /// `None` if every choice is barred.
    fn greatest_sum(&self) -> Option<i128> {
        let mut progress = Progress {
            n_broken: vec![0; self.effects.len()],
            least: i128::MAX,
        };
        self.descend(&mut progress, 0, 0);
        (progress.least < i128::MAX).then(|| self.bound - progress.least)
    }

    /// Settles the issues from a stage on; `loss` is below the least found.
    fn descend(&self, progress: &mut Progress, depth: usize, loss: i128) {
        let Some(stage) = self.stages.get(depth) else {
            progress.least = loss;
            return;
        };
        for choice in &stage.choices {
            let mut loss = loss + choice.loss;
            if loss >= progress.least {
                return;
            }
            let mut is_barred = false;
            for (&(idx, order), &breaks) in stage.touches.iter().zip(&choice.breaks) {
                if progress.n_broken[idx] == 0 {
                    if breaks {
                        loss += self.effects[idx].gain();
                    } else if order == Order::Last {
                        let harm = self.effects[idx].harm();
                        is_barred |= harm.is_none();
                        loss += harm.unwrap_or_default();
                    }
                }
                progress.n_broken[idx] += u32::from(breaks);
            }
            if !is_barred && loss < progress.least {
                self.descend(progress, depth + 1, loss);
            }
            for (&(idx, _), &breaks) in stage.touches.iter().zip(&choice.breaks) {
                progress.n_broken[idx] -= u32::from(breaks);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(clauses: &[(usize, usize)]) -> Condition {
        Condition::new(
            clauses
                .iter()
                .map(|&(issue, option)| (IssueId::new(issue), vec![OptionId::new(option)])),
        )
    }

    fn options(contributions: &[&[i128]]) -> OptionsLeft {
        let mut options = OptionsLeft::with_capacity(contributions.len(), 0);
        for of_issue in contributions {
            let numbered = of_issue.iter().enumerate();
            options.push(numbered.map(|(idx, &it)| (OptionId::new(idx), it)));
        }
        options
    }

    fn greatest(
        options: OptionsLeft,
        interactions: &[(Condition, i128)],
        barred: &[Condition],
    ) -> Option<i128> {
        let interactions = interactions.iter().map(|(when, adds)| (when, *adds));
        greatest_sum(options, interactions, &barred.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_harm_is_avoided_where_that_costs_less() {
        let options = options(&[&[0, 5], &[0, 3]]);
        let both = when(&[(0, 1), (1, 1)]);
        let check = |adds| greatest(options.clone(), &[(both.clone(), adds)], &[]);
        assert_eq!(check(2), Some(10));
        assert_eq!(check(-2), Some(6));
        assert_eq!(check(-4), Some(5));
    }

    #[test]
    fn what_is_barred_does_not_count_whatever_it_is_worth() {
        let options = options(&[&[0, 5], &[0, 3]]);
        let check = |barred: &[Condition]| greatest(options.clone(), &[], barred);
        assert_eq!(check(&[when(&[(0, 1), (1, 1)])]), Some(5));
        assert_eq!(check(&[when(&[(0, 1)])]), Some(3));
        // The second bars alone what the first leaves.
        assert_eq!(check(&[when(&[(0, 1), (1, 0)]), when(&[(1, 1)])]), Some(0));
        assert_eq!(check(&[when(&[(0, 1)]), when(&[(0, 0)])]), None);
        assert_eq!(check(&[when(&[])]), None);
        let corners = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[a, b]| when(&[(0, a), (1, b)]));
        assert_eq!(check(&corners), None);
    }

    #[test]
    fn many_coupled_pairs_are_searched_pair_by_pair() {
        let n_pairs = 20;
        let options = options(&vec![&[0, 5, 4][..]; 2 * n_pairs]);
        let interactions: Vec<(Condition, i128)> = (0..n_pairs)
            .map(|it| (when(&[(2 * it, 1), (2 * it + 1, 1)]), -7))
            .collect();
        assert_eq!(greatest(options, &interactions, &[]), Some(20 * 9));
    }

    #[test]
    fn without_an_option_there_is_no_sum() {
        assert_eq!(greatest(options(&[&[1], &[]]), &[], &[]), None);
    }
}
