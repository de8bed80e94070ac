//! Whether what a claim says holds in one draw.

use std::borrow::Borrow;

use crate::domain::{
    Condition, ConsentRule, IssueId, OptionId, Preferences, Statement, Utility, units,
};
use crate::solution::agreements::some_agreement;
use crate::solution::claims::best_deal::{best_deal, best_sum};
use crate::solution::claims::preference_claim::{is_always_preferred, least_advantage};

/// How far sums in the units of sessions and in exact arithmetic may be apart, by far: each of at most
/// 64 contributions and 256 interactions is rounded by two units, weights by some 2⁻⁴⁶ together, and
/// what exact arithmetic makes up for is 2⁻³⁹, which is 512 units.
const ROUNDING_UNITS_MAX: i64 = 1 << 16;

/// Whether a statement holds of one draw of all parties' preferences, in party order.
///
/// A deal that no outcome fulfils is accepted by nobody, so everybody rejects it.
/// What a party accepts and prefers is decided in exact arithmetic, unless the sums of sessions are
/// so far from a tie that the answer is the same.
///
/// # Panics
///
/// If the statement names a party that is not there, or compares options of different issues.
pub fn holds(
    statement: &Statement,
    parties: &[impl Borrow<Preferences>],
    consent: &ConsentRule,
) -> bool {
    match statement {
        Statement::Accepts { party, deal } => accepts(parties[party.idx()].borrow(), deal),
        Statement::Rejects { party, deal } => !accepts(parties[party.idx()].borrow(), deal),
        Statement::Prefers { party, this, to } => prefers(parties[party.idx()].borrow(), this, to),
        Statement::AgreementExists => some_agreement(parties, consent).is_some(),
    }
}

/// Whether the best outcome that fulfils a condition is worth no less than no agreement.
fn accepts(preferences: &Preferences, deal: &Condition) -> bool {
    let Some(best) = best_sum(preferences, deal) else {
        return false;
    };
    let best = best.clamp(0, Utility::ONE.units().into());
    let reservation_value = units(preferences.numbers().lowered_reservation_value());
    is_above_zero(best - i128::from(reservation_value)).unwrap_or_else(|| {
        let exact = preferences.exact();
        best_deal(&exact, deal).is_some_and(|it| exact.is_acceptable(it))
    })
}

/// Whether an outcome with `this` is worth more than the same one with `to`, whatever the rest.
fn prefers(
    preferences: &Preferences,
    this: &[(IssueId, OptionId)],
    to: &[(IssueId, OptionId)],
) -> bool {
    is_above_zero(least_advantage(preferences, this, to))
        .unwrap_or_else(|| is_always_preferred(&preferences.exact(), this, to))
}

/// Whether a difference of sums in units is above 0 in exact arithmetic too; `None` if it may be a
/// tie.
fn is_above_zero(difference: i128) -> Option<bool> {
    let is_clear = difference.abs() > i128::from(ROUNDING_UNITS_MAX);
    is_clear.then_some(difference > 0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Outcome, OutcomeSpace, PartyId};
    use crate::solution::test_support as test_worlds;

    /// One cake: what one party gains of it, the other loses.
    fn cake(reservation_values: [f64; 2]) -> [Preferences; 2] {
        let space = Arc::new(OutcomeSpace::new(&[3]).unwrap());
        let utilities = [[0.0, 0.5, 1.0], [1.0, 0.5, 0.0]];
        std::array::from_fn(|idx| {
            let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
            res.set(&[1.0], &utilities[idx], &[], reservation_values[idx]);
            res
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn claims_are_answered_as_in_exact_arithmetic(
            (preferences, deal, this, to, is_changed) in test_worlds::space().prop_flat_map(|space| (
                test_worlds::preferences(&space),
                test_worlds::condition(&space),
                test_worlds::outcome(&space),
                test_worlds::outcome(&space),
                prop::collection::vec(any::<bool>(), space.n_issues()),
            ))
        ) {
            let exact = preferences.exact();
            let best = best_deal(&exact, &deal);
            prop_assert_eq!(
                accepts(&preferences, &deal),
                best.is_some_and(|it| exact.is_acceptable(it))
            );
            let space = preferences.space();
            let settled = |outcome: Outcome| -> Vec<(IssueId, OptionId)> {
                let changed = space.issues().filter(|it| is_changed[it.idx()]);
                changed.map(|it| (it, space.option(outcome, it))).collect()
            };
            let (this, to) = (settled(this), settled(to));
            prop_assert_eq!(
                prefers(&preferences, &this, &to),
                is_always_preferred(&exact, &this, &to)
            );
        }
    }

    #[test]
    fn statements_are_about_reservation_values_and_sums() {
        let parties = cake([0.5, 0.25]);
        let consent = ConsentRule::unanimity(2);
        let holds = |it: &Statement| holds(it, &parties, &consent);
        let [a, b] = [0, 1].map(PartyId::new);
        let piece = IssueId::new(0);
        let [none, half, all] = [0, 1, 2].map(OptionId::new);
        let deal = |options: &[OptionId]| Condition::new([(piece, options.to_vec())]);
        let accepts = |party, options: &[OptionId]| Statement::Accepts {
            party,
            deal: deal(options),
        };
        assert!(holds(&accepts(a, &[half])));
        assert!(!holds(&accepts(a, &[none])));
        assert!(holds(&accepts(b, &[none, all])));
        let rejects = |party, options: &[OptionId]| Statement::Rejects {
            party,
            deal: deal(options),
        };
        assert!(holds(&rejects(b, &[all])));
        assert!(!holds(&rejects(b, &[half])));
        let prefers = |party, this, to| Statement::Prefers {
            party,
            this: vec![(piece, this)],
            to: vec![(piece, to)],
        };
        assert!(holds(&prefers(a, all, half)));
        assert!(!holds(&prefers(a, half, half)));
        assert!(!holds(&prefers(b, all, half)));
    }

    #[test]
    fn an_agreement_exists_unless_too_much_is_asked() {
        let consent = ConsentRule::unanimity(2);
        let exists = |it| holds(&Statement::AgreementExists, &cake(it), &consent);
        assert!(exists([0.5, 0.5]));
        assert!(!exists([0.75, 0.25]));
        assert!(exists([1.0, 0.0]));
    }
}
