//! Whether what a claim says holds in one draw.

use crate::domain::{Condition, ConsentRule, ExactPreferences, PartyId, Preferences, Statement};
use crate::solution::agreements::some_agreement;
use crate::solution::claims::best_deal;
use crate::solution::claims::preference_claim::is_always_preferred;

/// Whether a statement holds of one draw of all parties' preferences, in party order, which are there
/// as sessions have them and in exact arithmetic.
///
/// A deal that no outcome fulfils is accepted by nobody, so everybody rejects it.
/// What a party accepts and prefers is decided in exact arithmetic.
///
/// # Panics
///
/// If the statement names a party that is not there, or compares options of different issues.
pub fn holds(
    statement: &Statement,
    parties: &[Preferences],
    exact: &[ExactPreferences],
    consent: &ConsentRule,
) -> bool {
    let accepts = |party: PartyId, deal: &Condition| {
        let preferences = &exact[party.idx()];
        best_deal(preferences, deal).is_some_and(|it| preferences.is_acceptable(it))
    };
    match statement {
        Statement::Accepts { party, deal } => accepts(*party, deal),
        Statement::Rejects { party, deal } => !accepts(*party, deal),
        Statement::Prefers { party, this, to } => {
            is_always_preferred(&exact[party.idx()], this, to)
        }
        Statement::AgreementExists => some_agreement(parties, consent).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{IssueId, OptionId, OutcomeSpace};

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

    #[test]
    fn statements_are_about_reservation_values_and_sums() {
        let parties = cake([0.5, 0.25]);
        let consent = ConsentRule::unanimity(2);
        let exact = parties.each_ref().map(Preferences::exact);
        let holds = |it: &Statement| holds(it, &parties, &exact, &consent);
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
        let exists = |it| holds(&Statement::AgreementExists, &cake(it), &[], &consent);
        assert!(exists([0.5, 0.5]));
        assert!(!exists([0.75, 0.25]));
        assert!(exists([1.0, 0.0]));
    }
}
