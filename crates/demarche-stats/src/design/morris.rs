//! Morris trajectories: one factor at a time, from different base points.

use crate::design::split_mix::SplitMix;

/// Levels of a coordinate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MorrisLevels {
    // Invariant: even and at least 2.
    n: u32,
    spread: Spread,
}

/// Where the levels of a coordinate are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Spread {
    /// Evenly from 0 to 1.
    ToTheEnds,
    /// In the middles of equal parts.
    InTheMiddles,
}

impl MorrisLevels {
    /// Four levels, the usual number.
    pub const FOUR: Self = Self {
        n: 4,
        spread: Spread::ToTheEnds,
    };

    /// So many levels from 0 to 1; `None` unless the number is even and positive.
    pub fn new(n: u32) -> Option<Self> {
        let spread = Spread::ToTheEnds;
        (n > 0 && n.is_multiple_of(2)).then_some(Self { n, spread })
    }

    /// As many levels, in the middles of equal parts of [0, 1]: where the ends are not to be reached.
    #[must_use]
    pub fn in_the_middles(self) -> Self {
        let spread = Spread::InTheMiddles;
        Self { spread, ..self }
    }

    /// The step Δ of a coordinate.
    ///
    /// ```text
    /// Δ = p / ( 2 (p − 1) )   of p levels from 0 to 1
    /// Δ = 1/2                 of levels in the middles
    /// ```
    pub fn delta(self) -> f64 {
        self.share(self.n / 2) - self.share(0)
    }

    /// The coordinate of a level, in [0, 1].
    fn share(self, level: u32) -> f64 {
        match self.spread {
            Spread::ToTheEnds => f64::from(level) / f64::from(self.n - 1),
            Spread::InTheMiddles => (f64::from(level) + 0.5) / f64::from(self.n),
        }
    }
}

/// A coordinate as the argument of a quantile function, which is defined below 1.
///
/// Trajectories reach 1 itself, which becomes the greatest float below it.
pub fn quantile_argument(coordinate: f64) -> f64 {
    coordinate.min(1.0 - f64::EPSILON / 2.0)
}

/// The points of one trajectory; consecutive points differ by ±Δ in one coordinate.
///
/// Every dimension moves once, in random order; it starts at a random level, and up or down with
/// equal probability.
/// A trajectory of `d` dimensions has `d + 1` points in [0, 1]; it follows from the seed and its
/// number, so that more trajectories do not move those there are.
///
/// Morris, *Factorial sampling plans for preliminary computational experiments*,
/// Technometrics 33 (1991), 161–174.
pub fn morris_trajectory(
    trajectory: u32,
    n_dimensions: usize,
    levels: MorrisLevels,
    seed: u64,
) -> Vec<Vec<f64>> {
    let mut rng = SplitMix::of_part(seed, u64::from(trajectory));
    let half = levels.n / 2;
    let moves: Vec<(f64, f64)> = (0..n_dimensions)
        .map(|_| {
            let place = rng.below(levels.n);
            let low = place % half;
            let (low, high) = (levels.share(low), levels.share(low + half));
            if place < half {
                (low, high)
            } else {
                (high, low)
            }
        })
        .collect();
    let mut point: Vec<f64> = moves.iter().map(|(from, _)| *from).collect();
    let mut res = vec![point.clone()];
    for dimension in rng.shuffled(0..n_dimensions) {
        point[dimension] = moves[dimension].1;
        res.push(point.clone());
    }
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(n_levels: u32, n_dimensions: usize, seed: u64) {
        let levels = MorrisLevels::new(n_levels).unwrap();
        for trajectory in 0..20 {
            let points = morris_trajectory(trajectory, n_dimensions, levels, seed);
            assert_eq!(points.len(), n_dimensions + 1);
            let mut moved = vec![0; n_dimensions];
            for step in points.windows(2) {
                for (dimension, (from, to)) in step[0].iter().zip(&step[1]).enumerate() {
                    if from.total_cmp(to).is_ne() {
                        moved[dimension] += 1;
                        assert!(((to - from).abs() - levels.delta()).abs() < 1e-15);
                    }
                }
            }
            assert!(moved.iter().all(|it| *it == 1));
            for coordinate in points.iter().flatten() {
                let level = coordinate * f64::from(n_levels - 1);
                assert!((0.0..=1.0).contains(coordinate));
                assert!((level - level.round()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn every_dimension_moves_once_by_delta_and_on_the_grid() {
        check(2, 3, 1);
        check(4, 1, 2);
        check(4, 30, 3);
        check(10, 7, 4);
        assert_eq!(MorrisLevels::new(3), None);
        assert_eq!(MorrisLevels::new(0), None);
    }

    #[test]
    fn levels_in_the_middles_leave_the_ends_out() {
        let levels = MorrisLevels::FOUR.in_the_middles();
        assert!((levels.delta() - 0.5).abs() < 1e-15);
        let shares = [0, 1, 2, 3].map(|it| levels.share(it));
        assert_eq!(
            shares.map(|it| 8.0 * it).map(f64::to_bits),
            [1.0, 3.0, 5.0, 7.0].map(f64::to_bits)
        );
        // The same moves as from end to end.
        let of = |levels| morris_trajectory(3, 5, levels, 4);
        for (middle, end) in of(levels)
            .iter()
            .flatten()
            .zip(of(MorrisLevels::FOUR).iter().flatten())
        {
            assert!((middle - (0.125 + 0.75 * end)).abs() < 1e-12);
        }
    }

    #[test]
    fn starts_are_spread_evenly_over_the_levels() {
        let levels = MorrisLevels::new(4).unwrap();
        let mut counts = [0; 4];
        for trajectory in 0..4000 {
            let start = morris_trajectory(trajectory, 2, levels, 5)[0][1];
            let level = (0..4).find(|it| (levels.share(*it) - start).abs() < 1e-12);
            counts[level.unwrap() as usize] += 1;
        }
        // Five standard deviations of a binomial with n = 4000 and p = 1/4 are 137.
        assert!(
            counts.iter().all(|it| (863..=1137).contains(it)),
            "{counts:?}"
        );
    }
}
