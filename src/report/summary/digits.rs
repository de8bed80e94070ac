//! Numbers and texts in memory as their tables have them, so that a run that is read back is the same.

use demarche_core::domain::{PartyId, Scenario};
use demarche_stats::estimate::{Estimate, Interval};

use crate::report::drawing::Quantity;
use crate::tables::{as_written, written};

/// The identifier of a party.
pub(super) fn name(scenario: &Scenario, party: PartyId) -> String {
    text(&scenario.party(party).name)
}

/// A text as a table has it.
pub(super) fn text(text: &str) -> String {
    written(text.into())
}

/// A share with its interval; `None` of nothing.
pub(super) fn share(successes: u64, n: u64) -> Option<Quantity> {
    quantity(&Estimate::of_share(successes, n)?)
}

/// An estimate with its interval.
pub(super) fn quantity(estimate: &Estimate) -> Option<Quantity> {
    as_quantity(estimate.point, estimate.interval)
}

/// A number with its interval.
pub(super) fn as_quantity(value: f64, interval: Option<Interval>) -> Option<Quantity> {
    let ends = interval.map(|it| (as_written(it.low), as_written(it.high)));
    Some(Quantity {
        value: as_written(value)?,
        interval: match ends {
            Some((Some(low), Some(high))) => Some(Interval { low, high }),
            _ => None,
        },
    })
}
