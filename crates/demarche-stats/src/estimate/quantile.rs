//! Sample quantiles by the two most common definitions.

/// A sample quantile definition of Hyndman and Fan.
///
/// Hyndman and Fan, *Sample quantiles in statistical packages*,
/// The American Statistician 50 (1996), 361–365.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuantileType {
    /// Position `h = (n + 1) p`: the mean position of the population's quantile.
    ///
    /// That of Excel's `PERCENTILE.EXC`, Minitab and SPSS; never beyond the sample.
    Six,
    /// Position `h = (n − 1) p + 1`: the share of the sample's steps.
    ///
    /// That of Excel's `PERCENTILE`, R, `NumPy` and Julia.
    Seven,
}

/// A sorted sample without NaN.
#[derive(Clone, PartialEq, Debug)]
pub struct SortedSample {
    // Invariant: not empty, ascending, no NaN.
    numbers: Vec<f64>,
}

impl SortedSample {
    /// Sorts a sample; `None` if it is empty.
    ///
    /// # Panics
    ///
    /// If there is a NaN; leave out missing values first.
    pub fn new(mut numbers: Vec<f64>) -> Option<Self> {
        assert!(!numbers.iter().any(|it| it.is_nan()), "NaN has no rank");
        numbers.sort_by(f64::total_cmp);
        (!numbers.is_empty()).then_some(Self { numbers })
    }

    /// The numbers in ascending order.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// The quantile at `p`, interpolated linearly.
    ///
    /// ```text
    /// Q(p) = x₍ₖ₎ + (h − k)(x₍ₖ₊₁₎ − x₍ₖ₎),   k = ⌊h⌋,   h by the definition, clamped to [1, n]
    /// ```
    ///
    /// # Panics
    ///
    /// If `p` is not in [0, 1].
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positions are far below 2^53, and kept within the sample"
    )]
    pub fn quantile(&self, p: f64, kind: QuantileType) -> f64 {
        assert!((0.0..=1.0).contains(&p), "a share is in [0, 1]");
        let n = self.numbers.len();
        let position = match kind {
            QuantileType::Six => (n + 1) as f64 * p,
            QuantileType::Seven => (n - 1) as f64 * p + 1.0,
        };
        let from_first = position.clamp(1.0, n as f64) - 1.0;
        let below = from_first.floor() as usize;
        let above = (below + 1).min(n - 1);
        let (low, high) = (self.numbers[below], self.numbers[above]);
        low + (from_first - below as f64) * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(numbers: &[f64], p: f64, six: f64, seven: f64) {
        let sample = SortedSample::new(numbers.to_vec()).unwrap();
        for (kind, expected) in [(QuantileType::Six, six), (QuantileType::Seven, seven)] {
            let it = sample.quantile(p, kind);
            assert!((it - expected).abs() < 1e-12, "{kind:?}: {it}");
        }
    }

    #[test]
    fn quantiles_are_those_computed_by_hand() {
        let numbers = [40.0, 10.0, 30.0, 20.0];
        let sorted = SortedSample::new(numbers.to_vec()).unwrap();
        assert_eq!(sorted.numbers(), [10.0, 20.0, 30.0, 40.0]);
        check(&numbers, 0.5, 25.0, 25.0);
        check(&numbers, 0.25, 12.5, 17.5);
        check(&numbers, 0.75, 37.5, 32.5);
    }

    #[test]
    fn no_quantile_lies_beyond_the_sample() {
        let numbers = [1.0, 2.0, 3.0];
        check(&numbers, 0.0, 1.0, 1.0);
        check(&numbers, 0.01, 1.0, 1.02);
        check(&numbers, 1.0, 3.0, 3.0);
        check(&[7.0], 0.3, 7.0, 7.0);
        assert_eq!(SortedSample::new(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn a_larger_share_has_no_smaller_quantile(
            numbers in prop::collection::vec(-1e6_f64..1e6, 1..30),
            p in 0.0..=1.0_f64,
            q in 0.0..=1.0_f64,
        ) {
            let sample = SortedSample::new(numbers).unwrap();
            for kind in [QuantileType::Six, QuantileType::Seven] {
                // The rounding of one interpolation.
                let slack = 1e-9;
                let (low, high) = (sample.quantile(p.min(q), kind), sample.quantile(p.max(q), kind));
                prop_assert!(low <= high + slack);
            }
        }
    }
}
