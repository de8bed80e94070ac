//! Statistics against the numbers of `SciPy` and the EMA Workbench.
//!
//! The numbers are not part of the project: without their folder these tests have nothing to do,
//! and say so.

use std::fs;
use std::num::NonZeroU32;

use demarche::stats::estimate::{
    Bootstrap, Estimate, Interval, Moments, PairedNumbers, QuantileType, SortedSample,
    unpaired_difference,
};
use demarche::stats::sensitivity::{
    PeelingRule, partial_rank_correlations, peeling_trajectory, spearman,
};
use serde_json::Value;

use crate::support::reference_data::reference_data;

/// Tolerance for a number without randomness, relative to 1.
const TOLERANCE: f64 = 1e-9;

/// In this unit the sample of `replicate_stats` is of whole numbers.
const HUNDREDTH: f64 = 0.01;

fn reference(topic: &str) -> Option<Value> {
    let path = reference_data("statistics/reference.json")?;
    let text = fs::read_to_string(path).expect("the reference can be read");
    let all: Value = serde_json::from_str(&text).expect("the reference is JSON");
    Some(all[topic].clone())
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(number).collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().expect("an object").iter()
}

#[track_caller]
fn check(found: f64, expected: f64) {
    let is_met = (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
    assert!(is_met, "{found:e} instead of {expected:e}");
}

#[track_caller]
fn check_interval(found: &Interval, expected: &Value) {
    let ends = numbers(expected);
    check(found.low, ends[0]);
    check(found.high, ends[1]);
}

/// For probabilities far below one, where an absolute bound says nothing.
#[track_caller]
fn check_relatively(found: f64, expected: f64) {
    let is_met = (found / expected - 1.0).abs() <= TOLERANCE;
    assert!(is_met, "{found:e} instead of {expected:e}");
}

#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
fn in_hundredths(sample: &[f64]) -> Vec<i64> {
    sample
        .iter()
        .map(|it| (it / HUNDREDTH).round() as i64)
        .collect()
}

fn moments(whole: &[i64]) -> Moments {
    let mut res = Moments::default();
    for &it in whole {
        res.add(it);
    }
    res
}

/// The first points of the unscrambled Sobol' sequence, in the order of Gray's code.
///
/// Joe and Kuo, *Constructing Sobol' sequences with better two-dimensional projections*,
/// SIAM Journal on Scientific Computing 30 (2008), 2635–2654; their first five dimensions.
fn sobol_points(n_dimensions: usize, n_points: u32) -> Vec<Vec<f64>> {
    // Degree and inner coefficients of the polynomial, and the first odd numbers.
    let polynomials: [(usize, u32, &[u32]); 4] = [
        (1, 0, &[1]),
        (2, 1, &[1, 3]),
        (3, 1, &[1, 3, 1]),
        (3, 2, &[1, 1, 1]),
    ];
    let mut directions: Vec<Vec<u32>> = vec![(0..32).map(|it| 1 << (31 - it)).collect()];
    for (degree, inner, first) in polynomials {
        let mut own: Vec<u32> = (0..degree).map(|it| first[it] << (31 - it)).collect();
        for bit in degree..32 {
            let oldest = own[bit - degree];
            let mut next = oldest ^ (oldest >> degree);
            for back in 1..degree {
                if (inner >> (degree - 1 - back)) & 1 == 1 {
                    next ^= own[bit - back];
                }
            }
            own.push(next);
        }
        directions.push(own);
    }
    let coordinate = |own: &Vec<u32>, gray: u32| {
        let chosen = own.iter().enumerate().filter(|it| gray >> it.0 & 1 == 1);
        f64::from(chosen.fold(0, |sum, it| sum ^ it.1)) / 4_294_967_296.0
    };
    let point = |it: u32| {
        let gray = it ^ (it >> 1);
        let own = directions[..n_dimensions].iter();
        own.map(|own| coordinate(own, gray)).collect()
    };
    (0..n_points).map(point).collect()
}

#[test]
fn the_designs_of_the_references_are_met() {
    let points = sobol_points(5, 1_004);
    let parts = [
        ("sobol_5d_first16_unscrambled", 0),
        ("sobol_5d_points_1000_to_1003", 1_000),
    ];
    for (topic, from) in parts {
        let Some(expected) = reference(topic) else {
            return;
        };
        let expected = expected.as_array().expect("a list");
        for (found, expected) in points[from..].iter().zip(expected) {
            assert_eq!(*found, numbers(expected));
        }
    }
}

#[test]
fn quantiles_are_those_of_the_reference() {
    let Some(reference) = reference("replicate_stats") else {
        return;
    };
    let sample = SortedSample::new(numbers(&reference["data"])).expect("there are data");
    let types = [
        ("quantiles_type6_excel_PERCENTILE.EXC", QuantileType::Six),
        ("quantiles_type7", QuantileType::Seven),
    ];
    for (topic, kind) in types {
        for (share, expected) in entries(&reference[topic]) {
            let share = share.parse().expect("a share");
            check(sample.quantile(share, kind), number(expected));
        }
    }
}

#[test]
fn means_and_their_intervals_are_those_of_the_reference() {
    let Some(reference) = reference("replicate_stats") else {
        return;
    };
    let sample = moments(&in_hundredths(&numbers(&reference["data"])));
    let estimate = sample.estimate(HUNDREDTH).expect("there are data");
    check(estimate.point, number(&reference["mean"]));
    let standard_error = estimate.standard_error.expect("there are several");
    check(standard_error, number(&reference["sem"]));
    let interval = estimate.interval.expect("there are several");
    check_interval(&interval, &reference["t_ci95"]);
    let variance = sample.variance(HUNDREDTH).expect("there are several");
    check(variance.sqrt(), number(&reference["sd_ddof1"]));
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn quantiles_of_students_t_are_those_of_the_reference() {
    let Some(reference) = reference("replicate_stats") else {
        return;
    };
    for (freedom, expected) in entries(&reference["t975"]) {
        let n = freedom.parse::<u64>().expect("a count") + 1;
        // A variance of n has a standard error of one.
        let estimate = Estimate::of_mean(0.0, Some(n as f64), n);
        check(
            estimate.interval.expect("of several").high,
            number(expected),
        );
    }
}

#[test]
fn intervals_of_shares_are_those_of_the_reference() {
    let Some(reference) = reference("replicate_stats") else {
        return;
    };
    for (counts, expected) in entries(&reference["wilson95"]) {
        let (successes, n) = counts.split_once('/').expect("of how many");
        let [successes, n] = [successes, n].map(|it| it.parse().expect("a count"));
        let estimate = Estimate::of_share(successes, n).expect("of several");
        check_interval(&estimate.interval.expect("of several"), expected);
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn resampled_intervals_are_near_those_of_the_reference() {
    let Some(reference) = reference("replicate_stats") else {
        return;
    };
    let n_resamples = NonZeroU32::new(9_999).expect("not zero");
    let data = numbers(&reference["data"]);
    let mean = |it: &[usize]| it.iter().map(|it| data[*it]).sum::<f64>() / it.len() as f64;
    let bootstrap = Bootstrap::new(data.len(), mean, n_resamples, 42).expect("there are data");
    // An end is a quantile, of error √(p(1 − p)/B)/f; of means, which are nearly normal. With both
    // corrections p comes down to 0.01, where f = 0.0267/σ. Both programs err: √2.
    let deviation = bootstrap.standard_error().expect("many resamples");
    let error = (0.01 * 0.99 / f64::from(n_resamples.get())).sqrt() / 0.0267 * deviation;
    let tolerance = 5.0 * 2_f64.sqrt() * error;
    let pairs = [
        (
            bootstrap.percentile_interval(),
            "bootstrap_mean_percentile_seed42",
        ),
        (
            bootstrap.corrected_interval().expect("the sample varies"),
            "bootstrap_mean_BCa_seed42",
        ),
    ];
    for (found, topic) in pairs {
        let ends = numbers(&reference[topic]);
        let is_near = |found: f64, expected: f64| (found - expected).abs() < tolerance;
        assert!(
            is_near(found.low, ends[0]) && is_near(found.high, ends[1]),
            "{topic}: {found:?} is not within {tolerance}"
        );
    }
}

#[test]
fn comparisons_are_those_of_the_reference() {
    let (Some(sample), Some(comparisons)) =
        (reference("replicate_stats"), reference("comparison_tests"))
    else {
        return;
    };
    let reference = &comparisons["first10_vs_last10"];
    let sample = in_hundredths(&numbers(&sample["data"]));
    let (first, last) = sample.split_at(10);

    let mut pairs = PairedNumbers::default();
    for (&first, &last) in first.iter().zip(last) {
        pairs.add(first, last);
    }
    let paired = pairs.difference(HUNDREDTH).expect("there are pairs");
    let test = paired.test.expect("differences vary");
    check(test.t, number(&reference["paired_t"]));
    check(test.p_value, number(&reference["paired_p"]));

    let unpaired = unpaired_difference(&moments(first), &moments(last), HUNDREDTH);
    let test = unpaired.and_then(|it| it.test).expect("numbers vary");
    check(test.t, number(&reference["welch_t"]));
    check(test.degrees_of_freedom, number(&reference["welch_df"]));
    check(test.p_value, number(&reference["welch_p"]));
}

#[test]
fn rank_correlations_are_those_of_the_reference() {
    let Some(reference) = reference("prcc_fixed_design") else {
        return;
    };
    let points = sobol_points(5, 256);
    let output: Vec<f64> = points
        .iter()
        .map(|it| {
            libm::exp(2.0 * it[0]) - 3.0 * it[1] * it[1]
                + 0.5 * it[2]
                + 0.05 * libm::sin(8.0 * it[3])
        })
        .collect();
    let found = partial_rank_correlations(&points, &output);
    let coefficients = numbers(&reference["prcc"]);
    let p_values = numbers(&reference["prcc_p_value_two_sided_t_df_n-2-k"]);
    let simple = numbers(&reference["spearman"]);
    for input in 0..5 {
        let partial = found[input].expect("inputs vary");
        check(partial.coefficient, coefficients[input]);
        check_relatively(partial.test.p_value, p_values[input]);
        let column: Vec<f64> = points.iter().map(|it| it[input]).collect();
        let correlation = spearman(&column, &output).expect("inputs vary");
        check(correlation.coefficient, simple[input]);
    }
}

#[test]
fn boxes_are_those_of_the_reference() {
    let Some(reference) = reference("prim_synthetic") else {
        return;
    };
    let points = sobol_points(4, 1_024);
    let marks: Vec<bool> = points.iter().map(|it| it[0] > 0.7 && it[1] < 0.4).collect();
    let rule = PeelingRule {
        peel_share: number(&reference["peel_alpha"]),
        mass_min: 0.05,
        paste_share: Some(0.05),
    };
    let boxes = peeling_trajectory(&points, &marks, &rule).expect("there are cases of interest");
    let expected = reference["trajectory_cov_dens_mass_resdim"].as_array();
    let expected = expected.expect("a list");
    assert_eq!(boxes.len(), expected.len());
    for (found, expected) in boxes.iter().zip(expected) {
        let [coverage, density, mass, n_restricted] = numbers(expected)[..] else {
            panic!("a row has four figures");
        };
        check(found.coverage, coverage);
        check(found.density, density);
        check(found.mass, mass);
        let n_found = u32::try_from(found.restricted.len()).expect("a few");
        check(f64::from(n_found), n_restricted);
    }
    let last = boxes.last().expect("there are boxes");
    let limits = entries(&reference["final_limits"]);
    for (found, (_, expected)) in last.limits.iter().zip(limits) {
        check_interval(found, expected);
    }
    assert_eq!(last.restricted, [0, 1]);
}
