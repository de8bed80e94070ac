//! Compares with its own next offer, and late with the best it may still hope to be offered.
//!
//! `AC_combi` with the greatest of a window, of Baarslag, Hindriks and Jonker, *Acceptance
//! conditions in automated negotiation*, in *Complex Automated Negotiations* (2013), 95–111.
//!
//! ```text
//! AC_next(α, β)  or  t ≥ T and u(o) ≥ max of what others have offered since 2t − 1
//! ```
//!
//! The window is as long as what is left of the time; in the last round it is this round and the one
//! before, so that it is never empty.

use std::collections::VecDeque;

use crate::domain::{Outcome, Utility};
use crate::protocol::Event;
use crate::strategy::Situation;
use crate::strategy::acceptance::by_time::AFTER;
use crate::strategy::acceptance::next::{ADDS, Comparison, SCALE};
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};

pub(super) const KIND: AcceptanceKind = AcceptanceKind {
    name: "combined",
    about: "as next; from a given time on also the best of the others' recent offers",
    parameters: &[AFTER, SCALE, ADDS],
    start: |numbers| {
        Box::new(Combined {
            after: numbers[0],
            comparison: Comparison::new(numbers[1], numbers[2]),
            received: Received::default(),
        })
    },
};

#[derive(Debug)]
struct Combined {
    after: f64,
    comparison: Comparison,
    received: Received,
}

/// What others have offered that nothing later was worth as much as, with its relative time; so
/// by falling utility.
#[derive(Debug, Default)]
struct Received(VecDeque<(f64, Utility)>);

impl Received {
    /// Takes in an offer; they come in the order of time.
    fn hear(&mut self, relative_time: f64, utility: Utility) {
        while self.0.back().is_some_and(|it| it.1 <= utility) {
            self.0.pop_back();
        }
        self.0.push_back((relative_time, utility));
    }

    /// The greatest utility offered since a time; the next question may not be of an earlier one.
    fn greatest_since(&mut self, since: f64) -> Utility {
        while self.0.front().is_some_and(|it| it.0 < since) {
            self.0.pop_front();
        }
        self.0.front().map(|it| it.1).unwrap_or_default()
    }
}

/// From when on offers count.
fn window_start(situation: &Situation<'_>) -> f64 {
    let t = situation.relative_time();
    if t < 1.0 {
        2.0 * t - 1.0
    } else {
        situation.rules.relative_time(situation.round - 1)
    }
}

impl AcceptanceCondition for Combined {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Some(offer) = event.offer()
            && offer.proposer != situation.me
        {
            let utility = situation.preferences.utility(offer.outcome);
            self.received.hear(situation.relative_time(), utility);
        }
    }

    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        let situation = own.situation();
        let t = situation.relative_time();
        let utility = situation.preferences.utility(offer);
        let is_best_of_late =
            t >= self.after && utility >= self.received.greatest_since(window_start(situation));
        is_best_of_late
            || own
                .next_utility()
                .is_none_or(|it| self.comparison.will_do(utility, it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_as_long_as_the_time_that_is_left() {
        let mut received = Received::default();
        for (t, utility) in [(0.25, 0.5), (0.25, 0.75), (0.5, 0.5), (0.75, 0.25)] {
            received.hear(t, Utility::new(utility).unwrap());
        }
        for (t, expected) in [
            (0.5, 0.75),
            (0.625, 0.75),
            (0.75, 0.5),
            (0.875, 0.25),
            (1.0, 0.0),
        ] {
            let greatest = received.greatest_since(2.0 * t - 1.0);
            assert_eq!(Some(greatest), Utility::new(expected), "at {t}");
        }
    }
}
