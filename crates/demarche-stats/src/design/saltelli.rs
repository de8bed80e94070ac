//! Saltelli's radial design for variance-based sensitivity indices.

use crate::design::sobol_sequence::{Scrambling, SobolSequence};

/// Which rows a base point (A, B) expands to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RadialRows {
    /// A, then A with one coordinate of B each, then B: for first-order and total indices.
    OneWay,
    /// As `OneWay`, and before B also B with one coordinate of A each: for second-order indices.
    BothWays,
}

/// Base points of a Sobol' sequence, each expanded to rows that differ in one factor.
///
/// ```text
/// rows(i) = A_i, A_i with B_ik for k = 1 … d, ( B_i with A_ik for k = 1 … d, ) B_i
/// (A_i, B_i) = point i of the Sobol' sequence in 2d dimensions
/// ```
///
/// The first base point is point 0, and the order of rows is that of `SALib`.
///
/// Saltelli, *Making best use of model evaluations to compute sensitivity indices*,
/// Computer Physics Communications 145 (2002), 280–297.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaltelliDesign {
    base: SobolSequence,
    n_factors: usize,
    rows: RadialRows,
}

impl SaltelliDesign {
    /// The design for `n_factors` factors.
    ///
    /// `None` beyond half of [`SOBOL_DIMENSIONS_MAX`](crate::design::sobol_sequence::SOBOL_DIMENSIONS_MAX).
    pub fn new(n_factors: usize, rows: RadialRows, scrambling: Scrambling) -> Option<Self> {
        let base = SobolSequence::new(n_factors.checked_mul(2)?, scrambling)?;
        Some(Self {
            base,
            n_factors,
            rows,
        })
    }

    /// Number of rows per base point.
    pub fn rows_per_base_point(&self) -> usize {
        match self.rows {
            RadialRows::OneWay => self.n_factors + 2,
            RadialRows::BothWays => 2 * self.n_factors + 2,
        }
    }

    /// The rows of a base point, from 0.
    ///
    /// The sequence is balanced for the first 2ᵏ base points.
    pub fn rows(&self, base_point: u32) -> Vec<Vec<f64>> {
        let point = self.base.point(base_point);
        let (a, b) = point.split_at(self.n_factors);
        let mut res = Vec::with_capacity(self.rows_per_base_point());
        res.push(a.to_vec());
        res.extend((0..self.n_factors).map(|k| crossed(a, b, k)));
        match self.rows {
            RadialRows::OneWay => {}
            RadialRows::BothWays => res.extend((0..self.n_factors).map(|k| crossed(b, a, k))),
        }
        res.push(b.to_vec());
        res
    }
}

/// `point` with coordinate `k` taken from `other`.
fn crossed(point: &[f64], other: &[f64], coordinate: usize) -> Vec<f64> {
    let mut res = point.to_vec();
    res[coordinate] = other[coordinate];
    res
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_base_point_are_those_made_by_hand() {
        let rows = |it| {
            let design = SaltelliDesign::new(2, it, Scrambling::None).unwrap();
            let res = design.rows(4);
            assert_eq!(res.len(), design.rows_per_base_point());
            res
        };
        // Point 4 in four dimensions is 0.375, 0.375, 0.625, 0.875.
        let (a, b) = ([0.375, 0.375], [0.625, 0.875]);
        let ab = [[0.625, 0.375], [0.375, 0.875]];
        let ba = [[0.375, 0.875], [0.625, 0.375]];
        assert_eq!(rows(RadialRows::OneWay), [a, ab[0], ab[1], b]);
        assert_eq!(
            rows(RadialRows::BothWays),
            [a, ab[0], ab[1], ba[0], ba[1], b]
        );
    }

    #[test]
    fn a_thousand_factors_fit() {
        let design = |it| SaltelliDesign::new(it, RadialRows::OneWay, Scrambling::None);
        assert!(design(1024).is_some());
        assert_eq!(design(1025), None);
        assert_eq!(design(usize::MAX), None);
    }
}
