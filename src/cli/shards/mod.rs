//! Runs in shards, as several verbs need them: cut, listed as far as they are missing, and merged.

mod cut;
mod listing;
mod merging;

pub(crate) use cut::{CutArguments, planned_folder, write_plan};
pub(crate) use listing::{array_list, missing_numbers};
pub(crate) use merging::{merge_aside, open_planned};
