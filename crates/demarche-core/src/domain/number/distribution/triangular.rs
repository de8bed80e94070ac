//! The triangular distribution.

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    ArgumentPlace, ArgumentRange, DistributionError, DistributionForm, DistributionKind,
    DistributionParameter, MAX, MIN, Prepared, check_order, exactly, numbers,
};

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "triangular",
    about: "Between two numbers, most often near the mode.",
    form: DistributionForm::Table {
        parameters: &[
            MIN,
            DistributionParameter {
                name: "mode",
                about: "The value it is most often near.",
                range: ArgumentRange::Finite,
            },
            MAX,
        ],
        words: "from {min} to {max}, most often near {mode}",
    },
    prepare: |arguments| {
        let [min, mode, max] = numbers(arguments);
        check_order(min, max)?;
        if mode < min || mode > max {
            return Err(DistributionError::DoNotFit {
                rule: "mode must lie between min and max",
                place: Some(ArgumentPlace::of("mode")),
            });
        }
        Ok(Prepared {
            min,
            max,
            numbers: vec![min, mode, max],
        })
    },
    quantile: |numbers, p| {
        let [min, mode, max] = exactly(numbers);
        let (width, rise, fall) = (max - min, mode - min, max - mode);
        if p * width < rise {
            min + libm::sqrt(p * width * rise)
        } else {
            max - libm::sqrt((1.0 - p) * width * fall)
        }
    },
};

impl Distribution {
    /// Between two numbers, with a density that rises to the mode and falls from it in a line.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite or they are not in order.
    pub fn triangular(min: f64, mode: f64, max: f64) -> Result<Self, DistributionError> {
        KIND.distribution(&[&[min], &[mode], &[max]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::distribution::test_support::{check_near, does_not_fit};

    #[test]
    fn quantiles_are_those_computed_by_hand() {
        let triangular = Distribution::triangular(0.0, 1.0, 4.0).unwrap();
        // A quarter of the mass lies below the mode.
        check_near(triangular.quantile(0.25), 1.0, 1e-15);
        check_near(triangular.quantile(0.0), 0.0, 0.0);
        check_near(triangular.quantile(1.0 - 3.0 / 16.0), 4.0 - 1.5, 1e-15);
    }

    #[test]
    fn a_mode_outside_the_range_is_refused() {
        let rule = "mode must lie between min and max";
        let outside = Distribution::triangular(0.0, 2.0, 1.0);
        assert_eq!(outside, does_not_fit(rule, Some("mode")));
    }
}
