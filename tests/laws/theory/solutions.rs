//! Frontiers and solution points against `NegMAS`, games of the literature and closed forms.
//!
//! The numbers are not part of the project: without their folder these tests have nothing to do,
//! and say so.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use demarche::domain::{
    Condition, ConsentRule, ExactPreferences, OutcomeSpace, PartyId, PartySet, Preferences, Quota,
    Veto,
};
use demarche::solution::{
    BargainingProblem, Concept, FeasibleSet, FeasibleSetBuilder, Normalization, feasible_set,
};
use num_bigint::BigInt;
use serde_json::Value;

use crate::support::reference_data::reference_data;

/// How far a utility may be off, beside one of size one.
const TOLERANCE: f64 = 1e-9;

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the file can be read");
    // What Python writes for numbers that JSON does not know.
    let text = text.replace("Infinity", "null").replace("NaN", "null");
    serde_json::from_str(&text).expect("the file is JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn points(value: &Value) -> Vec<Vec<f64>> {
    list(value).iter().map(numbers).collect()
}

/// What `NegMAS` makes of a scenario: unanimity over plain sums, added from left to right.
struct Additive {
    n_options: Vec<usize>,
    parties: Vec<(Value, f64)>,
}

impl Additive {
    fn of(scenario: &Value, variant: &str) -> Self {
        let issues = list(&scenario["issues"]).iter();
        let parties = list(&scenario["parties"]).iter();
        Self {
            n_options: issues.map(|it| list(&it["values"]).len()).collect(),
            parties: parties
                .map(|it| (it[variant].clone(), number(&it["reserved_value"])))
                .collect(),
        }
    }

    /// All outcomes' utilities in order, the last issue fastest.
    fn utilities(&self) -> Vec<Vec<f64>> {
        let parties: Vec<(f64, Vec<f64>, Vec<Vec<f64>>)> = self
            .parties
            .iter()
            .map(|(it, _)| {
                (
                    number(&it["bias"]),
                    numbers(&it["weights"]),
                    points(&it["values"]),
                )
            })
            .collect();
        let space = OutcomeSpace::new(&self.n_options).expect("a space");
        let worth = |outcome| {
            let options: Vec<usize> = space
                .issues()
                .map(|it| space.option(outcome, it).idx())
                .collect();
            parties
                .iter()
                .map(|(bias, weights, values)| {
                    let terms = weights.iter().zip(values).zip(&options);
                    terms.fold(*bias, |sum, ((weight, values), &option)| {
                        sum + weight * values[option]
                    })
                })
                .collect()
        };
        space.outcomes().map(worth).collect()
    }

    fn reservation_values(&self) -> Vec<f64> {
        self.parties.iter().map(|it| it.1).collect()
    }

    /// The feasible set under unanimity, and `NegMAS`'s reference for it.
    fn seen_by_negmas(&self) -> (u64, FeasibleSet, Normalization) {
        let reservation_values = self.reservation_values();
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); reservation_values.len()];
        let mut builder = FeasibleSetBuilder::new(reservation_values.clone());
        let mut n_outcomes = 0;
        for utilities in self.utilities() {
            for (range, &it) in ranges.iter_mut().zip(&utilities) {
                *range = (range.0.min(it), range.1.max(it));
            }
            let mut pairs = utilities.iter().zip(&reservation_values);
            if pairs.all(|(u, r)| u >= r) {
                builder.add(n_outcomes, &utilities);
            }
            n_outcomes += 1;
        }
        let normalization = Normalization::negmas(&reservation_values, &ranges);
        (n_outcomes, builder.finish(), normalization)
    }

    /// The same as preferences of the simulator: scores scaled by each party's best sum.
    fn preferences(&self) -> Vec<ExactPreferences> {
        let space = Arc::new(OutcomeSpace::new(&self.n_options).expect("a space"));
        let scaled = |(it, reserved): &(Value, f64)| {
            let weights = numbers(&it["weights"]);
            let scores = points(&it["values"]);
            let tops: Vec<f64> = scores
                .iter()
                .map(|it| it.iter().copied().fold(0.0, f64::max))
                .collect();
            let importance: Vec<f64> = weights.iter().zip(&tops).map(|(w, top)| w * top).collect();
            let utilities: Vec<f64> = scores
                .iter()
                .zip(&tops)
                .flat_map(|(scores, top)| scores.iter().map(move |it| it / top.max(1.0)))
                .collect();
            let sum: f64 = importance.iter().sum();
            let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
            res.set(&importance, &utilities, &[], reserved / sum);
            res.exact()
        };
        self.parties.iter().map(scaled).collect()
    }
}

#[track_caller]
fn check_points(found: Vec<&[f64]>, expected: &Value, what: &str) {
    let mut found: Vec<Vec<f64>> = found.into_iter().map(<[f64]>::to_vec).collect();
    let mut expected = points(expected);
    let order = |a: &Vec<f64>, b: &Vec<f64>| {
        let mut pairs = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
        pairs.find(|it| it.is_ne()).unwrap_or(a.len().cmp(&b.len()))
    };
    found.sort_by(order);
    expected.sort_by(order);
    assert_eq!(
        found.len(),
        expected.len(),
        "{what}: {found:?} {expected:?}"
    );
    for (found, expected) in found.iter().zip(&expected) {
        for (found, expected) in found.iter().zip(expected) {
            let is_met = (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
            assert!(is_met, "{what}: {found:e} instead of {expected:e}");
        }
    }
}

#[test]
fn frontiers_and_points_are_those_of_negmas() {
    let Some(peers) = reference_data("") else {
        return;
    };
    let folder = peers.join("negmas");
    let reference = read(&folder.join("reference.json"));
    let scenarios = reference["scenarios"].as_object().expect("scenarios");
    for (id, variants) in scenarios {
        let scenario = read(&folder.join("scenarios").join(id).join("scenario.json"));
        for (variant, expected) in variants.as_object().expect("variants") {
            let metrics = &expected["metrics"];
            if metrics.is_null() {
                continue;
            }
            let what = format!("{id} {variant}");
            let problem = Additive::of(&scenario, variant);
            let (n_outcomes, seen, normalization) = problem.seen_by_negmas();
            assert_eq!(Some(n_outcomes), metrics["n_outcomes"].as_u64(), "{what}");
            let n_rational = metrics["n_rational"].as_u64();
            assert_eq!(Some(seen.n_better_for_all), n_rational, "{what}");
            let n_frontier = seen.frontier.len() as u64;
            assert_eq!(Some(n_frontier), metrics["pareto_size"].as_u64(), "{what}");
            if !metrics["pareto_utils"].is_null() {
                let found = seen.frontier.points().collect();
                check_points(found, &metrics["pareto_utils"], &what);
            }
            let named = [
                (Concept::Nash, "nash_utils"),
                (Concept::Egalitarian, "kalai_utils"),
                (Concept::KalaiSmorodinsky, "ks_utils"),
                (Concept::Utilitarian, "max_welfare_utils"),
                (Concept::RelativeUtilitarian, "max_relative_welfare_utils"),
            ];
            for (concept, name) in named {
                let best = normalization.best(concept, &seen.frontier);
                let found = best.iter().map(|&it| seen.frontier.utilities(it)).collect();
                check_points(found, &metrics[name], &format!("{what} {name}"));
            }
        }
    }
}

/// Scenarios in which `NegMAS`'s frontier has points that another one equals or dominates exactly,
/// since it compares sums of floats: the size of its frontier, and of the exact one.
const NOT_OPTIMAL_EXACTLY: [(&str, u64, u64); 2] = [
    ("p2_0080_barter_a raw", 16, 14),
    ("p2_15625_car_a raw", 55, 53),
];

/// Fractions cost more than floats: spaces beyond this are left out here.
const FRACTIONS_MAX: usize = 16_000;

/// Decimals that no number of the scenarios has more of.
const DECIMALS: i32 = 40;

/// A float's shortest decimal in units of 10⁻⁴⁰.
fn units(number: f64) -> BigInt {
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').expect("an exponent is written");
    let exponent: i32 = exponent.parse().expect("an exponent");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().expect("digits");
    let places = DECIMALS + exponent - i32::try_from(fraction.len()).expect("a few digits");
    digits * BigInt::from(10).pow(places.try_into().expect("no number is so small"))
}

impl Additive {
    /// All outcomes' utilities in order and in units of 10⁻⁸⁰, less what is the same for all.
    fn exact_utilities(&self) -> Vec<Vec<BigInt>> {
        let space = OutcomeSpace::new(&self.n_options).expect("a space");
        let products: Vec<Vec<Vec<BigInt>>> = self
            .parties
            .iter()
            .map(|(it, _)| {
                let weights = numbers(&it["weights"]).into_iter().map(units);
                let of_issue = |(weight, values): (BigInt, Vec<f64>)| {
                    values.into_iter().map(|it| units(it) * &weight).collect()
                };
                weights.zip(points(&it["values"])).map(of_issue).collect()
            })
            .collect();
        let worth = |outcome| -> Vec<BigInt> {
            let options = || space.issues().map(|it| space.option(outcome, it).idx());
            let sum =
                |it: &Vec<Vec<BigInt>>| it.iter().zip(options()).map(|(of, it)| &of[it]).sum();
            products.iter().map(sum).collect()
        };
        space.outcomes().map(worth).collect()
    }

    /// The frontier in the simulator's arithmetic of the outcomes that everybody accepts in floats.
    fn exact_frontier(&self) -> Vec<u64> {
        let space = Arc::new(OutcomeSpace::new(&self.n_options).expect("a space"));
        let parties: Vec<ExactPreferences> = self
            .parties
            .iter()
            .map(|(it, _)| {
                let scores = points(&it["values"]).concat();
                let top = scores.iter().copied().fold(0.0, f64::max);
                let mut unit = 1.0;
                while unit < top {
                    unit *= 10.0;
                }
                let utilities: Vec<f64> = scores.iter().map(|it| it / unit).collect();
                let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
                res.set(&numbers(&it["weights"]), &utilities, &[], 0.0);
                res.exact()
            })
            .collect();
        let reservation_values = self.reservation_values();
        let mut builder = FeasibleSetBuilder::new(vec![0.0; parties.len()]);
        for ((number, outcome), floats) in (0..).zip(space.outcomes()).zip(self.utilities()) {
            if floats.iter().zip(&reservation_values).all(|(u, r)| u >= r) {
                let worth: Vec<f64> = parties.iter().map(|it| it.utility(outcome)).collect();
                builder.add(number, &worth);
            }
        }
        let found = builder.finish().frontier;
        (0..found.len()).map(|it| found.outcome(it)).collect()
    }
}

#[test]
fn what_negmas_has_more_on_its_frontiers_is_equalled_or_dominated_exactly() {
    let Some(peers) = reference_data("") else {
        return;
    };
    let folder = peers.join("negmas");
    let reference = read(&folder.join("reference.json"));
    let mut differing = Vec::new();
    let mut n_compared = 0;
    for (id, variants) in reference["scenarios"].as_object().expect("scenarios") {
        let scenario = read(&folder.join("scenarios").join(id).join("scenario.json"));
        for (variant, expected) in variants.as_object().expect("variants") {
            let problem = Additive::of(&scenario, variant);
            let n_outcomes = problem.n_options.iter().product::<usize>();
            // The simulator has no utilities below 0.
            let values = problem
                .parties
                .iter()
                .flat_map(|it| points(&it.0["values"]));
            let is_negative = values.flatten().any(|it| it < 0.0);
            if expected["metrics"].is_null() || n_outcomes > FRACTIONS_MAX || is_negative {
                continue;
            }
            n_compared += 1;
            let (_, seen, _) = problem.seen_by_negmas();
            let of_negmas: Vec<u64> = (0..seen.frontier.len())
                .map(|it| seen.frontier.outcome(it))
                .collect();
            let exact = problem.exact_frontier();
            let worth = problem.exact_utilities();
            let worth = |it: u64| &worth[usize::try_from(it).expect("an outcome")];
            let is_as_good = |a: u64, b: u64| worth(a).iter().zip(worth(b)).all(|(a, b)| a >= b);
            let what = format!("{id} {variant}");
            for &point in &exact {
                let mut others = of_negmas.iter().chain(&exact).filter(|it| **it != point);
                let is_optimal =
                    others.all(|&it| !is_as_good(it, point) || worth(it) == worth(point));
                assert!(is_optimal, "{what}: {point}");
            }
            for &point in of_negmas.iter().filter(|it| !exact.contains(it)) {
                let is_beaten = exact.iter().any(|&it| is_as_good(it, point));
                assert!(is_beaten, "{what}: {point} of NegMAS's is optimal");
            }
            if of_negmas.len() != exact.len() {
                differing.push((what, of_negmas.len() as u64, exact.len() as u64));
            }
        }
    }
    assert!(n_compared > 40, "{n_compared} frontiers");
    let expected = NOT_OPTIMAL_EXACTLY.map(|(what, theirs, ours)| (what.to_owned(), theirs, ours));
    assert_eq!(differing, expected);
}

/// All but one of the parties, and two of them in any case.
fn all_but_one(n_parties: usize, vetoes: [PartyId; 2]) -> ConsentRule {
    let vetoes = vetoes.map(|party| Veto {
        party,
        when: Condition::default(),
    });
    let quota = Quota {
        at_least: n_parties - 1,
        of: PartySet::all(n_parties),
    };
    ConsentRule::new(vetoes.to_vec(), vec![quota])
}

#[test]
fn scorable_games_have_as_many_agreements_as_was_published() {
    let Some(peers) = reference_data("") else {
        return;
    };
    let counts = read(&peers.join("bargaining/vectors.json"))["scorable_games"].clone();
    let mut n_games = 0;
    for entry in fs::read_dir(peers.join("negmas/scenarios")).expect("scenarios") {
        let folder = entry.expect("a folder").path();
        let name = folder
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some((_, game)) = name.split_once("_delib_") else {
            continue;
        };
        let scenario = read(&folder.join("scenario.json"));
        let expected = &counts[game];
        let problem = Additive::of(&scenario, "raw");
        let parties = problem.preferences();
        let veto = |it: &Value| {
            let mut parties = list(&scenario["parties"]).iter();
            PartyId::new(
                parties
                    .position(|party| party["name"] == *it)
                    .expect("a party"),
            )
        };
        let vetoes = list(&scenario["agreement_rule"]["veto"]);
        let rules = [
            (ConsentRule::unanimity(parties.len()), "all_above_threshold"),
            (
                all_but_one(parties.len(), [veto(&vetoes[0]), veto(&vetoes[1])]),
                "feasible_n_minus_1_with_p1_p2",
            ),
        ];
        assert_eq!(
            Some(parties[0].space().n_outcomes()),
            expected["deals"].as_u64(),
            "{game}"
        );
        for (rule, count) in rules {
            let found = feasible_set(&parties, &rule).n_acceptable;
            assert_eq!(Some(found), expected[count].as_u64(), "{game} {count}");
        }
        n_games += 1;
    }
    assert!(n_games >= 5, "{n_games} games");
}

#[test]
fn the_points_of_the_base_game_are_those_published() {
    let Some(peers) = reference_data("") else {
        return;
    };
    let scenario = read(&peers.join("negmas/scenarios/p6_0720_delib_base/scenario.json"));
    let problem = Additive::of(&scenario, "raw");
    let (_, seen, _) = problem.seen_by_negmas();
    let normalization = Normalization::textbook(&seen);
    let space = OutcomeSpace::new(&problem.n_options).expect("a space");
    let settled = |concept| -> Vec<usize> {
        let point = normalization.best(concept, &seen.frontier)[0];
        let outcome = space.outcome_at(seen.frontier.outcome(point));
        let options = space.issues().map(|it| space.option(outcome, it).idx() + 1);
        options.collect()
    };
    // A2 B3 C2 D2 E4 with a sum of 391, and A2 B3 C3 D2 E3 with a product of 6031872.
    assert_eq!(settled(Concept::Utilitarian), [2, 3, 2, 2, 4]);
    assert_eq!(settled(Concept::Nash), [2, 3, 3, 2, 3]);
}

#[track_caller]
fn near(found: f64, expected: &Value) {
    let expected = number(expected);
    let is_met = (found - expected).abs() <= TOLERANCE;
    assert!(is_met, "{found:e} instead of {expected:e}");
}

#[track_caller]
fn both_near(found: [f64; 2], expected: &Value) {
    for (found, expected) in found.into_iter().zip(list(expected)) {
        near(found, expected);
    }
}

#[test]
fn continuous_problems_have_the_points_of_their_closed_forms() {
    let Some(peers) = reference_data("") else {
        return;
    };
    let vectors = read(&peers.join("bargaining/vectors.json"));
    let [pie, root, parabola, polygon] = &list(&vectors["nash_ks_egal"])[..] else {
        panic!("there are four problems");
    };

    let split = BargainingProblem::in_polygon(&[[0.0, 1.0], [1.0, 0.0]], [0.2, 0.3]);
    let split = split.expect("there is something to share");
    both_near(split.nash(0.5), &pie["nash"]);
    both_near(split.nash(0.7), &pie["weighted_nash_alpha_0_7"]);

    let problem = BargainingProblem::on_curve(0.0, 1.0, |x| [x.sqrt(), 1.0 - x], [0.0, 0.0]);
    let problem = problem.expect("there is something to share");
    near(1.0 - problem.nash(0.5)[1], &root["nash_x"]);
    near(1.0 - problem.kalai_smorodinsky()[1], &root["ks_x"]);
    near(1.0 - problem.egalitarian()[1], &root["egalitarian_x"]);
    near(1.0 - problem.utilitarian()[1], &root["utilitarian_x"]);

    let problem = BargainingProblem::on_curve(0.0, 1.0, |u| [u, 1.0 - u * u], [0.0, 0.0]);
    let problem = problem.expect("there is something to share");
    both_near(problem.nash(0.5), &parabola["nash"]);
    both_near(problem.kalai_smorodinsky(), &parabola["ks"]);

    let corners = [[0.0, 0.0], [0.0, 1.0], [0.5, 1.0], [1.0, 0.0]];
    let problem = BargainingProblem::in_polygon(&corners, [0.0, 0.0]);
    let problem = problem.expect("there is something to share");
    both_near(problem.nash(0.5), &polygon["nash"]);
    both_near(problem.kalai_smorodinsky(), &polygon["ks"]);
    both_near(problem.egalitarian(), &polygon["egalitarian"]);
}
