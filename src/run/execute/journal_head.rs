//! What the journal of a run begins with, and all that makes it this run.

use crate::run::journal::JournalHead;
use crate::run::spec::RunSpec;

/// What the journal of a run begins with.
pub(in crate::run) fn head(spec: &RunSpec) -> JournalHead {
    JournalHead::new(spec.request().clone(), spec.inputs().to_vec())
}
