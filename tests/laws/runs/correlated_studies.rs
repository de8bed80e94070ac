//! Designs and studies over correlated numbers.

use std::io;
use std::path::Path;

use demarche::config::{Overrides, Sweep, load_experiment};

/// Two parties of which each has an uncertain reservation value and an uncertain weight.
const PIE: &str = r#"schema = 1
name = "pie"
title = "Two share a pie"
kind = "synthetic"
issue = [{ id = "pie", label = "The pie", scale = "ordinal", options = [{ id = "a0", label = "0" }, { id = "a1", label = "1" }, { id = "a2", label = "2" }, { id = "a3", label = "3" }] }]

[[party]]
id = "one"
label = "One"
reservation_value = { uniform = { min = 0.0, max = 1.0 } }
preference = [{ issue = "pie", weight = { uniform = { min = 1.0, max = 2.0 } }, utility = { a0 = 0.0, a1 = 0.4, a2 = 0.7, a3 = 1.0 } }]
strategy = [{ p = 1.0, time_dependent = { concession_exponent = 1.0 } }]

[[party]]
id = "other"
label = "Other"
reservation_value = { triangular = { min = 0.0, mode = 0.2, max = 1.0 } }
preference = [{ issue = "pie", weight = 1.0, utility = { a0 = 1.0, a1 = 0.8, a2 = 0.4, a3 = 0.0 } }]
strategy = [{ p = 1.0, time_dependent = { concession_exponent = 1.0 } }]

[protocol.alternating_offers]
deadline_rounds = 5
"#;

const ONE: &str = "party.one.reservation_value";
const OTHER: &str = "party.other.reservation_value";
const WEIGHT: &str = "party.one.preference.pie.weight";

/// The pie with correlations.
fn correlated(pairs: &[(&str, &str, f64)]) -> String {
    let entries = pairs.iter().map(|(one, other, rank)| {
        format!("[[correlation]]\nbetween = [\"{one}\", \"{other}\"]\nrank = {rank:?}\n")
    });
    PIE.to_owned() + &entries.collect::<String>()
}

/// A sweep of the scenario over a design of the three numbers, or what is wrong with it.
fn sweep(scenario: &str, design: &str) -> Result<Sweep, String> {
    let axes = [ONE, OTHER, WEIGHT]
        .map(|it| format!("[[sweep.axis]]\npath = \"{it}\"\nown_distribution = true\n"));
    let experiment = format!(
        "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n[sweep]\ndesign = {design}\n{}",
        axes.concat()
    );
    let read_file = |path: &Path| -> io::Result<String> {
        let is_experiment = path.ends_with("e.toml");
        Ok(if is_experiment {
            experiment.clone()
        } else {
            scenario.to_owned()
        })
    };
    let loaded = load_experiment(Path::new("e.toml"), &Overrides::default(), &read_file);
    let loaded = loaded.map_err(|it| it.to_string())?;
    Ok(loaded.sweep.expect("it has one"))
}

/// The coordinates of a design in one dimension.
fn coordinates(sweep: &Sweep, axis: usize) -> Vec<f64> {
    let design = sweep.design.as_ref().expect("it has one");
    design.points.iter().map(|it| it[axis]).collect()
}

/// Spearman's rank correlation of numbers without ties.
fn rank_correlation(one: &[f64], other: &[f64]) -> f64 {
    let ranks = |numbers: &[f64]| -> Vec<f64> {
        let rank = |it: &f64| numbers.iter().filter(|other| *other < it).count();
        numbers.iter().map(|it| whole(rank(it))).collect()
    };
    let (one, other) = (ranks(one), ranks(other));
    let n = whole(one.len());
    let squares = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b));
    1.0 - 6.0 * squares.sum::<f64>() / (n * (n * n - 1.0))
}

fn whole(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("a small number"))
}

#[test]
fn designs_that_fill_space_keep_correlations() {
    let scenario = correlated(&[(OTHER, ONE, -0.8), (ONE, WEIGHT, 0.3)]);
    for method in ["latin_hypercube", "sobol"] {
        let design = format!("{{ method = \"{method}\", points = 512 }}");
        let [plain, sweep] = [PIE, &scenario].map(|it| sweep(it, &design).expect("it is right"));
        let [one, other, weight] = [0, 1, 2].map(|it| coordinates(&sweep, it));
        for (first, second, rank) in [
            (&one, &other, -0.8),
            (&one, &weight, 0.3),
            (&other, &weight, 0.0),
        ] {
            let found = rank_correlation(first, second);
            // Three standard errors of random points; these are spread more evenly.
            assert!(
                (found - rank).abs() < 3.0 / 512.0_f64.sqrt(),
                "{method}: {found}"
            );
        }
        // The first that is named stays, and what a cell is made of is what the table says.
        assert_eq!(other, coordinates(&plain, 1));
        let written: f64 = sweep.values[7][0].parse().expect("a number");
        assert!((written - one[7]).abs() < 1e-9, "{written}");
        for of_axis in [one, other, weight] {
            let mut sorted = of_axis;
            sorted.sort_by(f64::total_cmp);
            let strata = sorted.iter().enumerate();
            let bound = if method == "sobol" { 0.06 } else { 1.0 / 512.0 };
            for (idx, it) in strata {
                let middle = (whole(idx) + 0.5) / 512.0;
                assert!((it - middle).abs() < bound, "{method}: {it}, {middle}");
            }
        }
    }
}

#[test]
fn designs_that_vary_axes_one_by_one_are_refused_where_they_are_correlated() {
    let scenario = correlated(&[(OTHER, WEIGHT, 0.5)]);
    for (method, points) in [("saltelli", 32), ("morris", 10)] {
        let design = format!("{{ method = \"{method}\", points = {points} }}");
        sweep(PIE, &design).expect("they are independent");
        let message = sweep(&scenario, &design).expect_err("they are correlated");
        let expected =
            format!("`{method}` varies axes one by one; `{WEIGHT}` and `{OTHER}` are correlated");
        assert!(message.contains(&expected), "{message}");
    }
}
