//! A number that is certain.

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    DistributionError, DistributionForm, DistributionKind, Prepared, exactly, numbers,
};

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "constant",
    about: "Always this number.",
    form: DistributionForm::Number,
    prepare: |arguments| {
        let [number] = numbers(arguments);
        Ok(Prepared {
            min: number,
            max: number,
            numbers: vec![number],
        })
    },
    quantile: |numbers, _| exactly::<1>(numbers)[0],
};

impl Distribution {
    /// Always the same number.
    ///
    /// # Errors
    ///
    /// If it is not finite.
    pub fn constant(number: f64) -> Result<Self, DistributionError> {
        KIND.distribution(&[&[number]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::distribution::test_support::check_near;

    #[test]
    fn every_draw_is_the_number() {
        let constant = Distribution::constant(1.5).unwrap();
        assert!(constant.is_constant());
        for p in [0.0, 0.3, 1.0 - f64::EPSILON] {
            check_near(constant.quantile(p), 1.5, 0.0);
        }
    }

    #[test]
    fn a_number_that_is_none_is_refused() {
        let error = Err(DistributionError::NotFinite(None));
        assert_eq!(Distribution::constant(f64::NAN), error);
    }
}
