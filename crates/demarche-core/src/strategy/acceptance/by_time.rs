//! Says no until late, and then yes to anything that is better than no agreement.
//!
//! `AC_time` of Baarslag, Hindriks and Jonker, *Acceptance conditions in automated negotiation*,
//! in *Complex Automated Negotiations* (2013), 95–111.

use crate::domain::Outcome;
use crate::strategy::Parameter;
use crate::strategy::acceptance::{AcceptanceCondition, AcceptanceKind, OwnSide};

pub(super) const KIND: AcceptanceKind = AcceptanceKind {
    name: "time",
    about: "accepts any offer at or above its reservation value, from a given time on",
    parameters: &[AFTER],
    start: |numbers| Box::new(ByTime { after: numbers[0] }),
};

pub(super) const AFTER: Parameter = Parameter {
    name: "after",
    about: "the relative time from which it accepts",
    min: 0.0,
    max: 1.0,
    words: &[],
    default: Some(0.98),
};

#[derive(Debug)]
struct ByTime {
    after: f64,
}

impl AcceptanceCondition for ByTime {
    fn accepts(&mut self, _: Outcome, own: &mut OwnSide<'_, '_>) -> bool {
        own.situation().relative_time() >= self.after
    }
}
