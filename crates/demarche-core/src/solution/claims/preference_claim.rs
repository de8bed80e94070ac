//! Whether a party would rather have some options than others, whatever else is agreed.

use crate::domain::{Condition, ExactPreferences, IssueId, OptionId};
use crate::solution::agreements::Sums;
use crate::solution::claims::greatest_sum::{OptionsLeft, greatest_sum};

/// Whether an outcome with `this` is worth more than the same one with `to`, whatever the rest.
///
/// ```text
/// min_rest  s(this, rest) − s(to, rest)  >  0
/// ```
///
/// where s is the sum of contributions before it is held within [0, 1], in exact arithmetic.
/// Only interactions that `this` and `to` do not treat alike can make the rest matter.
///
/// # Panics
///
/// If `this` and `to` do not name the same issues, each once.
pub fn is_always_preferred(
    preferences: &ExactPreferences,
    this: &[(IssueId, OptionId)],
    to: &[(IssueId, OptionId)],
) -> bool {
    least_advantage(preferences, this, to) > 0
}

/// What `this` is worth more than `to` at the least, in whichever integers the preferences are held.
pub(super) fn least_advantage<P>(
    preferences: &P,
    this: &[(IssueId, OptionId)],
    to: &[(IssueId, OptionId)],
) -> i128
where
    P: Sums<Sum: Into<i128>>,
{
    let issues = |it: &[(IssueId, OptionId)]| {
        let mut issues: Vec<IssueId> = it.iter().map(|it| it.0).collect();
        issues.sort_unstable();
        issues
    };
    let changed = issues(this);
    assert!(
        changed == issues(to) && changed.windows(2).all(|it| it[0] < it[1]),
        "both sides name the same issues, each once"
    );
    let contributions = |it: &[(IssueId, OptionId)]| -> i128 {
        it.iter()
            .map(|&(issue, option)| preferences.contribution(issue, option).into())
            .sum()
    };
    let difference = contributions(this) - contributions(to);
    let losses: Vec<(Condition, i128)> = preferences
        .interactions()
        .iter()
        .filter_map(|(when, adds)| {
            let adds: i128 = (*adds).into();
            let allows = |it: &[(IssueId, OptionId)]| {
                it.iter().all(|&(issue, option)| when.allows(issue, option))
            };
            let loss = match (allows(this), allows(to)) {
                (true, false) => -adds,
                (false, true) => adds,
                (true, true) | (false, false) => return None,
            };
            let clauses = when.clauses().iter();
            let rest = clauses.filter(|it| changed.binary_search(&it.0).is_err());
            Some((Condition::new(rest.cloned()), loss))
        })
        .collect();
    if losses.is_empty() {
        return difference;
    }
    let space = preferences.space();
    let mut left = OptionsLeft::with_capacity(space.n_issues(), space.n_options_total());
    for issue in space.issues() {
        left.push(space.options(issue).map(|it| (it, 0)));
    }
    let of_conditions = losses.iter().map(|(when, loss)| (when, *loss));
    let loss_max = greatest_sum(left, of_conditions, &[]);
    difference - loss_max.expect("every issue has options")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Outcome;
    use crate::solution::test_support as test_worlds;

    type Settled = Vec<(IssueId, OptionId)>;

    fn by_enumeration(preferences: &ExactPreferences, this: &Settled, to: &Settled) -> bool {
        let space = preferences.space();
        let with = |outcome: Outcome, settled: &Settled| {
            let mut options: Vec<OptionId> =
                space.issues().map(|it| space.option(outcome, it)).collect();
            for &(issue, option) in settled {
                options[issue.idx()] = option;
            }
            preferences.sum_of_contributions(space.outcome(&options))
        };
        space.outcomes().all(|it| with(it, this) > with(it, to))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]
        #[test]
        fn preferred_is_what_wins_in_every_completion(
            (preferences, this, to, is_changed) in test_worlds::space().prop_flat_map(|space| (
                test_worlds::preferences(&space),
                test_worlds::outcome(&space),
                test_worlds::outcome(&space),
                prop::collection::vec(any::<bool>(), space.n_issues()),
            ))
        ) {
            let preferences = preferences.exact();
            let space = preferences.space();
            let settled = |outcome: Outcome| -> Settled {
                let changed = space.issues().filter(|it| is_changed[it.idx()]);
                changed.map(|it| (it, space.option(outcome, it))).collect()
            };
            let (this, to) = (settled(this), settled(to));
            prop_assert_eq!(
                is_always_preferred(&preferences, &this, &to),
                by_enumeration(&preferences, &this, &to)
            );
        }
    }
}
