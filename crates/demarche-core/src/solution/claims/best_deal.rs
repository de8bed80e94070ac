//! The best a party can have among outcomes that fulfil a condition.

use crate::domain::{Condition, ExactPreferences, OptionId};
use crate::solution::agreements::Sums;
use crate::solution::claims::greatest_sum::{OptionsLeft, greatest_sum};

/// The greatest sum of contributions of any outcome that fulfils a condition.
///
/// ```text
/// max_o  s(o)     over outcomes o that fulfil `deal` and are across no real red line
/// ```
///
/// `None` if there is no such outcome.
pub fn best_deal(preferences: &ExactPreferences, deal: &Condition) -> Option<i128> {
    best_sum(preferences, deal)
}

/// [`best_deal`] in whichever integers the preferences are held.
pub(super) fn best_sum<P>(preferences: &P, deal: &Condition) -> Option<i128>
where
    P: Sums<Sum: Into<i128>>,
{
    let space = preferences.space();
    let mut left = OptionsLeft::with_capacity(space.n_issues(), space.n_options_total());
    for issue in space.issues() {
        // Clauses are sorted, so several of one issue stand side by side.
        let first = deal.clauses().partition_point(|it| it.0 < issue);
        let clauses = deal.clauses()[first..].iter();
        let clauses = clauses.take_while(|it| it.0 == issue);
        let is_allowed = |it: &OptionId| clauses.clone().all(|(_, options)| options.contains(it));
        let allowed = space.options(issue).filter(is_allowed);
        left.push(allowed.map(|it| (it, preferences.contribution(issue, it).into())));
    }
    let interactions = preferences.interactions().iter();
    let interactions = interactions.map(|(when, adds)| (when, (*adds).into()));
    let red_lines: Vec<&Condition> = preferences.real_red_lines().collect();
    greatest_sum(left, interactions, &red_lines)
}

/// The least and the greatest utility of any outcome; red lines do not count.
///
/// # Panics
///
/// Never: a space has issues, and they have options.
pub fn utility_range(preferences: &ExactPreferences) -> (f64, f64) {
    let space = preferences.space();
    let greatest = |sign: i128| {
        let mut left = OptionsLeft::with_capacity(space.n_issues(), space.n_options_total());
        for issue in space.issues() {
            let contribution = |it| (it, sign * preferences.contribution(issue, it));
            left.push(space.options(issue).map(contribution));
        }
        let interactions = preferences.interactions().iter();
        let interactions = interactions.map(|(when, adds)| (when, sign * adds));
        greatest_sum(left, interactions, &[]).expect("every issue has options")
    };
    let range = [-greatest(-1), greatest(1)];
    let [least, most] = range.map(|it| preferences.utility_of_sum(it));
    (least, most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solution::test_support as test_worlds;

    fn by_enumeration(preferences: &ExactPreferences, deal: &Condition) -> Option<i128> {
        let space = preferences.space();
        space
            .outcomes()
            .filter(|&it| deal.holds(space, it) && preferences.allows(it))
            .map(|it| preferences.sum_of_contributions(it))
            .max()
    }

    proptest! {
        #[test]
        fn the_best_deal_is_that_of_all_outcomes_listed(
            (preferences, deal, more) in test_worlds::space().prop_flat_map(|space| (
                test_worlds::preferences(&space),
                test_worlds::condition(&space),
                test_worlds::condition(&space),
            ))
        ) {
            let preferences = preferences.exact();
            prop_assert_eq!(best_deal(&preferences, &deal), by_enumeration(&preferences, &deal));
            // Clauses that meet on an issue may leave it without an option.
            let clauses = deal.clauses().iter().chain(more.clauses()).cloned();
            let deal = Condition::new(clauses);
            prop_assert_eq!(best_deal(&preferences, &deal), by_enumeration(&preferences, &deal));
            let all = preferences.space().outcomes().map(|it| preferences.utility(it));
            let range = all.fold((1.0_f64, 0.0_f64), |res, it| (res.0.min(it), res.1.max(it)));
            prop_assert_eq!(utility_range(&preferences), range);
        }
    }
}
