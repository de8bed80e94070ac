//! Differences between two alternatives, with common random numbers or independent ones.
//!
//! With common random numbers outcomes are correlated: the interval of a difference is computed
//! from the differences, never from two separate intervals.

use statrs::function::beta::beta_reg;

use crate::estimate::interval::{CONFIDENCE, Estimate, Interval, students_t};
use crate::estimate::moments::Moments;

/// A t test of the hypothesis of no difference.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TTest {
    /// The test statistic: the difference in standard errors.
    pub t: f64,
    /// Degrees of freedom; not an integer for Welch's test.
    pub degrees_of_freedom: f64,
    /// The two-sided p-value.
    ///
    /// To nine digits up to 10⁵ degrees of freedom, to six up to 10⁷.
    pub p_value: f64,
}

impl TTest {
    /// The test with a given statistic, which may be infinite.
    ///
    /// ```text
    /// p = I_x(ν/2, 1/2),   x = ν / (ν + t²)
    /// ```
    ///
    /// with I the regularized incomplete beta function: Abramowitz and Stegun, *Handbook of
    /// Mathematical Functions* (1964), equation 26.7.1 with 26.5.27.
    pub(crate) fn new(t: f64, degrees_of_freedom: f64) -> Self {
        let x = degrees_of_freedom / (degrees_of_freedom + t * t);
        let p_value = if x > 0.0 {
            beta_reg(degrees_of_freedom / 2.0, 0.5, x)
        } else {
            0.0
        };
        Self {
            t,
            degrees_of_freedom,
            p_value,
        }
    }
}

/// The difference of two means.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DifferenceOfMeans {
    /// The first mean minus the second, with Student's t interval.
    pub estimate: Estimate,
    /// The test of no difference; `None` if the sample variance is 0.
    pub test: Option<TTest>,
}

impl DifferenceOfMeans {
    fn new(point: f64, standard_error: f64, degrees_of_freedom: f64, n: u64) -> Self {
        let t = students_t(CONFIDENCE, degrees_of_freedom);
        Self {
            estimate: Estimate {
                point,
                standard_error: Some(standard_error),
                interval: Some(Interval {
                    low: point - t * standard_error,
                    high: point + t * standard_error,
                }),
                n,
            },
            test: (standard_error > 0.0)
                .then(|| TTest::new(point / standard_error, degrees_of_freedom)),
        }
    }
}

/// Paired outcomes of two alternatives, in integer units, with common random numbers.
///
/// Exact: any split of the pairs, merged in any order, gives the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PairedNumbers {
    differences: Moments,
}

impl PairedNumbers {
    /// Adds a pair.
    ///
    /// # Panics
    ///
    /// If the difference is beyond an `i64`.
    pub fn add(&mut self, first: i64, second: i64) {
        let difference = first.checked_sub(second);
        self.differences
            .add(difference.expect("units are far below 2^63"));
    }

    /// Adds all pairs of another sample.
    pub fn merge(&mut self, other: &Self) {
        self.differences.merge(&other.differences);
    }

    /// The differences, first minus second.
    pub fn differences(&self) -> &Moments {
        &self.differences
    }

    /// The mean difference with the paired t test; `None` for fewer than two pairs.
    ///
    /// ```text
    /// t = d̄ / √(s²/n),   ν = n − 1,   d: first minus second of every pair
    /// ```
    ///
    /// Student, *The probable error of a mean*, Biometrika 6 (1908), 1–25.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn difference(&self, unit: f64) -> Option<DifferenceOfMeans> {
        let n = self.differences.n();
        let variance = self.differences.variance(unit)?;
        let standard_error = (variance / n as f64).sqrt();
        let point = self.differences.mean(unit)?;
        let res = DifferenceOfMeans::new(point, standard_error, (n - 1) as f64, n);
        Some(res)
    }
}

/// The difference of two means of independent samples, with Welch's t test.
///
/// ```text
/// t = (x̄₁ − x̄₂) / √(v₁ + v₂),   ν = (v₁ + v₂)² / (v₁²/(n₁−1) + v₂²/(n₂−1)),   vᵢ = sᵢ²/nᵢ
/// ```
///
/// Welch, *The generalization of "Student's" problem when several different population
/// variances are involved*, Biometrika 34 (1947), 28–35.
///
/// Pairs with common random numbers belong in [`PairedNumbers`]: this assumes independence.
/// `n` of the estimate counts the observations of both; `None` for fewer than two in either.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn unpaired_difference(
    first: &Moments,
    second: &Moments,
    unit: f64,
) -> Option<DifferenceOfMeans> {
    let (n_first, n_second) = (first.n() as f64, second.n() as f64);
    let of_first = first.variance(unit)? / n_first;
    let of_second = second.variance(unit)? / n_second;
    let both = of_first + of_second;
    let degrees_of_freedom = if both > 0.0 {
        // In shares of the whole, so that small units do not vanish when squared.
        let (share, rest) = (of_first / both, of_second / both);
        1.0 / (share * share / (n_first - 1.0) + rest * rest / (n_second - 1.0))
    } else {
        // Nothing varies: whatever they are, the interval has no width.
        1.0
    };
    let point = first.mean(unit)? - second.mean(unit)?;
    let n = first.n() + second.n();
    let res = DifferenceOfMeans::new(point, both.sqrt(), degrees_of_freedom, n);
    Some(res)
}

/// The difference of two proportions of independent samples, first minus second; `None` if either
/// sample is empty.
///
/// ```text
/// low  = d − √( (p₁−l₁)² + (u₂−p₂)² )
/// high = d + √( (u₁−p₁)² + (p₂−l₂)² )
/// ```
///
/// with lᵢ and uᵢ the ends of Wilson's intervals of both shares.
///
/// Newcombe, *Interval estimation for the difference between independent proportions: comparison
/// of eleven methods*, Statistics in Medicine 17 (1998), 873–890, method 10.
///
/// Pairs with common random numbers belong in [`PairedShares`]: this assumes independence.
/// `n` of the estimate counts the observations of both.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn unpaired_share_difference(first: &Estimate, second: &Estimate) -> Option<Estimate> {
    let (one, other) = (first.interval?, second.interval?);
    let variance = |it: &Estimate| it.point * (1.0 - it.point) / it.n as f64;
    let distance = |one: f64, other: f64| (one * one + other * other).sqrt();
    let point = first.point - second.point;
    Some(Estimate {
        point,
        standard_error: Some((variance(first) + variance(second)).sqrt()),
        interval: Some(Interval {
            low: point - distance(first.point - one.low, other.high - second.point),
            high: point + distance(one.high - first.point, second.point - other.low),
        }),
        n: first.n + second.n,
    })
}

/// Paired binary outcomes of two alternatives, with common random numbers.
///
/// Exact: any split of the pairs, merged in any order, gives the same bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PairedShares {
    /// Pairs in which both outcomes are true.
    pub both: u64,
    /// Pairs in which only the first is true.
    pub first_only: u64,
    /// Pairs in which only the second is true.
    pub second_only: u64,
    /// Pairs in which neither is true.
    pub neither: u64,
}

impl PairedShares {
    /// Adds a pair.
    pub fn add(&mut self, first: bool, second: bool) {
        let count = match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.first_only,
            (false, true) => &mut self.second_only,
            (false, false) => &mut self.neither,
        };
        *count += 1;
    }

    /// Adds all pairs of another sample.
    pub fn merge(&mut self, other: &Self) {
        self.both += other.both;
        self.first_only += other.first_only;
        self.second_only += other.second_only;
        self.neither += other.neither;
    }

    /// Number of pairs.
    pub fn n(&self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }

    /// The first proportion minus the second; `None` for an empty sample.
    ///
    /// ```text
    /// low  = d − √( (p₁−l₁)² − 2φ(p₁−l₁)(u₂−p₂) + (u₂−p₂)² )
    /// high = d + √( (u₁−p₁)² − 2φ(u₁−p₁)(p₂−l₂) + (p₂−l₂)² )
    /// ```
    ///
    /// with lᵢ and uᵢ the ends of Wilson's intervals of both shares, and φ their correlation,
    /// reduced by a continuity correction where it is positive.
    ///
    /// Newcombe, *Improved confidence intervals for the difference between binomial proportions
    /// based on paired data*, Statistics in Medicine 17 (1998), 2635–2650, method 10.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn difference(&self) -> Option<Estimate> {
        let n = self.n();
        let first = Estimate::of_share(self.both + self.first_only, n)?;
        let second = Estimate::of_share(self.both + self.second_only, n)?;
        let (count, changed) = (n as f64, (self.first_only + self.second_only) as f64);
        let point = (self.first_only as f64 - self.second_only as f64) / count;
        let variance = (changed / count - point * point).max(0.0) / count;
        let phi = self.correlation();
        let distance = |one: f64, other: f64| {
            let square = one * one - 2.0 * phi * one * other + other * other;
            square.max(0.0).sqrt()
        };
        let (one, other) = (first.interval?, second.interval?);
        Some(Estimate {
            point,
            standard_error: Some(variance.sqrt()),
            interval: Some(Interval {
                low: point - distance(first.point - one.low, other.high - second.point),
                high: point + distance(one.high - first.point, second.point - other.low),
            }),
            n,
        })
    }

    /// Newcombe's φ of the fourfold table, with his continuity correction where it is positive.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn correlation(&self) -> f64 {
        let [both, first_only, second_only, neither] =
            [self.both, self.first_only, self.second_only, self.neither].map(|it| it as f64);
        let margins = ((both + first_only) * (second_only + neither)).sqrt()
            * ((both + second_only) * (first_only + neither)).sqrt();
        let excess = both * neither - first_only * second_only;
        // Not beyond zero, and nothing where it is below.
        let corrected = (excess - self.n() as f64 / 2.0).max(excess.min(0.0));
        if margins > 0.0 {
            corrected / margins
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn paired(pairs: &[(i64, i64)]) -> PairedNumbers {
        let mut res = PairedNumbers::default();
        for &(first, second) in pairs {
            res.add(first, second);
        }
        res
    }

    fn moments(numbers: &[i64]) -> Moments {
        let mut res = Moments::default();
        for &it in numbers {
            res.add(it);
        }
        res
    }

    /// The counts as both, first only, second only, neither.
    #[track_caller]
    fn check_shares(counts: [u64; 4], point: f64, low: f64, high: f64) {
        let [both, first_only, second_only, neither] = counts;
        let shares = PairedShares {
            both,
            first_only,
            second_only,
            neither,
        };
        let it = shares.difference().unwrap();
        let interval = it.interval.unwrap();
        assert!((it.point - point).abs() < 5e-4, "{it:?}");
        assert!((interval.low - low).abs() < 5e-4, "{it:?}");
        assert!((interval.high - high).abs() < 5e-4, "{it:?}");
    }

    #[test]
    fn paired_means_are_those_computed_by_hand() {
        // Differences 1, 2, 3: mean 2, variance 1, t = 2√3; with two degrees of freedom
        // p = 1 − t/√(t² + 2).
        let it = paired(&[(5, 4), (7, 5), (9, 6)]).difference(1.0).unwrap();
        let test = it.test.unwrap();
        assert!((it.estimate.point - 2.0).abs() < 1e-12);
        assert!((test.t - 12_f64.sqrt()).abs() < 1e-12);
        assert!((test.p_value - (1.0 - (12.0_f64 / 14.0).sqrt())).abs() < 1e-12);
        assert_eq!(paired(&[(5, 4)]).difference(1.0), None);
    }

    /// The figures as difference, standard error, degrees of freedom, t, p, and the interval.
    #[track_caller]
    fn check_means(it: &DifferenceOfMeans, n: u64, expected: [f64; 7]) {
        let (test, interval) = (it.test.unwrap(), it.estimate.interval.unwrap());
        let found = [
            it.estimate.point,
            it.estimate.standard_error.unwrap(),
            test.degrees_of_freedom,
            test.t,
            test.p_value,
            interval.low,
            interval.high,
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        }
        assert_eq!(it.estimate.n, n);
    }

    #[test]
    fn differences_of_means_are_those_of_fifty_digits() {
        let pairs = paired(&[(5, 4), (7, 5), (9, 4), (6, 7)]);
        assert_eq!(*pairs.differences(), moments(&[1, 2, 5, -1]));
        check_means(
            &pairs.difference(0.5).unwrap(),
            4,
            [
                0.875,
                0.625,
                3.0,
                1.4,
                0.256_007_328_748_113_94,
                -1.114_028_940_802_317_8,
                2.864_028_940_802_317_6,
            ],
        );
        let (one, other) = (moments(&[1, 2, 4, 8, 16]), moments(&[3, 5, 6]));
        check_means(
            &unpaired_difference(&one, &other, 0.5).unwrap(),
            8,
            [
                0.766_666_666_666_666_7,
                1.433_333_333_333_333_3,
                4.775_652_115_608_519,
                0.534_883_720_930_232_5,
                0.616_681_916_532_314_7,
                -2.970_508_712_475_458_3,
                4.503_842_045_808_792,
            ],
        );
    }

    #[test]
    fn differences_that_never_vary_are_not_tested() {
        let it = paired(&[(3, 2), (4, 3), (5, 4)]).difference(0.5).unwrap();
        let point = Interval {
            low: 0.5,
            high: 0.5,
        };
        assert_eq!((it.test, it.estimate.interval), (None, Some(point)));
        let it = unpaired_difference(&moments(&[1, 1]), &moments(&[2, 2]), 1.0).unwrap();
        assert_eq!((it.test, it.estimate.standard_error), (None, Some(0.0)));
        let (low, high) = (-1.0, -1.0);
        assert_eq!(it.estimate.interval, Some(Interval { low, high }));
    }

    #[test]
    fn equal_samples_have_the_degrees_of_freedom_of_both() {
        let (one, other) = (moments(&[1, 2, 3, 4]), moments(&[5, 6, 7, 8]));
        let it = unpaired_difference(&one, &other, 1.0).unwrap();
        assert!((it.test.unwrap().degrees_of_freedom - 6.0).abs() < 1e-12);
        assert_eq!(it.estimate.n, 8);
    }

    #[test]
    fn common_random_numbers_reduce_the_interval() {
        let pairs = [(10, 9), (20, 18), (30, 29), (40, 37), (50, 49)];
        let (one, other) = (
            moments(&pairs.map(|it| it.0)),
            moments(&pairs.map(|it| it.1)),
        );
        let error = |it: DifferenceOfMeans| it.estimate.standard_error.unwrap();
        let paired = error(paired(&pairs).difference(1.0).unwrap());
        assert!(paired < 0.1 * error(unpaired_difference(&one, &other, 1.0).unwrap()));
    }

    #[test]
    fn an_infinite_statistic_is_impossible_without_difference() {
        assert!(TTest::new(f64::INFINITY, 7.0).p_value.abs() < f64::MIN_POSITIVE);
        assert!((TTest::new(0.0, 7.0).p_value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn intervals_of_paired_shares_are_the_published_ones() {
        // Airway responsiveness, Fagerland, Lydersen and Laake, *Recommended tests and confidence
        // intervals for paired binomial proportions*, Statistics in Medicine 33 (2014).
        check_shares([1, 1, 7, 12], -0.286, -0.507, -0.026);
    }

    #[test]
    fn intervals_of_shares_found_apart_are_the_published_ones() {
        // Newcombe's table II, method 10: (a), (c) and (h) there.
        for (first, second, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let [first, second] = [first, second].map(|(it, n)| Estimate::of_share(it, n).unwrap());
            let it = unpaired_share_difference(&first, &second).unwrap();
            let it = it.interval.unwrap();
            assert!((it.low - low).abs() < 5e-5, "{it:?}");
            assert!((it.high - high).abs() < 5e-5, "{it:?}");
        }
    }

    /// The figures as difference, standard error, and the interval.
    #[track_caller]
    fn check_difference(it: &Estimate, n: u64, expected: [f64; 4]) {
        let interval = it.interval.unwrap();
        let found = [
            it.point,
            it.standard_error.unwrap(),
            interval.low,
            interval.high,
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found}, not {expected}");
        }
        assert_eq!(it.n, n);
    }

    #[test]
    fn differences_of_shares_are_those_of_fifty_digits() {
        // With φ above zero, below it, and so little above it that the correction takes it all.
        for (counts, expected) in [
            (
                [30, 12, 5, 20],
                [
                    0.104_477_611_940_298_5,
                    0.060_200_631_211_898_12,
                    -0.016_801_748_377_671_774,
                    0.220_269_599_862_404_57,
                ],
            ),
            (
                [2, 9, 8, 3],
                [
                    0.045_454_545_454_545_456,
                    0.187_163_171_035_425_82,
                    -0.299_076_945_904_690_1,
                    0.378_104_458_927_764_6,
                ],
            ),
            (
                [3, 2, 1, 3],
                [
                    0.111_111_111_111_111_1,
                    0.188_852_574_577_510_56,
                    -0.271_073_303_947_668_1,
                    0.449_325_337_055_752_06,
                ],
            ),
        ] {
            let [both, first_only, second_only, neither] = counts;
            let mut shares = PairedShares::default();
            for (count, first, second) in [
                (both, true, true),
                (first_only, true, false),
                (second_only, false, true),
                (neither, false, false),
            ] {
                let mut same = PairedShares::default();
                for _ in 0..count {
                    same.add(first, second);
                }
                shares.merge(&same);
            }
            let n = counts.iter().sum();
            assert_eq!(shares.n(), n);
            check_difference(&shares.difference().unwrap(), n, expected);
        }
        let [first, second] =
            [(56, 70), (48, 80)].map(|(it, n)| Estimate::of_share(it, n).unwrap());
        check_difference(
            &unpaired_share_difference(&first, &second).unwrap(),
            150,
            [
                0.2,
                0.072_702_917_999_996_98,
                0.052_431_472_402_364_905,
                0.333_872_654_036_905_97,
            ],
        );
    }

    #[test]
    fn intervals_of_correlated_shares_cover_the_true_difference_as_often_as_they_say() {
        // Of 100: 30 to both, 10 to the first only, 5 to the second only.
        let (n_samples, n) = (2_000_u32, 200);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut n_covered = 0_u32;
        for _ in 0..n_samples {
            let mut shares = PairedShares::default();
            for _ in 0..n {
                let drawn = f64::from(rng.next_u32()) / 4_294_967_296.0;
                shares.add(drawn < 0.4, !(0.3..0.95).contains(&drawn));
            }
            let it = shares.difference().unwrap().interval.unwrap();
            n_covered += u32::from(it.low <= 0.05 && 0.05 <= it.high);
        }
        let coverage = f64::from(n_covered) / f64::from(n_samples);
        let standard_error = (CONFIDENCE * (1.0 - CONFIDENCE) / f64::from(n_samples)).sqrt();
        let error = coverage - CONFIDENCE;
        assert!(error.abs() < 5.0 * standard_error, "{coverage}");
    }

    #[test]
    fn paired_shares_are_defined_at_the_ends() {
        assert_eq!(PairedShares::default().difference(), None);
        // Wilson's interval of 20 of 20 is from 0.8389 to 1.
        check_shares([20, 0, 0, 0], 0.0, -0.1611, 0.1611);
        check_shares([0, 20, 0, 0], 1.0, 1.0 - 2_f64.sqrt() * 0.1611, 1.0);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_bits(pairs in prop::collection::vec((-1_i64 << 40..1 << 40, -1_i64 << 40..1 << 40), 0..30), at in 0_usize..30) {
            let at = at.min(pairs.len());
            let (mut left, right) = (paired(&pairs[..at]), paired(&pairs[at..]));
            left.merge(&right);
            prop_assert_eq!(left, paired(&pairs));
        }

        #[test]
        fn the_other_way_round_the_difference_changes_its_sign(counts in prop::array::uniform4(0_u64..50)) {
            let [both, first_only, second_only, neither] = counts;
            let shares = PairedShares { both, first_only, second_only, neither };
            let swapped = PairedShares { first_only: second_only, second_only: first_only, ..shares };
            if let (Some(it), Some(other)) = (shares.difference(), swapped.difference()) {
                let (it, other) = (it.interval.unwrap(), other.interval.unwrap());
                prop_assert!((it.low + other.high).abs() < 1e-12);
                prop_assert!((it.high + other.low).abs() < 1e-12);
                prop_assert!((-1.0..=1.0).contains(&it.low) && (-1.0..=1.0).contains(&it.high));
            }
        }
    }
}
