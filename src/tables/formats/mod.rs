//! Tables as bytes: CSV, copies in other formats, and workbooks.

mod csv_rows;
#[cfg(feature = "parquet")]
mod parquet;
mod sheet;
mod sheet_styles;
mod table_copies;
mod workbook;

pub use csv_rows::{Field, Rows};
pub(crate) use csv_rows::{as_written, written};
pub use table_copies::{TableCopies, TableFormat, UnknownFormat};
pub use workbook::{LeftOut, WORKBOOK, Workbook, WorkbookRun, write_workbook};

/// The formats in which tables can have copies; CSV, which every table has, is none of them.
///
/// A new format is one file and one line here.
pub const TABLE_FORMATS: &[&TableFormat] = &[
    #[cfg(feature = "parquet")]
    &parquet::FORMAT,
];
