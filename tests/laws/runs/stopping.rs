//! Runs that stop when they are sure: where each cell stops, and what its interval is worth.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use demarche::config::{Overrides, load_experiment};
use demarche::domain::{OutcomeSpace, PartyId};
use demarche::experiment::{Cell, MeasuredSession, Pairing, Plan, StoppingRule, Tally};
use demarche::negotiation::{PlainLoop, SessionResult};
use demarche::protocol::Ending;
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::Zone;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::support::process::{check, path_text, run, tables};

const AXIS: &str =
    "[[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.65, 0.8, 0.86, 0.9]\n";

/// An experiment over the two villages, in a folder of its own.
fn experiment(folder: &TempDir, rest: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 4\n\
         scenario = \"{root}/configs/scenarios/two-villages.toml\"\n{rest}"
    );
    let path = folder.path().join("experiment.toml");
    fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

/// By cell, the number of sessions in `cells.csv`.
fn lengths(tables: &BTreeMap<std::path::PathBuf, Vec<u8>>) -> Vec<u64> {
    let mut reader = csv::Reader::from_reader(tables[Path::new("cells.csv")].as_slice());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|it| it[1].parse().unwrap()).collect()
}

#[test]
fn any_number_of_threads_stops_at_the_same_session() {
    let folder = TempDir::new().unwrap();
    for (verb, rest) in [
        ("batch", ""),
        ("sweep", AXIS),
        (
            "sweep",
            &format!("[sweep]\nseeds = \"independent\"\n{AXIS}"),
        ),
    ] {
        let until = "until = { metric = \"utility\", party = \"lower\", half_width = 0.004, confidence = 0.9, max_sessions = 3000 }";
        let file = experiment(&folder, &format!("{until}\n{rest}"));
        let [one, two, seven] = ["1", "2", "7"].map(|threads| {
            let name = format!("{verb}-{}-{threads}", rest.len());
            tables(&run(&folder, verb, &name, &file, &["--threads", threads]))
        });
        assert!(one == two && one == seven, "{verb}");
    }
}

/// A small count as a float.
fn float(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap())
}

/// Half the length of Wilson's interval at 95 %, worked out once more.
fn half_width(successes: u64, n: u64) -> f64 {
    let is_at_an_end = successes == 0 || successes == n;
    let (z, n, p) = (1.959_963_984_540_054, float(n), float(successes) / float(n));
    if is_at_an_end {
        // From the end to the other root of the quadratic.
        return z * z / (n + z * z) / 2.0;
    }
    z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt()
}

/// Where each cell stops, from whether each of its sessions has an agreement.
fn stopping_points(agreed: &[Vec<bool>], target: f64, most: u64, is_paired: bool) -> Vec<u64> {
    let known = |cell: usize, n: u64| {
        let sessions = &agreed[cell][..usize::try_from(n).unwrap()];
        half_width(sessions.iter().filter(|it| **it).count() as u64, n)
    };
    let mut done = vec![0; agreed.len()];
    let mut active: Vec<usize> = (0..agreed.len()).collect();
    let mut n = 0;
    while !active.is_empty() && n < most {
        // In blocks of 256, at least one more and at most twice as many as before.
        let is_enough = |total: u64| {
            let needed = |cell: &usize| float(n) * (known(*cell, n) / target).powi(2);
            active.iter().any(|cell| float(total) >= needed(cell))
        };
        let mut next = n + 256;
        while n > 0 && next < 2 * n && !is_enough(next) {
            next += 256;
        }
        n = next.min(most);
        for &cell in &active {
            done[cell] = n;
        }
        if is_paired {
            done[0] = n;
        }
        active.retain(|&cell| known(cell, n) > target);
    }
    done
}

#[test]
fn a_cell_stops_where_the_rule_says() {
    const MOST: u64 = 5000;
    let folder = TempDir::new().unwrap();
    for (pairing, target) in [("common", 0.02), ("independent", 0.03)] {
        let file = experiment(
            &folder,
            &format!(
                "until = {{ metric = \"agreement_rate\", half_width = {target}, max_sessions = {MOST} }}\n\
                 [sweep]\nseeds = \"{pairing}\"\n{AXIS}"
            ),
        );
        let read = |it: &Path| fs::read_to_string(it);
        let loaded = load_experiment(Path::new(&file), &Overrides::default(), &read).unwrap();
        let agreed: Vec<Vec<bool>> = (0..)
            .zip(loaded.sweep.unwrap().settings)
            .map(|(cell, setting)| {
                let seeds = match pairing {
                    "common" => Seeds::new(MasterSeed(4)),
                    _ => Seeds::of_cell(MasterSeed(4), cell),
                };
                let mut table = PlainLoop::new(Arc::new(setting));
                (0..MOST)
                    .map(|it| table.run(&seeds, Replication(it)).1)
                    .map(|it| it.ending.agreement().is_some())
                    .collect()
            })
            .collect();
        let expected = stopping_points(&agreed, target, MOST, pairing == "common");
        let swept = tables(&run(&folder, "sweep", pairing, &file, &[]));
        let actual = lengths(&swept);
        assert_eq!(actual, expected, "{pairing}");
        let distinct: std::collections::BTreeSet<u64> = actual.iter().copied().collect();
        assert!(distinct.len() > 1, "cells differ in what they need");
        if pairing == "common" {
            check_pairs(&swept, &actual);
        }
    }
}

/// No session of a cell is without its counterpart in the first.
fn check_pairs(swept: &BTreeMap<std::path::PathBuf, Vec<u8>>, lengths: &[u64]) {
    let mut reader = csv::Reader::from_reader(swept[Path::new("effects.csv")].as_slice());
    for row in reader.records().map(Result::unwrap) {
        let cell: usize = row[0].parse().unwrap();
        if row[2].contains("given") {
            continue;
        }
        assert_eq!(row[9].parse::<u64>().unwrap(), lengths[cell]);
    }
    assert_eq!(lengths.iter().max(), Some(&lengths[0]));
}

#[test]
fn the_most_sessions_are_never_exceeded() {
    let folder = TempDir::new().unwrap();
    for most in [1, 100, 256, 700] {
        let file = experiment(
            &folder,
            &format!(
                "until = {{ metric = \"agreement_rate\", half_width = 1e-6, max_sessions = {most} }}\n{AXIS}"
            ),
        );
        let swept = tables(&run(&folder, "sweep", &most.to_string(), &file, &[]));
        assert_eq!(lengths(&swept), [most; 4]);
    }
}

#[test]
fn a_number_of_sessions_on_the_command_line_goes_first() {
    let folder = TempDir::new().unwrap();
    let until = "until = { metric = \"offers\", half_width = 0.5, max_sessions = 3000 }\n";
    let file = experiment(&folder, &format!("{until}{AXIS}"));
    let swept = tables(&run(&folder, "sweep", "run", &file, &["--sessions", "300"]));
    assert_eq!(lengths(&swept), [300; 4]);
}

#[test]
fn the_summary_says_which_cells_are_sure() {
    let folder = TempDir::new().unwrap();
    let until = "until = { metric = \"agreement_rate\", half_width = 0.03, max_sessions = 1000 }\n";
    for (name, verb, rest) in [
        ("summary_of_an_unsure_sweep", "sweep", AXIS),
        ("summary_of_an_unsure_batch", "batch", ""),
    ] {
        let file = experiment(&folder, &format!("{until}{rest}"));
        let out = folder.path().join(name);
        let output = check(&[verb, &file, "--out", path_text(&out)], 0);
        let text = String::from_utf8(output.stdout).unwrap();
        insta::assert_snapshot!(name, text.replace(path_text(&out), "FOLDER"));
    }
}

/// A session with or without agreement, in which nobody takes part.
fn session(is_agreed: bool) -> MeasuredSession {
    let agreement = || Ending::Agreement {
        round: 1,
        proposer: Some(PartyId::new(0)),
        outcome: OutcomeSpace::new(&[2]).unwrap().outcome_of_code(0).unwrap(),
    };
    let result = SessionResult {
        replication: Replication(0),
        ending: if is_agreed {
            agreement()
        } else {
            Ending::Deadline { round: 1 }
        },
        n_offers: 1,
        parties: Vec::new(),
    };
    MeasuredSession {
        result,
        zone: Zone::Exists,
    }
}

#[test]
fn the_interval_at_the_stop_covers_nearly_as_often_as_it_says() {
    const RUNS: u32 = 1500;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios/two-villages.toml");
    let read = |it: &Path| fs::read_to_string(it);
    let loaded = load_experiment(&path, &Overrides::default(), &read).unwrap();
    let cell = Cell {
        setting: Arc::new(loaded.scenario.setting),
        seeds: Seeds::new(MasterSeed(1)),
    };
    let plan = Plan::new(vec![cell], 20_000).unwrap();
    let rule = StoppingRule {
        metric: "agreement_rate",
        party: None,
        half_width: 0.03,
        confidence: 0.95,
    };
    let space = OutcomeSpace::new(&[2]).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for rate in [0.05, 0.3, 0.5] {
        let mut n_covered = 0;
        for _ in 0..RUNS {
            let mut tallies = [Tally::new(&space, 0)];
            while let Some(wave) = rule.next_wave(&plan, Pairing::Unpaired, &tallies) {
                for _ in 0..wave.n_sessions() {
                    let is_agreed = f64::from(random.next_u32()) < rate * f64::from(u32::MAX);
                    tallies[0].add(&space, &session(is_agreed));
                }
            }
            assert!(rule.is_reached(&tallies[0]));
            let estimate = tallies[0].estimate_at(0.95, "agreement_rate", None);
            let interval = estimate.unwrap().interval.unwrap();
            n_covered += u32::from(interval.low <= rate && rate <= interval.high);
        }
        let coverage = f64::from(n_covered) / f64::from(RUNS);
        // Three standard errors of the measurement are 0.017; stopping may cost a little more.
        assert!(coverage > 0.925, "{rate}: {coverage}");
    }
}
