//! Says yes to what is no worse than what it would offer next, or than what it offered last.
//!
//! `AC_next` and `AC_prev` of Baarslag, Hindriks and Jonker, *Acceptance conditions in automated
//! negotiation*, in *Complex Automated Negotiations* (2013), 95–111.
//!
//! ```text
//! next      α·u(o) + β ≥ u(what it would offer now)
//! previous  α·u(o) + β ≥ u(what it offered last)
//! ```

use crate::domain::{Outcome, Utility, threshold};
use crate::protocol::Event;
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};
use crate::strategy::{Parameter, Situation};

pub(super) const NEXT: AcceptanceKind = AcceptanceKind {
    name: "next",
    about: "accepts offers no worse than its own next offer",
    parameters: &[SCALE, ADDS],
    start: |numbers| {
        Box::new(Next {
            comparison: Comparison::new(numbers[0], numbers[1]),
        })
    },
};

pub(super) const PREVIOUS: AcceptanceKind = AcceptanceKind {
    name: "previous",
    about: "accepts offers no worse than its own last offer",
    parameters: &[SCALE, ADDS],
    start: |numbers| {
        Box::new(Previous {
            comparison: Comparison::new(numbers[0], numbers[1]),
            last: None,
        })
    },
};

pub(super) const SCALE: Parameter = Parameter {
    name: "scale",
    about: "α, the factor of an offer's utility in the comparison",
    min: 0.0,
    max: 10.0,
    words: &[],
    default: Some(1.0),
};

pub(super) const ADDS: Parameter = Parameter {
    name: "adds",
    about: "β, the term then added to it",
    min: -1.0,
    max: 1.0,
    words: &[],
    default: Some(0.0),
};

/// α and β.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    scale: f64,
    adds: f64,
}

impl Comparison {
    pub(super) fn new(scale: f64, adds: f64) -> Self {
        Self { scale, adds }
    }

    /// Whether an offer of one utility will do in place of an own one of the other.
    pub(super) fn will_do(self, offer: Utility, own: Utility) -> bool {
        // Equal utilities are equal, whatever rounding does.
        self.scale * offer.get() + self.adds >= threshold(own.get()).get()
    }
}

#[derive(Debug)]
struct Next {
    comparison: Comparison,
}

impl AcceptanceCondition for Next {
    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        let offer = own.situation().preferences.utility(offer);
        // Whoever would rather leave takes what is better than that.
        own.next_utility()
            .is_none_or(|it| self.comparison.will_do(offer, it))
    }
}

#[derive(Debug)]
struct Previous {
    comparison: Comparison,
    last: Option<Utility>,
}

impl AcceptanceCondition for Previous {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer == situation.me
        {
            self.last = Some(situation.preferences.utility(offer.outcome));
        }
    }

    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        let offer = own.situation().preferences.utility(offer);
        self.last
            .is_some_and(|it| self.comparison.will_do(offer, it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_scaled_and_shifted_before_it_is_compared() {
        // α, β, the offer, the own one, whether it will do.
        let table = [
            (1.0, 0.0, 0.5, 0.5, true),
            (1.0, 0.0, 0.49, 0.5, false),
            (1.5, 0.0, 0.4, 0.6, true),
            (1.0, 0.1, 0.5, 0.6, true),
            (1.0, -0.1, 0.65, 0.6, false),
            (0.0, 0.0, 1.0, 0.0, true),
        ];
        for (scale, adds, offer, own, expected) in table {
            let [offer_utility, own_utility] = [offer, own].map(|it| Utility::new(it).unwrap());
            assert_eq!(
                Comparison::new(scale, adds).will_do(offer_utility, own_utility),
                expected,
                "{scale} · {offer} + {adds} for {own}"
            );
        }
    }
}
