//! The best a party can have among outcomes that fulfil a condition.

use crate::domain::{Condition, Preferences, Utility};
use crate::solution::greatest_sum::greatest_sum;

/// The greatest utility of any outcome that fulfils a condition.
///
/// ```text
/// max_o  u(o)     over outcomes o that fulfil `deal`
/// ```
///
/// `None` if the condition leaves some issue without an option.
pub fn best_deal(preferences: &Preferences, deal: &Condition) -> Option<Utility> {
    let space = preferences.space();
    let options = space
        .issues()
        .map(|issue| {
            space
                .options(issue)
                .filter(|&option| deal.allows(issue, option))
                .map(|option| (option, preferences.contribution(issue, option)))
                .collect()
        })
        .collect();
    // Holding a sum within [0, 1] keeps the order of sums.
    greatest_sum(options, preferences.interactions()).map(Utility::clamped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::solution::small_worlds;

    fn by_enumeration(preferences: &Preferences, deal: &Condition) -> Option<Utility> {
        let space = preferences.space();
        space
            .outcomes()
            .filter(|&it| deal.holds(space, it))
            .map(|it| preferences.utility(it))
            .max()
    }

    proptest! {
        #[test]
        fn the_best_deal_is_that_of_all_outcomes_listed(
            (preferences, deal, more) in small_worlds::space().prop_flat_map(|space| (
                small_worlds::preferences(&space),
                small_worlds::condition(&space),
                small_worlds::condition(&space),
            ))
        ) {
            prop_assert_eq!(best_deal(&preferences, &deal), by_enumeration(&preferences, &deal));
            // Clauses that meet on an issue may leave it without an option.
            let clauses = deal.clauses().iter().chain(more.clauses()).cloned();
            let deal = Condition::new(clauses);
            prop_assert_eq!(best_deal(&preferences, &deal), by_enumeration(&preferences, &deal));
        }
    }
}
