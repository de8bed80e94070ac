//! Never gives way: the other baseline, called hardliner too.

use crate::domain::Utility;
use crate::protocol::Rules;
use crate::search::Audiences;
use crate::strategy::{LowestOffer, OfferingKind, OfferingRule, Turn};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "tough",
    about: "always offers its best outcome (a hardliner)",
    parameters: &[],
    audiences: Audiences::Alike,
    lowest_offer: LowestOffer::ReservationValue,
    start: |_, _: &Rules| Box::new(Tough),
};

#[derive(Debug)]
struct Tough;

impl OfferingRule for Tough {
    fn aspiration(&mut self, turn: &mut Turn<'_>) -> Utility {
        turn.situation.best_utility
    }
}
