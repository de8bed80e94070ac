//! What the journal of a run begins with, and all that makes it this run.

use crate::run::journal::{JournalHead, StudyHead};
use crate::run::spec::{PlannedSpec, RunSpec};

/// What the journal of a run begins with.
pub(in crate::run) fn head(spec: &RunSpec) -> JournalHead {
    JournalHead::new(spec.request().clone(), spec.inputs().to_vec())
}

/// What the journals of all shards of a study begin with, but for the shard.
pub(super) fn study_head(spec: &PlannedSpec) -> StudyHead {
    StudyHead::new(spec.request(), spec.inputs().to_vec())
}

/// The SHA-256 of all that something in shards is made from, the same for all shards.
pub(in crate::run) fn digest_of_whole(spec: &PlannedSpec) -> String {
    match spec {
        PlannedSpec::Run(it) => head(it).of_whole().digest(),
        PlannedSpec::Study(_) | PlannedSpec::Weighing(_) => study_head(spec).digest(),
    }
}
