//! Scenario discovery: boxes in the space of inputs in which cases of interest are frequent.
//!
//! The patient rule induction method (PRIM) of Friedman and Fisher, *Bump hunting in
//! high-dimensional data*, Statistics and Computing 9 (1999), 123–143, read as Bryant and Lempert,
//! *Thinking inside the box*, Technological Forecasting and Social Change 77 (2010), 34–49.
//! Where these leave room, the rules are those of the EMA Workbench (Kwakkel 2017).

use std::ops::RangeInclusive;

use crate::estimate::Interval;

/// Parameters of the peeling.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PeelingRule {
    /// The share of a box's cases that one peeling step removes; in (0, 0.5).
    ///
    /// A step removes more where cases tie: ties are removed together.
    pub peel_share: f64,
    /// Minimum mass of a box: its share of all cases.
    pub mass_min: f64,
    /// The share of the cases beyond a limit that one pasting step restores; in (0, 0.5).
    ///
    /// `None`: no pasting.
    pub paste_share: Option<f64>,
}

/// A box with its quality measures.
#[derive(Clone, PartialEq, Debug)]
pub struct ScenarioBox {
    /// The closed interval of every input.
    pub limits: Vec<Interval>,
    /// The restricted inputs, in ascending order.
    pub restricted: Vec<usize>,
    /// Number of cases inside.
    pub n_cases: usize,
    /// Number of cases of interest inside.
    pub n_of_interest: usize,
    /// Coverage: the share of all cases of interest that lie inside.
    pub coverage: f64,
    /// Density: the share of the cases inside that are of interest.
    pub density: f64,
    /// Mass: the share of all cases that lie inside.
    pub mass: f64,
}

/// Boxes from the one around all cases to the densest; the choice among them is the reader's.
///
/// Every step looks at both ends of every input and moves the limit to the
/// [`peel_share`](PeelingRule::peel_share) of the cases inside, halfway to the next case.
/// It takes the box with the greatest gain in density for each case taken off,
///
/// ```text
/// ( density after − density before ) / cases taken off
/// ```
///
/// among equals the one that restricts fewer inputs, then the first input, then its upper end.
/// It stops if no density rises, or if the box taken were below
/// [`mass_min`](PeelingRule::mass_min).
/// Pasting then moves limits out again, step by step, as long as density still rises.
///
/// `points` holds the inputs of every case.
/// `None` without any case of interest.
///
/// # Panics
///
/// If a share of the rule is not in its range, there is not one mark for every point, points
/// differ in length, or an input is not finite.
pub fn peeling_trajectory<P: AsRef<[f64]>>(
    points: &[P],
    is_of_interest: &[bool],
    rule: &PeelingRule,
) -> Option<Vec<ScenarioBox>> {
    let share_is_fit = |it: f64| 0.0 < it && it < 0.5;
    assert!(share_is_fit(rule.peel_share), "less than half is peeled");
    assert!(rule.paste_share.is_none_or(share_is_fit), "less than half");
    let search = Search::new(points, is_of_interest)?;

    let mut inside = search.everything();
    let mut res = vec![search.judged(&inside)];
    while let Some(next) = search.peeled(&inside, rule) {
        inside = next;
        res.push(search.judged(&inside));
    }
    while let Some(next) = search.pasted(&inside, rule) {
        inside = next;
        res.push(search.judged(&inside));
    }
    Some(res)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Upper,
    Lower,
}

/// A box under construction.
#[derive(Clone, Debug)]
struct Inside {
    limits: Vec<Interval>,
    cases: Vec<usize>,
    n_of_interest: usize,
}

/// The gain in density per case removed or added, up to a common factor.
///
/// Exact, so that equal gains are equal.
#[derive(Clone, Copy, Debug)]
struct Gain {
    numerator: i128,
    // Invariant: positive.
    denominator: i128,
}

impl Gain {
    /// `None` if the number of cases stays the same or becomes zero.
    fn new(before: &Inside, after: &Inside) -> Option<Self> {
        let [n_before, n_after, hits_before, hits_after] = [
            before.cases.len(),
            after.cases.len(),
            before.n_of_interest,
            after.n_of_interest,
        ]
        .map(|it| i128::try_from(it).expect("counts are far below 2^127"));
        let denominator = n_after * (n_before - n_after).abs();
        (denominator > 0).then_some(Self {
            numerator: hits_after * n_before - hits_before * n_after,
            denominator,
        })
    }

    fn is_greater_than(self, other: Self) -> bool {
        self.numerator * other.denominator > other.numerator * self.denominator
    }
}

struct Search {
    columns: Vec<Vec<f64>>,
    is_of_interest: Vec<bool>,
    around_all: Vec<Interval>,
    n_of_interest: usize,
}

impl Search {
    fn new<P: AsRef<[f64]>>(points: &[P], is_of_interest: &[bool]) -> Option<Self> {
        assert_eq!(points.len(), is_of_interest.len(), "every case is marked");
        let n_of_interest = is_of_interest.iter().filter(|it| **it).count();
        if n_of_interest == 0 {
            return None;
        }
        let n_inputs = points[0].as_ref().len();
        let is_even = points.iter().all(|it| it.as_ref().len() == n_inputs);
        assert!(is_even, "points are of one length");
        let is_finite = |it: &P| it.as_ref().iter().all(|it| it.is_finite());
        assert!(points.iter().all(is_finite), "limits are between numbers");
        let columns: Vec<Vec<f64>> = (0..n_inputs)
            .map(|input| points.iter().map(|it| it.as_ref()[input]).collect())
            .collect();
        let around_all = columns.iter().map(|it| Interval {
            low: it.iter().copied().fold(f64::INFINITY, f64::min),
            high: it.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        });
        Some(Self {
            around_all: around_all.collect(),
            columns,
            is_of_interest: is_of_interest.to_vec(),
            n_of_interest,
        })
    }

    fn everything(&self) -> Inside {
        let cases = (0..self.is_of_interest.len()).collect();
        self.inside(self.around_all.clone(), cases)
    }

    fn inside(&self, limits: Vec<Interval>, cases: Vec<usize>) -> Inside {
        let n_of_interest = cases.iter().filter(|it| self.is_of_interest[**it]).count();
        Inside {
            limits,
            cases,
            n_of_interest,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn mass(&self, inside: &Inside) -> f64 {
        inside.cases.len() as f64 / self.is_of_interest.len() as f64
    }

    fn restricted(&self, limits: &[Interval]) -> Vec<usize> {
        let is_tighter = |it: &usize| limits[*it] != self.around_all[*it];
        (0..limits.len()).filter(is_tighter).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn judged(&self, inside: &Inside) -> ScenarioBox {
        let n_of_interest = inside.n_of_interest;
        ScenarioBox {
            limits: inside.limits.clone(),
            restricted: self.restricted(&inside.limits),
            n_cases: inside.cases.len(),
            n_of_interest,
            coverage: n_of_interest as f64 / self.n_of_interest as f64,
            density: n_of_interest as f64 / inside.cases.len() as f64,
            mass: self.mass(inside),
        }
    }

    /// The box after the best step of peeling; `None` if it is no better or too small.
    fn peeled(&self, before: &Inside, rule: &PeelingRule) -> Option<Inside> {
        let candidates = self.ends().map(|(input, end)| {
            let column = &self.columns[input];
            let numbers = before.cases.iter().map(|it| column[*it]).collect();
            let limit = halfway(numbers, end, rule.peel_share);
            let limits = moved(&before.limits, input, end, limit);
            let stays = limits[input].low..=limits[input].high;
            let is_left = |it: &&usize| stays.contains(&column[**it]);
            let cases = before.cases.iter().filter(is_left).copied().collect();
            self.inside(limits, cases)
        });
        self.best(before, candidates)
            .filter(|it| self.mass(it) >= rule.mass_min)
    }

    /// The box after the best step of pasting; `None` if it is no better.
    fn pasted(&self, before: &Inside, rule: &PeelingRule) -> Option<Inside> {
        let share = rule.paste_share?;
        let candidates = self.ends().filter_map(|(input, end)| {
            let (own, all) = (&before.limits[input], &self.around_all[input]);
            let beyond = match end {
                End::Upper => own.high..=all.high,
                End::Lower => all.low..=own.low,
            };
            // Those that a wider limit could let in: they are within all other limits.
            let numbers: Vec<f64> = self
                .within(&before.limits, input, &beyond)
                .into_iter()
                .map(|it| self.columns[input][it])
                .filter(|it| *it < own.low || own.high < *it)
                .collect();
            if numbers.is_empty() {
                return None;
            }
            let opposite = match end {
                End::Upper => End::Lower,
                End::Lower => End::Upper,
            };
            let limit = halfway(numbers, opposite, share);
            let limits = moved(&before.limits, input, end, limit);
            let wider = limits[input].low..=limits[input].high;
            let cases = self.within(&limits, input, &wider);
            Some(self.inside(limits, cases))
        });
        self.best(before, candidates)
    }

    /// Both ends of every input, in the order in which the first of equals is taken.
    fn ends(&self) -> impl Iterator<Item = (usize, End)> {
        (0..self.columns.len()).flat_map(|it| [(it, End::Upper), (it, End::Lower)])
    }

    /// The cases within all limits, but for one input within others.
    fn within(
        &self,
        limits: &[Interval],
        input: usize,
        instead: &RangeInclusive<f64>,
    ) -> Vec<usize> {
        let is_within = |case: &usize| {
            self.columns.iter().enumerate().all(|(it, column)| {
                if it == input {
                    instead.contains(&column[*case])
                } else {
                    (limits[it].low..=limits[it].high).contains(&column[*case])
                }
            })
        };
        (0..self.is_of_interest.len()).filter(is_within).collect()
    }

    fn best(&self, before: &Inside, candidates: impl Iterator<Item = Inside>) -> Option<Inside> {
        let mut res: Option<(Gain, usize, Inside)> = None;
        for candidate in candidates {
            let Some(gain) = Gain::new(before, &candidate) else {
                continue;
            };
            let n_restricted = self.restricted(&candidate.limits).len();
            let is_better = res.as_ref().is_none_or(|(best, restricted, _)| {
                gain.is_greater_than(*best)
                    || (!best.is_greater_than(gain) && n_restricted < *restricted)
            });
            if is_better {
                res = Some((gain, n_restricted, candidate));
            }
        }
        res.filter(|it| it.0.numerator > 0).map(|it| it.2)
    }
}

fn moved(limits: &[Interval], input: usize, end: End, limit: f64) -> Vec<Interval> {
    let mut res = limits.to_vec();
    match end {
        End::Upper => res[input].high = limit,
        End::Lower => res[input].low = limit,
    }
    res
}

/// Where to cut off a share at one end: halfway between the two numbers around it.
///
/// If these two are equal, the inner one stays and the outer one is sought further in, so that
/// the cut is between two numbers, or at the last.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are far below 2^53, and within the numbers"
)]
fn halfway(mut numbers: Vec<f64>, end: End, share: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len() - 1;
    let share = match end {
        End::Upper => 1.0 - share,
        End::Lower => share,
    };
    let position = last as f64 * share;
    let (mut below, mut above) = (position.floor() as usize, position.ceil() as usize);
    match end {
        End::Upper => {
            while below > 0 && numbers[below] >= numbers[above] {
                below -= 1;
            }
        }
        End::Lower => {
            while above < last && numbers[below] >= numbers[above] {
                above += 1;
            }
        }
    }
    f64::midpoint(numbers[below], numbers[above])
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: PeelingRule = PeelingRule {
        peel_share: 0.1,
        mass_min: 0.05,
        paste_share: None,
    };

    /// A grid of 20 × 20 points in the unit square, at the middle of their cells.
    fn grid() -> Vec<[f64; 2]> {
        let steps = || (0..20).map(|it| (f64::from(it) + 0.5) / 20.0);
        steps()
            .flat_map(|one| steps().map(move |other| [one, other]))
            .collect()
    }

    #[track_caller]
    fn check(
        points: &[[f64; 2]],
        is_of_interest: impl Fn(&[f64; 2]) -> bool,
        rule: &PeelingRule,
    ) -> ScenarioBox {
        let marks: Vec<bool> = points.iter().map(is_of_interest).collect();
        let boxes = peeling_trajectory(points, &marks, rule).unwrap();
        for it in &boxes {
            let is_inside = |point: &[f64; 2]| {
                let pairs = it.limits.iter().zip(point);
                pairs
                    .into_iter()
                    .all(|(limit, it)| limit.low <= *it && *it <= limit.high)
            };
            let n_cases = points.iter().filter(|it| is_inside(it)).count();
            assert_eq!(it.n_cases, n_cases, "the figures are those of the limits");
            assert!(it.mass >= rule.mass_min);
        }
        for pair in boxes.windows(2) {
            assert!(pair[0].density < pair[1].density, "every step is denser");
        }
        boxes.into_iter().next_back().unwrap()
    }

    #[test]
    fn a_corner_is_found_and_nothing_else_is_restricted() {
        let it = check(&grid(), |it| it[0] > 0.5, &RULE);
        assert_eq!(it.restricted, [0]);
        assert!((it.limits[0].low - 0.5).abs() < 1e-12, "{it:?}");
        assert!((it.density - 1.0).abs() < 1e-12 && (it.coverage - 1.0).abs() < 1e-12);
    }

    #[test]
    fn equal_numbers_stay_together() {
        // Only three numbers: one step takes all of the lowest, a third of the cases.
        let coarse: Vec<[f64; 2]> = grid()
            .iter()
            .map(|it| [(it[0] * 3.0).floor(), it[1]])
            .collect();
        let it = check(&coarse, |it| it[0] > 0.5, &RULE);
        assert_eq!(
            (it.restricted.as_slice(), it.n_cases),
            ([0].as_slice(), 260)
        );
        assert!((it.limits[0].low - 0.5).abs() < 1e-12, "{it:?}");
    }

    #[test]
    fn a_constant_input_is_never_restricted() {
        let flat: Vec<[f64; 2]> = grid().iter().map(|it| [it[0], 3.0]).collect();
        let it = check(&flat, |it| it[0] < 0.3, &RULE);
        assert_eq!(it.restricted, [0]);
    }

    #[test]
    fn without_cases_of_interest_there_is_no_box_and_with_only_such_cases_one() {
        assert_eq!(peeling_trajectory(&grid(), &[false; 400], &RULE), None);
        let boxes = peeling_trajectory(&grid(), &[true; 400], &RULE).unwrap();
        assert_eq!(boxes.len(), 1);
        assert!(boxes[0].restricted.is_empty());
    }

    #[test]
    fn pasting_takes_back_what_peeling_took_too_much() {
        // The first coarse peel takes away the strip that is of interest from end to end.
        let is_of_interest =
            |it: &[f64; 2]| it[0] > 0.3 && it[0] < 0.8 && (it[0] < 0.4 || it[1] > 0.2);
        let coarse = PeelingRule {
            peel_share: 0.4,
            mass_min: 0.3,
            ..RULE
        };
        let pasting = PeelingRule {
            paste_share: Some(0.05),
            ..coarse
        };
        let (peeled, pasted) = (
            check(&grid(), is_of_interest, &coarse),
            check(&grid(), is_of_interest, &pasting),
        );
        assert!((pasted.limits[0].low - 0.3).abs() < 1e-12, "{pasted:?}");
        assert!(pasted.density > peeled.density && pasted.coverage > peeled.coverage);
    }

    #[test]
    fn a_cut_is_halfway_between_two_numbers_or_at_the_last() {
        let steps: Vec<f64> = (1..=11).rev().map(f64::from).collect();
        for (numbers, share, lower, upper) in [
            // Positions 1 and 9 from 0 on are numbers themselves: they are cut off.
            (steps.clone(), 0.1, 2.5, 9.5),
            (steps, 0.25, 3.5, 8.5),
            (vec![1.0, 1.0, 1.0, 2.0, 3.0], 0.1, 1.5, 2.5),
            (vec![1.0, 2.0, 3.0, 3.0, 3.0], 0.1, 1.5, 2.5),
            (vec![3.0, 3.0, 3.0], 0.1, 3.0, 3.0),
        ] {
            let cut = |end| halfway(numbers.clone(), end, share);
            assert_eq!((cut(End::Lower), cut(End::Upper)), (lower, upper));
        }
    }

    /// From lower to upper limit, cases, cases of interest, and the three figures.
    type Figures = (f64, f64, usize, usize, [f64; 3]);

    /// Checks the boxes of one input, and those of the same numbers with the other sign.
    #[track_caller]
    fn check_boxes(points: &[f64], of_interest: &[f64], rule: &PeelingRule, expected: &[Figures]) {
        let marks: Vec<bool> = points.iter().map(|it| of_interest.contains(it)).collect();
        for sign in [1.0, -1.0] {
            let points: Vec<[f64; 1]> = points.iter().map(|it| [sign * it]).collect();
            let boxes = peeling_trajectory(&points, &marks, rule).unwrap();
            assert_eq!(boxes.len(), expected.len(), "{boxes:?}");
            for (it, &(low, high, n_cases, n_of_interest, figures)) in boxes.iter().zip(expected) {
                let (low, high) = if sign < 0.0 {
                    (-high, -low)
                } else {
                    (low, high)
                };
                assert_eq!(it.limits, [Interval { low, high }]);
                assert_eq!((it.n_cases, it.n_of_interest), (n_cases, n_of_interest));
                let found = [it.coverage, it.density, it.mass];
                for (found, expected) in found.into_iter().zip(figures) {
                    assert!((found - expected).abs() < 1e-15, "{it:?}");
                }
            }
        }
    }

    #[test]
    fn boxes_of_five_cases_are_those_peeled_by_hand() {
        let points = [0.0, 1.0, 2.0, 3.0, 4.0];
        let boxes = [
            (0.0, 4.0, 5, 2, [1.0, 0.4, 1.0]),
            (1.5, 4.0, 3, 2, [1.0, 2.0 / 3.0, 0.6]),
            (1.5, 3.5, 2, 2, [1.0, 1.0, 0.4]),
        ];
        for (mass_min, n_boxes) in [(0.4, 3), (0.41, 2), (0.61, 1)] {
            let peel_share = 0.25;
            let rule = PeelingRule {
                peel_share,
                mass_min,
                ..RULE
            };
            check_boxes(&points, &[2.0, 3.0], &rule, &boxes[..n_boxes]);
        }
    }

    fn inside(search: &Search, limits: [(f64, f64); 2], cases: &[usize]) -> Inside {
        let limits = limits.map(|(low, high)| Interval { low, high });
        search.inside(limits.to_vec(), cases.to_vec())
    }

    #[test]
    fn a_box_is_pasted_case_by_case_within_the_limits_of_other_inputs() {
        // Ten cases on a line, with 5, 7 and 8 of interest, and more of interest beside its ends.
        let mut points: Vec<[f64; 2]> = (0..10_u8).map(|it| [f64::from(it), 1.0]).collect();
        points.extend([[9.0, 9.0], [9.0, 9.0], [4.0, 9.0]]);
        let marks: Vec<bool> = (0..13)
            .map(|it| it > 9 || [5, 7, 8].contains(&it))
            .collect();
        for (sign, paste_share) in [(1.0, 0.1), (1.0, 0.4), (-1.0, 0.1), (-1.0, 0.4)] {
            let paste_share = Some(paste_share);
            let rule = PeelingRule {
                paste_share,
                ..RULE
            };
            let points: Vec<[f64; 2]> = points.iter().map(|it| [sign * it[0], it[1]]).collect();
            let search = Search::new(&points, &marks).unwrap();
            let along = |low: f64, high: f64| {
                let ends = if sign < 0.0 {
                    (-high, -low)
                } else {
                    (low, high)
                };
                [ends, (1.0, 1.0)]
            };
            // The limits are cases themselves: nothing beyond them is inside already.
            let mut present = inside(&search, along(5.0, 6.0), &[5, 6]);
            for (high, cases) in [(7.5, &[5, 6, 7][..]), (8.5, &[5, 6, 7, 8])] {
                present = search.pasted(&present, &rule).unwrap();
                let expected = inside(&search, along(5.0, high), cases);
                assert_eq!(
                    (&present.limits, &present.cases),
                    (&expected.limits, &expected.cases)
                );
            }
        }
    }

    #[test]
    fn the_greatest_gain_per_case_is_taken_then_fewer_inputs_then_the_first() {
        let points: Vec<[f64; 2]> = (0..10_u8)
            .map(|it| [f64::from(it), f64::from(it)])
            .collect();
        let marks: Vec<bool> = (0..10).map(|it| it < 4).collect();
        let search = Search::new(&points, &marks).unwrap();
        let all = (0.0, 9.0);
        let first = |high, cases| inside(&search, [(0.0, high), all], cases);
        let second = |high, cases| inside(&search, [all, (0.0, high)], cases);
        let both = |high, cases| inside(&search, [(0.0, high), (0.0, high)], cases);
        let before = first(9.0, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        // From 0.4: 0.1 for two cases, 0.2 for five, the same for one, nothing.
        let (great, small) = ([0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 4, 5]);
        let (worse, equal) = ([0, 1, 2, 4, 5, 6, 7, 8, 9], [0, 1, 4, 5, 6]);
        for (candidates, expected) in [
            (vec![first(7.0, &great), second(6.0, &small)], Some(0)),
            (vec![first(6.0, &small), second(7.0, &great)], Some(1)),
            (vec![both(7.0, &great), second(7.0, &great)], Some(1)),
            (vec![first(7.0, &great), both(7.0, &great)], Some(0)),
            (vec![first(7.0, &great), second(7.0, &great)], Some(0)),
            (vec![first(8.0, &worse)], None),
            (vec![first(8.0, &equal)], None),
            (vec![first(9.0, &before.cases), first(0.0, &[])], None),
        ] {
            let taken = search.best(&before, candidates.clone().into_iter());
            let limits = taken.map(|it| it.limits);
            assert_eq!(limits, expected.map(|it| candidates[it].limits.clone()));
        }
    }

    fn peeled_by(peel_share: f64) {
        let rule = PeelingRule { peel_share, ..RULE };
        peeling_trajectory(&grid(), &[true; 400], &rule);
    }

    #[test]
    #[should_panic(expected = "less than half is peeled")]
    fn half_of_the_cases_are_too_many_to_peel() {
        peeled_by(0.5);
    }

    #[test]
    #[should_panic(expected = "less than half is peeled")]
    fn none_of_the_cases_are_too_few_to_peel() {
        peeled_by(0.0);
    }
}
