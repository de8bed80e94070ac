//! Bargaining over a continuum: the solution points of two parties on a smooth or a bent frontier.

/// Two parties, what they can share, and what no agreement is worth to them.
///
/// The frontier runs from the point best for the second party to the one best for the first, and
/// only its part with at least the disagreement point counts.
/// What lies below it must be convex; the points are then unique, the utilitarian one aside, of
/// which one of the best is given.
/// On a smooth frontier of size one they are right to about 10⁻¹⁰.
pub struct BargainingProblem<'a> {
    pieces: Vec<Piece<'a>>,
    disagreement: [f64; 2],
    /// The places on the frontier, in pieces from its beginning, where it meets disagreement.
    ends: [f64; 2],
}

/// A part of the frontier without a corner, from 0 to 1.
type Piece<'a> = Box<dyn Fn(f64) -> [f64; 2] + 'a>;

/// How far to either side of a place the frontier is looked at, in pieces: the error goes with its
/// square, and rounding weighs the more the less it is.
const STEP: f64 = 3e-6;

/// By how much rounding may bring a point below the disagreement point that it is equal to.
const ROUNDING: f64 = 1e-12;

/// Halvings of an interval: more than a float has bits.
const HALVINGS: usize = 64;

impl std::fmt::Debug for BargainingProblem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BargainingProblem")
            .field("n_pieces", &self.pieces.len())
            .field("disagreement", &self.disagreement)
            .field("ends", &self.ends)
            .finish()
    }
}

impl<'a> BargainingProblem<'a> {
    /// A smooth frontier: both utilities as a function of what is varied between two numbers, along
    /// which the first rises and the second falls.
    ///
    /// `None` if no point is worth at least the disagreement point to both.
    pub fn on_curve(
        from: f64,
        to: f64,
        utilities: impl Fn(f64) -> [f64; 2] + 'a,
        disagreement: [f64; 2],
    ) -> Option<Self> {
        let piece: Piece<'a> = Box::new(move |t| utilities(from + t * (to - from)));
        Self::new(vec![piece], disagreement)
    }

    /// A convex polygon, its corners in any order, and all that is below its frontier.
    ///
    /// `None` if no point is worth at least the disagreement point to both, or there is no corner.
    pub fn in_polygon(corners: &[[f64; 2]], disagreement: [f64; 2]) -> Option<Self> {
        let mut sorted = corners.to_vec();
        sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        // From right to left, the corners that are higher than all to their right, and among those
        // the ones that no line between two others passes above.
        let mut frontier: Vec<[f64; 2]> = Vec::new();
        for corner in sorted.into_iter().rev() {
            if frontier.last().is_some_and(|it| corner[1] <= it[1]) {
                continue;
            }
            while let [.., before, last] = frontier[..]
                && turn(before, last, corner) <= 0.0
            {
                frontier.pop();
            }
            frontier.push(corner);
        }
        frontier.reverse();
        if let [only] = frontier[..] {
            frontier.push(only);
        }
        let pieces = frontier.windows(2).map(|it| {
            let (a, b) = (it[0], it[1]);
            let along = move |t: f64| [0, 1].map(|party| a[party] + t * (b[party] - a[party]));
            Box::new(along) as Piece<'a>
        });
        Self::new(pieces.collect(), disagreement)
    }

    fn new(pieces: Vec<Piece<'a>>, disagreement: [f64; 2]) -> Option<Self> {
        if pieces.is_empty() {
            return None;
        }
        let mut res = Self {
            ends: [0.0, float(pieces.len())],
            pieces,
            disagreement,
        };
        let first = res.crossing(|u| u[0] - disagreement[0]);
        let last = res.crossing(|u| disagreement[1] - u[1]);
        res.ends = [first, last];
        let is_possible = |place| res.gains(place).iter().all(|&it| it >= -ROUNDING);
        (is_possible(first) && is_possible(last)).then_some(res)
    }

    /// Where (u₁ − d₁)^α · (u₂ − d₂)^(1 − α) is greatest: Nash's point with α = 0.5, and otherwise
    /// that of Kalai, *Nonsymmetric Nash solutions and replications of 2-person bargaining*,
    /// International Journal of Game Theory 6 (1977), 129–133.
    ///
    /// `weight` is α, between 0 and 1.
    pub fn nash(&self, weight: f64) -> [f64; 2] {
        self.greatest(|place| {
            let [first, second] = self.gains(place).map(|it| it.max(0.0));
            weight * libm::log(first) + (1.0 - weight) * libm::log(second)
        })
    }

    /// Where both have the same share of the most that they could have.
    pub fn kalai_smorodinsky(&self) -> [f64; 2] {
        let most = [self.gains(self.ends[1])[0], self.gains(self.ends[0])[1]];
        let place = self.crossing(|u| {
            (u[0] - self.disagreement[0]) * most[1] - (u[1] - self.disagreement[1]) * most[0]
        });
        self.at(place)
    }

    /// Where both gain the same, or as near to it as the frontier goes.
    pub fn egalitarian(&self) -> [f64; 2] {
        let place =
            self.crossing(|u| (u[0] - self.disagreement[0]) - (u[1] - self.disagreement[1]));
        self.at(place)
    }

    /// Where the sum of utilities is greatest.
    pub fn utilitarian(&self) -> [f64; 2] {
        self.greatest(|place| self.at(place).iter().sum())
    }

    /// The utilities at a place.
    fn at(&self, place: f64) -> [f64; 2] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place is between 0 and the number of pieces"
        )]
        let idx = (place as usize).min(self.pieces.len() - 1);
        self.pieces[idx](place - float(idx))
    }

    fn gains(&self, place: f64) -> [f64; 2] {
        let utilities = self.at(place);
        [0, 1].map(|party| utilities[party] - self.disagreement[party])
    }

    /// The place from which on a function that rises along the frontier is at least 0; one of the
    /// ends if there is none between them.
    fn crossing(&self, rising: impl Fn([f64; 2]) -> f64) -> f64 {
        bisect(self.ends, |place| rising(self.at(place)) >= 0.0)
    }

    /// The point at which a function of the place that rises up to somewhere and then falls is
    /// greatest.
    fn greatest(&self, figure: impl Fn(f64) -> f64) -> [f64; 2] {
        let [first, last] = self.ends;
        let corners = (1..self.pieces.len()).map(float);
        let mut bounds = vec![first];
        bounds.extend(corners.filter(|it| (first..last).contains(it)));
        bounds.push(last);
        let mut candidates = bounds.clone();
        for it in bounds.windows(2) {
            let inner = [it[0] + STEP, it[1] - STEP];
            if inner[0] < inner[1] {
                candidates.push(bisect(inner, |place| {
                    figure(place + STEP) <= figure(place - STEP)
                }));
            }
        }
        let place = candidates
            .into_iter()
            .max_by(|&a, &b| figure(a).total_cmp(&figure(b)))
            .expect("a frontier has ends");
        self.at(place)
    }
}

/// Where in an interval something that stays true once it is becomes true; its end if nowhere.
fn bisect([mut low, mut high]: [f64; 2], is_beyond: impl Fn(f64) -> bool) -> f64 {
    if is_beyond(low) {
        return low;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if is_beyond(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[expect(
    clippy::cast_precision_loss,
    reason = "nobody lists 2^53 pieces of a frontier"
)]
fn float(n_pieces: usize) -> f64 {
    n_pieces as f64
}

/// Positive if the way from a by b to c bends to the left, negative to the right, 0 if it is straight.
fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: [f64; 2], expected: [f64; 2]) {
        let is_met = [0, 1]
            .iter()
            .all(|&it| (found[it] - expected[it]).abs() < 1e-10);
        assert!(is_met, "{found:?} instead of {expected:?}");
    }

    #[test]
    fn a_corner_within_the_hull_is_no_part_of_the_frontier() {
        let corners = [[1.0, 0.0], [0.4, 0.4], [0.0, 1.0], [0.0, 0.0]];
        let problem = BargainingProblem::in_polygon(&corners, [0.0, 0.0]).unwrap();
        check(problem.nash(0.5), [0.5, 0.5]);
        check(problem.nash(0.75), [0.75, 0.25]);
    }

    #[test]
    fn the_disagreement_point_bounds_the_frontier() {
        let corners = [[1.0, 0.0], [0.0, 1.0]];
        let problem = BargainingProblem::in_polygon(&corners, [0.5, 0.25]).unwrap();
        check(problem.nash(0.5), [0.625, 0.375]);
        check(problem.kalai_smorodinsky(), [0.625, 0.375]);
        check(problem.egalitarian(), [0.625, 0.375]);
        let only = BargainingProblem::in_polygon(&corners, [0.5, 0.5]).unwrap();
        check(only.nash(0.5), [0.5, 0.5]);
        check(only.utilitarian(), [0.5, 0.5]);
        assert!(BargainingProblem::in_polygon(&corners, [0.6, 0.5]).is_none());
        assert!(BargainingProblem::in_polygon(&[], [0.0, 0.0]).is_none());
    }

    #[test]
    fn a_single_point_is_every_solution() {
        let problem = BargainingProblem::in_polygon(&[[2.0, 3.0]], [1.0, 1.0]).unwrap();
        check(problem.nash(0.5), [2.0, 3.0]);
        check(problem.kalai_smorodinsky(), [2.0, 3.0]);
        check(problem.egalitarian(), [2.0, 3.0]);
        check(problem.utilitarian(), [2.0, 3.0]);
    }

    #[test]
    fn moving_the_origin_and_scaling_moves_nashs_point_along() {
        // Points on a quarter of a circle; its point moves as all others do.
        let circle = |t: f64| [libm::sin(t), libm::cos(t)];
        let quarter = std::f64::consts::FRAC_PI_2;
        let plain = BargainingProblem::on_curve(0.0, quarter, circle, [0.2, 0.1]).unwrap();
        let moved = |t: f64| {
            let [first, second] = circle(t);
            [2.0 * first - 1.0, 0.5 * second + 3.0]
        };
        let scaled = BargainingProblem::on_curve(0.0, quarter, moved, [-0.6, 3.05]).unwrap();
        let [first, second] = plain.nash(0.5);
        check(scaled.nash(0.5), [2.0 * first - 1.0, 0.5 * second + 3.0]);
        let [first, second] = plain.kalai_smorodinsky();
        check(
            scaled.kalai_smorodinsky(),
            [2.0 * first - 1.0, 0.5 * second + 3.0],
        );
    }
}
