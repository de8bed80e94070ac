//! Compares with its own next offer, and late with the best it may still hope to be offered.
//!
//! `AC_combi` with the greatest of a window, of Baarslag, Hindriks and Jonker, *Acceptance
//! conditions in automated negotiation*, in *Complex Automated Negotiations* (2013), 95–111.
//!
//! ```text
//! AC_next(α, β)  or  t ≥ T and u(o) ≥ max of what others have offered since 2t − 1
//! ```
//!
//! The window is as long as what is left of the time.

use crate::domain::{Outcome, Utility};
use crate::protocol::Event;
use crate::strategy::Situation;
use crate::strategy::acceptance::by_time::AFTER;
use crate::strategy::acceptance::next::{ADDS, Comparison, SCALE};
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};

pub(super) const KIND: AcceptanceKind = AcceptanceKind {
    name: "combined",
    about: "as next; late also to the best that the others have offered of late",
    parameters: &[AFTER, SCALE, ADDS],
    start: |numbers| {
        Box::new(Combined {
            after: numbers[0],
            comparison: Comparison::new(numbers[1], numbers[2]),
            received: Vec::new(),
        })
    },
};

#[derive(Debug)]
struct Combined {
    after: f64,
    comparison: Comparison,
    /// What others have offered, with its relative time.
    received: Vec<(f64, Utility)>,
}

/// The greatest utility offered within as long a time as is left.
fn greatest_of_late(received: &[(f64, Utility)], relative_time: f64) -> Utility {
    let since = 2.0 * relative_time - 1.0;
    let of_late = received.iter().rev().take_while(|it| it.0 >= since);
    of_late.map(|it| it.1).max().unwrap_or_default()
}

impl AcceptanceCondition for Combined {
    fn observe(&mut self, event: &Event, situation: &Situation<'_>) {
        if let Event::Offered {
            proposer, offer, ..
        } = *event
            && proposer != situation.me
        {
            let utility = situation.preferences.utility(offer);
            self.received.push((situation.relative_time(), utility));
        }
    }

    fn accepts(
        &mut self,
        offer: Outcome,
        situation: &Situation<'_>,
        own: &mut OwnSide<'_>,
    ) -> bool {
        let t = situation.relative_time();
        let utility = situation.preferences.utility(offer);
        let is_best_of_late = t >= self.after && utility >= greatest_of_late(&self.received, t);
        is_best_of_late
            || own
                .next_utility(situation)
                .is_none_or(|it| self.comparison.will_do(utility, it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_as_long_as_the_time_that_is_left() {
        let received = [(0.25, 0.75), (0.5, 0.5), (0.75, 0.25)];
        let received = received.map(|(t, it)| (t, Utility::new(it).unwrap()));
        for (t, expected) in [
            (0.5, 0.75),
            (0.625, 0.75),
            (0.75, 0.5),
            (0.875, 0.25),
            (1.0, 0.0),
        ] {
            let greatest = greatest_of_late(&received, t);
            assert_eq!(Some(greatest), Utility::new(expected), "at {t}");
        }
    }
}
