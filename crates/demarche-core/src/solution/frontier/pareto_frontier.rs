//! The Pareto frontier of outcomes that come one by one.

use crate::solution::frontier::dominance_tree::DominanceTree;

/// The outcomes that no other one betters for somebody without being worse for another.
///
/// ```text
/// { o : there is no o' with u_i(o') ≥ u_i(o) for all i and u_i(o') > u_i(o) for some i }
/// ```
///
/// Of outcomes with the same utilities the first is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Frontier {
    n_parties: usize,
    outcomes: Vec<u64>,
    utilities: Vec<f64>,
}

impl Frontier {
    fn empty(n_parties: usize) -> Self {
        Self {
            n_parties,
            outcomes: Vec::new(),
            utilities: Vec::new(),
        }
    }

    /// How many points it has.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether there is no outcome at all.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// The number that a point's outcome was added with.
    ///
    /// # Panics
    ///
    /// If there is no such point.
    pub fn outcome(&self, point: usize) -> u64 {
        self.outcomes[point]
    }

    /// What a point is worth to each party.
    ///
    /// # Panics
    ///
    /// If there is no such point.
    pub fn utilities(&self, point: usize) -> &[f64] {
        &self.utilities[point * self.n_parties..(point + 1) * self.n_parties]
    }

    /// The utilities of all points, in the order of their outcomes.
    pub fn points(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.utilities.chunks_exact(self.n_parties)
    }

    /// How far utilities are from the nearest point; `None` if there is no point.
    ///
    /// ```text
    /// min over points p of √( Σ_i (u_i − p_i)² )
    /// ```
    ///
    /// This is the Pareto distance of GENIUS: Lin, Kraus, Baarslag, Tykhonov, Hindriks and Jonker,
    /// *Genius: an integrated environment for supporting the design of generic automated
    /// negotiators*, Computational Intelligence 30 (2014), 48–70.
    pub fn distance(&self, utilities: &[f64]) -> Option<f64> {
        self.points()
            .map(|it| distance(it, utilities))
            .min_by(f64::total_cmp)
    }

    fn push(&mut self, outcome: u64, utilities: &[f64]) {
        self.outcomes.push(outcome);
        self.utilities.extend_from_slice(utilities);
    }
}

/// How far two points of utility space are apart, in a straight line.
pub fn distance(these: &[f64], those: &[f64]) -> f64 {
    let squares = these.iter().zip(those).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}

/// Finds the frontier of outcomes that come one by one, in any number.
///
/// It holds the frontier of those that came so far and a buffer of at most the same size, and asks
/// a tree of boxes instead of comparing every pair.
#[derive(Clone, Debug)]
pub struct FrontierBuilder {
    /// The frontier as of when the buffer was empty.
    settled: Frontier,
    tree: DominanceTree,
    /// Outcomes that came since, none of them covered by the settled frontier.
    buffer: Frontier,
}

/// Points that the buffer holds even if the frontier is smaller.
const BUFFER_POINTS_MIN: usize = 1 << 10;

impl FrontierBuilder {
    /// For the utilities of so many parties.
    ///
    /// # Panics
    ///
    /// If there is no party.
    pub fn new(n_parties: usize) -> Self {
        assert!(n_parties > 0, "a frontier is one between parties");
        Self {
            settled: Frontier::empty(n_parties),
            tree: DominanceTree::new(n_parties, &[]),
            buffer: Frontier::empty(n_parties),
        }
    }

    /// Takes in an outcome; outcomes come in rising order of their numbers.
    ///
    /// # Panics
    ///
    /// If there is not one utility per party.
    pub fn add(&mut self, outcome: u64, utilities: &[f64]) {
        assert_eq!(
            utilities.len(),
            self.settled.n_parties,
            "a utility per party"
        );
        if self.tree.covers(utilities, |_, _| true) {
            return;
        }
        self.buffer.push(outcome, utilities);
        if self.buffer.len() >= self.settled.len().max(BUFFER_POINTS_MIN) {
            self.settle();
        }
    }

    /// The frontier of all that were added.
    pub fn finish(mut self) -> Frontier {
        self.settle();
        self.settled
    }

    /// Empties the buffer into the settled frontier.
    ///
    /// No settled point covers one of the buffer, so only the buffer can.
    fn settle(&mut self) {
        let n_parties = self.settled.n_parties;
        let buffer = std::mem::replace(&mut self.buffer, Frontier::empty(n_parties));
        let tree = DominanceTree::new(n_parties, &buffer.utilities);
        let mut settled = Frontier::empty(n_parties);
        for (at, utilities) in self.settled.points().enumerate() {
            if !tree.covers(utilities, |_, _| true) {
                settled.push(self.settled.outcome(at), utilities);
            }
        }
        for (at, utilities) in buffer.points().enumerate() {
            // Points stand in rising order: of equals the first is kept.
            let is_better = |other: usize, it: &[f64]| other < at || it != utilities;
            if !tree.covers(utilities, |other, it| other != at && is_better(other, it)) {
                settled.push(buffer.outcome(at), utilities);
            }
        }
        self.tree = DominanceTree::new(n_parties, &settled.utilities);
        self.settled = settled;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frontier(n_parties: usize, points: &[Vec<f64>]) -> Vec<(u64, Vec<f64>)> {
        let mut builder = FrontierBuilder::new(n_parties);
        for (outcome, it) in (0..).zip(points) {
            builder.add(outcome, it);
        }
        let found = builder.finish();
        (0..found.len())
            .map(|it| (found.outcome(it), found.utilities(it).to_vec()))
            .collect()
    }

    /// Every pair looked at.
    fn by_pairs(points: &[Vec<f64>]) -> Vec<(u64, Vec<f64>)> {
        let is_beaten = |at: usize, it: &Vec<f64>| {
            points.iter().enumerate().any(|(other_at, other)| {
                let is_as_good = other.iter().zip(it).all(|(a, b)| a >= b);
                is_as_good && (other != it || other_at < at)
            })
        };
        (0..)
            .zip(points)
            .filter(|(at, it)| !is_beaten(usize::try_from(*at).unwrap(), it))
            .map(|(at, it)| (at, it.clone()))
            .collect()
    }

    /// Points on a grid, so that ties and duplicates are frequent.
    fn points() -> impl Strategy<Value = (usize, Vec<Vec<f64>>)> {
        (2..=7_usize, 1..=6_u8).prop_flat_map(|(n_parties, steps)| {
            let point = prop::collection::vec((0..=steps).prop_map(f64::from), n_parties);
            (Just(n_parties), prop::collection::vec(point, 0..=120))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn the_frontier_is_that_of_all_pairs((n_parties, points) in points()) {
            prop_assert_eq!(frontier(n_parties, &points), by_pairs(&points));
        }
    }

    #[test]
    fn a_frontier_longer_than_the_buffer_is_found_too() {
        // Points on an arc, each followed by one that it beats, and all of them twice.
        let n = 3 * BUFFER_POINTS_MIN;
        let arc = (0..n).map(|it| f64::from(u32::try_from(it * 7919 % n).unwrap()));
        let once: Vec<Vec<f64>> = arc
            .flat_map(|it| {
                let wide = 1e9 - it * it;
                [vec![it, wide, 0.0], vec![it, wide - 0.5, 0.0]]
            })
            .collect();
        let twice = [once.clone(), once].concat();
        let found = frontier(3, &twice);
        assert_eq!(found.len(), n);
        assert!(found.iter().all(|(at, it)| {
            let at = usize::try_from(*at).unwrap();
            at < 2 * n && at % 2 == 0 && *it == twice[at]
        }));
    }

    #[test]
    fn the_distance_is_that_to_the_nearest_point() {
        let mut builder = FrontierBuilder::new(2);
        assert_eq!(builder.clone().finish().distance(&[0.0, 0.0]), None);
        builder.add(0, &[3.0, 4.0]);
        builder.add(1, &[4.0, 0.0]);
        let frontier = builder.finish();
        assert_eq!(frontier.distance(&[0.0, 0.0]), Some(4.0));
        assert_eq!(frontier.distance(&[0.0, 4.0]), Some(3.0));
    }
}
