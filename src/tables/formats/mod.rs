//! Tables as bytes: CSV, Parquet, and workbooks.

mod csv_rows;
#[cfg(feature = "parquet")]
mod parquet;
mod parquet_tables;
mod sheet;
mod sheet_formats;
mod workbook;

pub use csv_rows::{Field, Rows};
pub(crate) use csv_rows::{as_written, written};
#[cfg(feature = "parquet")]
pub(crate) use parquet::write_parquet;
pub use parquet_tables::ParquetTables;
pub use workbook::{LeftOut, WORKBOOK, Workbook, WorkbookRun, write_workbook};
