//! What parties want with every number at its median: pages show deals beside it.

use std::sync::Arc;

use demarche_core::domain::{IssueId, OptionId, PartyId, Preferences};
use demarche_core::negotiation::{DesignedDraws, NumberId, PreferenceDraw, Setting};
use demarche_core::randomness::{MasterSeed, Replication, Seeds};

/// Each number at its median, and no random numbers.
#[derive(Debug)]
struct Medians;

impl DesignedDraws for Medians {
    fn base_replication(&self, row: Replication) -> Replication {
        row
    }

    fn probability(&self, _: Replication, _: NumberId) -> Option<f64> {
        Some(0.5)
    }
}

/// The setting with every number at its median; of its red lines those are real that are then more
/// likely real than not. Nothing of it is left to random numbers.
pub(in crate::report::page_sections) fn at_medians(setting: &Setting) -> Setting {
    setting.clone().designed(Arc::new(Medians))
}

/// The parties' preferences with every number at its median.
pub(in crate::report::page_sections) fn median_preferences(setting: &Setting) -> Vec<Preferences> {
    let medians = Arc::new(at_medians(setting));
    let seeds = Seeds::new(MasterSeed(0));
    let draw = |party: PartyId| {
        let mut draw = PreferenceDraw::new(Arc::clone(&medians), party);
        draw.draw(&seeds, Replication(0)).clone()
    };
    setting.scenario().party_ids().map(draw).collect()
}

/// The options of an issue that a party would choose alone: those worth most to it; none if all are
/// worth as much.
pub(in crate::report::page_sections) fn chosen_alone(
    preferences: &Preferences,
    issue: IssueId,
) -> Vec<OptionId> {
    let worths = preferences.contributions(issue);
    let (least, most) = (worths.iter().min(), worths.iter().max());
    if least == most {
        return Vec::new();
    }
    let options = preferences.space().options(issue);
    let chosen = options.filter(|it| Some(&worths[it.idx()]) == most);
    chosen.collect()
}
