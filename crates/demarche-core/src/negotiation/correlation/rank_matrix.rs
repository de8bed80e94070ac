//! Rank correlations of several numbers: whether they can hold together, and draws that have them.

use std::f64::consts::FRAC_PI_6;

/// Rank correlations between several numbers; 0 between those for which none was put in.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct RankMatrix {
    n: usize,
    /// Row by row; symmetric, with ones on the diagonal. `None` where it does not matter.
    ranks: Vec<Option<f64>>,
}

/// By number, the coefficients other than 0 with which independent normal numbers, by their
/// positions, make its normal number; the sum of their squares is 1.
pub(super) type NormalRows = Vec<Vec<(usize, f64)>>;

/// A conditional variance up to which a number counts as determined by those before it: rounding
/// leaves less of none.
const VARIANCE_TOLERANCE: f64 = 1e-12;

/// Parts into which the factors of [`RankMatrix::greatest_factor`] are divided.
const FACTOR_PARTS: u32 = 1000;

/// The correlation of two normal numbers with a rank correlation ρ.
///
/// ```text
/// r = 2 sin( π ρ / 6 )
/// ```
///
/// Exact at −1, 0 and 1.
///
/// Pearson, *On further methods of determining correlation*, Drapers' Company Research Memoirs,
/// Biometric Series IV (1907).
fn normal_correlation(rank: f64) -> f64 {
    if rank.abs() >= 1.0 {
        return rank.clamp(-1.0, 1.0);
    }
    2.0 * libm::sin(FRAC_PI_6 * rank)
}

impl RankMatrix {
    /// The matrix of so many numbers that are independent.
    pub(super) fn independent(n: usize) -> Self {
        let mut ranks = vec![Some(0.0); n * n];
        for idx in 0..n {
            ranks[idx * n + idx] = Some(1.0);
        }
        Self { n, ranks }
    }

    /// Puts in the rank correlation of two numbers; `None` if it does not matter, because they are
    /// never drawn together.
    pub(super) fn set(&mut self, one: usize, other: usize, rank: Option<f64>) {
        self.ranks[one * self.n + other] = rank;
        self.ranks[other * self.n + one] = rank;
    }

    /// The numbers that hang together, directly or through others, group by group in ascending
    /// order; none that are independent of all others.
    pub(super) fn groups(&self) -> Vec<Vec<usize>> {
        let mut group_of: Vec<usize> = (0..self.n).collect();
        for one in 0..self.n {
            for other in 0..one {
                let (into, from) = (group_of[other], group_of[one]);
                if self.is_linked(one, other) && into != from {
                    for it in group_of.iter_mut().filter(|it| **it == from) {
                        *it = into;
                    }
                }
            }
        }
        let members = |group: usize| (0..self.n).filter(|it| group_of[*it] == group).collect();
        let groups = (0..self.n).map(members);
        groups.filter(|it: &Vec<usize>| it.len() > 1).collect()
    }

    /// The matrix of some of the numbers.
    pub(super) fn among(&self, members: &[usize]) -> Self {
        let mut of_members = Self::independent(members.len());
        for (one, first) in members.iter().enumerate() {
            for (other, second) in members[..one].iter().enumerate() {
                of_members.set(one, other, self.rank(*first, *second));
            }
        }
        of_members
    }

    /// The Cholesky factor of the matrix of normal correlations, row by row; `None` if that is not
    /// positive semi-definite: then no numbers have these rank correlations by a normal copula.
    ///
    /// ```text
    /// L_ij = ( R_ij − Σ_{k<j} L_ik L_jk ) / L_jj,   L_jj² = R_jj − Σ_{k<j} L_jk²
    /// ```
    ///
    /// Where `R_ij` does not matter, `L_ij` is 0: the two are independent given those before them.
    /// That may fail where another value of `R_ij` would not.
    /// A number that those before it determine has `L_jj` = 0, and no other number has a part of it.
    ///
    /// Higham, *Accuracy and Stability of Numerical Algorithms*, second edition (2002), section 10.3.
    pub(super) fn normal_rows(&self) -> Option<NormalRows> {
        let (rows, is_exact) = self.factor();
        is_exact.then_some(rows)
    }

    /// The same of a matrix that is positive semi-definite but for rounding, which is left out.
    pub(super) fn nearest_rows(&self) -> NormalRows {
        self.factor().0
    }

    /// Rows whose squares sum to 1, and whether they have the correlations of the matrix.
    fn factor(&self) -> (NormalRows, bool) {
        let n = self.n;
        let mut lower = vec![0.0; n * n];
        let mut is_exact = true;
        for row in 0..n {
            let mut rest = 1.0;
            for column in 0..row {
                let Some(rank) = self.rank(row, column) else {
                    continue;
                };
                let known = (0..column).map(|it| lower[row * n + it] * lower[column * n + it]);
                let left = normal_correlation(rank) - known.sum::<f64>();
                let own = lower[column * n + column];
                if own > 0.0 {
                    lower[row * n + column] = left / own;
                    rest -= (left / own) * (left / own);
                } else if left.abs() > VARIANCE_TOLERANCE.sqrt() {
                    is_exact = false;
                }
            }
            if rest < -VARIANCE_TOLERANCE {
                is_exact = false;
                let norm = f64::sqrt(1.0 - rest);
                for coefficient in &mut lower[row * n..row * n + row] {
                    *coefficient /= norm;
                }
            }
            if rest > VARIANCE_TOLERANCE {
                lower[row * n + row] = rest.sqrt();
            }
        }
        let row = |row: usize| {
            let coefficients = (0..=row).map(|it| (it, lower[row * n + it]));
            coefficients.filter(|it| it.1.abs() > 0.0).collect()
        };
        ((0..n).map(row).collect(), is_exact)
    }

    /// The greatest factor, in thousandths, by which all rank correlations together can be
    /// multiplied so that there are numbers that have them; below 1 only if there are none as it is.
    ///
    /// The matrix is shrunk towards that of independent numbers, and the factor found by bisection
    /// with Cholesky factors.
    ///
    /// Higham, Strabić and Šego, *Restoring definiteness via shrinking, with an application to
    /// correlation matrices with a fixed block*, SIAM Review 58 (2016), 245–263.
    pub(super) fn greatest_factor(&self) -> f64 {
        let factor = |parts: u32| f64::from(parts) / f64::from(FACTOR_PARTS);
        let is_possible = |parts: u32| self.times(factor(parts)).normal_rows().is_some();
        if is_possible(FACTOR_PARTS) {
            return 1.0;
        }
        let (mut possible, mut impossible) = (0, FACTOR_PARTS);
        while impossible - possible > 1 {
            let middle = possible.midpoint(impossible);
            if is_possible(middle) {
                possible = middle;
            } else {
                impossible = middle;
            }
        }
        factor(possible)
    }

    fn rank(&self, one: usize, other: usize) -> Option<f64> {
        self.ranks[one * self.n + other]
    }

    fn is_linked(&self, one: usize, other: usize) -> bool {
        self.rank(one, other).is_some_and(|it| it.abs() > 0.0)
    }

    /// The matrix with every rank correlation multiplied by a factor.
    fn times(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for one in 0..self.n {
            for other in 0..one {
                let rank = self.rank(one, other).map(|it| factor * it);
                scaled.set(one, other, rank);
            }
        }
        scaled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers with these rank correlations between them, and 0 between all others.
    fn matrix(n: usize, ranks: &[(usize, usize, f64)]) -> RankMatrix {
        let mut matrix = RankMatrix::independent(n);
        for &(one, other, rank) in ranks {
            matrix.set(one, other, Some(rank));
        }
        matrix
    }

    fn check_near(number: f64, expected: f64) {
        assert!((number - expected).abs() < 1e-12, "{number}, {expected}");
    }

    #[test]
    fn normal_correlations_are_those_of_the_formula() {
        // 2 sin(π/12) = (√6 − √2)/2.
        check_near(
            normal_correlation(0.5),
            (6.0_f64.sqrt() - 2.0_f64.sqrt()) / 2.0,
        );
        for exact in [-1.0, 0.0, 1.0] {
            assert!((normal_correlation(exact) - exact).abs() <= 0.0);
        }
    }

    #[test]
    fn a_number_takes_of_one_before_it_what_their_correlation_says() {
        let r = normal_correlation(0.6);
        let rows = matrix(3, &[(0, 2, 0.6)]).normal_rows().unwrap();
        assert_eq!(rows[..2], [vec![(0, 1.0)], vec![(1, 1.0)]]);
        assert_eq!(rows[2].len(), 2);
        assert_eq!(rows[2][0], (0, r));
        check_near(rows[2][1].1, (1.0 - r * r).sqrt());
    }

    #[test]
    fn rows_times_each_other_give_the_normal_correlations() {
        let ranks = [(0, 1, 0.5), (0, 2, -0.3), (1, 2, 0.2), (2, 3, 0.7)];
        let matrix = matrix(4, &ranks);
        let rows = matrix.normal_rows().unwrap();
        for one in 0..4 {
            for other in 0..=one {
                let of = |row: usize, column| {
                    let mut row = rows[row].iter();
                    row.find(|it| it.0 == column).map_or(0.0, |it| it.1)
                };
                let product = (0..4).map(|it| of(one, it) * of(other, it)).sum();
                let expected = if one == other {
                    1.0
                } else {
                    normal_correlation(matrix.rank(one, other).unwrap())
                };
                check_near(product, expected);
            }
        }
    }

    #[test]
    fn numbers_that_others_determine_are_possible() {
        let rows = matrix(3, &[(0, 1, -1.0), (0, 2, 0.4), (1, 2, -0.4)]).normal_rows();
        assert_eq!(rows.unwrap()[1], [(0, -1.0)]);
        // The second is the first the other way round, so that the third cannot go with both.
        let rows = matrix(3, &[(0, 1, -1.0), (0, 2, 0.4), (1, 2, 0.4)]).normal_rows();
        assert_eq!(rows, None);
    }

    #[test]
    fn numbers_that_are_never_drawn_together_go_with_others_as_if_alone() {
        let mut both = matrix(3, &[(0, 1, 0.9), (0, 2, -0.9)]);
        assert_eq!(both.normal_rows(), None);
        both.set(1, 2, None);
        let rows = both.normal_rows().unwrap();
        assert_eq!(rows[2].iter().map(|it| it.0).collect::<Vec<_>>(), [0, 2]);
        check_near(rows[2][0].1, -rows[1][0].1);
    }

    #[test]
    fn what_cannot_be_is_shrunk_to_what_only_just_can() {
        // Three numbers can have equal normal correlations down to −1/2: a factor of 6/π asin(1/4).
        let all_opposed = matrix(3, &[(0, 1, -1.0), (0, 2, -1.0), (1, 2, -1.0)]);
        assert_eq!(all_opposed.normal_rows(), None);
        check_near(all_opposed.greatest_factor(), 0.482);
        // With one that both others go with, they have r² + r² = 1: 6/π asin(1/(2√2)), over 0.8.
        let chain = matrix(3, &[(0, 1, 0.8), (1, 2, 0.8)]);
        let greatest = 6.0 / std::f64::consts::PI * (1.0 / 8.0_f64.sqrt()).asin() / 0.8;
        check_near(
            chain.greatest_factor(),
            (1000.0 * greatest).floor() / 1000.0,
        );
        check_near(matrix(2, &[(0, 1, 1.0)]).greatest_factor(), 1.0);
    }

    #[test]
    fn groups_are_of_numbers_that_hang_together() {
        let matrix = matrix(7, &[(5, 1, 0.1), (0, 3, -0.2), (3, 5, 0.3), (2, 6, 0.4)]);
        assert_eq!(matrix.groups(), [vec![0, 1, 3, 5], vec![2, 6]]);
        let among = matrix.among(&[1, 5, 3]);
        let ranks = [(0, 1), (1, 2), (0, 2)].map(|it| among.rank(it.0, it.1));
        assert_eq!(ranks, [Some(0.1), Some(0.3), Some(0.0)]);
    }
}
