//! Which files may be read because a file names them, and files that are written beside a run.

mod file_access;
mod new_file;
mod watched_files;

pub use file_access::CitedFiles;
pub(crate) use file_access::{is_stream, read_text, stream_text};
pub(crate) use new_file::{cannot, refuse_existing, write_new, written};
pub(crate) use watched_files::WatchedFiles;
