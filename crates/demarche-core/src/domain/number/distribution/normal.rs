//! The normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    ArgumentRange, DistributionError, DistributionForm, DistributionKind, DistributionParameter,
    MAX, MIN, Prepared, bisect, check_order, exactly, numbers,
};

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "normal",
    about: "The normal distribution, cut to a range.",
    form: DistributionForm::Table {
        parameters: &[
            DistributionParameter {
                name: "mean",
                about: "The middle of the distribution before it is cut.",
                range: ArgumentRange::Finite,
            },
            DistributionParameter {
                name: "sd",
                about: "Its standard deviation before it is cut, above 0.",
                range: ArgumentRange::AboveZero,
            },
            MIN,
            MAX,
        ],
        words: "normal with mean {mean} and standard deviation {sd}, from {min} to {max}",
    },
    prepare: |arguments| {
        let [mean, sd, min, max] = numbers(arguments);
        check_order(min, max)?;
        let below = |x: f64| standard_normal_probability((x - mean) / sd);
        let (p_min, p_max) = (below(min), below(max));
        if p_max - p_min < 1e-6 {
            return Err(DistributionError::DoNotFit {
                rule: "the normal distribution has almost no probability between min and max",
                place: None,
            });
        }
        Ok(Prepared {
            min,
            max,
            numbers: vec![mean, sd, p_min, p_max],
        })
    },
    quantile: |numbers, p| {
        // The probabilities below the ends of the range.
        let [mean, sd, p_min, p_max] = exactly(numbers);
        mean + sd * standard_normal_quantile(p_min + p * (p_max - p_min))
    },
};

impl Distribution {
    /// The normal distribution, cut to a range.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite, `sd` not positive, the range upside down, or less than one
    /// draw in a million would fall within it.
    pub fn normal(mean: f64, sd: f64, min: f64, max: f64) -> Result<Self, DistributionError> {
        KIND.distribution(&[&[mean], &[sd], &[min], &[max]])
    }
}

/// The quantile function of the standard normal distribution.
///
/// Bisection on `erfc`: slower than a rational approximation and exact to the last bits of it.
pub(crate) fn standard_normal_quantile(p: f64) -> f64 {
    // Beyond 38 standard deviations a double knows no probability.
    bisect(-38.0, 38.0, |x| standard_normal_probability(x) < p)
}

/// The probability that a standard normal number is below `x`.
pub(crate) fn standard_normal_probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;
    use crate::domain::number::distribution::test_support::{check_near, does_not_fit};

    #[test]
    fn quantiles_agree_with_another_library() {
        let normal = Distribution::normal(2.0, 3.0, -50.0, 60.0).unwrap();
        let reference = Normal::new(2.0, 3.0).unwrap();
        for k in 1..100 {
            let p = f64::from(k) / 100.0;
            check_near(normal.quantile(p), reference.inverse_cdf(p), 1e-9);
        }
    }

    #[test]
    fn a_cut_normal_stays_in_its_range_and_keeps_its_median() {
        let normal = Distribution::normal(0.5, 0.2, 0.4, 0.6).unwrap();
        check_near(normal.quantile(0.5), 0.5, 1e-12);
        check_near(normal.quantile(0.0), 0.4, 1e-12);
        assert!(normal.quantile(1.0 - f64::EPSILON) <= 0.6);
    }

    #[test]
    fn a_scale_of_zero_and_a_range_far_out_are_refused() {
        let error = DistributionError::OutOfRange {
            parameter: "sd",
            range: ArgumentRange::AboveZero,
        };
        assert_eq!(Distribution::normal(0.0, 0.0, -1.0, 1.0), Err(error));
        let rule = "the normal distribution has almost no probability between min and max";
        let far_out = Distribution::normal(0.0, 0.1, 5.0, 6.0);
        assert_eq!(far_out, does_not_fit(rule, None));
    }
}
