//! The uniform distribution.

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    DistributionError, DistributionForm, DistributionKind, MAX, MIN, Prepared, check_order,
    exactly, numbers,
};

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "uniform",
    about: "Evenly between two numbers.",
    form: DistributionForm::Table {
        parameters: &[MIN, MAX],
        words: "anywhere from {min} to {max}",
    },
    prepare: |arguments| {
        let [min, max] = numbers(arguments);
        check_order(min, max)?;
        Ok(Prepared {
            min,
            max,
            numbers: vec![min, max],
        })
    },
    quantile: |numbers, p| {
        let [min, max] = exactly(numbers);
        min + p * (max - min)
    },
};

impl Distribution {
    /// Evenly between two numbers.
    ///
    /// # Errors
    ///
    /// If a bound is not finite or they are not in order.
    pub fn uniform(min: f64, max: f64) -> Result<Self, DistributionError> {
        KIND.distribution(&[&[min], &[max]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::distribution::test_support::{check_near, does_not_fit};

    #[test]
    fn quantiles_divide_the_range() {
        let uniform = Distribution::uniform(-1.0, 3.0).unwrap();
        check_near(uniform.quantile(0.0), -1.0, 0.0);
        check_near(uniform.quantile(0.25), 0.0, 0.0);
    }

    #[test]
    fn an_empty_range_and_one_beyond_all_numbers_are_refused() {
        let empty = Distribution::uniform(1.0, 1.0);
        assert_eq!(empty, does_not_fit("min must be below max", Some("max")));
        let endless = Distribution::uniform(f64::MIN, f64::MAX);
        assert_eq!(endless, Err(DistributionError::NotFinite(None)));
    }
}
