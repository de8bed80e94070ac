//! Studies of a scenario: of its own numbers by sensitivity and threshold search, and of the form of
//! the model.

mod model_forms;
mod robustness;
mod sensitivity;
mod study;
mod threshold_search;

pub use model_forms::{Form, FormDimension, built_in_forms, form_names};
pub use robustness::{AS_IT_STANDS, FORM_SESSIONS_DEFAULT, FormResult, Robustness};
pub use sensitivity::{
    AgreementBox, Finding, SensitivityMeasure, agreement_boxes, design_findings, findings,
    points_for_claim, points_for_interval,
};
pub use study::{DesignBlock, DesignRow, Factor, FactorKind, Study, StudyError, StudyInput};
pub use threshold_search::{Flip, FlipSearch, Flips, LeastShift, ShiftTrials, Trial};
