//! The table of draws: a row per session, with every number as it was drawn there.

use std::collections::{BTreeMap, BTreeSet};

use demarche_core::negotiation::{NumberId, Setting};
use demarche_core::randomness::Replication;

use crate::experiment::{Cell, CellId};
use crate::tables::formats::{Field, Rows};
use crate::tables::schema::{Column, TableEntry, number};

/// Most numbers of a table of draws: the rows of a chunk of sessions are held in memory.
pub const DRAWN_NUMBERS_MAX: usize = 4096;

/// The numbers that a table of draws has columns for, by their paths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawColumns {
    paths: Vec<String>,
}

/// Where a setting has the numbers of a table of draws; `None` for those that it does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawPlaces(Vec<Option<NumberId>>);

impl DrawColumns {
    /// All numbers that are uncertain in a cell, in the order of the first cell that has them.
    pub fn of(cells: &[Cell]) -> Self {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut paths = Vec::new();
        for cell in cells {
            let uncertain = cell
                .setting
                .numbers()
                .filter(|it| !it.distribution.is_constant());
            for it in uncertain {
                if seen.insert(&it.path) {
                    paths.push(it.path.clone());
                }
            }
        }
        Self { paths }
    }

    /// The numbers with these paths.
    pub fn with_paths(paths: Vec<String>) -> Self {
        Self { paths }
    }

    /// Number of drawn numbers.
    pub fn n_numbers(&self) -> usize {
        self.paths.len()
    }

    /// All columns of the table, in order.
    pub fn columns(&self) -> Vec<Column> {
        let numbers: Vec<Column> = self.paths.iter().map(number).collect();
        TableEntry::of("draws").1.header(&[], &[], &numbers)
    }

    /// Where a setting has the numbers.
    pub fn places(&self, setting: &Setting) -> DrawPlaces {
        let mut by_path: BTreeMap<&str, NumberId> = BTreeMap::new();
        for (id, number) in setting.numbered() {
            by_path.entry(&number.path).or_insert(id);
        }
        let place = |path: &String| by_path.get(path.as_str()).copied();
        DrawPlaces(self.paths.iter().map(place).collect())
    }
}

impl DrawPlaces {
    /// Adds the row of a session in which a setting's numbers were drawn so.
    pub fn push(
        &self,
        rows: &mut Rows,
        cell: CellId,
        replication: Replication,
        drawn: &[Option<f64>],
    ) {
        let keys: [Field<'_>; 2] = [cell.0.into(), replication.0.into()];
        let numbers = self
            .0
            .iter()
            .map(|place| place.and_then(|it| drawn[it.idx()]));
        rows.push(keys.into_iter().chain(numbers.map(Field::from)));
    }
}
