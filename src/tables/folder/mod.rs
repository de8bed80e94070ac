//! The folder of a run and the table files in it: created exclusively, written durably, read within limits.

mod row_limited_reader;
mod run_directory;
mod safe_fs;
mod table_file;
mod table_records;
mod write_error;

pub use row_limited_reader::{ROW_BYTES_MAX, RowLimitedReader};
pub use run_directory::RunDirectory;
pub(crate) use run_directory::check_place;
pub(crate) use safe_fs::{Access, Folder};
pub use table_file::FinishedTable;
pub(crate) use table_file::{TableFile, TablePlace, WrittenTable};
pub(crate) use table_records::RunningDigest;
pub use table_records::{RecordedTable, TableDifference, TableRecord};
pub use write_error::WriteError;
