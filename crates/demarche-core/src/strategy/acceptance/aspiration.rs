//! Accepts offers at or above its current aspiration.

use crate::domain::Outcome;
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};

pub(super) const KIND: AcceptanceKind = AcceptanceKind {
    name: "aspiration",
    about: "accepts offers at or above its current aspiration",
    parameters: &[],
    start: |_| Box::new(Aspiration),
};

#[derive(Debug)]
struct Aspiration;

impl AcceptanceCondition for Aspiration {
    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        own.is_content_with(offer)
    }
}
