//! Signals at any moment: interrupted processes end soon, and a resumed run yields the same bytes.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rand::RngExt;
use tempfile::TempDir;

use super::{Running, VILLAGES, random, run_to_end};
use crate::support::process::{path_text, results, run};
use crate::support::thoroughness::sample_or_all;

/// What one may wait for a process that was asked to stop: two seconds on a quiet machine.
const LATENCY_MAX: Duration = Duration::from_secs(10);

/// A sweep of the villages over three values, small.
fn sweep_file(folder: &TempDir) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 2000\n\
         scenario = \"{root}/{VILLAGES}\"\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.6, 0.8]\n"
    );
    let path = folder.path().join("experiment.toml");
    std::fs::write(&path, text).unwrap();
    path_text(&path).to_owned()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn whatever_is_signalled_ends_soon_and_a_run_goes_on_to_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let sweep = sweep_file(&folder);
    let long = ["--sessions", "6000"];
    let references =
        [("batch", VILLAGES, &long[..]), ("sweep", &sweep, &[])].map(|(verb, file, more)| {
            let reference = results(&run(&folder, verb, verb, file, more));
            (verb, file, more, reference)
        });
    let finished = folder.path().join("batch");
    let finished = path_text(&finished);
    let page = folder.path().join("page");
    let study = folder.path().join("study");
    let others: [&[&str]; 6] = [
        &[
            "sensitivity",
            VILLAGES,
            "--points",
            "256",
            "--out",
            path_text(&study),
        ],
        &["flip", VILLAGES, "--out", path_text(&study)],
        &["report", finished, "--out", path_text(&page)],
        &["explain", finished],
        &["analyze", VILLAGES],
        &["check", VILLAGES],
    ];
    let mut random = random(1);
    let n_rounds = sample_or_all(12, 494);
    let (mut n_signals, mut slowest) = (0, Duration::ZERO);
    for round in 0..n_rounds {
        let signal = ["-INT", "-TERM", "-KILL", "-INT", "-HUP"][random.random_range(0..5)];
        let delay = Duration::from_millis(random.random_range(0..400));
        let is_run = round % 3 != 2;
        let out = folder.path().join("out");
        let threads = random.random_range(1..=4).to_string();
        let (verb, file, more, reference) = &references[round % 2];
        let process = if is_run {
            let arguments = [*verb, *file, "--quiet", "--threads", &threads];
            let to = ["--out", path_text(&out)];
            Running::demarche(&[&arguments[..], more, &to].concat())
        } else {
            let other = others[random.random_range(0..others.len())];
            Running::demarche(other)
        };
        thread::sleep(delay);
        process.signal(signal);
        let sent = Instant::now();
        let is_twice = random.random_bool(0.2);
        if is_twice {
            process.signal(signal);
        }
        let ended = process.wait();
        let latency = sent.elapsed();
        let what = format!("round {round}, {signal} after {delay:?}");
        assert!(latency < LATENCY_MAX, "{what}: took {latency:?}");
        if ended.status.signal().is_none() {
            ended.check_in_order(&what);
        }
        n_signals += 1 + usize::from(is_twice);
        slowest = slowest.max(latency);
        if is_run && out.exists() {
            go_on(verb, &out, &what);
            assert!(results(&out) == *reference, "{what}");
        }
        for left in [&out, &page, &study] {
            if left.exists() {
                std::fs::remove_dir_all(left).unwrap();
            }
        }
    }
    println!("{n_signals} signals in {n_rounds} rounds; the slowest end took {slowest:?}");
}

/// Resumes an interrupted run; a complete one is reported as such.
#[track_caller]
fn go_on(verb: &str, out: &Path, what: &str) {
    let ended = run_to_end(&[verb, "--quiet", "--resume", path_text(out)]);
    ended.check_in_order(what);
    assert_eq!(ended.code(), Some(0), "{what}: {}", ended.stderr);
}
