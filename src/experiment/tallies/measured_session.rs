//! A session with what is measured of it beside the negotiation itself.

use std::sync::Arc;

use demarche_core::domain::Preferences;
use demarche_core::negotiation::{PreferenceDraw, SessionResult, Setting};
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::solution::{Zone, zone_of_possible_agreement};

/// A session, and whether there was anything to agree on.
#[derive(Clone, PartialEq, Debug)]
pub struct MeasuredSession {
    /// What came of it.
    pub result: SessionResult,
    /// Whether some outcome was acceptable to all whose consent it needs.
    pub zone: Zone,
}

/// Measures what the parties of a session could have agreed on.
///
/// It draws their preferences again: no message of a session carries any.
#[derive(Debug)]
pub struct SessionMeasurer {
    setting: Arc<Setting>,
    draws: Vec<PreferenceDraw>,
}

impl SessionMeasurer {
    /// For the sessions of a setting.
    pub fn new(setting: Arc<Setting>) -> Self {
        let draw = |it| PreferenceDraw::new(Arc::clone(&setting), it);
        Self {
            draws: setting.scenario().party_ids().map(draw).collect(),
            setting,
        }
    }

    /// Whether the parties of a session could agree.
    ///
    /// That follows from the preferences drawn in it and the consent rule alone.
    pub fn zone(&mut self, seeds: &Seeds, replication: Replication) -> Zone {
        let draws = self.draws.iter_mut();
        let parties: Vec<&Preferences> = draws.map(|it| it.draw(seeds, replication)).collect();
        zone_of_possible_agreement(&parties, &self.setting.rules().consent)
    }

    /// A session that ended so, with what is measured of it.
    pub fn measure(&mut self, seeds: &Seeds, result: SessionResult) -> MeasuredSession {
        MeasuredSession {
            zone: self.zone(seeds, result.replication),
            result,
        }
    }
}
