//! Bargaining solutions, as printed and written by `analyze`, and as distances of agreements.

use std::fmt::Write as _;
use std::fs;
#[cfg(unix)]
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::time::{Duration, Instant};

use demarche::config::load_scenario;
use demarche::domain::ExactPreferences;
use demarche::experiment::SolutionAnalyzer;
use demarche::negotiation::{PlainLoop, Setting};
use demarche::randomness::{MasterSeed, Replication, Seeds};
use demarche::solution::{Concept, FeasibleSetBuilder, Normalization, some_agreement};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, files, interrupt, path_text, run, start, tables};

/// The first version: without red lines, so that every session has deals to analyze.
const FLAGSHIP: &str = "configs/scenarios/alaska-2025-first.toml";

fn setting(path: &str) -> Arc<Setting> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let loaded = load_scenario(&path, &[], &|it: &Path| fs::read_to_string(it));
    Arc::new(loaded.expect("the scenario is right").setting)
}

/// The rows of a table without quotes, its header first.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).expect("the table can be read");
    let fields = |it: &str| it.split(',').map(str::to_owned).collect();
    text.lines().map(fields).collect()
}

/// A column of a table, as numbers where there are any.
fn column(rows: &[Vec<String>], name: &str) -> Vec<Option<f64>> {
    let at = rows[0].iter().position(|it| it == name).expect("a column");
    rows[1..].iter().map(|it| it[at].parse().ok()).collect()
}

#[test]
fn the_analysis_of_two_villages() {
    let output = check(&["analyze", VILLAGES], 0);
    insta::assert_snapshot!(
        "analysis_of_two_villages",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn tables_and_picture_are_the_same_each_time() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str| {
        let out = folder.path().join(name);
        let more = ["--draws", "6", "--session", "2", "-o", path_text(&out)];
        check(&[&["analyze", FLAGSHIP][..], &more].concat(), 0);
        out
    };
    let (one, two) = (write("one"), write("two"));
    assert_eq!(files(&one).len(), 3);
    assert!(files(&one) == files(&two));

    let solutions = rows(&one.join("solutions.csv"));
    assert_eq!(solutions.len(), 1 + 6 * Concept::ALL.len());
    let frontier = rows(&one.join("frontier.csv"));
    let mut analyzer = SolutionAnalyzer::new(setting(FLAGSHIP));
    let benchmark = analyzer.look(&Seeds::new(MasterSeed(1)), Replication(2));
    assert_eq!(frontier.len() - 1, benchmark.feasible_set.frontier.len());
    let picture = fs::read_to_string(one.join("frontier.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.contains("Offers of Russia"));
}

#[test]
fn a_scenario_without_a_zone_says_so() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let more = [
        "--set",
        "party.upper.reservation_value=1.0",
        "--set",
        "party.lower.reservation_value=1.0",
        "--out",
        path_text(&out),
    ];
    let output = check(&[&["analyze", VILLAGES][..], &more].concat(), 0);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("no agreement is possible"), "{text}");
    assert_eq!(rows(&out.join("frontier.csv")).len(), 1);
    assert_eq!(
        column(&rows(&out.join("solutions.csv")), "n_acceptable")[0],
        Some(0.0)
    );
    assert!(out.join("frontier.svg").exists());
}

#[test]
fn what_cannot_be_shown_is_refused_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let refused = |more: &[&str]| {
        let output = check(&[&["analyze", VILLAGES][..], more].concat(), 2);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let unknown = refused(&["-o", path_text(&out), "--x", "middle"]);
    assert!(unknown.contains("no party `middle`") && unknown.contains("upper, lower"));
    let same = refused(&["-o", path_text(&out), "--x", "upper", "--y", "upper"]);
    assert!(same.contains("same party"), "{same}");
    assert!(refused(&["--x", "upper"]).contains("--out"));
    assert!(!out.exists());
    assert!(refused(&["-o", path_text(folder.path())]).contains("already exists"));
}

/// The file of a scenario of two parties with eight issues of so many options.
fn large_scenario(folder: &TempDir, n_options: usize) -> PathBuf {
    let options: Vec<String> = (0..n_options)
        .map(|it| format!("{{ id = \"o{it}\", label = \"{it}\" }}"))
        .collect();
    let utilities: Vec<String> = (0..n_options).map(|it| format!("o{it} = 0.{it}")).collect();
    let mut text = String::from(
        "schema = 1\nname = \"large\"\ntitle = \"large\"\nkind = \"synthetic\"\n\
         [protocol.alternating_offers]\ndeadline_rounds = 5\n",
    );
    let issues = 0..8;
    for it in issues.clone() {
        let _ = write!(
            text,
            "[[issue]]\nid = \"i{it}\"\nlabel = \"{it}\"\noptions = [{}]\n",
            options.join(", ")
        );
    }
    for party in ["north", "south"] {
        let _ = write!(
            text,
            "[[party]]\nid = \"{party}\"\nlabel = \"{party}\"\nreservation_value = 0.4\n\
             strategy = [{{ p = 1.0, time_dependent = {{ concession_exponent = 1.0 }} }}]\n"
        );
        for it in issues.clone() {
            let _ = write!(
                text,
                "[[party.preference]]\nissue = \"i{it}\"\nweight = 1.0\nutility = {{ {} }}\n",
                utilities.join(", ")
            );
        }
    }
    let file = folder.path().join("large.toml");
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn a_space_too_large_to_be_looked_at_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = large_scenario(&folder, 10);
    let out = folder.path().join("out");
    let verbs: [&[&str]; 2] = [&["analyze"], &["batch", "--distances", "--sessions", "2"]];
    for verb in verbs {
        let arguments = [verb, &[path_text(&file), "--out", path_text(&out)]].concat();
        let output = check(&arguments, 2);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("100,000,000 outcomes"), "{text}");
        assert!(!out.exists());
    }
}

/// An analysis of so many outcomes takes several seconds; it is heard of after one, and Ctrl-C does
/// not wait for it.
#[cfg(unix)]
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how soon Ctrl-C is answered is about wall time"
)]
fn a_long_analysis_tells_how_far_it_is_and_ctrl_c_leaves_nothing_of_it() {
    let folder = TempDir::new().unwrap();
    let file = large_scenario(&folder, 8);
    let out = folder.path().join("out");
    let arguments = ["analyze", path_text(&file), "--draws", "1000", "--out"];
    let mut child = start(&[&arguments[..], &[path_text(&out)]].concat());
    let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    let line = lines.next().expect("there is a line").expect("it is text");
    assert!(line.starts_with("analyzed "), "{line}");
    assert!(
        line.contains(" of 1,000 draws with 16,777,216 outcomes, "),
        "{line}"
    );
    assert!(out.join("solutions.csv").exists());
    let asked = Instant::now();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(2));
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    let last = rest.last().map(String::as_str);
    assert_eq!(last, Some("interrupted: nothing was written"));
    assert!(!out.exists());
}

#[test]
fn definitions_of_negmas_are_those_of_its_yardstick() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let fixed = ["analyze", FLAGSHIP, "--draws", "3", "-o", path_text(&out)];
        let output = check(&[&fixed, more].concat(), 0);
        (out, String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (textbook, said) = write("textbook", &["--definitions", "textbook"]);
    assert!(!said.contains("NegMAS"));
    assert!(files(&textbook) == files(&write("default", &[]).0));
    let (negmas, said) = write("negmas", &["--definitions", "negmas"]);
    assert!(said.contains("by NegMAS's definitions"), "{said}");
    let picture = fs::read_to_string(negmas.join("frontier.svg")).unwrap();
    assert!(picture.contains("by NegMAS&apos;s definitions"));

    let written = rows(&negmas.join("solutions.csv"));
    let setting = setting(FLAGSHIP);
    let scenario = setting.scenario();
    let mut analyzer = SolutionAnalyzer::new(Arc::clone(&setting));
    let mut expected = Vec::new();
    for replication in (0..3).map(Replication) {
        let parties = analyzer.look(&Seeds::new(MasterSeed(1)), replication).exact;
        let reserved = parties.iter().map(ExactPreferences::reservation_value);
        let reserved: Vec<f64> = reserved.collect();
        let mut ranges = vec![(1.0_f64, 0.0_f64); parties.len()];
        let mut builder = FeasibleSetBuilder::new(reserved.clone());
        for (number, outcome) in (0..).zip(scenario.space.outcomes()) {
            let worth: Vec<f64> = parties.iter().map(|it| it.utility(outcome)).collect();
            for (range, &it) in ranges.iter_mut().zip(&worth) {
                *range = (range.0.min(it), range.1.max(it));
            }
            if worth.iter().zip(&reserved).all(|(u, r)| u >= r) {
                builder.add(number, &worth);
            }
        }
        let seen = builder.finish();
        let normalization = Normalization::negmas(&reserved, &ranges);
        for concept in Concept::ALL {
            if let Some(&point) = normalization.best(concept, &seen.frontier).first() {
                expected.push((seen.n_acceptable, seen.frontier.utilities(point).to_vec()));
            }
        }
    }
    assert!(!expected.is_empty());
    let n_acceptable: Vec<u64> = expected.iter().map(|it| it.0).collect();
    let written_counts = column(&written, "n_acceptable");
    let with_solution = column(&written, &format!("utility_{}", scenario.parties[0].name));
    let kept = with_solution
        .iter()
        .zip(written_counts)
        .filter(|it| it.0.is_some());
    let counts: Vec<Option<f64>> = kept.map(|it| it.1).collect();
    assert_eq!(counts.len(), n_acceptable.len());
    for (party, it) in scenario.parties.iter().enumerate() {
        let found = column(&written, &format!("utility_{}", it.name));
        for (found, (_, expected)) in found.into_iter().flatten().zip(&expected) {
            assert!((found - expected[party]).abs() < 1e-8);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a small space")]
    let n_acceptable: Vec<Option<f64>> = n_acceptable.iter().map(|it| Some(*it as f64)).collect();
    assert_eq!(counts, n_acceptable);
}

#[test]
fn something_can_be_agreed_exactly_where_an_agreement_is_found() {
    let setting = setting(FLAGSHIP);
    let mut analyzer = SolutionAnalyzer::new(Arc::clone(&setting));
    let seeds = Seeds::new(MasterSeed(3));
    for replication in (0..20).map(Replication) {
        let benchmark = analyzer.look(&seeds, replication);
        let found = some_agreement(&benchmark.parties, &setting.scenario().consent);
        assert_eq!(benchmark.feasible_set.n_acceptable > 0, found.is_some());
    }
}

#[test]
fn distances_are_columns_of_their_own_and_move_nothing_else() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, more: &[&str]| {
        let more = [&["--sessions", "300"], more].concat();
        tables(&run(&folder, "batch", name, VILLAGES, &more))
    };
    let without = write("without", &[]);
    let with = write("with", &["--distances", "--threads", "1"]);
    assert!(with == write("with-more-threads", &["--distances", "--threads", "3"]));
    for (name, bytes) in &without {
        assert!(with[name] == *bytes || name.ends_with("sessions.csv"));
    }

    let with = rows(&folder.path().join("with/sessions.csv"));
    let without = rows(&folder.path().join("without/sessions.csv"));
    let at = with[0].iter().position(|it| it == "pareto_distance");
    let at = at.expect("a column");
    for (with, without) in with.iter().zip(&without) {
        let others = [&with[..at], &with[at + 3..]].concat();
        assert_eq!(others, *without);
    }
}

#[test]
fn distances_are_those_to_the_points_of_the_sessions_own_draw() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "40", "--distances", "--seed", "5"];
    let out = run(&folder, "batch", "out", FLAGSHIP, &more);
    let written = rows(&out.join("sessions.csv"));
    let named = [
        "pareto_distance",
        "nash_distance",
        "kalai_smorodinsky_distance",
    ]
    .map(|it| column(&written, it));
    let setting = setting(FLAGSHIP);
    let seeds = Seeds::new(MasterSeed(5));
    let mut table = PlainLoop::new(Arc::clone(&setting));
    let mut analyzer = SolutionAnalyzer::new(setting);
    let mut n_agreements = 0;
    for idx in 0..40 {
        let replication = Replication(idx as u64);
        let (_, result) = table.run(&seeds, replication);
        let found = named.each_ref().map(|it| it[idx]);
        let Some(agreement) = result.ending.agreement() else {
            assert_eq!(found, [None; 3]);
            continue;
        };
        n_agreements += 1;
        let benchmark = analyzer.look(&seeds, replication);
        let worth = |of: &dyn Fn(usize) -> f64| {
            let squares = benchmark.exact.iter().enumerate().map(|(party, it)| {
                let apart = it.utility(agreement) - of(party);
                apart * apart
            });
            squares.sum::<f64>().sqrt()
        };
        let to_solution = |concept| {
            let solution = benchmark
                .solution(concept)
                .expect("something can be agreed");
            worth(&|party| benchmark.exact[party].utility(solution.outcome))
        };
        let points = benchmark.feasible_set.frontier.points();
        let nearest = points.map(|it| worth(&|party| it[party]));
        let expected = [
            nearest.fold(f64::INFINITY, f64::min),
            to_solution(Concept::Nash),
            to_solution(Concept::KalaiSmorodinsky),
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            let found = found.expect("an agreement has a distance");
            assert!((found - expected).abs() < 1e-8, "{found} {expected}");
        }
    }
    assert!(n_agreements > 5, "{n_agreements} agreements");
}
