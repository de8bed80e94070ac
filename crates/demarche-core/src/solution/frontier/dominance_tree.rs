//! Whether any of many points is at least as good for everybody as another one, without looking at all.

/// Points in a tree of boxes: each node knows the best that any of its points has for each party.
///
/// A box that is worse than a point for some party holds nothing at least as good as the point, and
/// is skipped whole. The boxes are those of a k-d tree: Bentley, *Multidimensional binary search
/// trees used for associative searching*, Communications of the ACM 18 (1975), 509–517.
#[derive(Clone, Debug)]
pub(crate) struct DominanceTree {
    n_parties: usize,
    /// Utilities of all points, party by party, in the order of the leaves.
    points: Vec<f64>,
    /// Where each point stood among those the tree was made of.
    positions: Vec<usize>,
    /// Per node, the greatest utility of any of its points for each party; the children of node
    /// `n` are `2n + 1` and `2n + 2`.
    corners: Vec<f64>,
}

/// Points of a leaf at most.
const LEAF_POINTS: usize = 8;

impl DominanceTree {
    /// A tree of points given as their utilities, party by party.
    pub(crate) fn new(n_parties: usize, utilities: &[f64]) -> Self {
        let n_points = utilities.len() / n_parties;
        let mut positions: Vec<usize> = (0..n_points).collect();
        let depth = n_points.div_ceil(LEAF_POINTS).next_power_of_two();
        let mut corners = vec![f64::NEG_INFINITY; (2 * depth - 1) * n_parties];
        let row = |it: usize| &utilities[it * n_parties..(it + 1) * n_parties];
        split(&row, &mut positions, &mut corners, 0, n_parties);
        Self {
            n_parties,
            points: positions.iter().flat_map(|&it| row(it)).copied().collect(),
            positions,
            corners,
        }
    }

    /// Whether a point among those that count is worth at least this to every party.
    ///
    /// `counts` gets a point's position and its utilities.
    pub(crate) fn covers(
        &self,
        utilities: &[f64],
        counts: impl Fn(usize, &[f64]) -> bool + Copy,
    ) -> bool {
        self.covers_below(0, 0, self.positions.len(), utilities, counts)
    }

    fn covers_below(
        &self,
        node: usize,
        start: usize,
        end: usize,
        utilities: &[f64],
        counts: impl Fn(usize, &[f64]) -> bool + Copy,
    ) -> bool {
        let n = self.n_parties;
        if !is_at_least(&self.corners[node * n..(node + 1) * n], utilities) {
            return false;
        }
        if end - start <= LEAF_POINTS {
            let mut points = self.points[start * n..end * n].chunks_exact(n).zip(start..);
            return points
                .any(|(it, at)| is_at_least(it, utilities) && counts(self.positions[at], it));
        }
        let middle = usize::midpoint(start, end);
        // The right child has the points that are better in the direction of the split.
        self.covers_below(2 * node + 2, middle, end, utilities, counts)
            || self.covers_below(2 * node + 1, start, middle, utilities, counts)
    }
}

/// Orders positions so that every node's points stand together, and notes the nodes' corners.
fn split<'a>(
    row: &impl Fn(usize) -> &'a [f64],
    positions: &mut [usize],
    corners: &mut [f64],
    node: usize,
    n_parties: usize,
) {
    let corner = &mut corners[node * n_parties..(node + 1) * n_parties];
    let mut least = vec![f64::INFINITY; n_parties];
    for &it in &*positions {
        for ((most, least), &utility) in corner.iter_mut().zip(&mut least).zip(row(it)) {
            *most = most.max(utility);
            *least = least.min(utility);
        }
    }
    if positions.len() <= LEAF_POINTS {
        return;
    }
    let spread = |party: &usize| corner[*party] - least[*party];
    let widest = (0..n_parties)
        .max_by(|a, b| spread(a).total_cmp(&spread(b)))
        .expect("a point has parties");
    let middle = positions.len() / 2;
    positions.select_nth_unstable_by(middle, |&a, &b| {
        row(a)[widest].total_cmp(&row(b)[widest]).then(a.cmp(&b))
    });
    let (worse, better) = positions.split_at_mut(middle);
    split(row, worse, corners, 2 * node + 1, n_parties);
    split(row, better, corners, 2 * node + 2, n_parties);
}

/// Whether these utilities are at least those for every party.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "utilities are few: to stop early costs more than to compare them all"
)]
fn is_at_least(these: &[f64], those: &[f64]) -> bool {
    let pairs = these.iter().zip(those);
    pairs.fold(true, |is_so, (this, that)| is_so & (this >= that))
}
