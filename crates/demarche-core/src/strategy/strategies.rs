//! The offering rules and acceptance conditions that files can name.

use crate::strategy::{ACCEPTANCE_CONDITIONS, AcceptanceKind, OFFERING_RULES, OfferingKind};

/// Keys of a strategy's table in files that name no offering rule.
const RESERVED: [&str; 5] = ["p", "accept", "basis", "source", "note"];

/// The offering rules and acceptance conditions that files can name: those built in, and others
/// that are added.
///
/// # Examples
///
/// ```
/// use demarche_core::domain::Utility;
/// use demarche_core::search::Audiences;
/// use demarche_core::strategy::{LowestOffer, OfferingKind, OfferingRule, Strategies, Turn};
///
/// /// Demands half of its best utility, from the first round to the last.
/// #[derive(Debug)]
/// struct Half;
///
/// impl OfferingRule for Half {
///     fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
///         let half = turn.situation.best_utility.times(0.5);
///         half.max(turn.situation.preferences.reservation_value())
///     }
/// }
///
/// static HALF: OfferingKind = OfferingKind {
///     name: "half",
///     about: "demands half of its best utility",
///     parameters: &[],
///     audiences: Audiences::Alike,
///     lowest_offer: LowestOffer::ReservationValue,
///     start: |_, _| Box::new(Half),
/// };
///
/// let strategies = Strategies::built_in().with_offering(&HALF);
/// assert!(strategies.offering("half").is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Strategies {
    offering: Vec<&'static OfferingKind>,
    acceptance: Vec<&'static AcceptanceKind>,
}

impl Default for Strategies {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Strategies {
    /// Those of this crate.
    pub fn built_in() -> Self {
        Self {
            offering: OFFERING_RULES.to_vec(),
            acceptance: ACCEPTANCE_CONDITIONS.to_vec(),
        }
    }

    /// The same with another offering rule.
    ///
    /// # Panics
    ///
    /// If its name is that of another rule, or has a meaning of its own in a strategy's table.
    #[must_use]
    pub fn with_offering(mut self, kind: &'static OfferingKind) -> Self {
        let is_free = !RESERVED.contains(&kind.name) && self.offering(kind.name).is_none();
        assert!(is_free, "`{}` is already taken", kind.name);
        self.offering.push(kind);
        self
    }

    /// The same with another acceptance condition.
    ///
    /// # Panics
    ///
    /// If its name is that of another condition.
    #[must_use]
    pub fn with_acceptance(mut self, kind: &'static AcceptanceKind) -> Self {
        let is_free = self.acceptance(kind.name).is_none();
        assert!(is_free, "`{}` is already taken", kind.name);
        self.acceptance.push(kind);
        self
    }

    /// The offering rules, those built in first.
    pub fn offering_rules(&self) -> &[&'static OfferingKind] {
        &self.offering
    }

    /// The acceptance conditions, those built in first; the first is meant where none is named.
    pub fn acceptance_conditions(&self) -> &[&'static AcceptanceKind] {
        &self.acceptance
    }

    /// The offering rule of this name.
    pub fn offering(&self, name: &str) -> Option<&'static OfferingKind> {
        self.offering.iter().copied().find(|it| it.name == name)
    }

    /// The acceptance condition of this name.
    pub fn acceptance(&self, name: &str) -> Option<&'static AcceptanceKind> {
        self.acceptance.iter().copied().find(|it| it.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::strategy::offering::tough;

    static NAMED_LIKE_A_KEY: OfferingKind = OfferingKind {
        name: "p",
        ..tough::KIND
    };

    #[test]
    fn a_name_means_one_thing() {
        for kind in [OFFERING_RULES[0], &NAMED_LIKE_A_KEY] {
            let added = catch_unwind(|| Strategies::built_in().with_offering(kind));
            assert!(added.is_err(), "{}", kind.name);
        }
        let known = ACCEPTANCE_CONDITIONS[0];
        let added = catch_unwind(|| Strategies::built_in().with_acceptance(known));
        assert!(added.is_err(), "{}", known.name);
    }
}
