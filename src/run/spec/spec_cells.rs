//! The cells of what is to be run: one, or those of a sweep.

use std::sync::Arc;

use demarche_core::negotiation::Setting;
use demarche_core::randomness::{MasterSeed, Seeds};

use crate::config::Sweep;
use crate::experiment::{Cell, CellId};
use crate::run::record::SweepRecord;
use crate::run::writer::SweptParameters;

/// The cells of what is to be run, with what is varied between them.
pub(super) struct SpecCells {
    pub(super) cells: Vec<Cell>,
    pub(super) parameters: SweptParameters,
    /// What is varied, as the manifest has it; `None` of a single cell.
    pub(super) record: Option<SweepRecord>,
}

impl SpecCells {
    /// One cell.
    pub(super) fn only(setting: Setting, seed: MasterSeed) -> Self {
        Self {
            cells: vec![Cell {
                setting: Arc::new(setting),
                seeds: Seeds::new(seed),
            }],
            parameters: SweptParameters {
                paths: Vec::new(),
                values: vec![Vec::new()],
            },
            record: None,
        }
    }

    /// Those of a sweep.
    pub(super) fn of_sweep(sweep: Sweep, seed: MasterSeed) -> Self {
        let random_numbers = sweep.random_numbers;
        let cells = (0..).map(CellId).zip(sweep.settings);
        let cells = cells.map(|(cell, setting)| Cell {
            setting: Arc::new(setting),
            seeds: random_numbers.seeds(seed, cell),
        });
        Self {
            cells: cells.collect(),
            record: Some(SweepRecord {
                random_numbers,
                paths: sweep.paths.clone(),
                values: sweep.json_values,
                scenarios: sweep.scenarios,
            }),
            parameters: SweptParameters {
                paths: sweep.paths,
                values: sweep.values,
            },
        }
    }
}
