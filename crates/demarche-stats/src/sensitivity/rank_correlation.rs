//! Rank correlations of an output with its inputs: simple (Spearman) and partial (PRCC).

use statrs::distribution::{ContinuousCDF, Normal};

use crate::estimate::{CONFIDENCE, Estimate, Interval, TTest};

/// A column this much shorter than before its regression on others is taken for dependent on them.
///
/// Between the rounding of ranks (10⁻¹⁵) and one exchange of neighbors among a million (10⁻⁹).
const DEPENDENCE_TOLERANCE: f64 = 1e-11;

/// A correlation of ranks with its test.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RankCorrelation {
    /// From −1, always falling, to 1, always rising.
    pub coefficient: f64,
    /// Whether it could be none.
    pub test: TTest,
}

impl RankCorrelation {
    /// ```text
    /// t = r √( ν / (1 − r²) ),   ν = n − 2 − k,   k: inputs held fixed
    /// ```
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn new(coefficient: f64, degrees_of_freedom: usize) -> Self {
        let freedom = degrees_of_freedom as f64;
        let unexplained = (1.0 - coefficient) * (1.0 + coefficient);
        Self {
            coefficient,
            test: TTest::new(coefficient * (freedom / unexplained).sqrt(), freedom),
        }
    }
}

impl RankCorrelation {
    /// The coefficient with its interval, of so many observations.
    ///
    /// ```text
    /// tanh( atanh r ± z / √(ν − 1) ),   standard error (1 − r²) / √(ν − 1)
    /// ```
    ///
    /// Fisher, *On the "probable error" of a coefficient of correlation deduced from a small
    /// sample*, Metron 1 (1921), 3–32, with the degrees of freedom left by the inputs held fixed.
    ///
    /// A coefficient nearer to ±1 than one exchange of neighboring ranks leaves it, which is
    /// 1 − 12 / (n (n² − 1)), has the interval of that one, widened to the coefficient: a perfect
    /// order of a few points is not certain to be one of all.
    pub fn estimate(&self, n: u64) -> Estimate {
        let freedom = self.test.degrees_of_freedom - 1.0;
        let is_known = freedom > 0.0;
        let spread = || 1.0 / freedom.sqrt();
        let z = Normal::standard().inverse_cdf(0.5 + CONFIDENCE / 2.0);
        let furthest = furthest_imperfect(n);
        let r = self.coefficient.clamp(-furthest, furthest);
        let end = |it: f64| libm::tanh(libm::atanh(r) + it * spread());
        Estimate {
            point: self.coefficient,
            standard_error: is_known.then(|| (1.0 - r * r) * spread()),
            interval: is_known.then(|| Interval {
                low: end(-z).min(self.coefficient),
                high: end(z).max(self.coefficient),
            }),
            n,
        }
    }
}

/// The rank correlation of two orders of `n` that differ in one exchange of neighbors.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn furthest_imperfect(n: u64) -> f64 {
    let n = n as f64;
    (1.0 - 12.0 / (n * (n * n - 1.0))).max(0.0)
}

/// The rank of every number, from 1; equal numbers share the mean of their ranks.
///
/// # Panics
///
/// If there is a NaN.
#[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^53")]
pub fn average_ranks(numbers: &[f64]) -> Vec<f64> {
    assert!(!numbers.iter().any(|it| it.is_nan()), "NaN has no rank");
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&one, &other| numbers[one].total_cmp(&numbers[other]));
    let mut res = vec![0.0; numbers.len()];
    let mut n_before = 0;
    // Not by `total_cmp`, for which −0 is below 0.
    for equal in order.chunk_by(|&one, &other| numbers[one] >= numbers[other]) {
        let rank = n_before as f64 + (equal.len() + 1) as f64 / 2.0;
        for &it in equal {
            res[it] = rank;
        }
        n_before += equal.len();
    }
    res
}

/// Spearman's rank correlation of two columns; `None` if one of them never varies, or of
/// fewer than three observations.
///
/// Spearman, *The proof and measurement of association between two things*,
/// American Journal of Psychology 15 (1904), 72–101; equal numbers share their ranks.
///
/// # Panics
///
/// If one column is longer than the other, or there is a NaN.
pub fn spearman(first: &[f64], second: &[f64]) -> Option<RankCorrelation> {
    assert_eq!(first.len(), second.len(), "columns are of one length");
    let (first, second) = (centered_ranks(first), centered_ranks(second));
    partial(&first, &second, &[])
}

/// Partial rank correlation coefficients (PRCC) of an output with every input.
///
/// Each is the correlation of two residuals: of the input's ranks and of the output's ranks, both
/// after their regression on the ranks of all other inputs.
/// `points` holds the inputs of every run.
///
/// An entry is `None` if the input or the output never varies or is given by the other inputs, or
/// if there are not at least two runs more than inputs.
///
/// Iman and Conover, *The use of the rank transform in regression*, Technometrics 21 (1979),
/// 499–509; for the test, Kendall, *Partial rank correlation*, Biometrika 32 (1942), 277–283, and
/// Marino, Hogue, Ray and Kirschner, *A methodology for performing global uncertainty and
/// sensitivity analysis in systems biology*, Journal of Theoretical Biology 254 (2008), 178–196.
///
/// # Panics
///
/// If there is not one output for every point, points differ in length, or there is a NaN.
pub fn partial_rank_correlations<P: AsRef<[f64]>>(
    points: &[P],
    output: &[f64],
) -> Vec<Option<RankCorrelation>> {
    assert_eq!(points.len(), output.len(), "every point has its output");
    let n_inputs = points.first().map_or(0, |it| it.as_ref().len());
    let is_even = points.iter().all(|it| it.as_ref().len() == n_inputs);
    assert!(is_even, "points are of one length");
    let inputs: Vec<Vec<f64>> = (0..n_inputs)
        .map(|input| {
            let column: Vec<f64> = points.iter().map(|it| it.as_ref()[input]).collect();
            centered_ranks(&column)
        })
        .collect();
    let output = centered_ranks(output);
    if let Some(res) = partial_of_independent(&inputs, &output) {
        return res;
    }
    // Where columns depend on each other, each input needs a regression of its own.
    (0..n_inputs)
        .map(|input| {
            let mut others = inputs.clone();
            let own = others.remove(input);
            partial(&own, &output, &others)
        })
        .collect()
}

/// The partial correlations of all inputs with the output at once; `None` if a column depends on
/// others, or there are too few rows.
///
/// ```text
/// r_k = − P_ky / √( P_kk P_yy ),   P = (Rᵀ R)⁻¹,   (inputs, output) = Q R
/// ```
///
/// Whittaker, *Graphical Models in Applied Multivariate Statistics*, Wiley 1990, section 5.7.
fn partial_of_independent(
    inputs: &[Vec<f64>],
    output: &[f64],
) -> Option<Vec<Option<RankCorrelation>>> {
    let freedom = output.len().checked_sub(1 + inputs.len())?;
    if freedom == 0 {
        return None;
    }
    let mut directions: Vec<Vec<f64>> = Vec::new();
    let columns: Vec<&[f64]> = inputs
        .iter()
        .map(Vec::as_slice)
        .chain(std::iter::once(output))
        .collect();
    for column in &columns {
        directions.push(direction_beyond(column, &directions)?);
    }
    // By column, the entries of R down to the diagonal.
    let triangle: Vec<Vec<f64>> = columns
        .iter()
        .enumerate()
        .map(|(idx, column)| {
            directions[..=idx]
                .iter()
                .map(|it| dot(it, column))
                .collect()
        })
        .collect();
    let correlations = (0..inputs.len()).map(|input| {
        // Row `input` of R⁻¹, from the diagonal on.
        let mut row: Vec<f64> = Vec::new();
        for (column, entries) in triangle.iter().enumerate().skip(input) {
            let known = row.iter().zip(&entries[input..]);
            let sum: f64 = known.map(|(it, entry)| it * entry).sum();
            let unit = if column == input { 1.0 } else { 0.0 };
            row.push((unit - sum) / entries[column]);
        }
        let coefficient = -row[row.len() - 1] / dot(&row, &row).sqrt();
        Some(RankCorrelation::new(coefficient.clamp(-1.0, 1.0), freedom))
    });
    Some(correlations.collect())
}

/// The correlation of two columns' residuals from a regression on further columns, all centered.
fn partial(first: &[f64], second: &[f64], fixed: &[Vec<f64>]) -> Option<RankCorrelation> {
    let freedom = first.len().checked_sub(2 + fixed.len())?;
    if freedom == 0 {
        return None;
    }
    let mut directions: Vec<Vec<f64>> = Vec::new();
    for column in fixed {
        directions.extend(direction_beyond(column, &directions));
    }
    let first = direction_beyond(first, &directions)?;
    let second = direction_beyond(second, &directions)?;
    let coefficient = dot(&first, &second).clamp(-1.0, 1.0);
    Some(RankCorrelation::new(coefficient, freedom))
}

/// The part of a column at right angles to unit columns, as a unit column; `None` if there is none.
///
/// By Gram and Schmidt, twice: as orthogonal as Householder's way (Giraud, Langou, Rozložník and
/// van den Eshof, *Numerische Mathematik* 101 (2005), 87–100), and a dependent column is just left out.
fn direction_beyond(column: &[f64], directions: &[Vec<f64>]) -> Option<Vec<f64>> {
    let mut res = column.to_vec();
    for _ in 0..2 {
        for direction in directions {
            let along = dot(&res, direction);
            for (it, unit) in res.iter_mut().zip(direction) {
                *it -= along * unit;
            }
        }
    }
    let (before, after) = (dot(column, column).sqrt(), dot(&res, &res).sqrt());
    if after <= DEPENDENCE_TOLERANCE * before {
        return None;
    }
    for it in &mut res {
        *it /= after;
    }
    Some(res)
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Ranks less their mean, which is known: a constant column is exactly zero.
#[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^53")]
fn centered_ranks(column: &[f64]) -> Vec<f64> {
    let mean = (column.len() + 1) as f64 / 2.0;
    let mut res = average_ranks(column);
    for it in &mut res {
        *it -= mean;
    }
    res
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(first: &[f64], second: &[f64], expected: Option<f64>) {
        let it = spearman(first, second).map(|it| it.coefficient);
        let is_met = match (it, expected) {
            (Some(it), Some(expected)) => (it - expected).abs() < 1e-12,
            (None, None) => true,
            _ => false,
        };
        assert!(is_met, "{it:?}");
    }

    #[test]
    fn equal_numbers_share_their_ranks() {
        assert_eq!(
            average_ranks(&[0.0, 5.0, -0.0, 3.0, 5.0, 5.0]),
            [1.5, 5.0, 1.5, 3.0, 5.0, 5.0]
        );
        assert!(average_ranks(&[]).is_empty());
    }

    #[test]
    fn correlations_are_those_computed_by_hand() {
        // Without ties r = 1 − 6 Σd²/(n(n² − 1)).
        check(&[1.0, 2.0, 3.0, 4.0], &[10.0, 30.0, 20.0, 40.0], Some(0.8));
        check(&[1.0, 2.0, 3.0], &[1.0, 10.0, 100.0], Some(1.0));
        check(&[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0], None);
        check(&[1.0, 2.0], &[1.0, 2.0], None);
    }

    #[test]
    fn tests_and_intervals_are_those_of_fifty_digits() {
        let it = RankCorrelation::new(0.6, 8);
        let estimate = it.estimate(10);
        let interval = estimate.interval.unwrap();
        let pairs = [
            (it.test.t, 2.121_320_343_559_642_6),
            (it.test.p_value, 0.066_688),
            (estimate.point, 0.6),
            (estimate.standard_error.unwrap(), 0.241_897_262_725_905_42),
            (interval.low, -0.047_613_544_197_015_086),
            (interval.high, 0.892_471_995_828_222_1),
        ];
        for (found, expected) in pairs {
            assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
        }
        assert_eq!(estimate.n, 10);
    }

    #[test]
    fn a_correlation_without_freedom_has_no_interval() {
        for (coefficient, freedom, is_known) in [
            (0.5, 1, false),
            (0.5, 2, true),
            (-0.5, 2, true),
            (1.0, 2, true),
        ] {
            let it = RankCorrelation::new(coefficient, freedom).estimate(4);
            assert_eq!(it.standard_error.is_some(), is_known);
            assert_eq!(it.interval.is_some(), is_known);
        }
    }

    #[test]
    fn a_perfect_order_of_a_few_points_is_not_certain_to_be_one_of_all() {
        // Of four, one exchange of neighbors leaves 1 − 12/60 = 0.8; tanh(atanh 0.8 − 1.96) = −0.697.
        let of_four = RankCorrelation::new(1.0, 2).estimate(4).interval.unwrap();
        assert!((of_four.low + 0.697).abs() < 1e-3, "{of_four:?}");
        assert!((of_four.high - 1.0).abs() < 1e-15);
        let of_many = RankCorrelation::new(-1.0, 98).estimate(100);
        let of_many = of_many.interval.unwrap();
        assert!((of_many.low + 1.0).abs() < 1e-15);
        assert!((-1.0..-0.9999).contains(&of_many.high), "{of_many:?}");
    }

    #[test]
    fn a_direction_has_no_scale_and_a_dependent_column_none() {
        let (one, other) = ([3.0, 1.0, -4.0], [1.0, -2.0, 1.0]);
        let along = direction_beyond(&one, &[]).unwrap();
        for scale in [1e-20, 1.0, 1e20] {
            let mixed: Vec<f64> = one
                .iter()
                .zip(other)
                .map(|(a, b)| scale * (a + b))
                .collect();
            let beyond = direction_beyond(&mixed, std::slice::from_ref(&along)).unwrap();
            assert!(dot(&beyond, &along).abs() < 1e-15);
            assert!((dot(&beyond, &beyond) - 1.0).abs() < 1e-15);
            let directions = [along.clone(), beyond];
            assert_eq!(direction_beyond(&mixed, &directions), None);
        }
    }

    #[test]
    fn a_partial_correlation_holds_the_other_input_fixed() {
        // r₁₂.₃ = (r₁₂ − r₁₃ r₂₃) / √((1 − r₁₃²)(1 − r₂₃²)).
        let points = [
            [1.0, 2.0],
            [2.0, 1.0],
            [3.0, 5.0],
            [4.0, 3.0],
            [5.0, 6.0],
            [6.0, 4.0],
        ];
        let output = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0];
        let (one, other) = (points.map(|it| it[0]), points.map(|it| it[1]));
        let [with_one, with_other, among] = [(&output, &one), (&output, &other), (&one, &other)]
            .map(|(a, b)| spearman(a, b).unwrap().coefficient);
        let expected = (with_one - with_other * among)
            / ((1.0 - with_other * with_other) * (1.0 - among * among)).sqrt();
        let it = partial_rank_correlations(&points, &output)[0].unwrap();
        assert!((it.coefficient - expected).abs() < 1e-12, "{it:?}");
        assert!((it.test.degrees_of_freedom - 3.0).abs() < 1e-12);
    }

    #[test]
    fn what_says_nothing_new_has_no_partial_correlation() {
        let points: Vec<[f64; 4]> = (0..20_u32)
            .map(|it| {
                let (own, other) = (f64::from(it), f64::from(it * 7 % 20));
                [own, other, 2.0 * own, 1.0]
            })
            .collect();
        let output: Vec<f64> = points.iter().map(|it| it[0] * it[1]).collect();
        let it = partial_rank_correlations(&points, &output);
        let is_known: Vec<bool> = it.iter().map(Option::is_some).collect();
        assert_eq!(is_known, [false, true, false, false]);
        let short = partial_rank_correlations(&points[..5], &output[..5]);
        assert_eq!(short, [None; 4]);
    }

    proptest! {
        #[test]
        fn all_inputs_at_once_are_as_one_by_one(numbers in prop::collection::vec(prop::array::uniform4(-5.0..5.0_f64), 6..20)) {
            let column = |it: usize| centered_ranks(&numbers.iter().map(|row| row[it]).collect::<Vec<f64>>());
            let (inputs, output) = ([0, 1, 2].map(column), column(3));
            let together = partial_of_independent(&inputs, &output);
            let apart = [[0, 1, 2], [1, 0, 2], [2, 0, 1]].map(|[own, one, other]| {
                partial(&inputs[own], &output, &[inputs[one].clone(), inputs[other].clone()])
            });
            // Ranks of few rows may depend on each other all the same.
            prop_assume!(apart.iter().all(Option::is_some) && together.is_some());
            for (it, expected) in together.unwrap().into_iter().zip(apart) {
                let (it, expected) = (it.unwrap(), expected.unwrap());
                prop_assert!((it.coefficient - expected.coefficient).abs() < 1e-9);
                prop_assert_eq!(it.test.degrees_of_freedom.to_bits(), expected.test.degrees_of_freedom.to_bits());
            }
        }

        #[test]
        fn only_the_order_matters(numbers in prop::collection::vec((-5.0..5.0_f64, -5.0..5.0_f64, -5.0..5.0_f64), 6..40)) {
            let points: Vec<[f64; 2]> = numbers.iter().map(|it| [it.0, it.1]).collect();
            let bent: Vec<[f64; 2]> = numbers.iter().map(|it| [it.0 * it.0 * it.0, 2.0 * it.1 + 1.0]).collect();
            let output: Vec<f64> = numbers.iter().map(|it| it.2).collect();
            let stretched: Vec<f64> = output.iter().map(|it| libm::exp(*it)).collect();
            prop_assert_eq!(
                partial_rank_correlations(&points, &output),
                partial_rank_correlations(&bent, &stretched)
            );
        }
    }
}
