//! Studies of a scenario's own numbers: sensitivity and threshold search.

mod sensitivity;
mod study;
mod threshold_search;

pub use sensitivity::{
    AgreementBox, Finding, SensitivityMeasure, agreement_boxes, design_findings, findings,
    points_for_claim, points_for_interval,
};
pub use study::{DesignBlock, DesignRow, Factor, FactorKind, Study, StudyError};
pub use threshold_search::{Flip, FlipSearch, Flips, LeastShift, ShiftTrials, Trial};
