//! Accepts offers at or above a fixed utility.

use crate::domain::{Outcome, Utility, threshold};
use crate::strategy::Parameter;
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};

pub(super) const KIND: AcceptanceKind = AcceptanceKind {
    name: "constant",
    about: "accepts offers at or above a fixed utility",
    parameters: &[Parameter {
        name: "at_least",
        about: "the least utility that it accepts",
        min: 0.0,
        max: 1.0,
        words: &[],
        default: None,
    }],
    start: |numbers| {
        Box::new(Constant {
            at_least: threshold(numbers[0]),
        })
    },
};

#[derive(Debug)]
struct Constant {
    at_least: Utility,
}

impl AcceptanceCondition for Constant {
    fn accepts(&mut self, offer: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        own.situation().preferences.utility(offer) >= self.at_least
    }
}
