//! Never gives way: the other baseline, called hardliner too.

use crate::domain::Utility;
use crate::protocol::Rules;
use crate::search::{Audiences, OutcomeSearch};
use crate::strategy::{OfferingKind, OfferingRule, Situation};

pub(crate) const KIND: OfferingKind = OfferingKind {
    name: "tough",
    about: "offers its best outcome for ever (a hardliner)",
    parameters: &[],
    audiences: Audiences::Alike,
    start: |_, _: &Rules| Box::new(Tough),
};

#[derive(Debug)]
struct Tough;

impl OfferingRule for Tough {
    fn aspiration(&mut self, situation: &Situation<'_>, _: &mut dyn OutcomeSearch) -> Utility {
        situation.best_utility
    }
}
