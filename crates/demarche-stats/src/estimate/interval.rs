//! Point estimates with their uncertainty.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The confidence of all intervals in tables.
pub const CONFIDENCE: f64 = 0.95;

/// Degrees of freedom from which Student's quantile is computed by its asymptotic expansion, which
/// is then exact to the last digit.
///
/// The inverse of the distribution function is within 10⁻¹¹ below 28,000 degrees of freedom, and
/// wrong in the second digit at ten million.
const MANY_DEGREES_OF_FREEDOM: f64 = 10_000.0;

/// A point estimate with its uncertainty.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate itself.
    pub point: f64,
    /// Its standard error; `None` for a single observation.
    pub standard_error: Option<f64>,
    /// Its interval, at [`CONFIDENCE`] unless specified otherwise; `None` for a single observation.
    pub interval: Option<Interval>,
    /// Number of observations.
    pub n: u64,
}

/// A closed interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Half its length.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

impl Estimate {
    /// A proportion of `n` observations with Wilson's score interval; `None` if `n` is 0.
    ///
    /// ```text
    /// ( p + z²/2n ± z √( p(1−p)/n + z²/4n² ) ) / ( 1 + z²/n )
    /// ```
    ///
    /// Wilson, *Probable inference, the law of succession, and statistical inference*,
    /// Journal of the American Statistical Association 22 (1927), 209–212.
    ///
    /// # Panics
    ///
    /// If there are more successes than observations.
    pub fn of_share(successes: u64, n: u64) -> Option<Self> {
        Self::of_share_at(CONFIDENCE, successes, n)
    }

    /// Like [`Estimate::of_share`], at the given confidence in (0, 1).
    ///
    /// # Panics
    ///
    /// If there are more successes than observations.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn of_share_at(confidence: f64, successes: u64, n: u64) -> Option<Self> {
        assert!(successes <= n, "a share is of the whole");
        if n == 0 {
            return None;
        }
        let (count, p) = (n as f64, successes as f64 / n as f64);
        let z = Normal::standard().inverse_cdf(0.5 + confidence / 2.0);
        let spread = z * (p * (1.0 - p) / count + z * z / (4.0 * count * count)).sqrt();
        let (centre, scale) = (p + z * z / (2.0 * count), 1.0 + z * z / count);
        Some(Self {
            point: p,
            standard_error: Some((p * (1.0 - p) / count).sqrt()),
            interval: Some(Interval {
                // The formula gives exactly 0 and 1 at the ends, but for rounding.
                low: if successes == 0 {
                    0.0
                } else {
                    (centre - spread) / scale
                },
                high: if successes == n {
                    1.0
                } else {
                    (centre + spread) / scale
                },
            }),
            n,
        })
    }

    /// A mean of `n` observations with a sample variance, with Student's t interval.
    ///
    /// # Panics
    ///
    /// If a variance is given with fewer than two observations.
    pub fn of_mean(mean: f64, variance: Option<f64>, n: u64) -> Self {
        Self::of_mean_at(CONFIDENCE, mean, variance, n)
    }

    /// Like [`Estimate::of_mean`], at the given confidence in (0, 1).
    ///
    /// # Panics
    ///
    /// If a variance is given with fewer than two observations.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn of_mean_at(confidence: f64, mean: f64, variance: Option<f64>, n: u64) -> Self {
        let standard_error = variance.map(|it| (it / n as f64).sqrt());
        let interval = standard_error.map(|it| {
            assert!(n > 1, "a variance takes two observations");
            let t = students_t(confidence, (n - 1) as f64);
            Interval {
                low: mean - t * it,
                high: mean + t * it,
            }
        });
        Self {
            point: mean,
            standard_error,
            interval,
            n,
        }
    }
}

/// Half-width of an interval in standard errors: the Student t quantile.
///
/// ```text
/// t = z + z(z²+1)/4ν + z(5z⁴+16z²+3)/96ν² + z(3z⁶+19z⁴+17z²−15)/384ν³ + …
/// ```
///
/// for many degrees of freedom ν: Abramowitz and Stegun, *Handbook of Mathematical Functions*
/// (1964), equation 26.7.5.
pub(crate) fn students_t(confidence: f64, degrees_of_freedom: f64) -> f64 {
    let p = 0.5 + confidence / 2.0;
    if degrees_of_freedom <= MANY_DEGREES_OF_FREEDOM {
        let distribution = StudentsT::new(0.0, 1.0, degrees_of_freedom);
        return distribution
            .expect("there are degrees of freedom")
            .inverse_cdf(p);
    }
    let z = Normal::standard().inverse_cdf(p);
    let square = z * z;
    let once = (square + 1.0) / 4.0;
    let twice = ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let thrice = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let inverse = 1.0 / degrees_of_freedom;
    z * (1.0 + inverse * (once + inverse * (twice + inverse * thrice)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(estimate: &Estimate, low: f64, high: f64) {
        let it = estimate.interval.unwrap();
        assert!((it.low - low).abs() < 5e-7, "{it:?}");
        assert!((it.high - high).abs() < 5e-7, "{it:?}");
    }

    #[test]
    fn wilson_intervals_are_the_published_ones() {
        // Newcombe, Statistics in Medicine 17 (1998), table I, method 3, to four places there.
        let published = [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
        ];
        for (successes, n, low, high) in published {
            let it = Estimate::of_share(successes, n).unwrap().interval.unwrap();
            assert!(
                (it.low - low).abs() < 5e-5 && (it.high - high).abs() < 5e-5,
                "{it:?}"
            );
        }
        assert_eq!(Estimate::of_share(0, 0), None);
    }

    #[test]
    fn shares_are_those_of_fifty_digits() {
        let known = [
            (
                0.95,
                81,
                263,
                0.028_467_188_734_853_665,
                0.255_288_519_878_274_2,
                0.366_209_576_982_800_04,
            ),
            (
                0.5,
                3,
                8,
                0.171_163_299_220_364_4,
                0.269_225_680_248_352_5,
                0.494_226_118_805_853_7,
            ),
        ];
        for (confidence, successes, n, standard_error, low, high) in known {
            let it = Estimate::of_share_at(confidence, successes, n).unwrap();
            assert!((it.standard_error.unwrap() - standard_error).abs() < 1e-15);
            let interval = it.interval.unwrap();
            assert!((interval.low - low).abs() < 1e-15, "{interval:?}");
            assert!((interval.high - high).abs() < 1e-15, "{interval:?}");
            assert!((interval.half_width() - (high - low) / 2.0).abs() < 1e-15);
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the ends are exact")]
    fn a_share_and_what_is_left_of_the_whole_have_mirrored_intervals() {
        for n in 1..=9 {
            for successes in 0..=n {
                let [it, rest] = [successes, n - successes]
                    .map(|it| Estimate::of_share(it, n).unwrap().interval.unwrap());
                assert!((it.low + rest.high - 1.0).abs() < 1e-15);
                assert_eq!(it.low == 0.0, successes == 0);
                assert_eq!(it.high == 1.0, successes == n);
            }
        }
    }

    #[test]
    fn t_intervals_are_those_of_the_tables() {
        // t(0.975; 4) = 2.776445.
        let it = Estimate::of_mean(10.0, Some(5.0), 5);
        check(&it, 10.0 - 2.776_445, 10.0 + 2.776_445);
        let it = Estimate::of_mean(10.0, Some(20.0), 5);
        assert_eq!((it.point, it.standard_error, it.n), (10.0, Some(2.0), 5));
        check(&it, 10.0 - 2.0 * 2.776_445, 10.0 + 2.0 * 2.776_445);
        assert_eq!(Estimate::of_mean(1.0, None, 1).interval, None);
        // t(0.995; 4) = 4.604095.
        let it = Estimate::of_mean_at(0.99, 10.0, Some(5.0), 5);
        check(&it, 10.0 - 4.604_095, 10.0 + 4.604_095);
    }

    #[test]
    fn quantiles_of_many_degrees_of_freedom_are_those_of_fifty_digits() {
        // Found with decimals of 50 digits, and checked by integrating the density.
        let known = [
            (CONFIDENCE, 10_001.0, 1.960_201_216_164_641),
            (0.99, 10_001.0, 2.576_320_997_490_298),
            (CONFIDENCE, 30_000.0, 1.960_043_063_383_935),
            (CONFIDENCE, 100_000.0, 1.959_987_707_534_61),
            (CONFIDENCE, 10_000_000.0, 1.959_964_221_767_206),
        ];
        for (confidence, degrees_of_freedom, t) in known {
            let it = students_t(confidence, degrees_of_freedom);
            assert!((it - t).abs() < 5e-15, "{it}");
        }
    }

    #[test]
    fn both_ways_to_students_quantile_agree_where_they_meet() {
        let (below, above) = (
            students_t(CONFIDENCE, MANY_DEGREES_OF_FREEDOM),
            students_t(CONFIDENCE, MANY_DEGREES_OF_FREEDOM + 0.001),
        );
        // The quantile itself falls by 2.4 × 10⁻¹¹ in between.
        assert!((below - above).abs() < 5e-11);
    }
}
