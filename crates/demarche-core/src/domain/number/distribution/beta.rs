//! The beta distribution.

use crate::domain::number::distribution::Distribution;
use crate::domain::number::distribution::kind::{
    ArgumentRange, DistributionError, DistributionForm, DistributionKind, DistributionParameter,
    MAX, MIN, Prepared, bisect, check_order, exactly, numbers,
};

/// The least shape parameter of a beta distribution: nearly all draws are at an end of the range.
pub const SHAPE_MIN: f64 = 0.001;
/// The greatest: two of them have a standard deviation of a third of a per cent of the range.
pub const SHAPE_MAX: f64 = 10_000.0;

/// Shapes for which the quantiles can be computed in a few hundred steps.
const SHAPE: ArgumentRange = ArgumentRange::Between(SHAPE_MIN, SHAPE_MAX);

pub(super) const KIND: DistributionKind = DistributionKind {
    name: "beta",
    about: "The beta distribution, stretched over a range.",
    form: DistributionForm::Table {
        parameters: &[
            DistributionParameter {
                name: "alpha",
                about: "The first shape, above 0: the greater, the nearer to the greatest value.",
                range: SHAPE,
            },
            DistributionParameter {
                name: "beta",
                about: "The second shape, above 0: the greater, the nearer to the least value.",
                range: SHAPE,
            },
            MIN,
            MAX,
        ],
        words: "beta({alpha}, {beta}) from {min} to {max}",
    },
    prepare: |arguments| {
        let [alpha, beta, min, max] = numbers(arguments);
        check_order(min, max)?;
        Ok(Prepared {
            min,
            max,
            numbers: vec![alpha, beta, min, max],
        })
    },
    quantile: |numbers, p| {
        let [alpha, beta, min, max] = exactly(numbers);
        min + beta_quantile(alpha, beta, p) * (max - min)
    },
};

impl Distribution {
    /// The beta distribution, stretched over a range.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite, a shape not within [`SHAPE_MIN`] and [`SHAPE_MAX`], or the
    /// range upside down.
    pub fn beta(alpha: f64, beta: f64, min: f64, max: f64) -> Result<Self, DistributionError> {
        KIND.distribution(&[&[alpha], &[beta], &[min], &[max]])
    }
}

/// The quantile function of the beta distribution on [0, 1].
fn beta_quantile(alpha: f64, beta: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cumulative(alpha, beta, x) < p)
}

/// The regularised incomplete beta function, by Lentz's method on its continued fraction.
///
/// ```text
/// I_x(a,b) = x^a (1−x)^b / (a B(a,b)) · 1/(1 + d₁/(1 + d₂/(1 + …)))
/// d_{2m} = m (b−m) x / ((a+2m−1)(a+2m)),  d_{2m+1} = −(a+m)(a+b+m) x / ((a+2m)(a+2m+1))
/// ```
///
/// NIST Digital Library of Mathematical Functions, 8.17.22.
#[expect(
    clippy::many_single_char_names,
    reason = "the letters of the cited formula"
)]
fn beta_cumulative(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast only on this side of the mean; the other is its mirror image.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cumulative(b, a, 1.0 - x);
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
            + a * libm::log(x)
            + b * libm::log1p(-x),
    ) / a;
    let away_from_zero = |it: f64| if it.abs() < 1e-300 { 1e-300 } else { it };
    let (mut c, mut d, mut fraction) = (1.0_f64, 0.0_f64, 1.0_f64);
    for step in 0..400 {
        let m = f64::from(step / 2);
        let numerator = if step == 0 {
            1.0
        } else if step % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        d = 1.0 / away_from_zero(1.0 + numerator * d);
        c = away_from_zero(1.0 + numerator / c);
        fraction *= c * d;
        if (1.0 - c * d).abs() < 1e-15 {
            break;
        }
    }
    front * (fraction - 1.0)
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;
    use crate::domain::number::distribution::test_support::check_near;

    #[test]
    fn quantiles_agree_with_another_library() {
        let beta = Distribution::beta(2.5, 0.7, 0.0, 1.0).unwrap();
        let reference = Beta::new(2.5, 0.7).unwrap();
        for k in 1..100 {
            let p = f64::from(k) / 100.0;
            check_near(reference.cdf(beta.quantile(p)), p, 1e-9);
        }
    }

    #[test]
    fn quantiles_at_the_bounds_of_the_shapes_agree_with_another_library() {
        for (alpha, beta) in [
            (SHAPE_MAX, SHAPE_MAX),
            (SHAPE_MAX, SHAPE_MIN),
            (SHAPE_MIN, SHAPE_MIN),
            (SHAPE_MAX, 1.0),
        ] {
            let distribution = Distribution::beta(alpha, beta, 0.0, 1.0).unwrap();
            let reference = Beta::new(alpha, beta).unwrap();
            let mut before = 0.0;
            for k in 1..100 {
                let p = f64::from(k) / 100.0;
                let quantile = distribution.quantile(p);
                assert!(quantile >= before);
                before = quantile;
                // At the ends of the range a whole range of probabilities has one quantile. The other
                // library stops before its series has converged.
                if (1e-300..1.0 - f64::EPSILON).contains(&quantile) {
                    check_near(reference.cdf(quantile), p, 1e-5);
                }
            }
        }
    }

    #[test]
    fn shapes_out_of_bounds_are_named() {
        for wrong in [-1.0, 0.0, 1e-300, 1e5, 1e300] {
            let error = DistributionError::OutOfRange {
                parameter: "beta",
                range: SHAPE,
            };
            assert_eq!(Distribution::beta(1.0, wrong, 0.0, 1.0), Err(error));
        }
    }
}
