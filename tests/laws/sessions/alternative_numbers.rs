//! Correlated numbers of several strategies of a party, of which a session draws those of one.

use std::path::Path;

use demarche::config::load_scenario;
use demarche::domain::{CORRELATED_COMBINATIONS_MAX, Correlation, Number};
use demarche::negotiation::{NumberId, Setting};

use crate::sessions::correlations::{draws_of, kolmogorov_distance, rank_correlation, whole};
use crate::support::worlds::{RandomChoices, setting_of};

/// Parties with an uncertain reservation value and two strategies with an uncertain parameter.
fn table(n_parties: usize) -> String {
    let party = |it: usize| {
        format!(
            r#"
[[party]]
id = "p{it}"
label = "P"
reservation_value = {{ uniform = {{ min = 0.0, max = 1.0 }} }}
preference = [{{ issue = "height", weight = 1.0, utility = {{ low = 1.0, high = 0.0 }} }}]
strategy = [
  {{ p = 0.5, time_dependent = {{ concession_exponent = {{ uniform = {{ min = 0.2, max = 3.0 }} }} }} }},
  {{ p = 0.5, trade_off = {{ concession_exponent = {{ uniform = {{ min = 3.0, max = 9.0 }} }} }} }},
]
"#
        )
    };
    let parties: String = (0..n_parties).map(party).collect();
    format!(
        r#"schema = 1
name = "table"
title = "A table"
kind = "synthetic"
issue = [{{ id = "height", label = "How high", options = [{{ id = "low", label = "Low" }}, {{ id = "high", label = "High" }}] }}]
{parties}
[protocol.proposal_and_vote]
deadline_rounds = 5
"#
    )
}

/// The path of a party's parameter of one of its strategies.
fn parameter(party: usize, strategy: usize) -> String {
    let rule = ["time_dependent", "trade_off"][strategy];
    format!("party.p{party}.strategy.{strategy}.{rule}.concession_exponent")
}

fn reservation(party: usize) -> String {
    format!("party.p{party}.reservation_value")
}

type Pair = (String, String, f64);

fn with(setting: &Setting, pairs: &[Pair]) -> Option<Setting> {
    let correlation = |(one, other, rank): &Pair| Correlation {
        between: [one.clone(), other.clone()],
        rank: Number::constant("correlation.rank", *rank),
    };
    let correlations = pairs.iter().map(correlation).collect();
    setting.clone().with_correlations(correlations).ok()
}

fn shuffled<T: Clone>(random: &mut RandomChoices, list: &[T]) -> Vec<T> {
    let mut left = list.to_vec();
    let mut shuffled = Vec::new();
    while !left.is_empty() {
        shuffled.push(left.swap_remove(random.below(left.len())));
    }
    shuffled
}

/// The same correlations in another order.
fn reordered(random: &mut RandomChoices, pairs: &[Pair]) -> Vec<Pair> {
    let mut pairs = shuffled(random, pairs);
    for (one, other, _) in &mut pairs {
        if random.one_in(2) {
            std::mem::swap(one, other);
        }
    }
    pairs
}

/// Whether a number is drawn where these strategies are followed.
fn is_drawn(path: &str, followed: [usize; 2]) -> bool {
    let others = [0, 1].map(|it| parameter(it, 1 - followed[it]));
    others.iter().all(|it| it != path)
}

/// A random set of correlations of two parties, possible or not.
fn random_pairs(random: &mut RandomChoices) -> Vec<Pair> {
    let numbers: Vec<String> = (0..2)
        .flat_map(|it| [reservation(it), parameter(it, 0), parameter(it, 1)])
        .collect();
    // Those of two strategies of a party are never together.
    let alternatives = [(2, 1), (5, 4)];
    let all: Vec<(usize, usize)> = (0..numbers.len())
        .flat_map(|one| (0..one).map(move |other| (one, other)))
        .filter(|it| !alternatives.contains(it))
        .collect();
    let n_pairs = random.between(3, 7);
    let mut pairs = Vec::new();
    for (one, other) in shuffled(random, &all).into_iter().take(n_pairs) {
        // Some are on the boundary of what is possible.
        let rank = *random.pick(&[0.0, 0.2, -0.3, 0.5, -0.6, 0.7, 0.8, 0.9, 1.0, -1.0]);
        pairs.push((numbers[one].clone(), numbers[other].clone(), rank));
    }
    pairs
}

#[test]
fn correlations_are_possible_if_they_are_in_every_combination_and_so_is_any_part_of_them() {
    let setting = setting_of(&table(2));
    let (mut n_possible, mut n_impossible) = (0, 0);
    for case in 0..1500 {
        let mut random = RandomChoices::new("alternative numbers", case);
        let pairs = random_pairs(&mut random);
        let combinations = [[0, 0], [0, 1], [1, 0], [1, 1]];
        let is_possible = combinations.iter().all(|followed| {
            let drawn = |it: &&Pair| is_drawn(&it.0, *followed) && is_drawn(&it.1, *followed);
            let pairs: Vec<Pair> = pairs.iter().filter(drawn).cloned().collect();
            with(&setting, &pairs).is_some()
        });
        for _ in 0..4 {
            let pairs = reordered(&mut random, &pairs);
            let correlated = with(&setting, &pairs);
            assert_eq!(correlated.is_some(), is_possible, "{pairs:?}");
            let Some(correlated) = correlated else {
                continue;
            };
            let ids: Vec<NumberId> = correlated.numbered().map(|it| it.0).collect();
            let n_kept = random.between(0, ids.len());
            let mut kept = shuffled(&mut random, &ids);
            kept.truncate(n_kept);
            let part = correlated.clone().with_correlations_among(&kept);
            let own: Vec<(NumberId, f64)> = ids.iter().map(|it| (*it, 0.3)).collect();
            for setting in [&correlated, &part] {
                let probabilities = setting.correlated_probabilities(&own);
                assert!(probabilities.iter().all(|it| (0.0..1.0).contains(it)));
            }
        }
        if is_possible {
            n_possible += 1;
        } else {
            n_impossible += 1;
        }
    }
    assert!(
        n_possible > 300 && n_impossible > 300,
        "{n_possible}, {n_impossible}"
    );
}

/// Checks that numbers have their ranks where they are drawn together, and their distributions.
fn check_ranks(pairs: &[Pair]) {
    let plain = setting_of(&table(2));
    for case in 0..4 {
        let mut random = RandomChoices::new("ranks of alternative numbers", case);
        let pairs = reordered(&mut random, pairs);
        let setting = with(&plain, &pairs).expect("they are possible");
        for (one, other, rank) in &pairs {
            let [drawn, others] = [one, other].map(|it| draws_of(&setting, it));
            let together = drawn.iter().zip(&others);
            let together = together.filter_map(|(one, other)| one.zip(*other));
            let (own, others): (Vec<f64>, Vec<f64>) = together.unzip();
            assert!(own.len() > 800, "{}", own.len());
            let found = rank_correlation(&own, &others);
            assert!(
                (found - rank).abs() < 0.06,
                "{one}, {other}: {found}, {rank}"
            );
            let margin = |setting: &Setting| -> Vec<f64> {
                draws_of(setting, one).into_iter().flatten().collect()
            };
            let (plain, correlated) = (margin(&plain), margin(&setting));
            // Exceeded by one in a thousand pairs of samples from one distribution.
            let bound = 1.95 * (2.0 / whole(plain.len())).sqrt();
            let distance = kolmogorov_distance(&plain, &correlated);
            assert!(distance < bound, "{one}: {distance}");
        }
    }
}

#[test]
fn a_number_goes_with_those_of_two_strategies_in_every_order() {
    let both = [0, 1].map(|it| (parameter(0, it), reservation(1), 0.8));
    check_ranks(&both);
    let both = [0, 1].map(|it| (parameter(0, it), parameter(1, 0), 0.8));
    check_ranks(&both);
}

#[test]
fn numbers_that_go_together_only_by_combination_have_their_ranks_in_each() {
    // No four numbers have these.
    let rank = |one, other| if one == 1 && other == 1 { -0.9 } else { 0.9 };
    let pairs = [[0, 0], [0, 1], [1, 0], [1, 1]];
    let pairs =
        pairs.map(|[one, other]| (parameter(0, one), parameter(1, other), rank(one, other)));
    check_ranks(&pairs);
}

#[test]
fn more_combinations_of_strategies_than_are_looked_at_are_refused() {
    let text = |n_parties: usize| {
        let links = (1..n_parties).flat_map(|it| [0, 1].map(|own| (it, own)));
        let correlations = links.map(|(it, own)| {
            let (one, other) = (parameter(it - 1, own), parameter(it, own));
            format!("[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = 0.1\n")
        });
        let link = format!(
            "[[correlation]]\nbetween = [\"{}\", \"{}\"]\nrank = 0.1\n",
            parameter(0, 0),
            parameter(1, 1)
        );
        table(n_parties) + &correlations.collect::<String>() + &link
    };
    assert_eq!(CORRELATED_COMBINATIONS_MAX, 1 << 8);
    setting_of(&text(8));
    let too_many = load_scenario(Path::new("s.toml"), &[], &|_| Ok(text(9)));
    let message = too_many.expect_err("there are 512").to_string();
    let expected = "are of strategies with more than 256 combinations";
    assert!(message.contains(expected), "{message}");
}
