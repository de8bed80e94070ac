//! Divides goods between two so that nobody envies the other and both have equally many points.
//!
//! Brams and Taylor, *Fair Division: From Cake-Cutting to Dispute Resolution* (1996), chapter 4.

/// Who gets what.
#[derive(Clone, PartialEq, Debug)]
pub struct AdjustedWinner {
    /// By good, the share that goes to the first; all but at most one are 0 or 1.
    pub first_shares: Vec<f64>,
    /// The points that each gets, by its own count.
    pub points: [f64; 2],
}

/// Divides goods on which two have put points, 0 or more, usually 100 each.
///
/// Each good goes to who put more on it, equal ones to the first. Then whoever is ahead passes on
/// goods, those first to which it gives the least more than the other, and of the last just the
/// part that makes both equal.
///
/// # Panics
///
/// If the lists differ in length.
pub fn adjusted_winner(first: &[f64], second: &[f64]) -> AdjustedWinner {
    assert_eq!(first.len(), second.len(), "both put points on every good");
    let mut first_shares: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(a, b)| if a >= b { 1.0 } else { 0.0 })
        .collect();
    let mut points = points(first, second, &first_shares);
    let first_leads = points[0] >= points[1];
    let (leader, other) = if first_leads {
        (first, second)
    } else {
        (second, first)
    };
    let of_leader = if first_leads { 1.0 } else { 0.0 };
    let is_leaders = |good: &usize| (first_shares[*good] > 0.5) == first_leads;
    let mut goods: Vec<usize> = (0..first.len())
        .filter(|it| is_leaders(it) && leader[*it] > 0.0)
        .collect();
    let eagerness = |good: usize| other[good] / leader[good];
    goods.sort_by(|&a, &b| eagerness(b).total_cmp(&eagerness(a)));
    for good in goods {
        let ahead = (points[0] - points[1]).abs();
        let part = (ahead / (leader[good] + other[good])).min(1.0);
        first_shares[good] = (of_leader - part).abs();
        points = self::points(first, second, &first_shares);
        if part < 1.0 {
            break;
        }
    }
    AdjustedWinner {
        first_shares,
        points,
    }
}

fn points(first: &[f64], second: &[f64], first_shares: &[f64]) -> [f64; 2] {
    let of_first = first.iter().zip(first_shares).map(|(it, share)| it * share);
    let of_second = second.iter().zip(first_shares);
    [
        of_first.sum(),
        of_second.map(|(it, share)| it * (1.0 - share)).sum(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_get_equally_many_points_and_at_least_half_of_their_own() {
        let table: [(&[f64], &[f64]); 4] = [
            (&[60.0, 40.0], &[30.0, 70.0]),
            (&[50.0, 50.0], &[50.0, 50.0]),
            (&[90.0, 5.0, 5.0], &[80.0, 20.0, 0.0]),
            (&[10.0, 90.0], &[100.0, 0.0]),
        ];
        for (first, second) in table {
            let it = adjusted_winner(first, second);
            assert!((it.points[0] - it.points[1]).abs() < 1e-12, "{it:?}");
            assert!(it.points[0] >= 50.0 - 1e-12, "{it:?}");
            let split = it
                .first_shares
                .iter()
                .filter(|it| (0.0 < **it) && (**it < 1.0));
            assert!(split.count() <= 1, "{it:?}");
        }
    }
}
