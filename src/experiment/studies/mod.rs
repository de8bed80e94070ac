//! Studies of a scenario: of its own numbers by sensitivity and threshold search, and of the form of
//! the model.

mod form_factors;
mod form_sessions;
mod model_forms;
mod robustness;
mod sensitivity;
mod study;
mod study_draws;
mod study_factors;
mod study_run;
mod threshold_search;

pub(super) use model_forms::{DEFAULT_OFFERING_RULES, following};

pub use form_factors::FormFactor;
pub use form_sessions::CombinationError;
pub use model_forms::{Form, FormDimension, built_in_forms, form_names};
pub use robustness::{AS_IT_STANDS, FORM_SESSIONS_DEFAULT, FormResult, Robustness};
pub use sensitivity::{
    AgreementBox, Finding, SensitivityMeasure, agreement_boxes, design_findings, findings,
    points_for_claim, points_for_interval,
};
pub use study::{DesignBlock, DesignRow, RadialInputs, Study, StudyError};
pub(crate) use study_factors::PAIR_SIGN;
pub use study_factors::{Factor, FactorKind, StudyInput};
pub use study_run::{FormLevel, form_levels};
pub use threshold_search::{Flip, FlipSearch, Flips, LeastShift, ShiftTrials, Trial};
