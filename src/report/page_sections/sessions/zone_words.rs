//! The share of deals taken apart: was there anything to agree on, and was it found?

use demarche_core::negotiation::Setting;

use crate::report::drawing::{Quantity, Unit};
use crate::report::summary::DetailedCell;

/// The share of deals as what it is made of; `None` without sessions, and of runs of versions that
/// did not measure it.
pub(crate) fn zone_shares(setting: &Setting, cell: &DetailedCell) -> Option<String> {
    let [zone, found, without, undecided] = cell.zone;
    let found_text = found.map_or_else(String::new, |it| {
        format!("; {} of these ended in a deal", share(&it))
    });
    let mut sentences = vec![format!(
        "{} of sessions had a zone of possible agreement: an outcome acceptable to all whose consent it needs{found_text}.",
        share(&zone?)
    )];
    let is_shown = |it: &Quantity| it.value > 0.0 || setting.has_offers_below_no_deal();
    sentences.extend(without.filter(is_shown).map(|it| {
        format!(
            "{} of all sessions ended in a deal without such a zone: one that is worth less than no deal to a party whose consent it needs.",
            share(&it)
        )
    }));
    sentences.extend(undecided.filter(|it| it.value > 0.0).map(|it| {
        format!(
            "Of {} it is not known: the search for a zone reached its limit.",
            share(&it)
        )
    }));
    Some(sentences.join(" "))
}

fn share(of: &Quantity) -> String {
    let [share, low, high] = of.fields(Unit::Share);
    let interval = of.interval;
    interval.map_or_else(|| share.clone(), |_| format!("{share} ({low} to {high})"))
}
