//! Whether a run's tables have Parquet copies, which takes the feature `parquet`.

use serde::{Deserialize, Serialize};

/// Whether each table has a Parquet copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParquetTables {
    /// Yes.
    #[cfg(feature = "parquet")]
    Written,
    /// No.
    Omitted,
}
