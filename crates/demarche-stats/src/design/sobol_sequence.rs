//! The Sobol' sequence, plain or scrambled after Owen.

use crate::design::split_mix::{number, part_key, unit_interval};

/// Number of dimensions with direction numbers.
pub const SOBOL_DIMENSIONS_MAX: usize = 2048;

/// The published direction numbers of all dimensions but the first; lines with `#` are notices.
const DIRECTION_NUMBERS: &str = include_str!("new-joe-kuo-6.2048.txt");

/// The binary digits of a coordinate before scrambling, and of an index.
const DIGITS: usize = 32;

/// Randomization of a net.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scrambling {
    /// The published sequence; its first point is the origin.
    None,
    /// Owen's nested uniform scrambling of every coordinate.
    Owen {
        /// Seed of all permutations.
        seed: u64,
    },
}

/// A low-discrepancy sequence in the unit cube.
///
/// ```text
/// x_j(i) = ⊕ { v_{j,k} : digit k of i xor ⌊i/2⌋ is 1 },    v_{j,k} = m_{j,k} / 2ᵏ
/// m_k    = 2 a_1 m_{k−1} ⊕ 2² a_2 m_{k−2} ⊕ … ⊕ 2ˢ m_{k−s} ⊕ m_{k−s}
/// ```
///
/// with the first s numbers m and the primitive polynomial's coefficients a from Joe and Kuo's table.
/// The order of the points is Antonov and Saleev's (Gray code), as in `SciPy`.
///
/// Scrambled coordinates have 53 digits, each uniform, and any 2ᵏ points of indices
/// 2ᵏ·c … 2ᵏ·(c+1) − 1 still fall one into every interval of length 2⁻ᵏ of every dimension.
/// In the binary tree of intervals, node `n` (the root is 1, the halves of `n` are `2n` and
/// `2n + 1`) swaps its halves if the top bit of number `n` of the dimension's `SplitMix64` is 1;
/// digits 33 to 53 are the top bits of the number of the leaf.
///
/// Joe and Kuo, *Constructing Sobol sequences with better two-dimensional projections*,
/// SIAM Journal on Scientific Computing 30 (2008), 2635–2654.
/// Owen, *Randomly permuted (t,m,s)-nets and (t,s)-sequences*, in *Monte Carlo and Quasi-Monte
/// Carlo Methods in Scientific Computing*, Springer 1995, 299–317.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SobolSequence {
    /// Per dimension the fractions v of all digits, the first digit on top.
    directions: Vec<[u32; DIGITS]>,
    scrambling: Scrambling,
}

impl SobolSequence {
    /// The sequence in `dimensions` dimensions; `None` beyond [`SOBOL_DIMENSIONS_MAX`].
    pub fn new(n_dimensions: usize, scrambling: Scrambling) -> Option<Self> {
        if n_dimensions > SOBOL_DIMENSIONS_MAX {
            return None;
        }
        let first = std::array::from_fn(|k| 1 << (DIGITS - 1 - k));
        let others = DIRECTION_NUMBERS
            .lines()
            .filter(|it| !it.starts_with('#'))
            .map(directions);
        Some(Self {
            directions: std::iter::once(first)
                .chain(others)
                .take(n_dimensions)
                .collect(),
            scrambling,
        })
    }

    /// Number of coordinates of a point.
    pub fn n_dimensions(&self) -> usize {
        self.directions.len()
    }

    /// The point of this index, from 0; every coordinate is in [0, 1).
    pub fn point(&self, index: u32) -> Vec<f64> {
        let dimensions = 0..self.n_dimensions();
        dimensions.map(|it| self.coordinate(index, it)).collect()
    }

    /// One coordinate of the point of this index.
    ///
    /// # Panics
    ///
    /// If there is no such dimension.
    pub fn coordinate(&self, index: u32, dimension: usize) -> f64 {
        let gray = index ^ (index >> 1);
        let directions = &self.directions[dimension];
        let digits = (0..DIGITS)
            .filter(|k| gray >> k & 1 == 1)
            .fold(0, |digits, k| digits ^ directions[k]);
        unit_interval(match self.scrambling {
            Scrambling::None => u64::from(digits) << DIGITS,
            Scrambling::Owen { seed } => scrambled(digits, part_key(seed, dimension as u64)),
        })
    }
}

/// The direction numbers of a line of the table.
fn directions(line: &str) -> [u32; DIGITS] {
    let mut columns = line
        .split_ascii_whitespace()
        .skip(1)
        .map(|it| it.parse().expect("the table has numbers only"));
    let mut next = || columns.next().expect("the table is complete");
    let (degree, inner): (usize, u32) = (next() as usize, next());
    let mut res = [0; DIGITS];
    for (k, v) in res.iter_mut().take(degree).enumerate() {
        *v = next() << (DIGITS - 1 - k);
    }
    for k in degree..DIGITS {
        let oldest = res[k - degree];
        res[k] = (1..degree)
            .filter(|i| inner >> (degree - 1 - i) & 1 == 1)
            .fold(oldest ^ (oldest >> degree), |v, i| v ^ res[k - i]);
    }
    res
}

/// The digits after Owen scrambling, extended to the width of the word.
fn scrambled(digits: u32, key: u64) -> u64 {
    let with_root = 1 << DIGITS | u64::from(digits);
    let mut res = u64::from(digits) << DIGITS;
    for depth in 0..DIGITS {
        let node = with_root >> (DIGITS - depth);
        res ^= number(key, node) >> 63 << (63 - depth);
    }
    // No two points share a leaf: below it every digit is a fresh one.
    res | number(key, with_root) >> DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a coordinate is in [0, 1)"
    )]
    fn interval(coordinate: f64, n_digits: u32) -> usize {
        (coordinate * f64::from(1_u32 << n_digits)) as usize
    }

    #[test]
    fn the_table_has_as_many_dimensions_as_promised() {
        let all = SobolSequence::new(SOBOL_DIMENSIONS_MAX, Scrambling::None).unwrap();
        assert_eq!(all.n_dimensions(), SOBOL_DIMENSIONS_MAX);
        assert_eq!(
            SobolSequence::new(SOBOL_DIMENSIONS_MAX + 1, Scrambling::None),
            None
        );
    }

    #[test]
    fn every_dimension_has_one_point_in_each_interval() {
        const POWER: u32 = 8;
        for scrambling in [Scrambling::None, Scrambling::Owen { seed: 3 }] {
            let sequence = SobolSequence::new(SOBOL_DIMENSIONS_MAX, scrambling).unwrap();
            let points: Vec<Vec<f64>> = (0..1 << POWER).map(|i| sequence.point(i)).collect();
            for power in 0..=POWER {
                for dimension in 0..SOBOL_DIMENSIONS_MAX {
                    let mut seen = vec![false; 1 << power];
                    for point in &points[..1 << power] {
                        seen[interval(point[dimension], power)] = true;
                    }
                    assert!(seen.iter().all(|it| *it), "{dimension} {power}");
                }
            }
        }
    }

    #[test]
    fn scrambling_keeps_the_net_of_the_first_two_dimensions() {
        const POWER: u32 = 10;
        for seed in 0..4 {
            let sequence = SobolSequence::new(2, Scrambling::Owen { seed }).unwrap();
            for power in 0..=POWER {
                let mut seen = vec![false; 1 << POWER];
                // Any aligned block will do, not only the first.
                for i in 3 << POWER..4 << POWER {
                    let point = sequence.point(i);
                    let (row, column) =
                        (interval(point[0], power), interval(point[1], POWER - power));
                    seen[row << (POWER - power) | column] = true;
                }
                assert!(seen.iter().all(|it| *it), "{seed} {power}");
            }
        }
    }

    #[test]
    fn scrambling_splits_two_points_where_the_sequence_splits_them() {
        let key = 5;
        let first_difference = |a: u64, b: u64| (a ^ b).leading_zeros();
        for (a, b) in [(0, 1), (7 << 20, 5 << 20), (1 << 31, 0), (9, 11)] {
            assert_eq!(
                first_difference(scrambled(a, key), scrambled(b, key)),
                (a ^ b).leading_zeros()
            );
        }
    }

    #[test]
    fn a_scrambled_point_is_uniform_over_seeds() {
        let mut counts = [[0; 16]; 3];
        for seed in 0..16_000 {
            let sequence = SobolSequence::new(3, Scrambling::Owen { seed }).unwrap();
            for (dimension, coordinate) in sequence.point(5).into_iter().enumerate() {
                counts[dimension][interval(coordinate, 4)] += 1;
            }
        }
        // Five standard deviations of a binomial with n = 16 000 and p = 1/16 are 153.
        assert!(
            counts.iter().flatten().all(|it| (847..=1153).contains(it)),
            "{counts:?}"
        );
    }

    #[test]
    fn more_dimensions_do_not_move_those_there_are() {
        let scrambling = Scrambling::Owen { seed: 9 };
        let [few, many] = [3, 40].map(|it| SobolSequence::new(it, scrambling).unwrap().point(1000));
        assert_eq!(few, many[..3]);
    }
}
