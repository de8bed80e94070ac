//! The sessions of a design by form of the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use demarche_core::negotiation::Setting;
use demarche_core::randomness::Replication;

use crate::experiment::studies::form_factors::{CombinedForms, FormFactor, levels};
use crate::experiment::studies::study_draws::RadialDraws;

/// Most forms of the model that a design may meet.
const COMBINATIONS_MAX: usize = 4096;

/// Why forms of the model cannot be varied together.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CombinationError {
    /// All settings of a study are held in memory.
    #[error("the design meets more than {COMBINATIONS_MAX} forms of the model")]
    TooMany,
    /// Changes that are sound one by one are not so together.
    #[error("{0}")]
    Apart(String),
}

/// The sessions of a study in one form of the model.
#[derive(Clone, Debug)]
pub(super) struct FormSessions {
    /// The scenario in that form.
    pub(super) setting: Arc<Setting>,
    /// Which sessions, in ascending order.
    pub(super) sessions: Arc<[u64]>,
}

/// The sessions of a design by form of the model; none if there is only one form.
///
/// # Errors
///
/// If there are too many forms, or some do not go together.
pub(super) fn sessions_by_form(
    setting: &Setting,
    forms: &[FormFactor],
    (draws, n_inputs): (&RadialDraws, usize),
) -> Result<Vec<FormSessions>, CombinationError> {
    if forms.iter().all(|it| it.n_levels() == 1) {
        return Ok(Vec::new());
    }
    let mut sessions: BTreeMap<Vec<usize>, Vec<u64>> = BTreeMap::new();
    for session in 0..draws.n_sessions() {
        let probability = |form| draws.probability(Replication(session), n_inputs + form);
        sessions
            .entry(levels(forms, probability))
            .or_default()
            .push(session);
        if sessions.len() > COMBINATIONS_MAX {
            return Err(CombinationError::TooMany);
        }
    }
    let mut combined = CombinedForms::new(Arc::new(setting.clone()), forms);
    let by_form = sessions.into_iter().map(|(levels, sessions)| {
        let setting = combined.setting(&levels).map_err(CombinationError::Apart)?;
        Ok(FormSessions {
            setting,
            sessions: sessions.into(),
        })
    });
    by_form.collect()
}
