//! Offers any outcome it could live with: the baseline that every other strategy must beat.

use crate::domain::{Outcome, Utility};
use crate::protocol::Rules;
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "random_offer",
    about: "offers a random outcome at or above its reservation value, all equally likely",
    parameters: &[],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, _: &Rules| Box::new(RandomOffer { n_acceptable: None }),
};

#[derive(Debug)]
struct RandomOffer {
    /// How many outcomes are at or above the reservation value, once counted.
    n_acceptable: Option<u64>,
}

impl OfferingRule for RandomOffer {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.preferences.reservation_value()
    }

    fn offer(&mut self, turn: &mut Turn<'_>) -> Option<Outcome> {
        let floor = turn.situation.preferences.reservation_value();
        let n = *self
            .n_acceptable
            .get_or_insert_with(|| turn.search.count_at_least(floor));
        if n == 0 {
            return None;
        }
        turn.search.nth_at_least(floor, turn.stream.below(n))
    }
}
