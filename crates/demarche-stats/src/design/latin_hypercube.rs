//! Latin hypercubes: each one-dimensional projection is stratified.

use crate::design::split_mix::SplitMix;

/// Maximum number of points of a Latin hypercube.
pub const LATIN_POINTS_MAX: u32 = 1 << 20;

/// `n` points, one in each of `n` equal intervals of every dimension, paired at random.
///
/// ```text
/// x_j(i) = ( π_j(i) + u_j(i) ) / n,    π_j a random permutation of 0 … n − 1,
/// u_j(i) = ( ⌊2³⁰ · uniform⌋ + ½ ) / 2³⁰
/// ```
///
/// Every dimension has its own random stream: adding dimensions leaves the others unchanged.
/// Adding points gives a different design.
///
/// `McKay`, Beckman and Conover, *A comparison of three methods for selecting values of input
/// variables in the analysis of output from a computer code*, Technometrics 21 (1979), 239–245.
///
/// # Panics
///
/// If there are more than [`LATIN_POINTS_MAX`] points: rounding could leave their interval.
pub fn latin_hypercube(n_points: u32, n_dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    assert!(n_points <= LATIN_POINTS_MAX, "{n_points} points");
    let mut res = vec![Vec::with_capacity(n_dimensions); n_points as usize];
    for dimension in (0..).take(n_dimensions) {
        let mut rng = SplitMix::of_part(seed, dimension);
        for (point, place) in res.iter_mut().zip(rng.shuffled(0..n_points)) {
            let share = (f64::from(rng.below(1 << 30)) + 0.5) / f64::from(1 << 30);
            point.push((f64::from(place) + share) / f64::from(n_points));
        }
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(n_points: u32, n_dimensions: usize, seed: u64) {
        let points = latin_hypercube(n_points, n_dimensions, seed);
        assert_eq!(points.len(), n_points as usize);
        for dimension in 0..n_dimensions {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a coordinate is in [0, 1)"
            )]
            let mut places: Vec<u32> = points
                .iter()
                .map(|it| (it[dimension] * f64::from(n_points)) as u32)
                .collect();
            places.sort_unstable();
            assert!(places.into_iter().eq(0..n_points));
        }
    }

    #[test]
    fn every_interval_of_every_dimension_has_one_point() {
        for n_points in [0, 1, 2, 3, 10, 49, 1000] {
            check(n_points, 5, u64::from(n_points));
        }
        check(LATIN_POINTS_MAX, 1, 1);
    }

    #[test]
    fn dimensions_are_independent() {
        let points = latin_hypercube(10, 2, 1);
        assert!(points.iter().any(|it| (it[0] - it[1]).abs() > 0.1));
        let more = latin_hypercube(10, 3, 1);
        assert!(more.iter().zip(&points).all(|(it, few)| it[..2] == few[..]));
        assert_ne!(points, latin_hypercube(10, 2, 2));
    }
}
