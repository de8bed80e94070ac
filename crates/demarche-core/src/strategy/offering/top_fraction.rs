//! Offers any of its favorite outcomes: so many of a hundred, each as likely as the other.

use crate::domain::{Outcome, Utility};
use crate::protocol::Rules;
use crate::search::{Audiences, OutcomeSearch};
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Parameter, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "top_fraction",
    about: "offers a random one of the outcomes with the greatest utility to it, a fraction of all outcomes",
    parameters: &[FRACTION],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |numbers, _: &Rules| {
        Box::new(TopFraction {
            fraction: numbers[0],
            floor: None,
        })
    },
};

const FRACTION: Parameter = Parameter {
    name: "fraction",
    about: "the fraction of all outcomes; outcomes tied with the last of them are included",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: None,
};

#[derive(Debug)]
struct TopFraction {
    fraction: f64,
    /// The least utility among its favorites, once found.
    floor: Option<Utility>,
}

/// The greatest utility that at least so many outcomes reach.
fn utility_reached_by(n: u64, search: &mut dyn OutcomeSearch) -> Utility {
    let (mut reached, mut missed) = (Utility::ZERO.units(), Utility::ONE.units() + 1);
    while missed - reached > 1 {
        let middle = i64::midpoint(reached, missed);
        if search.count_at_least(Utility::clamped(middle)) >= n {
            reached = middle;
        } else {
            missed = middle;
        }
    }
    Utility::clamped(reached)
}

impl OfferingRule for TopFraction {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        let fraction = self.fraction;
        *self.floor.get_or_insert_with(|| {
            let preferences = turn.situation.preferences;
            let n = portion(fraction, preferences.space().n_outcomes());
            let floor = utility_reached_by(n, turn.search);
            floor.max(preferences.reservation_value())
        })
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let floor = self.aspiration(turn);
        let n = turn.search.count_at_least(floor);
        if n == 0 {
            return None;
        }
        turn.search.nth_at_least(floor, turn.stream.below(n))
    }
}

/// A fraction of a number, rounded up, at least 1.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are 10^12 outcomes at most, which a float holds exactly"
)]
fn portion(fraction: f64, of: u64) -> u64 {
    (libm::ceil(fraction * of as f64) as u64).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{ConsentRule, OutcomeSpace, PartyId, Preferences};
    use crate::search::Enumeration;

    #[test]
    fn the_floor_is_what_so_many_outcomes_reach() {
        let space = Arc::new(OutcomeSpace::new(&[5]).unwrap());
        let mut preferences = Preferences::indifferent(space, Vec::new());
        preferences.set(&[1.0], &[0.0, 0.25, 0.5, 0.5, 1.0], &[], 0.0);
        let consent = ConsentRule::unanimity(1);
        let mut search = Enumeration::new(PartyId::new(0), consent, preferences);
        let table = [
            (0.0, 1.0),
            (0.2, 1.0),
            (0.21, 0.5),
            (0.6, 0.5),
            (0.8, 0.25),
            (1.0, 0.0),
        ];
        for (fraction, expected) in table {
            let reached = utility_reached_by(portion(fraction, 5), &mut search);
            assert_eq!(Some(reached), Utility::new(expected), "the top {fraction}");
        }
    }
}
