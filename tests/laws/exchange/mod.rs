//! Other tools' files: import, export, and agreement with NegMAS.

mod foreign;
pub(crate) mod interchange;
mod negmas;
