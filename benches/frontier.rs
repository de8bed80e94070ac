//! How long the Pareto frontier and its solution points take, in seconds of processor time.
//!
//! `cargo bench --bench frontier` measures a synthetic domain; with the path of a file of weights
//! and values, as `benches/frontier_against_negmas.py` writes it, that domain too.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use demarche::domain::{ConsentRule, ExactPreferences, OutcomeSpace, Preferences};
use demarche::randomness::{MasterSeed, NameHash, Purpose, Replication, Seeds};
use demarche::solution::{Concept, FeasibleSet, FeasibleSetBuilder, Normalization, feasible_set};
use serde_json::Value;

/// Rounds of measurement; the median of them is printed.
const ROUNDS: usize = 5;

fn main() {
    let mut report = String::new();
    let file = std::env::args().skip(1).find(|it| !it.starts_with('-'));
    if let Some(path) = file {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let parties: Vec<Additive> = serde_json::from_str::<Vec<Value>>(&text)
            .expect("the file is a list of parties")
            .iter()
            .map(Additive::of)
            .collect();
        measure(&mut report, "file", || of_sums(&parties));
    }
    let parties = made_up(&[5, 5, 10, 10, 10, 10], 5);
    let everybody = ConsentRule::unanimity(parties.len());
    measure(&mut report, "made-up", || {
        feasible_set(&parties, &everybody)
    });
    say(&report);
}

#[expect(clippy::print_stdout, reason = "a bench talks to whoever started it")]
fn say(text: &str) {
    print!("{text}");
}

/// Seconds of processor time that this thread has used, where the system tells them.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench measures wall time where the system reports no other"
)]
fn seconds(work: impl FnOnce()) -> f64 {
    let (clock, before) = (Instant::now(), processor_seconds());
    work();
    match (before, processor_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => clock.elapsed().as_secs_f64(),
    }
}

/// Measures building a feasible set and all points of it.
fn measure(report: &mut String, name: &str, make: impl Fn() -> FeasibleSet) {
    let mut seen = None;
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            seconds(|| {
                let feasible_set = make();
                let normalization = Normalization::textbook(&feasible_set);
                let points = Concept::ALL.map(|it| normalization.best(it, &feasible_set.frontier));
                seen = Some((feasible_set, points));
            })
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (feasible_set, _) = seen.expect("there are rounds");
    let _ = writeln!(
        report,
        "{name}: {} outcomes, {} on the frontier, {:.4} s",
        feasible_set.n_acceptable,
        feasible_set.frontier.len(),
        times[ROUNDS / 2],
    );
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

/// The feasible set of plain sums, all outcomes acceptable.
fn of_sums(parties: &[Additive]) -> FeasibleSet {
    let n_options: Vec<usize> = parties[0].values.iter().map(Vec::len).collect();
    let mut builder = FeasibleSetBuilder::new(vec![0.0; parties.len()]);
    let mut outcome = vec![0; n_options.len()];
    for number in 0..n_options.iter().product::<usize>() as u64 {
        let utilities: Vec<f64> = parties.iter().map(|it| it.utility(&outcome)).collect();
        builder.add(number, &utilities);
        for (option, n) in outcome.iter_mut().zip(&n_options).rev() {
            *option = (*option + 1) % n;
            if *option > 0 {
                break;
            }
        }
    }
    builder.finish()
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
