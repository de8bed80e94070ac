//! Outlines of regions in a picture: what lies within, strips of them, and where a label has room.

/// Steps of the grid on which places for labels are looked for, in each direction.
const STEPS: u32 = 28;

/// A closed line through corners, in pixels.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Outline(Vec<[f64; 2]>);

impl Outline {
    /// The line through these corners, at least one, and back.
    pub(super) fn new(corners: Vec<[f64; 2]>) -> Self {
        debug_assert!(!corners.is_empty(), "an outline has corners");
        Self(corners)
    }

    /// Its corners.
    pub(super) fn corners(&self) -> &[[f64; 2]] {
        &self.0
    }

    /// Its corners with the first one again at the end.
    pub(super) fn closed(&self) -> Vec<[f64; 2]> {
        let mut corners = self.0.clone();
        corners.extend(self.0.first());
        corners
    }

    fn edges(&self) -> impl Iterator<Item = [[f64; 2]; 2]> {
        let next = self.0.iter().cycle().skip(1);
        self.0.iter().zip(next).map(|(from, to)| [*from, *to])
    }

    /// The corners of the least upright rectangle around it.
    fn bounds(&self) -> [[f64; 2]; 2] {
        let first = self.0.first().copied().unwrap_or_default();
        self.0.iter().fold([first, first], |[low, high], it| {
            [
                [low[0].min(it[0]), low[1].min(it[1])],
                [high[0].max(it[0]), high[1].max(it[1])],
            ]
        })
    }

    /// Whether a point lies within, by how often a ray from it crosses the line.
    fn has(&self, [x, y]: [f64; 2]) -> bool {
        let crosses = |[from, to]: [[f64; 2]; 2]| {
            (from[1] > y) != (to[1] > y)
                && x < from[0] + (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1])
        };
        self.edges().filter(|it| crosses(*it)).count() % 2 == 1
    }

    /// What lies between two slanting lines, on which x + y is these numbers; empty if nothing does.
    ///
    /// Of an outline with bays, the parts hang together by lines of no width.
    fn strip(&self, from: f64, to: f64) -> Vec<[f64; 2]> {
        let height = |it: &[f64; 2]| it[0] + it[1];
        let above = clipped(&self.0, |it| height(it) - from);
        clipped(&above, |it| to - height(it))
    }

    /// Strips across the outline that have these parts of it, in turns, about `period` from the first to
    /// the next first: for each part the corners of its strips.
    pub(super) fn strips(&self, parts: &[f64], period: f64) -> Vec<Vec<Vec<[f64; 2]>>> {
        let whole: f64 = parts.iter().sum();
        let [low, high] = self.bounds().map(|it| it[0] + it[1]);
        let mut strips = vec![Vec::new(); parts.len()];
        if whole <= 0.0 {
            return strips;
        }
        // Strips of all regions are in line with each other.
        let mut start = (low / period).floor() * period;
        while start < high {
            let mut from = start;
            for (part, strips) in parts.iter().zip(&mut strips) {
                let to = from + period * part / whole;
                let strip = self.strip(from, to);
                if strip.len() > 2 {
                    strips.push(strip);
                }
                from = to;
            }
            start += period;
        }
        strips
    }
}

/// The part of a polygon on which a linear measure is not below 0.
fn clipped(corners: &[[f64; 2]], measure: impl Fn(&[f64; 2]) -> f64) -> Vec<[f64; 2]> {
    let next = corners.iter().cycle().skip(1);
    let mut kept = Vec::new();
    for (from, to) in corners.iter().zip(next) {
        let (first, second) = (measure(from), measure(to));
        if first >= 0.0 {
            kept.push(*from);
        }
        if (first >= 0.0) != (second >= 0.0) {
            let part = first / (first - second);
            kept.push([0, 1].map(|it| from[it] + (to[it] - from[it]) * part));
        }
    }
    kept
}

/// Places within an outline that can be seen, those with the most room around them first.
#[derive(Debug)]
pub(super) struct Places {
    edges: Vec<[[f64; 2]; 2]>,
    places: Vec<[f64; 2]>,
}

impl Places {
    /// Those of an outline behind others.
    pub(super) fn new(outline: &Outline, in_front: &[Outline]) -> Self {
        let edges = outline
            .edges()
            .chain(in_front.iter().flat_map(Outline::edges));
        let edges: Vec<_> = edges.collect();
        let [low, high] = outline.bounds();
        let at = |axis: usize, step: u32| {
            let part = (f64::from(step) + 0.5) / f64::from(STEPS);
            low[axis] + (high[axis] - low[axis]) * part
        };
        let grid = (0..STEPS).flat_map(|row| (0..STEPS).map(move |column| (column, row)));
        let points = grid.map(|(column, row)| [at(0, column), at(1, row)]);
        let is_seen = |it: &[f64; 2]| outline.has(*it) && !in_front.iter().any(|o| o.has(*it));
        let mut places: Vec<(f64, [f64; 2])> = points
            .filter(is_seen)
            .map(|it| {
                let rooms = edges.iter().map(|edge| distance(it, *edge));
                (rooms.fold(f64::INFINITY, f64::min), it)
            })
            .collect();
        places.sort_by(|a, b| b.0.total_cmp(&a.0));
        let first = outline.corners().first().copied().unwrap_or_default();
        let mut places: Vec<[f64; 2]> = places.into_iter().map(|it| it.1).collect();
        if places.is_empty() {
            places.push(first);
        }
        Self { edges, places }
    }

    /// The one with the most room.
    pub(super) fn roomiest(&self) -> [f64; 2] {
        self.places[0]
    }

    /// The middle of a box of this size that no line crosses; `None` if there is no room for it.
    pub(super) fn of_box(&self, [width, height]: [f64; 2]) -> Option<[f64; 2]> {
        let is_free = |[x, y]: &[f64; 2]| {
            let low = [x - width / 2.0, y - height / 2.0];
            let high = [x + width / 2.0, y + height / 2.0];
            !self.edges.iter().any(|it| meets(*it, low, high))
        };
        self.places.iter().find(|it| is_free(it)).copied()
    }
}

/// How far a point is from a line between two others.
fn distance(point: [f64; 2], [from, to]: [[f64; 2]; 2]) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let offset = [point[0] - from[0], point[1] - from[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    let part = if square > 0.0 {
        ((offset[0] * along[0] + offset[1] * along[1]) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (offset[0] - part * along[0]).hypot(offset[1] - part * along[1])
}

/// Whether a line between two points meets an upright rectangle.
fn meets([from, to]: [[f64; 2]; 2], low: [f64; 2], high: [f64; 2]) -> bool {
    let mut within = [0.0_f64, 1.0_f64];
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        let [before, after] = [low[axis] - from[axis], high[axis] - from[axis]];
        if step.abs() > 0.0 {
            let [one, other] = [before / step, after / step];
            within = [within[0].max(one.min(other)), within[1].min(one.max(other))];
        } else if before > 0.0 || after < 0.0 {
            return false;
        }
    }
    within[0] <= within[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of 10 with a bay from the right.
    fn bay() -> Outline {
        Outline::new(vec![
            [0.0, 0.0],
            [10.0, 0.0],
            [10.0, 4.0],
            [2.0, 4.0],
            [2.0, 6.0],
            [10.0, 6.0],
            [10.0, 10.0],
            [0.0, 10.0],
        ])
    }

    fn area(corners: &[[f64; 2]]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        let twice = corners.iter().zip(next);
        twice
            .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
            .sum::<f64>()
            .abs()
            / 2.0
    }

    #[test]
    fn strips_have_all_of_the_outline_and_each_part_its_share() {
        let parts = [0.5, 0.3, 0.2];
        let strips = bay().strips(&parts, 0.05);
        let areas: Vec<f64> = (strips.iter())
            .map(|it| it.iter().map(|it| area(it)).sum())
            .collect();
        let whole = area(bay().corners());
        assert!(
            (areas.iter().sum::<f64>() - whole).abs() < 1e-6,
            "{areas:?}"
        );
        for (part, own) in parts.iter().zip(areas) {
            assert!((own / whole - part).abs() < 0.01, "{part}: {own}");
        }
    }

    #[test]
    fn a_box_is_placed_where_no_line_crosses_it_or_not_at_all() {
        let places = Places::new(&bay(), &[]);
        let [x, y] = places
            .of_box([8.0, 3.0])
            .expect("there is room above or below");
        assert!((1.0..=9.0).contains(&(x - 4.0 + 1.0)), "{x}");
        assert!(!(1.5..=8.5).contains(&y) || (y - 2.0).abs() < 0.6 || (y - 8.0).abs() < 0.6);
        assert_eq!(places.of_box([9.0, 5.0]), None);
        let in_front = Outline::new(vec![[0.0, 0.0], [10.0, 0.0], [10.0, 4.0], [0.0, 4.0]]);
        let [_, y] = Places::new(&bay(), &[in_front]).roomiest();
        assert!(y > 4.0, "{y}");
    }
}
