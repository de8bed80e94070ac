//! Tables as bytes: CSV, Parquet, and workbooks.

mod csv_rows;
mod parquet;
mod sheet;
mod sheet_formats;
mod workbook;

pub(crate) use csv_rows::written;
pub use csv_rows::{Field, Rows};
pub use parquet::ParquetTables;
pub(crate) use parquet::write_parquet;
pub use workbook::{LeftOut, WORKBOOK, Workbook, WorkbookRun, write_workbook};
