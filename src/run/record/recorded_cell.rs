//! A cell of a run, again from the run's manifest.

use std::sync::Arc;

use demarche_core::domain::PartySet;
use demarche_core::negotiation::Setting;
use demarche_core::randomness::{MasterSeed, Seeds};
use demarche_core::strategy::Strategies;
use serde_json::Value as Json;

use crate::config::{Diagnostics, load_recorded};
use crate::experiment::CellId;
use crate::run::record::manifest::Manifest;

/// A cell of a run, again from the run's manifest.
#[derive(Clone, Debug)]
pub struct RecordedCell<'a> {
    /// Scenario, rules and strategies.
    pub setting: Arc<Setting>,
    /// Its random numbers.
    pub seeds: Seeds,
    /// Of a sweep, the cell's values by path.
    pub values: Vec<(&'a str, &'a Json)>,
}

/// Why a cell cannot be made of a manifest again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordedCellError {
    /// Its configuration is wrong.
    #[error("{}", .0.render(false))]
    Diagnostics(Diagnostics),
    /// Something else in the manifest is.
    #[error("{place}: {message}")]
    Manifest {
        /// What stands for the manifest.
        place: String,
        /// What is wrong.
        message: &'static str,
    },
}

impl<'a> RecordedCell<'a> {
    /// Builds the cell, which can name these strategies; `place` stands for the manifest in messages.
    ///
    /// # Errors
    ///
    /// If the manifest lacks it, or what the manifest has of it is wrong.
    pub fn of(
        manifest: &'a Manifest,
        place: &str,
        cell: CellId,
        strategies: &Strategies,
    ) -> Result<Self, RecordedCellError> {
        let wrong = |message: &'static str| RecordedCellError::Manifest {
            place: place.to_owned(),
            message,
        };
        let values = match &manifest.sweep {
            Some(it) => it
                .cell(cell.idx())
                .ok_or_else(|| wrong("`sweep` lacks a value"))?,
            None if manifest.verb == "sweep" => {
                return Err(wrong("the sweep's cells are not in it"));
            }
            None => Vec::new(),
        };
        let resolved = match values.iter().find(|it| it.0 == "scenario") {
            Some((_, name)) => manifest
                .scenario(name)
                .ok_or_else(|| wrong("`sweep` lacks the cell's scenario"))?,
            None => &manifest.resolved,
        };
        let settings = values.iter().copied().filter(|it| it.0 != "scenario");
        let loaded = load_recorded(place, resolved, &manifest.set_numbers, settings, strategies);
        let setting = loaded.map_err(RecordedCellError::Diagnostics)?.setting;
        let outside = manifest.outside.as_ref();
        let outside = outside.into_iter().flat_map(|it| it.parties.keys());
        let outside: Option<PartySet> = outside
            .map(|name| setting.scenario().party_named(name))
            .collect();
        let outside = outside.ok_or_else(|| wrong("`outside` names a party that is not in it"))?;
        let setting = Arc::new(setting.with_outside(outside));
        let seed: u64 = manifest
            .seed
            .parse()
            .map_err(|_| wrong("`seed` is not a whole number from 0 to 2^64 - 1"))?;
        let random_numbers = manifest.sweep.as_ref().map(|it| it.random_numbers);
        let random_numbers = random_numbers.unwrap_or_default();
        let seeds = random_numbers.seeds(MasterSeed(seed), cell);
        Ok(Self {
            setting,
            seeds,
            values,
        })
    }
}
