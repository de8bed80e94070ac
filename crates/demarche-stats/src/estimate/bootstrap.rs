//! Bootstrap intervals of any statistic, reproducible from a seed.
//!
//! Efron, *Better bootstrap confidence intervals*,
//! Journal of the American Statistical Association 82 (1987), 171–185.

use std::num::NonZeroU32;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::estimate::interval::{CONFIDENCE, Interval};
use crate::estimate::quantile::{QuantileType, SortedSample};

/// A statistic of a sample and its bootstrap distribution.
///
/// The sample itself stays with the caller: the statistic is a function of indices into it, some
/// of them repeated.
#[derive(Clone, Debug)]
pub struct Bootstrap<F> {
    n: usize,
    statistic: F,
    point: f64,
    resampled: SortedSample,
}

impl<F: Fn(&[usize]) -> f64> Bootstrap<F> {
    /// Draws resamples of `n` observations; `None` if `n` is 0.
    ///
    /// Every index is `⌊n u / 2⁶⁴⌋` of the next 64 bits `u` of a `ChaCha8Rng`, seeded by its
    /// `seed_from_u64`; a resample takes `n` of them.
    /// A larger number of resamples with the same seed extends a smaller one.
    ///
    /// # Panics
    ///
    /// If the statistic of a resample is NaN.
    pub fn new(n: usize, statistic: F, n_resamples: NonZeroU32, seed: u64) -> Option<Self> {
        let mut indices: Vec<usize> = (0..n).collect();
        if n == 0 {
            return None;
        }
        let point = statistic(&indices);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let resampled = (0..n_resamples.get())
            .map(|_| {
                indices.fill_with(|| index_below(n, &mut rng));
                statistic(&indices)
            })
            .collect();
        Some(Self {
            n,
            statistic,
            point,
            resampled: SortedSample::new(resampled)?,
        })
    }

    /// The statistic of the sample itself.
    pub fn point(&self) -> f64 {
        self.point
    }

    /// The statistic of every resample, in ascending order.
    pub fn resampled(&self) -> &SortedSample {
        &self.resampled
    }

    /// The standard deviation over the resamples; `None` for a single resample.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn standard_error(&self) -> Option<f64> {
        let numbers = self.resampled.numbers();
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares = numbers.iter().map(|it| (it - mean) * (it - mean));
        (numbers.len() > 1).then(|| (squares.sum::<f64>() / (n - 1.0)).sqrt())
    }

    /// The percentile interval at [`CONFIDENCE`].
    pub fn percentile_interval(&self) -> Interval {
        let outside = (1.0 - CONFIDENCE) / 2.0;
        self.between(outside, 1.0 - outside)
    }

    /// The bias-corrected and accelerated (`BCa`) interval at [`CONFIDENCE`].
    ///
    /// ```text
    /// from Q(Φ(z₀ + (z₀ − z)/(1 − a(z₀ − z)))) to Q(Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))))
    /// z₀ = Φ⁻¹(share of resamples below the point, ties by half)
    /// a = Σ d³ / 6 (Σ d²)^(3/2),   d: the jackknife's mean less each of its statistics
    /// ```
    ///
    /// with Q the type-7 quantiles of the resamples: Efron (1987), equations 2.3 and 4.1, and for
    /// `a` equation 6.6 with the jackknife's differences in place of the influence function.
    /// Evaluates the statistic `n` more times.
    ///
    /// `None` where the correction is undefined: for fewer than two observations, if all jackknife
    /// statistics are equal or one is not finite, or if all resamples lie on one side of the estimate.
    pub fn corrected_interval(&self) -> Option<Interval> {
        let normal = Normal::standard();
        let acceleration = self.acceleration()?;
        let bias = normal.inverse_cdf(self.share_below_point());
        if !bias.is_finite() {
            return None;
        }
        let z = normal.inverse_cdf(0.5 + CONFIDENCE / 2.0);
        let corrected = |it: f64| {
            let row_block = 1.0 - acceleration * (bias + it);
            (row_block > 0.0).then(|| normal.cdf(bias + (bias + it) / row_block))
        };
        Some(self.between(corrected(-z)?, corrected(z)?))
    }

    fn between(&self, low: f64, high: f64) -> Interval {
        let quantile = |p| self.resampled.quantile(p, QuantileType::Seven);
        Interval {
            low: quantile(low),
            high: quantile(high),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn share_below_point(&self) -> f64 {
        let numbers = self.resampled.numbers();
        let n_below = numbers.partition_point(|it| *it < self.point);
        let n_not_above = numbers.partition_point(|it| *it <= self.point);
        (n_below + n_not_above) as f64 / (2 * numbers.len()) as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn acceleration(&self) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        // The indices without the first; then the place of each is taken by the one before.
        let mut indices: Vec<usize> = (1..self.n).collect();
        let mut without = vec![(self.statistic)(&indices)];
        for left_out in 1..self.n {
            indices[left_out - 1] = left_out - 1;
            without.push((self.statistic)(&indices));
        }
        let mean = without.iter().sum::<f64>() / self.n as f64;
        let (mut squares, mut cubes) = (0.0, 0.0);
        for it in without {
            let difference = mean - it;
            squares += difference * difference;
            cubes += difference * difference * difference;
        }
        let acceleration = cubes / (6.0 * squares * squares.sqrt());
        acceleration.is_finite().then_some(acceleration)
    }
}

/// Uniform below `n`, with a bias of at most n/2⁶⁴.
#[expect(clippy::cast_possible_truncation, reason = "the index is below n")]
pub(crate) fn index_below(n: usize, rng: &mut ChaCha8Rng) -> usize {
    ((n as u128 * u128::from(rng.next_u64())) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::cast_precision_loss, reason = "small samples")]
    fn mean_of(sample: &[f64]) -> impl Fn(&[usize]) -> f64 {
        |indices| indices.iter().map(|it| sample[*it]).sum::<f64>() / indices.len() as f64
    }

    fn of_mean(sample: &[f64], n_resamples: u32, seed: u64) -> Bootstrap<impl Fn(&[usize]) -> f64> {
        let n_resamples = NonZeroU32::new(n_resamples).unwrap();
        Bootstrap::new(sample.len(), mean_of(sample), n_resamples, seed).unwrap()
    }

    const SKEWED: [f64; 9] = [1.0, 2.0, 2.5, 3.0, 4.0, 4.5, 6.0, 9.0, 16.0];

    /// Of a mean whose value and resamples are these, whatever the sample says.
    fn of_resamples(
        sample: &[f64],
        point: f64,
        resampled: Vec<f64>,
    ) -> Bootstrap<impl Fn(&[usize]) -> f64> {
        Bootstrap {
            n: sample.len(),
            statistic: mean_of(sample),
            point,
            resampled: SortedSample::new(resampled).unwrap(),
        }
    }

    fn thousand() -> Vec<f64> {
        (0..1_000).map(f64::from).collect()
    }

    #[test]
    fn resamples_are_those_of_the_documented_draws() {
        let it = of_mean(&SKEWED, 40, 5);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let n = SKEWED.len() as u128;
        let mut drawn: Vec<f64> = (0..40)
            .map(|_| {
                let resample = [0; SKEWED.len()].map(|_: usize| {
                    usize::try_from(n * u128::from(rng.next_u64()) / (1 << 64)).unwrap()
                });
                mean_of(&SKEWED)(&resample)
            })
            .collect();
        drawn.sort_by(f64::total_cmp);
        assert_eq!(it.resampled().numbers(), drawn);
        assert!((it.point() - 48.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn the_standard_error_is_the_deviation_of_the_resamples() {
        let it = of_resamples(&SKEWED, 0.0, vec![1.0, 2.0, 4.0, 9.0]);
        // The mean is 4, the squares sum to 38.
        let standard_error = it.standard_error().unwrap();
        assert!((standard_error - (38.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let two = of_resamples(&SKEWED, 0.0, vec![1.0, 3.0]);
        assert_eq!(two.standard_error(), Some(2.0_f64.sqrt()));
        let large = 4_503_599_627_370_496.0;
        let far = of_resamples(&SKEWED, 0.0, vec![large, large + 2.0]);
        assert_eq!(far.standard_error(), Some(2.0_f64.sqrt()));
        assert_eq!(of_mean(&SKEWED, 1, 0).standard_error(), None);
    }

    #[test]
    fn intervals_of_a_thousand_even_resamples_are_those_of_fifty_digits() {
        // The quantile of p is 999 p; 600 lie below the first point, 599 below the second and one
        // on it.
        for (point, low, high) in [
            (599.5, 106.146_922_792_821_51, 997.401_785_853_206),
            (599.0, 105.727_296_771_893_2, 997.385_104_144_444_3),
        ] {
            let it = of_resamples(&SKEWED, point, thousand());
            let (plain, corrected) = (it.percentile_interval(), it.corrected_interval().unwrap());
            assert!((plain.low - 24.975).abs() < 1e-9 && (plain.high - 974.025).abs() < 1e-9);
            assert!((corrected.low - low).abs() < 1e-7, "{corrected:?}");
            assert!((corrected.high - high).abs() < 1e-7, "{corrected:?}");
        }
    }

    #[test]
    fn an_acceleration_that_goes_round_the_end_has_no_corrected_interval() {
        // Of a hundred, one that differs: a is 0.164, and a(z₀ + z) for one of 10⁵ above is 1.02.
        let mut sample = [0.0; 100];
        sample[0] = 1.0;
        let resampled = (0..100_000).map(f64::from).collect();
        let it = of_resamples(&sample, 99_998.5, resampled);
        assert_eq!(it.corrected_interval(), None);
        assert!(
            of_resamples(&sample, 9.5, thousand())
                .corrected_interval()
                .is_some()
        );
    }

    #[test]
    fn a_seed_gives_the_same_interval_and_another_seed_another() {
        let interval = |seed| of_mean(&SKEWED, 200, seed).corrected_interval();
        assert_eq!(interval(5), interval(5));
        assert_ne!(interval(5), interval(6));
    }

    #[test]
    fn the_percentile_interval_is_the_middle_of_the_resamples() {
        let it = of_mean(&SKEWED, 1_001, 4);
        let (numbers, interval) = (it.resampled().numbers(), it.percentile_interval());
        // Of 1,001 numbers the 26th and the 976th have a share of 0.025 below and above.
        assert!((interval.low - numbers[25]).abs() < 1e-9);
        assert!((interval.high - numbers[975]).abs() < 1e-9);
    }

    #[test]
    fn intervals_move_and_stretch_with_the_sample() {
        let moved = SKEWED.map(|it| 3.0 * it - 7.0);
        let (plain, moved) = (of_mean(&SKEWED, 500, 1), of_mean(&moved, 500, 1));
        let pairs = [
            (plain.percentile_interval(), moved.percentile_interval()),
            (
                plain.corrected_interval().unwrap(),
                moved.corrected_interval().unwrap(),
            ),
        ];
        for (plain, moved) in pairs {
            assert!((3.0 * plain.low - 7.0 - moved.low).abs() < 1e-12);
            assert!((3.0 * plain.high - 7.0 - moved.high).abs() < 1e-12);
        }
        let (narrow, wide) = (
            plain.standard_error().unwrap(),
            moved.standard_error().unwrap(),
        );
        assert!((3.0 * narrow - wide).abs() < 1e-12);
    }

    #[test]
    fn a_long_tail_above_moves_the_corrected_interval_up() {
        let it = of_mean(&SKEWED, 2_000, 3);
        let (plain, corrected) = (it.percentile_interval(), it.corrected_interval().unwrap());
        assert!(corrected.low > plain.low && corrected.high > plain.high);
    }

    #[test]
    fn a_mean_has_the_acceleration_of_its_skewness() {
        // For a mean, d = (xᵢ − x̄)/(n − 1), so that a = skewness / 6√n: Efron (1987), section 2.
        let n = 9.0_f64;
        let mean = SKEWED.iter().sum::<f64>() / n;
        let squares: f64 = SKEWED.iter().map(|it| (it - mean) * (it - mean)).sum();
        let cubes: f64 = SKEWED
            .iter()
            .map(|it| (it - mean) * (it - mean) * (it - mean))
            .sum();
        let skewness = cubes / n / (squares / n * (squares / n).sqrt());
        let it = of_mean(&SKEWED, 1, 0).acceleration().unwrap();
        assert!((it - skewness / (6.0 * n.sqrt())).abs() < 1e-12, "{it}");
        assert_eq!(of_mean(&[1.0, 3.0], 1, 0).acceleration(), Some(0.0));
        assert_eq!(of_mean(&[1.0], 1, 0).acceleration(), None);
    }

    #[test]
    fn what_cannot_be_corrected_has_no_corrected_interval() {
        assert_eq!(of_mean(&[2.0; 5], 50, 1).corrected_interval(), None);
        assert_eq!(of_mean(&[2.0], 50, 1).corrected_interval(), None);
        let point = Interval {
            low: 2.0,
            high: 2.0,
        };
        assert_eq!(of_mean(&[2.0; 5], 50, 1).percentile_interval(), point);
        assert!(Bootstrap::new(0, |_| 0.0, NonZeroU32::MIN, 1).is_none());
    }

    #[test]
    fn intervals_cover_the_true_mean_as_often_as_they_say() {
        // Uniform numbers in [0, 1) have the mean 1/2.
        let (n_samples, n) = (400_u32, 100);
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let (mut by_percentile, mut corrected) = (0_u32, 0_u32);
        let covers = |it: &Interval| u32::from(it.low <= 0.5 && 0.5 <= it.high);
        for seed in 0..n_samples {
            let sample: Vec<f64> = (0..n)
                .map(|_| f64::from(rng.next_u32()) / 4_294_967_296.0)
                .collect();
            let it = of_mean(&sample, 300, u64::from(seed));
            by_percentile += covers(&it.percentile_interval());
            corrected += covers(&it.corrected_interval().unwrap());
        }
        let standard_error = (CONFIDENCE * (1.0 - CONFIDENCE) / f64::from(n_samples)).sqrt();
        for n_covered in [by_percentile, corrected] {
            let coverage = f64::from(n_covered) / f64::from(n_samples);
            assert!(
                (coverage - CONFIDENCE).abs() < 5.0 * standard_error,
                "{coverage}"
            );
        }
    }
}
