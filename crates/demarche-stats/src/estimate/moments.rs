//! Exact count, sum and sum of squares: every partition of a sample merges to the same bits.

use crate::estimate::interval::{CONFIDENCE, Estimate};

/// Count, sum and sum of squares of integers, which are multiples of a unit.
///
/// Exact, so that [`Moments::merge`] is associative and commutative to the last bit.
/// Exact for up to 2²² numbers of magnitude 2⁵², and for more of smaller magnitude.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moments {
    n: u64,
    sum: i128,
    sum_of_squares: u128,
}

impl Moments {
    /// Those of a sample with these: how many numbers, their sum, and the sum of their squares; `None` if
    /// no sample has them, which Cauchy and Schwarz's inequality tells: (Σ x)² ≤ n Σ x².
    pub fn from_sums(n: u64, sum: i128, sum_of_squares: u128) -> Option<Self> {
        let size = sum.unsigned_abs();
        let least = match n {
            0 => (size == 0 && sum_of_squares == 0).then_some(0)?,
            _ => (size / u128::from(n)).checked_mul(size)?,
        };
        (least <= sum_of_squares).then_some(Self {
            n,
            sum,
            sum_of_squares,
        })
    }

    /// How many numbers, their sum, and the sum of their squares: all that is known of them.
    pub fn sums(&self) -> (u64, i128, u128) {
        (self.n, self.sum, self.sum_of_squares)
    }

    /// Adds a number.
    pub fn add(&mut self, number: i64) {
        self.n += 1;
        self.sum += i128::from(number);
        let size = u128::from(number.unsigned_abs());
        self.sum_of_squares += size * size;
    }

    /// Adds all numbers of another sample. Sums saturate at the ends of their types.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum = self.sum.saturating_add(other.sum);
        self.sum_of_squares = self.sum_of_squares.saturating_add(other.sum_of_squares);
    }

    /// Number of observations.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean, in the given unit; `None` for an empty sample.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the rounding of one division is all that is lost"
    )]
    pub fn mean(&self, unit: f64) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64 * unit)
    }

    /// The sample variance, in squared units; `None` for fewer than two observations.
    ///
    /// ```text
    /// s² = ( Σ x² − (Σ x)² / n ) / (n − 1)
    /// ```
    #[expect(
        clippy::cast_precision_loss,
        reason = "the difference is taken of exact numbers where it cancels"
    )]
    pub fn variance(&self, unit: f64) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        let n = u128::from(self.n);
        let size = self.sum.unsigned_abs();
        // (Σx)²/n = q·Σ|x| + r·Σ|x|/n with Σ|x| = q·n + r: the large part is exact.
        let (quotient, rest) = (size / n, size % n);
        let large = quotient * size;
        let small = rest as f64 * (size as f64 / n as f64);
        let spread = if self.sum_of_squares >= large {
            (self.sum_of_squares - large) as f64 - small
        } else {
            0.0
        };
        Some(spread.max(0.0) / (n - 1) as f64 * unit * unit)
    }

    /// The mean with its standard error and Student t interval; `None` for an empty sample.
    pub fn estimate(&self, unit: f64) -> Option<Estimate> {
        self.estimate_at(CONFIDENCE, unit)
    }

    /// Like [`Moments::estimate`], at the given confidence in (0, 1).
    pub fn estimate_at(&self, confidence: f64, unit: f64) -> Option<Estimate> {
        let mean = self.mean(unit)?;
        let variance = self.variance(unit);
        Some(Estimate::of_mean_at(confidence, mean, variance, self.n))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moments(numbers: &[i64]) -> Moments {
        let mut res = Moments::default();
        for &it in numbers {
            res.add(it);
        }
        res
    }

    #[test]
    fn mean_and_variance_are_those_computed_by_hand() {
        let it = moments(&[2, 4, 4, 4, 5, 5, 7, 9]);
        assert_eq!((it.n(), it.mean(0.5)), (8, Some(2.5)));
        assert_eq!(it.variance(1.0), Some(32.0 / 7.0));
        assert_eq!(moments(&[1, 3]).variance(0.5), Some(0.5));
        assert_eq!(moments(&[3]).variance(1.0), None);
        assert_eq!(moments(&[]).mean(1.0), None);
    }

    #[test]
    fn an_estimate_is_of_the_mean_and_the_variance() {
        let it = moments(&[2, 4, 4, 4, 5, 5, 7, 9]);
        let variance = it.variance(0.5);
        assert_eq!(it.estimate(0.5), Some(Estimate::of_mean(2.5, variance, 8)));
        let wide = Estimate::of_mean_at(0.99, 2.5, variance, 8);
        assert_eq!(it.estimate_at(0.99, 0.5), Some(wide));
        assert_eq!(moments(&[]).estimate(0.5), None);
    }

    #[test]
    fn a_small_spread_on_large_numbers_is_not_lost() {
        let large = 1 << 50;
        let it = moments(&[large, large + 1, large + 2]);
        assert_eq!(it.variance(1.0), Some(1.0));
    }

    proptest! {
        #[test]
        #[expect(clippy::cast_precision_loss, reason = "a reference to twelve digits")]
        fn the_variance_is_that_of_whole_numbers(numbers in prop::collection::vec(-(1_i64 << 30)..1 << 30, 2..40)) {
            let n = numbers.len() as i128;
            let sum: i128 = numbers.iter().map(|&it| i128::from(it)).sum();
            let squares: i128 = numbers.iter().map(|&it| i128::from(it) * i128::from(it)).sum();
            let exact = (n * squares - sum * sum) as f64 / (n * (n - 1)) as f64;
            let it = moments(&numbers).variance(1.0).unwrap();
            // Numbers that hardly differ have the rounding of their sum.
            prop_assert!((it - exact).abs() <= 1e-12 * exact + 1e-5, "{it}, not {exact}");
        }

        #[test]
        fn sums_are_all_that_is_known(numbers in prop::collection::vec(-(1_i64 << 50)..1 << 50, 0..40)) {
            let it = moments(&numbers);
            let (n, sum, squares) = it.sums();
            prop_assert_eq!(Moments::from_sums(n, sum, squares), Some(it));
            // Fewer squares than the square of the mean have.
            let least = sum.unsigned_abs().pow(2) / u128::from(n.max(1)).pow(2);
            if least > 0 {
                prop_assert_eq!(Moments::from_sums(n, sum, least - 1), None);
            }
        }

        #[test]
        fn any_split_gives_the_same_bits(numbers in prop::collection::vec(-(1_i64 << 50)..1 << 50, 0..40), at in 0_usize..40) {
            let at = at.min(numbers.len());
            let (mut left, right) = (moments(&numbers[..at]), moments(&numbers[at..]));
            left.merge(&right);
            prop_assert_eq!(left, moments(&numbers));
        }
    }
}
