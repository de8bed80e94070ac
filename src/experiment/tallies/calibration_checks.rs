//! Measuring a scenario's claims over draws of its uncertain numbers, before anyone concedes.

use std::ops::ControlFlow;
use std::sync::Arc;

use demarche_core::domain::Preferences;
use demarche_core::negotiation::{PreferenceDraw, Setting};
use demarche_core::randomness::{Replication, Seeds};
use demarche_core::solution::holds;

/// In how many draws each of the scenario's claims holds, in the order of the claims.
///
/// The draws are those of the first `draws` replications: the very preferences that sessions with
/// these seeds would begin with. Calls `observer` after each with the number of draws so far, which are
/// the last ones if it breaks off.
pub fn measure_claims(
    setting: &Arc<Setting>,
    seeds: &Seeds,
    draws: u64,
    mut observer: impl FnMut(u64) -> ControlFlow<()>,
) -> Vec<u64> {
    let scenario = setting.scenario();
    let mut parties: Vec<PreferenceDraw> = scenario
        .party_ids()
        .map(|it| PreferenceDraw::new(Arc::clone(setting), it))
        .collect();
    let mut counts = vec![0; scenario.claims.len()];
    for replication in (0..draws).map(Replication) {
        let drawn = parties.iter_mut().map(|it| it.draw(seeds, replication));
        let drawn: Vec<&Preferences> = drawn.collect();
        for (count, claim) in counts.iter_mut().zip(scenario.claims.iter()) {
            *count += u64::from(holds(&claim.statement, &drawn, &scenario.consent));
        }
        if observer(replication.0 + 1).is_break() {
            break;
        }
    }
    counts
}
