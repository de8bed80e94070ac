//! What theory says, compared with fractions: numbers with few decimals, so that ties are frequent.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};
use std::sync::Arc;

use num_bigint::BigInt;
use proptest::prelude::*;

use crate::domain::{
    Condition, ConsentRule, DrawnNumbers, ExactPreferences, IssueId, OptionId, Outcome,
    OutcomeSpace, PartyId, PartySet, Preferences,
};
use crate::solution::agreements::some_agreement;
use crate::solution::claims::{best_deal, is_always_preferred};
use crate::solution::concept::Concept;
use crate::solution::solution_point::Normalization;
use crate::solution::{feasible_set, test_support as test_worlds};

/// A fraction in lowest terms, with a denominator above 0.
#[derive(Clone, Debug)]
struct Fraction(BigInt, BigInt);

impl Fraction {
    fn new(numerator: BigInt, denominator: BigInt) -> Self {
        let nothing = BigInt::default();
        let (mut a, mut b) = (numerator.clone(), denominator.clone());
        while b != nothing {
            (a, b) = (b.clone(), a % b);
        }
        // The last remainder may be below 0.
        let common = if a < nothing { -a } else { a };
        Self(numerator / &common, denominator / &common)
    }

    fn of(numerator: i64, denominator: i64) -> Self {
        Self::new(numerator.into(), denominator.into())
    }

    fn whole(number: i64) -> Self {
        Self::of(number, 1)
    }

    #[expect(clippy::cast_precision_loss, reason = "both are far below 2^53")]
    fn as_float(&self) -> f64 {
        let whole = |it: &BigInt| i64::try_from(it).expect("a small number") as f64;
        whole(&self.0) / whole(&self.1)
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.0 * &other.1).cmp(&(&other.0 * &self.1))
    }
}

impl Add for &Fraction {
    type Output = Fraction;

    fn add(self, other: Self) -> Fraction {
        let sum = &self.0 * &other.1 + &other.0 * &self.1;
        Fraction::new(sum, &self.1 * &other.1)
    }
}

impl Sub for &Fraction {
    type Output = Fraction;

    fn sub(self, other: Self) -> Fraction {
        let difference = &self.0 * &other.1 - &other.0 * &self.1;
        Fraction::new(difference, &self.1 * &other.1)
    }
}

impl Mul for &Fraction {
    type Output = Fraction;

    fn mul(self, other: Self) -> Fraction {
        Fraction::new(&self.0 * &other.0, &self.1 * &other.1)
    }
}

impl Div for &Fraction {
    type Output = Fraction;

    /// By a fraction above 0.
    fn div(self, other: Self) -> Fraction {
        Fraction::new(&self.0 * &other.1, &self.1 * &other.0)
    }
}

fn sum(fractions: impl Iterator<Item = Fraction>) -> Fraction {
    fractions.fold(Fraction::whole(0), |res, it| &res + &it)
}

/// A party's numbers in tenths, hundredths or thousandths.
#[derive(Clone, Debug)]
struct Party {
    space: Arc<OutcomeSpace>,
    parts: i64,
    weights: Vec<i64>,
    utilities: Vec<i64>,
    interactions: Vec<(Condition, i64)>,
    reservation_value: i64,
    leverages: Vec<i64>,
}

impl Party {
    #[expect(clippy::cast_precision_loss, reason = "all are small numbers")]
    fn preferences(&self) -> Preferences {
        let float = |it: &i64| *it as f64 / self.parts as f64;
        let floats = |it: &[i64]| it.iter().map(float).collect::<Vec<f64>>();
        let (when, adds): (Vec<Condition>, Vec<i64>) = self.interactions.iter().cloned().unzip();
        let mut res = Preferences::indifferent(Arc::clone(&self.space), when);
        res.put(DrawnNumbers {
            weights: floats(&self.weights),
            utilities: floats(&self.utilities),
            adds: floats(&adds),
            reservation_value: float(&self.reservation_value),
            leverages: floats(&self.leverages),
            are_red_lines_real: Vec::new(),
        });
        res
    }

    fn weight(&self, issue: IssueId) -> Fraction {
        match self.weights.iter().sum() {
            0 => Fraction::new(1.into(), self.weights.len().into()),
            sum => Fraction::of(self.weights[issue.idx()], sum),
        }
    }

    fn sum(&self, outcome: Outcome) -> Fraction {
        let of_issue = |issue| {
            let option = self.space.option(outcome, issue);
            let utility = self.utilities[self.space.flat(issue, option)];
            &self.weight(issue) * &Fraction::of(utility, self.parts)
        };
        let interactions = self.interactions.iter();
        let fulfilled = interactions.filter(|it| it.0.holds(&self.space, outcome));
        let adds = fulfilled.map(|it| Fraction::of(it.1, self.parts));
        sum(self.space.issues().map(of_issue).chain(adds))
    }

    fn utility(&self, outcome: Outcome) -> Fraction {
        self.sum(outcome)
            .clamp(Fraction::whole(0), Fraction::whole(1))
    }

    fn reservation_value(&self) -> Fraction {
        let left = self.reservation_value - self.leverages.iter().sum::<i64>();
        Fraction::of(left.max(0), self.parts)
    }
}

fn party(space: &Arc<OutcomeSpace>) -> impl Strategy<Value = Party> + use<> {
    let space = Arc::clone(space);
    let numbers = (
        prop_oneof![Just(10_i64), Just(20), Just(100), Just(1000)],
        prop::collection::vec(prop_oneof![0..=4_i64, 0..=20_i64], space.n_issues()),
        prop::collection::vec(0..=10_i64, space.n_options_total()),
        prop::collection::vec((test_worlds::condition(&space), -10..=10_i64), 0..=3),
        0..=20_i64,
        prop::collection::vec(0..=4_i64, 0..=2),
    );
    numbers.prop_map(
        move |(parts, weights, utilities, interactions, r, leverages)| Party {
            space: Arc::clone(&space),
            parts,
            weights,
            utilities: utilities.into_iter().map(|it| it * parts / 10).collect(),
            interactions: interactions
                .into_iter()
                .map(|(when, adds)| (when, adds * parts / 10))
                .collect(),
            reservation_value: r * parts / 20,
            leverages,
        },
    )
}

/// Points by their outcomes' numbers, with what they are worth.
type Points = Vec<(u64, Vec<Fraction>)>;

fn frontier(acceptable: &Points) -> Points {
    let is_beaten = |(number, it): &(u64, Vec<Fraction>)| {
        acceptable.iter().any(|(other_number, other)| {
            let is_as_good = other.iter().zip(it).all(|(a, b)| a >= b);
            is_as_good && (other != it || other_number < number)
        })
    };
    let kept = acceptable.iter().filter(|it| !is_beaten(it));
    kept.cloned().collect()
}

/// What a concept makes as great as possible, as the definitions have it.
fn figure(
    concept: Concept,
    point: &[Fraction],
    disagreement: &[Fraction],
    ideal: &[Fraction],
) -> (usize, Fraction) {
    let zero = Fraction::whole(0);
    let gains: Vec<Fraction> = point.iter().zip(disagreement).map(|(u, d)| u - d).collect();
    let possible = ideal.iter().zip(disagreement).map(|(most, d)| most - d);
    let relative: Vec<Fraction> = gains
        .iter()
        .zip(possible)
        .filter(|it| it.1 > zero)
        .map(|(gain, possible)| gain / &possible)
        .collect();
    let least = |it: &[Fraction]| it.iter().min().cloned().unwrap_or(Fraction::whole(0));
    match concept {
        Concept::Nash => {
            let positive: Vec<&Fraction> = gains.iter().filter(|it| **it > zero).collect();
            let product = positive
                .iter()
                .fold(Fraction::whole(1), |res, it| &res * it);
            (positive.len(), product)
        }
        Concept::KalaiSmorodinsky => (0, least(&relative)),
        Concept::Egalitarian => (0, least(&gains)),
        Concept::Utilitarian => (0, sum(point.iter().cloned())),
        Concept::RelativeUtilitarian => (0, sum(relative.into_iter())),
    }
}

fn check(parties: &[Party], consent: &ConsentRule) -> Result<(), TestCaseError> {
    let space = &parties[0].space;
    let disagreement: Vec<Fraction> = parties.iter().map(Party::reservation_value).collect();
    let all: Points = (0..)
        .zip(space.outcomes())
        .map(|(number, it)| (number, parties.iter().map(|of| of.utility(it)).collect()))
        .collect();
    let is_acceptable = |(number, point): &&(u64, Vec<Fraction>)| {
        let content = (0..parties.len()).filter(|&it| point[it] >= disagreement[it]);
        let content: PartySet = content.map(PartyId::new).collect();
        consent.is_satisfied(space, space.outcome_at(*number), content)
    };
    let acceptable: Points = all.iter().filter(is_acceptable).cloned().collect();
    let drawn: Vec<Preferences> = parties.iter().map(Party::preferences).collect();
    let exact: Vec<ExactPreferences> = drawn.iter().map(Preferences::exact).collect();
    for (number, point) in &all {
        let outcome = space.outcome_at(*number);
        for (it, worth) in exact.iter().zip(point) {
            prop_assert_eq!(it.utility(outcome).to_bits(), worth.as_float().to_bits());
        }
    }

    let found = feasible_set(&exact, consent);
    prop_assert_eq!(found.n_acceptable, acceptable.len() as u64);
    prop_assert_eq!(
        some_agreement(&drawn, consent).is_some(),
        !acceptable.is_empty()
    );
    let is_better = |it: &&(u64, Vec<Fraction>)| it.1.iter().zip(&disagreement).all(|(u, d)| u > d);
    let n_better = acceptable.iter().filter(is_better).count();
    prop_assert_eq!(found.n_better_for_all, n_better as u64);

    let frontier = frontier(&acceptable);
    let numbers: Vec<u64> = frontier.iter().map(|it| it.0).collect();
    let found_numbers: Vec<u64> = (0..found.frontier.len())
        .map(|it| found.frontier.outcome(it))
        .collect();
    prop_assert_eq!(&found_numbers, &numbers);
    let ideal: Vec<Fraction> = (0..parties.len())
        .filter_map(|party| acceptable.iter().map(|it| it.1[party].clone()).max())
        .collect();
    let normalization = Normalization::textbook(&found);
    for concept in Concept::ALL {
        let figure = |it: &(u64, Vec<Fraction>)| figure(concept, &it.1, &disagreement, &ideal);
        let figures: Vec<_> = frontier.iter().map(figure).collect();
        let greatest = figures.iter().max();
        let best: Vec<usize> = (0..figures.len())
            .filter(|&it| Some(&figures[it]) == greatest)
            .collect();
        prop_assert_eq!(
            normalization.best(concept, &found.frontier),
            best,
            "{:?}",
            concept
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn frontier_points_and_thresholds_are_those_of_fractions(
        (parties, consent) in (test_worlds::space(), 2..=4_usize)
            .prop_flat_map(|(space, n_parties)| (
                prop::collection::vec(party(&space), n_parties),
                prop_oneof![
                    Just(ConsentRule::unanimity(n_parties)),
                    test_worlds::consent(&space, n_parties),
                ],
            ))
    ) {
        check(&parties, &consent)?;
    }

    #[test]
    fn claims_hold_where_they_do_in_fractions(
        (party, deal, this, to, is_changed) in test_worlds::space().prop_flat_map(|space| (
            party(&space),
            test_worlds::condition(&space),
            test_worlds::outcome(&space),
            test_worlds::outcome(&space),
            prop::collection::vec(any::<bool>(), space.n_issues()),
        ))
    ) {
        let space = &party.space;
        let exact = party.preferences().exact();
        let fulfilling = space.outcomes().filter(|it| deal.holds(space, *it));
        let best = fulfilling.map(|it| party.utility(it)).max();
        prop_assert_eq!(
            best_deal(&exact, &deal).map(|it| exact.is_acceptable(it)),
            best.map(|it| it >= party.reservation_value())
        );

        let settled = |outcome: Outcome| -> Vec<(IssueId, OptionId)> {
            let changed = space.issues().filter(|it| is_changed[it.idx()]);
            changed.map(|it| (it, space.option(outcome, it))).collect()
        };
        let (this, to) = (settled(this), settled(to));
        let with = |outcome: Outcome, settled: &[(IssueId, OptionId)]| {
            let options = space.issues().map(|it| space.option(outcome, it));
            let mut options: Vec<OptionId> = options.collect();
            for &(issue, option) in settled {
                options[issue.idx()] = option;
            }
            party.sum(space.outcome(&options))
        };
        let is_preferred = space.outcomes().all(|it| with(it, &this) > with(it, &to));
        prop_assert_eq!(is_always_preferred(&exact, &this, &to), is_preferred);
    }
}

#[test]
fn a_point_that_an_equal_sum_dominates_is_neither_on_the_frontier_nor_singled_out() {
    // 0.05 + 0.15 = 0.8 · 0.25: the third issue makes up for the first two.
    let space = Arc::new(OutcomeSpace::new(&[2, 2, 2]).unwrap());
    let party = |weights: [f64; 3], utilities: [f64; 6], reservation_value| {
        let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
        res.set(&weights, &utilities, &[], reservation_value);
        res.exact()
    };
    let parties = [
        party([0.05, 0.15, 0.8], [0.0, 1.0, 0.0, 1.0, 0.0, 0.25], 0.0),
        party([0.2, 0.2, 0.6], [1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 0.1),
    ];
    let found = feasible_set(&parties, &ConsentRule::unanimity(2));
    let points: Vec<&[f64]> = found.frontier.points().collect();
    assert_eq!(points, [[0.0, 1.0], [0.15, 0.8], [0.35, 0.2], [0.2, 0.6]]);
    let best = Normalization::textbook(&found).best(Concept::Egalitarian, &found.frontier);
    assert_eq!(best, [3]);
}

#[test]
fn figures_that_are_equal_on_paper_are_equal_and_the_first_is_taken() {
    // Gains of 0.2 each: 0.3 − 0.1 is less than 0.2 in floats.
    let space = Arc::new(OutcomeSpace::new(&[2]).unwrap());
    let party = |utilities: [f64; 2], reservation_value| {
        let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
        res.set(&[1.0], &utilities, &[], reservation_value);
        res.exact()
    };
    let parties = [party([0.3, 0.9], 0.1), party([0.9, 0.2], 0.0)];
    let found = feasible_set(&parties, &ConsentRule::unanimity(2));
    let best = Normalization::textbook(&found).best(Concept::Egalitarian, &found.frontier);
    assert_eq!(best, [0, 1]);
}
