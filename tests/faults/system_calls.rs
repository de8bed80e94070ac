//! Disks that fail during a run: it reports what it could not write and why, and what is complete
//! can be resumed.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, files, path_text, results, run, start, wait_for_bytes,
};
use crate::support::thoroughness::sample_or_all;

#[test]
fn a_write_error_in_the_middle_is_reported_and_the_run_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--sessions",
        sample_or_all("2000", "6000"),
        "--transcripts",
        "--excel",
        "--format=csv,parquet",
    ];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    for n_blocks in sample_or_all(vec![1, 200], vec![1, 50, 200, 500]) {
        let out = folder.path().join(n_blocks.to_string());
        // No file may become longer: the system then refuses to write, as with a full disk.
        let limited = format!("trap '' XFSZ; ulimit -f {n_blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_demarche")])
            .args(["batch", VILLAGES, "--out", path_text(&out)])
            .args(more)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{rendered}");
        assert!(rendered.contains("cannot write "), "{rendered}");
        assert!(rendered.contains("File too large"), "{rendered}");
        assert!(
            rendered.contains("continue with `demarche batch --resume "),
            "{rendered}"
        );
        check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
        assert!(results(&out) == reference, "{n_blocks} blocks");
    }
}

#[test]
fn a_folder_that_vanishes_is_reported_by_name() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let out_text = path_text(&out);
    let mut child = start(&["batch", VILLAGES, "--sessions", "20000", "--out", out_text]);
    wait_for_bytes(&mut child, &out, 10_000);
    fs::rename(&out, folder.path().join("elsewhere")).unwrap();
    let output = child.wait_with_output().unwrap();
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{rendered}");
    assert!(
        rendered.contains(&format!("the folder {} is gone", path_text(&out))),
        "{rendered}"
    );
}

/// A library that is loaded before the system's, from a file beside this one; `None` without a
/// compiler.
#[expect(clippy::print_stdout, reason = "a skipped test must be seen")]
fn preloaded(folder: &Path, source: &str) -> Option<PathBuf> {
    let library = folder.join("preloaded.so");
    let built = cfg!(target_os = "linux").then(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/faults")
            .join(source);
        Command::new("cc")
            .args(["-shared", "-fPIC", "-o", path_text(&library)])
            .arg(source)
            .arg("-ldl")
            .status()
    });
    if built.is_some_and(|it| it.is_ok_and(|it| it.success())) {
        return Some(library);
    }
    assert!(std::env::var_os("CI").is_none(), "no C compiler for Linux");
    println!("skipped: no C compiler for Linux");
    None
}

#[test]
fn threads_that_cannot_be_started_are_done_without() {
    let folder = TempDir::new().unwrap();
    let Some(library) = preloaded(folder.path(), "no_threads.c") else {
        return;
    };
    let more = ["--sessions", "600", "--threads", "2"];
    let reference = results(&run(&folder, "batch", "reference", VILLAGES, &more));
    // The first tries whether there are any, the second takes Ctrl-C, and the others are at work.
    for n_threads in [0, 2, 3, 4] {
        let out = folder.path().join(n_threads.to_string());
        let output = demarche(&["batch", VILLAGES, "--quiet", "--out", path_text(&out)])
            .args(more)
            .env("LD_PRELOAD", &library)
            .env("THREADS", n_threads.to_string())
            .output()
            .unwrap();
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{n_threads} threads: {rendered}"
        );
        assert!(rendered.is_empty(), "{n_threads} threads: {rendered}");
        assert!(results(&out) == reference, "{n_threads} threads");
    }
    let output = demarche(&["play", VILLAGES, "--json"])
        .env("LD_PRELOAD", &library)
        .env("THREADS", "0")
        .output();
    assert_eq!(output.unwrap().status.code(), Some(0));
}

/// How a run is stopped at a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// Killed before the call does anything.
    KilledBefore,
    /// Killed after half of what it was to write.
    KilledWithin,
    /// The call fails, as on a broken disk.
    Refused,
}

/// What is stopped.
struct Job {
    /// How it begins, before the folder.
    begin: Vec<String>,
    /// How it goes on, before the folder.
    again: Vec<String>,
    /// All that it leaves in the folder that does not depend on the clock.
    outcome: fn(&Path) -> BTreeMap<PathBuf, Vec<u8>>,
}

impl Job {
    fn batch(more: &[&str]) -> Self {
        let begin = ["batch", VILLAGES, "--quiet", "--sessions", "600"];
        Self {
            begin: words(&[&begin, more].concat(), &["--out"]),
            again: words(&["batch", "--quiet"], &["--resume"]),
            outcome: results,
        }
    }

    /// A shard of a plan that is made in a folder, run by the same command again and again.
    fn shard(folder: &TempDir, more: &[&str]) -> Self {
        let out = folder.path().join("planned");
        let plan = [
            "plan",
            VILLAGES,
            "--quiet",
            "--sessions",
            "1200",
            "--shards",
            "2",
        ];
        check(&[&plan[..], &["--out", path_text(&out)], more].concat(), 0);
        let plan = out.join("plan.json");
        let shard = [
            "shard",
            "--quiet",
            "--manifest",
            path_text(&plan),
            "--index",
            "1",
        ];
        Self {
            begin: words(&shard, &["--out"]),
            again: words(&shard, &["--out"]),
            outcome: files,
        }
    }
}

fn words(of_job: &[&str], of_folder: &[&str]) -> Vec<String> {
    let words = of_job.iter().chain(of_folder);
    words.map(|&it| it.to_owned()).collect()
}

/// The tables of most jobs. Without the workbook, whose writes outnumber all others.
const TABLES: [&str; 2] = ["--transcripts", "--format=csv,parquet"];

/// No rows for every session, but exact counts.
const COUNTS: [&str; 2] = ["--tables", "summary"];

const ALL_STOPS: [Stop; 3] = [Stop::KilledBefore, Stop::KilledWithin, Stop::Refused];

#[test]
fn a_run_killed_before_any_call_ends_with_the_same_bytes() {
    check_stopped_at_calls(
        &Job::batch(&TABLES),
        sample_or_all(53, 1),
        Stop::KilledBefore,
    );
}

#[test]
fn a_run_killed_within_any_write_ends_with_the_same_bytes() {
    check_stopped_at_calls(
        &Job::batch(&TABLES),
        sample_or_all(59, 1),
        Stop::KilledWithin,
    );
}

#[test]
fn a_run_refused_any_call_ends_with_the_same_bytes() {
    check_stopped_at_calls(&Job::batch(&TABLES), sample_or_all(61, 1), Stop::Refused);
}

#[test]
fn a_run_with_a_workbook_stopped_at_a_call_ends_with_the_same_bytes() {
    let job = Job::batch(&[&TABLES[..], &["--excel"]].concat());
    for stop in ALL_STOPS {
        check_stopped_at_calls(&job, sample_or_all(1193, 37), stop);
    }
}

#[test]
fn a_run_of_counts_stopped_at_any_call_ends_with_the_same_bytes() {
    for stop in ALL_STOPS {
        check_stopped_at_calls(&Job::batch(&COUNTS), sample_or_all(17, 1), stop);
    }
}

#[test]
fn a_shard_stopped_at_any_call_ends_with_the_same_bytes() {
    for more in [&[][..], &COUNTS] {
        let folder = TempDir::new().unwrap();
        let job = Job::shard(&folder, more);
        for stop in ALL_STOPS {
            check_stopped_at_calls(&job, sample_or_all(7, 1), stop);
        }
    }
}

/// A job is killed, or its disk refuses, at every `step`th call by which it changes files.
#[expect(
    clippy::print_stdout,
    reason = "the number of attempts is printed for people"
)]
fn check_stopped_at_calls(job: &Job, step: usize, stop: Stop) {
    let folder = TempDir::new().unwrap();
    let Some(library) = preloaded(folder.path(), "at_call.c") else {
        return;
    };
    let outcome = job.outcome;
    let begin = |out: &Path| {
        let arguments: Vec<&str> = job.begin.iter().map(String::as_str).collect();
        demarche(&[&arguments[..], &[path_text(out)]].concat())
    };
    let whole = folder.path().join("reference");
    assert!(begin(&whole).status().unwrap().success());
    let reference = outcome(&whole);
    let out = folder.path().join("run");
    let (then, description) = match stop {
        Stop::KilledBefore => ("kill", "killed before a call"),
        Stop::KilledWithin => ("half", "killed within a write or before another call"),
        Stop::Refused => ("fail", "refused a call"),
    };
    let mut n_stopped = 0;
    for call in (1..).step_by(step) {
        let output = begin(&out)
            .env("LD_PRELOAD", &library)
            .env("AT_CALL", call.to_string())
            .env("THEN", then)
            .output()
            .unwrap();
        let rendered = String::from_utf8_lossy(&output.stderr);
        let what = format!("{description}, number {call}: {rendered}");
        let is_behind_the_last = !rendered.contains("stopped at a call");
        if is_behind_the_last {
            assert!(output.status.success(), "{what}");
        } else {
            let expected = (stop == Stop::Refused).then_some(1);
            assert_eq!(output.status.code(), expected, "{what}");
            n_stopped += 1;
        }
        if stop == Stop::Refused && !is_behind_the_last {
            assert!(rendered.contains("Input/output error"), "{what}");
        }
        if out.exists() {
            let again: Vec<&str> = job.again.iter().map(String::as_str).collect();
            check(&[&again[..], &[path_text(&out)]].concat(), 0);
            assert!(outcome(&out) == reference, "{what}");
            fs::remove_dir_all(&out).unwrap();
        }
        if is_behind_the_last {
            break;
        }
    }
    println!("{} {description} {n_stopped} times", job.begin.join(" "));
    assert!(n_stopped > 0);
}
