//! Whether a run's tables have twins as Parquet, which takes the feature `parquet`.

use serde::{Deserialize, Serialize};

/// Whether each table has a twin as Parquet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParquetTables {
    /// Yes.
    #[cfg(feature = "parquet")]
    Written,
    /// No.
    Omitted,
}
