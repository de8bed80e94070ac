//! Morris's elementary effects: inexpensive screening of factors.

use std::num::NonZeroU32;

use crate::estimate::Estimate;
use crate::sensitivity::variance_indices::with_bootstrap_intervals;

/// The effects of one factor along all trajectories.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ElementaryEffects {
    /// μ, the mean effect, with Student's t interval: the direction of the effect.
    pub mean: Estimate,
    /// μ*, the mean absolute effect, with a bootstrap interval: the importance of the factor.
    pub mean_size: Estimate,
    /// σ, the effects' standard deviation, with a bootstrap interval: nonlinearity
    /// and interaction.
    ///
    /// `None` for a single trajectory.
    pub standard_deviation: Option<Estimate>,
}

/// Minimum number of trajectories for intervals of effects; Campolongo, Cariboni and Saltelli use
/// no fewer.
pub const TRAJECTORIES_MIN: u32 = 10;

/// The elementary effects of all factors, from the points of trajectories and their outputs.
///
/// ```text
/// EE_k(t) = ( y(x + Δ e_k) − y(x) ) / Δ        where factor k moves along trajectory t
/// μ_k     = mean of EE_k(t)
/// μ*_k    = mean of | EE_k(t) |
/// σ_k     = standard deviation of EE_k(t), with divisor r − 1
/// ```
///
/// Coordinates are shares of each factor's range, so that effects have the unit of the output and
/// can be compared.
/// The intervals of μ* and σ are the estimate ± z bootstrap standard errors; trajectories are
/// resampled.
///
/// `None` of nothing.
///
/// Morris, *Factorial sampling plans for preliminary computational experiments*,
/// Technometrics 33 (1991), 161–174.
/// Campolongo, Cariboni and Saltelli, *An effective screening design for sensitivity analysis of
/// large models*, Environmental Modelling & Software 22 (2007), 1509–1518.
///
/// # Panics
///
/// If points and outputs are not as many, the points are not whole trajectories along which every
/// coordinate moves once, or an output is not finite.
pub fn elementary_effects(
    points: &[Vec<f64>],
    outputs: &[f64],
    n_resamples: NonZeroU32,
    seed: u64,
) -> Option<Vec<ElementaryEffects>> {
    assert_eq!(points.len(), outputs.len(), "an output for every point");
    assert!(
        outputs.iter().all(|it| it.is_finite()),
        "an output is not finite"
    );
    let n_points = points.first()?.len() + 1;
    assert!(points.len().is_multiple_of(n_points), "whole trajectories");
    let trajectories = points.chunks(n_points).zip(outputs.chunks(n_points));
    let effects: Vec<Vec<f64>> = trajectories
        .map(|(points, outputs)| along(points, outputs))
        .collect();

    let n_factors = n_points - 1;
    let variance_in = |sample: &[usize], k: usize| {
        let of_factor = || sample.iter().map(|t| effects[*t][k]);
        let mean = mean(of_factor());
        let n_free = sample.len().checked_sub(1).filter(|it| *it > 0)?;
        Some(of_factor().map(|it| (it - mean) * (it - mean)).sum::<f64>() / whole(n_free))
    };
    let sizes_and_deviations = |sample: &[usize]| {
        let sizes = (0..n_factors).map(|k| mean(sample.iter().map(|t| effects[*t][k].abs())));
        let deviations = (0..n_factors).filter_map(|k| variance_in(sample, k).map(f64::sqrt));
        Some(sizes.chain(deviations).collect())
    };
    let mut mean_sizes =
        with_bootstrap_intervals(effects.len(), sizes_and_deviations, n_resamples, seed)?;
    let deviations = mean_sizes.split_off(n_factors);
    let all: Vec<usize> = (0..effects.len()).collect();
    Some(
        mean_sizes
            .into_iter()
            .enumerate()
            .map(|(k, mean_size)| {
                let mean = mean(effects.iter().map(|it| it[k]));
                ElementaryEffects {
                    mean: Estimate::of_mean(mean, variance_in(&all, k), effects.len() as u64),
                    mean_size,
                    standard_deviation: deviations.get(k).copied(),
                }
            })
            .collect(),
    )
}

/// The effects of all factors along one trajectory.
fn along(points: &[Vec<f64>], outputs: &[f64]) -> Vec<f64> {
    let mut res = vec![None; points.len() - 1];
    for (step, output) in points.windows(2).zip(outputs.windows(2)) {
        assert_eq!(step[0].len(), step[1].len(), "points of one cube");
        let moves = step[0].iter().zip(&step[1]).enumerate();
        let mut moved = moves.filter(|(_, (from, to))| from.total_cmp(to).is_ne());
        let (factor, (from, to)) = moved.next().expect("a coordinate moves at every step");
        assert!(moved.next().is_none(), "only one coordinate moves");
        res[factor] = Some((output[1] - output[0]) / (to - from));
    }
    let effects = res.into_iter();
    effects
        .map(|it| it.expect("every coordinate moves once"))
        .collect()
}

fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = whole(numbers.len());
    numbers.sum::<f64>() / n
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn whole(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESAMPLES: NonZeroU32 = NonZeroU32::new(4000).unwrap();

    fn points() -> Vec<Vec<f64>> {
        [
            [0.0, 0.5],
            [0.5, 0.5],
            [0.5, 0.0],
            [1.0, 0.0],
            [1.0, 0.5],
            [0.5, 0.5],
        ]
        .map(Vec::from)
        .to_vec()
    }

    #[test]
    fn effects_of_two_trajectories_are_those_computed_by_hand() {
        let outputs = [1.0, 2.0, 4.0, 0.0, 3.0, 7.0];
        // Factor 1: (2−1)/0.5 = 2, (7−3)/−0.5 = −8; factor 2: (4−2)/−0.5 = −4, (3−0)/0.5 = 6.
        let it = elementary_effects(&points(), &outputs, RESAMPLES, 1).unwrap();
        let of = |it: &ElementaryEffects| {
            let deviation = it.standard_deviation.unwrap().point;
            (it.mean.point, it.mean_size.point, deviation)
        };
        assert_eq!(of(&it[0]), (-3.0, 5.0, 50.0_f64.sqrt()));
        assert_eq!(of(&it[1]), (1.0, 5.0, 50.0_f64.sqrt()));
        // A mean of two draws of 2 and 8 deviates by 3/√2, the estimate of that by about 1 %.
        let standard_error = it[0].mean_size.standard_error.unwrap();
        assert!((standard_error - 3.0 / 2.0_f64.sqrt()).abs() < 0.1);
        // Half of all resamples have one effect twice and no deviation, the others that of both.
        let standard_error = it[0].standard_deviation.unwrap().standard_error.unwrap();
        assert!((standard_error - 50.0_f64.sqrt() / 2.0).abs() < 0.1);
    }

    #[test]
    fn a_small_spread_of_large_effects_is_not_lost() {
        let large = 4_503_599_627_370_496.0;
        let points = [0.0, 1.0, 0.0, 1.0].map(|it| vec![it]);
        let outputs = [0.0, large, 0.0, large + 2.0];
        let it = elementary_effects(&points, &outputs, RESAMPLES, 1).unwrap()[0];
        assert_eq!(
            it.standard_deviation.map(|it| it.point),
            Some(2.0_f64.sqrt())
        );
        assert_eq!(it.mean, Estimate::of_mean(large + 1.0, Some(2.0), 2));
    }

    #[test]
    fn the_deviation_of_three_effects_has_two_degrees_of_freedom() {
        let points = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0].map(|it| vec![it]);
        let outputs = [0.0, 2.0, 0.0, 3.0, 0.0, 4.0];
        let it = elementary_effects(&points, &outputs, RESAMPLES, 1).unwrap()[0];
        assert_eq!(it.standard_deviation.map(|it| it.point), Some(1.0));
    }

    #[test]
    fn one_trajectory_cannot_tell_how_sure_it_is() {
        let it = elementary_effects(&points()[..3], &[1.0, 2.0, 4.0], RESAMPLES, 1).unwrap();
        assert_eq!(it[1].mean, Estimate::of_mean(-4.0, None, 1));
        assert_eq!(
            (it[1].standard_deviation, it[1].mean_size.interval),
            (None, None)
        );
        assert_eq!(elementary_effects(&[], &[], RESAMPLES, 1), None);
    }
}
