//! Runs and studies in shards, as several verbs need them: cut, listed as far as they are missing, and merged.

mod cut;
mod listing;
mod merging;

pub(crate) use cut::{
    CutOrElse, CutOrPlan, MANIFEST, StudyCutArguments, WeighingCutArguments, write_plan,
};
pub(crate) use listing::{array_list, missing_numbers};
pub(crate) use merging::{MergedPlan, merge_aside, merge_failure};
