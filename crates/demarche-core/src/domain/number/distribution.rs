//! Distributions of uncertain numbers, as quantile functions of one uniform draw.
//!
//! One draw per number, and a monotone map from it: streams stay aligned when a distribution
//! changes, and space-filling designs can put in their own uniform numbers.
//! All functions come from `libm`, so that values are the same on every platform.

/// A distribution of finite numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Distribution(Shape);

#[derive(Clone, PartialEq, Debug)]
enum Shape {
    Constant(f64),
    Uniform {
        min: f64,
        max: f64,
    },
    Triangular {
        min: f64,
        mode: f64,
        max: f64,
    },
    /// Invariant: `p_min` < `p_max` are the probabilities below `min` and `max`.
    Normal {
        mean: f64,
        sd: f64,
        min: f64,
        max: f64,
        p_min: f64,
        p_max: f64,
    },
    Beta {
        alpha: f64,
        beta: f64,
        min: f64,
        max: f64,
    },
    /// Invariant: values sorted; `cumulative` ends with 1 or above.
    Discrete {
        values: Vec<f64>,
        cumulative: Vec<f64>,
    },
}

/// Why parameters do not make a distribution.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DistributionError {
    /// A parameter is NaN or infinite.
    #[error("every parameter must be a finite number")]
    NotFinite,
    /// The range is upside down or empty.
    #[error("min must be below max")]
    MinNotBelowMax,
    /// The mode lies outside the range.
    #[error("mode must lie between min and max")]
    ModeOutsideRange,
    /// A scale or shape parameter is not positive.
    #[error("sd, alpha and beta must be above 0")]
    NotPositive,
    /// A shape parameter for which the quantiles cannot be computed in a few hundred steps.
    #[error("alpha and beta must be between {SHAPE_MIN} and {SHAPE_MAX}")]
    ShapeOutOfBounds,
    /// A normal distribution has next to nothing within its range.
    #[error("the normal distribution hardly ever falls between min and max")]
    RangeTooFarOut,
    /// A list of values and probabilities that does not fit together.
    #[error("values and p must be lists of the same length, not empty")]
    ListsDoNotMatch,
    /// A value is listed twice.
    #[error("every value may be listed only once")]
    DoubledValue,
    /// Probabilities that are negative or do not sum to one.
    #[error("p must be 0 or more and sum to 1")]
    NotProbabilities,
}

/// The least shape parameter of a beta distribution: nearly all draws are at an end of the range.
pub const SHAPE_MIN: f64 = 0.001;
/// The greatest: two of them have a standard deviation of a third of a per cent of the range.
pub const SHAPE_MAX: f64 = 10_000.0;

/// How far probabilities may be from summing to one: decimal fractions are not exact.
pub const PROBABILITY_TOLERANCE: f64 = 1e-9;

impl Distribution {
    /// Always the same number.
    ///
    /// # Errors
    ///
    /// If it is not finite.
    pub fn constant(number: f64) -> Result<Self, DistributionError> {
        all_finite(&[number])?;
        Ok(Self(Shape::Constant(number)))
    }

    /// Evenly between two numbers.
    ///
    /// # Errors
    ///
    /// If a bound is not finite or they are not in order.
    pub fn uniform(min: f64, max: f64) -> Result<Self, DistributionError> {
        check_range(&[], min, max)?;
        Ok(Self(Shape::Uniform { min, max }))
    }

    /// Between two numbers, with a density that rises to the mode and falls from it in a line.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite or they are not in order.
    pub fn triangular(min: f64, mode: f64, max: f64) -> Result<Self, DistributionError> {
        check_range(&[mode], min, max)?;
        if mode < min || mode > max {
            return Err(DistributionError::ModeOutsideRange);
        }
        Ok(Self(Shape::Triangular { min, mode, max }))
    }

    /// The normal distribution, cut to a range.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite, `sd` not positive, the range upside down, or less than one
    /// draw in a million would fall within it.
    pub fn normal(mean: f64, sd: f64, min: f64, max: f64) -> Result<Self, DistributionError> {
        check_range(&[mean, sd], min, max)?;
        if sd <= 0.0 {
            return Err(DistributionError::NotPositive);
        }
        let below = |it: f64| 0.5 * libm::erfc(-(it - mean) / sd * std::f64::consts::FRAC_1_SQRT_2);
        let (p_min, p_max) = (below(min), below(max));
        if p_max - p_min < 1e-6 {
            return Err(DistributionError::RangeTooFarOut);
        }
        Ok(Self(Shape::Normal {
            mean,
            sd,
            min,
            max,
            p_min,
            p_max,
        }))
    }

    /// The beta distribution, stretched over a range.
    ///
    /// # Errors
    ///
    /// If a parameter is not finite, a shape not within [`SHAPE_MIN`] and [`SHAPE_MAX`], or the
    /// range upside down.
    pub fn beta(alpha: f64, beta: f64, min: f64, max: f64) -> Result<Self, DistributionError> {
        check_range(&[alpha, beta], min, max)?;
        if alpha <= 0.0 || beta <= 0.0 {
            return Err(DistributionError::NotPositive);
        }
        if !is_shape(alpha) || !is_shape(beta) {
            return Err(DistributionError::ShapeOutOfBounds);
        }
        Ok(Self(Shape::Beta {
            alpha,
            beta,
            min,
            max,
        }))
    }

    /// One of some values, each with its probability.
    ///
    /// # Errors
    ///
    /// If the lists do not match, a value is not finite or doubled, or the probabilities are
    /// negative or do not sum to 1 within [`PROBABILITY_TOLERANCE`].
    pub fn discrete(values: &[f64], p: &[f64]) -> Result<Self, DistributionError> {
        if values.is_empty() || values.len() != p.len() {
            return Err(DistributionError::ListsDoNotMatch);
        }
        all_finite(values)?;
        if !are_probabilities(p) {
            return Err(DistributionError::NotProbabilities);
        }
        let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(p.iter().copied()).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        if pairs.windows(2).any(|it| it[0].0 >= it[1].0) {
            return Err(DistributionError::DoubledValue);
        }
        let mut sum = 0.0;
        let cumulative = pairs
            .iter()
            .map(|it| {
                sum += it.1;
                sum
            })
            .collect();
        Ok(Self(Shape::Discrete {
            values: pairs.into_iter().map(|it| it.0).collect(),
            cumulative,
        }))
    }

    /// Whether every draw is the same number.
    pub fn is_constant(&self) -> bool {
        matches!(self.0, Shape::Constant(_))
    }

    /// The least and the greatest number that can be drawn.
    pub fn range(&self) -> (f64, f64) {
        match &self.0 {
            Shape::Constant(number) => (*number, *number),
            Shape::Uniform { min, max }
            | Shape::Triangular { min, max, .. }
            | Shape::Normal { min, max, .. }
            | Shape::Beta { min, max, .. } => (*min, *max),
            Shape::Discrete { values, .. } => (values[0], values[values.len() - 1]),
        }
    }

    /// The number below which a share `p` of all draws fall; `p` in [0, 1).
    ///
    /// Never decreases in `p` and never leaves [`Distribution::range`].
    pub fn quantile(&self, p: f64) -> f64 {
        match &self.0 {
            Shape::Constant(number) => *number,
            Shape::Uniform { min, max } => (min + p * (max - min)).clamp(*min, *max),
            Shape::Triangular { min, mode, max } => {
                let (width, rise, fall) = (max - min, mode - min, max - mode);
                let number = if p * width < rise {
                    min + libm::sqrt(p * width * rise)
                } else {
                    max - libm::sqrt((1.0 - p) * width * fall)
                };
                number.clamp(*min, *max)
            }
            Shape::Normal {
                mean,
                sd,
                min,
                max,
                p_min,
                p_max,
            } => (mean + sd * standard_normal_quantile(p_min + p * (p_max - p_min)))
                .clamp(*min, *max),
            Shape::Beta {
                alpha,
                beta,
                min,
                max,
            } => (min + beta_quantile(*alpha, *beta, p) * (max - min)).clamp(*min, *max),
            Shape::Discrete { values, cumulative } => {
                let idx = cumulative.partition_point(|&it| it <= p);
                values[idx.min(values.len() - 1)]
            }
        }
    }
}

/// Whether the numbers are 0 or more and sum to 1 within [`PROBABILITY_TOLERANCE`].
pub fn are_probabilities(p: &[f64]) -> bool {
    let sum: f64 = p.iter().sum();
    p.iter().all(|&it| it >= 0.0) && (sum - 1.0).abs() <= PROBABILITY_TOLERANCE
}

/// Whether the quantiles of a beta distribution can be computed with a shape parameter.
pub fn is_shape(parameter: f64) -> bool {
    (SHAPE_MIN..=SHAPE_MAX).contains(&parameter)
}

fn all_finite(numbers: &[f64]) -> Result<(), DistributionError> {
    if numbers.iter().all(|it| it.is_finite()) {
        Ok(())
    } else {
        Err(DistributionError::NotFinite)
    }
}

fn check_range(others: &[f64], min: f64, max: f64) -> Result<(), DistributionError> {
    all_finite(others)?;
    all_finite(&[min, max, max - min])?;
    if min < max {
        Ok(())
    } else {
        Err(DistributionError::MinNotBelowMax)
    }
}

/// The quantile function of the standard normal distribution.
///
/// Bisection on `erfc`: slower than a rational approximation and exact to the last bits of it.
fn standard_normal_quantile(p: f64) -> f64 {
    // Beyond 38 standard deviations a double knows no probability.
    bisect(-38.0, 38.0, |x| {
        0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) < p
    })
}

/// The quantile function of the beta distribution on [0, 1].
fn beta_quantile(alpha: f64, beta: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cumulative(alpha, beta, x) < p)
}

/// The boundary between where `is_below` holds and where it does not, to the last bit.
fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
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
    use statrs::distribution::{Beta, ContinuousCDF, Normal};

    use super::*;

    #[track_caller]
    fn check_near(actual: f64, expected: f64, tolerance: f64) {
        assert!(
            (actual - expected).abs() <= tolerance,
            "{actual} is not {expected}"
        );
    }

    #[test]
    fn triangular_quantiles_are_those_computed_by_hand() {
        let it = Distribution::triangular(0.0, 1.0, 4.0).unwrap();
        // A quarter of the mass lies below the mode.
        check_near(it.quantile(0.25), 1.0, 1e-15);
        check_near(it.quantile(0.0), 0.0, 0.0);
        check_near(it.quantile(1.0 - 3.0 / 16.0), 4.0 - 1.5, 1e-15);
    }

    #[test]
    fn normal_and_beta_quantiles_agree_with_another_library() {
        let normal = Distribution::normal(2.0, 3.0, -50.0, 60.0).unwrap();
        let reference = Normal::new(2.0, 3.0).unwrap();
        let beta = Distribution::beta(2.5, 0.7, 0.0, 1.0).unwrap();
        let beta_reference = Beta::new(2.5, 0.7).unwrap();
        for k in 1..100 {
            let p = f64::from(k) / 100.0;
            check_near(normal.quantile(p), reference.inverse_cdf(p), 1e-9);
            check_near(beta_reference.cdf(beta.quantile(p)), p, 1e-9);
        }
    }

    #[test]
    fn a_cut_normal_stays_in_its_range_and_keeps_its_median() {
        let it = Distribution::normal(0.5, 0.2, 0.4, 0.6).unwrap();
        check_near(it.quantile(0.5), 0.5, 1e-12);
        check_near(it.quantile(0.0), 0.4, 1e-12);
        assert!(it.quantile(1.0 - f64::EPSILON) <= 0.6);
    }

    #[test]
    fn discrete_draws_its_values_with_their_probabilities() {
        let it = Distribution::discrete(&[0.9, 0.1], &[0.25, 0.75]).unwrap();
        check_near(it.quantile(0.7499), 0.1, 0.0);
        check_near(it.quantile(0.75), 0.9, 0.0);
        check_near(it.quantile(0.9999), 0.9, 0.0);
    }

    #[test]
    fn beta_quantiles_at_the_bounds_of_the_shapes_agree_with_another_library() {
        for (alpha, beta) in [
            (SHAPE_MAX, SHAPE_MAX),
            (SHAPE_MAX, SHAPE_MIN),
            (SHAPE_MIN, SHAPE_MIN),
            (SHAPE_MAX, 1.0),
        ] {
            let it = Distribution::beta(alpha, beta, 0.0, 1.0).unwrap();
            let reference = Beta::new(alpha, beta).unwrap();
            let mut before = 0.0;
            for k in 1..100 {
                let p = f64::from(k) / 100.0;
                let quantile = it.quantile(p);
                assert!(quantile >= before);
                before = quantile;
                // At the ends of the range a whole range of probabilities has one quantile. The other
                // library stops before its series has come to an end.
                if (1e-300..1.0 - f64::EPSILON).contains(&quantile) {
                    check_near(reference.cdf(quantile), p, 1e-5);
                }
            }
        }
    }

    #[test]
    fn wrong_parameters_are_named() {
        use DistributionError as E;
        assert_eq!(Distribution::constant(f64::NAN), Err(E::NotFinite));
        assert_eq!(Distribution::uniform(1.0, 1.0), Err(E::MinNotBelowMax));
        assert_eq!(
            Distribution::triangular(0.0, 2.0, 1.0),
            Err(E::ModeOutsideRange)
        );
        assert_eq!(
            Distribution::normal(0.0, 0.0, -1.0, 1.0),
            Err(E::NotPositive)
        );
        assert_eq!(
            Distribution::normal(0.0, 0.1, 5.0, 6.0),
            Err(E::RangeTooFarOut)
        );
        assert_eq!(Distribution::beta(1.0, -1.0, 0.0, 1.0), Err(E::NotPositive));
        for wrong in [1e-300, 1e5, 1e300] {
            let beta = Distribution::beta(1.0, wrong, 0.0, 1.0);
            assert_eq!(beta, Err(E::ShapeOutOfBounds));
        }
        assert_eq!(Distribution::discrete(&[1.0], &[]), Err(E::ListsDoNotMatch));
        assert_eq!(
            Distribution::discrete(&[1.0, 1.0], &[0.5, 0.5]),
            Err(E::DoubledValue)
        );
        assert_eq!(
            Distribution::discrete(&[1.0, 2.0], &[0.5, 0.4]),
            Err(E::NotProbabilities)
        );
    }
}
