//! The plain way: look at every outcome. The reference for the fast one.

use std::cmp::Reverse;

use crate::domain::{ConsentRule, Outcome, PartyId, Preferences, Utility};
use crate::search::offer_distance::OfferDistance;
use crate::search::{OutcomeSearch, Ranked};

/// Looks at every outcome for every question.
#[derive(Clone, Debug)]
pub struct Enumeration {
    party: PartyId,
    consent: ConsentRule,
    preferences: Preferences,
}

impl Enumeration {
    /// For one party's preferences under a consent rule.
    pub fn new(party: PartyId, consent: ConsentRule, preferences: Preferences) -> Self {
        Self {
            party,
            consent,
            preferences,
        }
    }

    fn allowed(&self) -> impl Iterator<Item = Outcome> + '_ {
        let outcomes = self.preferences.space().outcomes();
        outcomes.filter(|&it| self.preferences.allows(it))
    }

    fn worth_at_least(&self, target: Utility) -> impl Iterator<Item = Outcome> + '_ {
        self.allowed()
            .filter(move |&it| self.preferences.utility(it) >= target)
    }

    /// All allowed outcomes with their sums, not sorted.
    fn ranked(&self) -> impl Iterator<Item = Ranked> + '_ {
        self.allowed().map(|outcome| Ranked {
            units: self.preferences.sum_of_contributions(outcome),
            outcome,
        })
    }
}

impl OutcomeSearch for Enumeration {
    fn rebuild(&mut self, preferences: &Preferences) {
        self.preferences.clone_from(preferences);
    }

    fn best(&mut self) -> Option<Outcome> {
        // `min_by_key` keeps the first of equals.
        self.worth_at_least(Utility::ZERO)
            .min_by_key(|&it| Reverse(self.preferences.utility(it)))
    }

    fn least_at_least(&mut self, target: Utility) -> Option<Outcome> {
        self.worth_at_least(target)
            .min_by_key(|&it| self.preferences.utility(it))
    }

    fn nearest_at_least(
        &mut self,
        target: Utility,
        offer_distance: &OfferDistance,
    ) -> Option<Outcome> {
        let space = self.preferences.space();
        self.worth_at_least(target).min_by_key(|&it| {
            let asked = self.consent.asked(space, it);
            let others = offer_distance.counted(asked).without(self.party);
            let distance = offer_distance.distance(space, it, others);
            (distance, -self.preferences.sum_of_contributions(it))
        })
    }

    fn count_at_least(&mut self, target: Utility) -> u64 {
        self.worth_at_least(target).count() as u64
    }

    fn nth_at_least(&mut self, target: Utility, n: u64) -> Option<Outcome> {
        let n = usize::try_from(n).ok()?;
        self.worth_at_least(target).nth(n)
    }

    fn next_in_ranking(&mut self, after: Option<Ranked>) -> Option<Ranked> {
        let place = |it: Ranked| (Reverse(it.units), it.outcome);
        self.ranked()
            .filter(|&it| after.is_none_or(|after| place(it) > place(after)))
            .min_by_key(|&it| place(it))
    }

    fn each_up_to_least(
        &mut self,
        from: i64,
        enough: i64,
        tolerance: i64,
        look: &mut dyn FnMut(Outcome),
    ) {
        let sums = self.ranked().map(|it| it.units);
        let least = sums.filter(|&it| it >= enough).min();
        let range = from..=least.map_or(i64::MAX, |it| it + tolerance);
        self.ranked()
            .filter(|it| range.contains(&it.units))
            .for_each(|it| look(it.outcome));
    }
}
