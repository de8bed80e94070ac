//! Common or independent random numbers: whether the cells of a sweep share their streams.

use demarche_core::randomness::{MasterSeed, Seeds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::experiment::plan::CellId;
use crate::experiment::tallies::Pairing;

/// Whether cells share their random numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RandomNumbers {
    /// Replication 17 has the same random numbers in every cell.
    #[default]
    Common,
    /// Every cell has a random stream of its own.
    Independent,
}

impl RandomNumbers {
    /// The streams of a cell: those of the master seed or, of independent cells, of the master seed
    /// mixed with the cell's position.
    pub fn seeds(self, master: MasterSeed, cell: CellId) -> Seeds {
        match self {
            Self::Common => Seeds::new(master),
            Self::Independent => Seeds::of_cell(master, cell.0.into()),
        }
    }

    /// Whether the cells can be compared replication by replication.
    pub fn pairing(self) -> Pairing {
        match self {
            Self::Common => Pairing::Paired,
            Self::Independent => Pairing::Unpaired,
        }
    }
}
