//! The core of demarche for a Web Worker: the requests of a page in, answers out, both JSON.
//!
//! [`Explorer`] holds the runs of one page; [`abi`] is how JavaScript reaches it. Nothing here draws,
//! counts or formats: pages, tables and figures are those of the library.

pub mod abi;
mod explorer;
mod inputs;

pub use explorer::Explorer;
