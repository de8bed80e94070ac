//! What both binaries of tests use: processes, random worlds, reference data.
#![allow(dead_code, reason = "each binary uses a part of it")]

pub(crate) mod process;
pub(crate) mod reference_data;
#[cfg(unix)]
pub(crate) mod terminal;
pub(crate) mod thoroughness;
pub(crate) mod worlds;
