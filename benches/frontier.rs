//! How long a Pareto frontier takes, alone and with its solution points, in seconds of processor time.
//!
//! `cargo bench --bench frontier` measures a synthetic domain; with paths of files of weights and
//! values, as `benches/peers/frontiers.py` writes them, those domains.

#[path = "support/clock.rs"]
mod clock;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use demarche::domain::{ConsentRule, ExactPreferences, OutcomeSpace, Preferences};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};
use demarche::solution::{
    Concept, FeasibleSet, FeasibleSetBuilder, FrontierBuilder, Normalization, feasible_set,
};
use serde_json::Value;

use clock::{median, seconds, sized};

/// Rounds of measurement; the median of them is printed.
const ROUNDS: usize = 3;

fn main() {
    let mut report = String::new();
    let files: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .map(PathBuf::from)
        .collect();
    for path in &files {
        let text = std::fs::read_to_string(path).expect("the file can be read");
        let parties: Vec<Additive> = serde_json::from_str::<Vec<Value>>(&text)
            .expect("the file is a list of parties")
            .iter()
            .map(Additive::of)
            .collect();
        let name = path.file_stem().expect("a file has a name");
        measure_sums(&mut report, &name.to_string_lossy(), &parties);
    }
    if files.is_empty() {
        let n_options: &[usize] = match sized(50) {
            50 => &[5, 5, 10, 10, 10, 10],
            _ => &[5, 5, 10, 10],
        };
        measure_exact(&mut report, &made_up(n_options, 5));
    }
    say(&report);
}

#[expect(clippy::print_stdout, reason = "a bench talks to whoever started it")]
fn say(text: &str) {
    print!("{text}");
}

/// Seconds of some work, and what it made.
fn timed<T>(work: impl Fn() -> T) -> (f64, T) {
    let mut made = None;
    let times = (0..ROUNDS)
        .map(|_| seconds(|| made = Some(work())))
        .collect();
    (median(times), made.expect("there are rounds"))
}

/// Measures the frontier of plain sums, which are computed before, and that with all points.
fn measure_sums(report: &mut String, name: &str, parties: &[Additive]) {
    let utilities = all_utilities(parties);
    let rows = || (0..).zip(utilities.chunks_exact(parties.len()));
    let (alone, frontier) = timed(|| {
        let mut builder = FrontierBuilder::new(parties.len());
        for (outcome, row) in rows() {
            builder.add(outcome, row);
        }
        builder.finish()
    });
    let (with_points, _) = timed(|| {
        let mut builder = FeasibleSetBuilder::new(vec![0.0; parties.len()]);
        for (outcome, row) in rows() {
            builder.add(outcome, row);
        }
        let feasible_set = builder.finish();
        let points = solution_points(&feasible_set);
        (feasible_set, points)
    });
    let _ = writeln!(
        report,
        "{name}: {} outcomes, {} parties, {} on the frontier, {alone:.6} s alone, {with_points:.6} s with points",
        utilities.len() / parties.len(),
        parties.len(),
        frontier.len(),
    );
}

/// Measures building a feasible set, utilities included, and all points of it.
fn measure_exact(report: &mut String, parties: &[ExactPreferences]) {
    let everybody = ConsentRule::unanimity(parties.len());
    let (with_points, (feasible_set, _)) = timed(|| {
        let feasible_set = feasible_set(parties, &everybody);
        let points = solution_points(&feasible_set);
        (feasible_set, points)
    });
    let _ = writeln!(
        report,
        "made-up: {} outcomes, {} on the frontier, {with_points:.6} s with utilities and points",
        feasible_set.n_acceptable,
        feasible_set.frontier.len(),
    );
}

fn solution_points(feasible_set: &FeasibleSet) -> impl Sized + use<> {
    let normalization = Normalization::textbook(feasible_set);
    Concept::ALL.map(|it| normalization.best(it, &feasible_set.frontier))
}

/// A party whose utility is a weighted sum, in plain floats.
struct Additive {
    weights: Vec<f64>,
    values: Vec<Vec<f64>>,
}

impl Additive {
    fn of(party: &Value) -> Self {
        let numbers = |it: &Value| -> Vec<f64> {
            let list = it.as_array().expect("a list");
            list.iter()
                .map(|it| it.as_f64().expect("a number"))
                .collect()
        };
        let values = party["values"].as_array().expect("a list per issue");
        Self {
            weights: numbers(&party["weights"]),
            values: values.iter().map(numbers).collect(),
        }
    }

    fn utility(&self, outcome: &[usize]) -> f64 {
        let issues = self.weights.iter().zip(&self.values);
        issues
            .zip(outcome)
            .fold(0.0, |sum, ((weight, values), &option)| {
                sum + weight * values[option]
            })
    }
}

/// The utilities of all outcomes, party by party within an outcome; the last issue varies fastest.
fn all_utilities(parties: &[Additive]) -> Vec<f64> {
    let n_options: Vec<usize> = parties[0].values.iter().map(Vec::len).collect();
    let mut outcome = vec![0; n_options.len()];
    let mut utilities = Vec::new();
    for _ in 0..n_options.iter().product() {
        utilities.extend(parties.iter().map(|it| it.utility(&outcome)));
        for (option, n) in outcome.iter_mut().zip(&n_options).rev() {
            *option = (*option + 1) % n;
            if *option > 0 {
                break;
            }
        }
    }
    utilities
}

/// Parties with random weights and utilities who accept everything.
fn made_up(n_options: &[usize], n_parties: usize) -> Vec<ExactPreferences> {
    let space = Arc::new(OutcomeSpace::new(n_options).expect("a space within the limits"));
    let seeds = Seeds::new(MasterSeed(1));
    (0..n_parties)
        .map(|party| {
            let name = NameHash::of(&party.to_string());
            let mut stream = seeds.stream(Replication(0), name, Purpose::Preferences);
            let weights: Vec<f64> = n_options.iter().map(|_| stream.uniform()).collect();
            let utilities: Vec<f64> = (0..space.n_options_total())
                .map(|_| stream.uniform())
                .collect();
            let mut res = Preferences::indifferent(Arc::clone(&space), Vec::new());
            res.set(&weights, &utilities, &[], 0.0);
            res.exact()
        })
        .collect()
}
