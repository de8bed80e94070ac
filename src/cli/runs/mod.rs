//! Runs as people ask for them: found by name, begun, resumed, and summarized at their end.

mod failures;
mod finish;
mod finish_study;
mod folder;
mod listing;
mod named;
mod page;
mod planned;
mod resumable_run;

pub(crate) use failures::{
    MERGE, plan_failure, planned_merge_failure, planned_shard_failure, reopen_failure, way_on,
};
pub use failures::{run_failure, spec_failure, study_failure};
pub(crate) use finish::conclude;
pub(crate) use finish_study::{conclude_study, conclude_weighing};
pub use folder::create_new;
pub(crate) use folder::{in_new_folder, refuse_existing};
pub(crate) use listing::{ListedRun, RUNS, RunState, listed_runs};
pub use named::{open_run, read_manifest};
pub use page::make_recorded_page;
pub(crate) use page::{report_line, write_page_of_run};
pub(crate) use planned::read_plan;
pub(crate) use resumable_run::{JournaledFiles, resumable_run};
