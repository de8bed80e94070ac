//! What a party says yes to; usable with any offering rule.

use std::fmt;

use crate::domain::{Utility, threshold};
use crate::strategy::Parameter;

/// A known acceptance condition.
///
/// Whatever it says, no party says yes below its reservation value.
#[derive(Clone, Copy)]
pub struct AcceptanceKind {
    /// The name by which files call it.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// The numbers it needs.
    pub parameters: &'static [Parameter],
    /// The utility from which it says yes: from its drawn parameters and the aspiration now.
    pub threshold: fn(&[f64], Utility) -> Utility,
}

impl fmt::Debug for AcceptanceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptanceKind")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The acceptance conditions that files can name; the first is the one meant when none is named.
pub const ACCEPTANCE_CONDITIONS: &[&AcceptanceKind] = &[&ASPIRATION, &CONSTANT];

const ASPIRATION: AcceptanceKind = AcceptanceKind {
    name: "aspiration",
    about: "says yes to what is worth its aspiration now",
    parameters: &[],
    threshold: |_, aspiration| aspiration,
};

const CONSTANT: AcceptanceKind = AcceptanceKind {
    name: "constant",
    about: "says yes to what is worth a fixed utility",
    parameters: &[Parameter {
        name: "at_least",
        about: "the utility from which it says yes",
        min: 0.0,
        max: 1.0,
        words: &[],
    }],
    threshold: |numbers, _| threshold(numbers[0]),
};
