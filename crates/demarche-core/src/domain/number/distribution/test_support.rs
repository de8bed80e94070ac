//! What tests of distributions share.

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{ArgumentPlace, DistributionError};

#[track_caller]
pub(super) fn check_near(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected}"
    );
}

pub(super) fn does_not_fit(
    rule: &'static str,
    parameter: Option<&'static str>,
) -> Result<Distribution, DistributionError> {
    let place = parameter.map(ArgumentPlace::of);
    Err(DistributionError::DoNotFit { rule, place })
}
