//! `replay`: sessions again from a run's manifest alone, equal to their rows.

use std::fs;
use std::path::{Path, PathBuf};

use demarche::run::RESULTS_VERSION;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, path_text, run};

/// A run of a file that is not there any more.
#[track_caller]
fn run_and_forget(folder: &TempDir, verb: &str, text: &str, more: &[&str]) -> PathBuf {
    let file = folder.path().join("gone.toml");
    fs::write(&file, text).unwrap();
    let out = run(folder, verb, "run", path_text(&file), more);
    fs::remove_file(file).unwrap();
    out
}

fn batch_of_villages(folder: &TempDir, sessions: &str) -> PathBuf {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(VILLAGES)).unwrap();
    let more = ["--sessions", sessions, "--seed", "3", "--transcripts"];
    run_and_forget(folder, "batch", &text, &more)
}

/// Replays so many sessions of each cell, spread over the run.
#[track_caller]
fn check_replays(run: &Path, cells: u64, sessions: u64, replays: u64, tables: &str) {
    for cell in 0..cells {
        for idx in 0..replays {
            let number = (idx * 7919 + cell * 31) % sessions;
            let (cell, number) = (cell.to_string(), number.to_string());
            let output = check(&["replay", path_text(run), &number, "--cell", &cell], 0);
            let rendered = String::from_utf8(output.stdout).unwrap();
            let last = rendered.lines().last().unwrap_or_default();
            assert_eq!(last, format!("Equal to its rows in {tables}."));
        }
    }
}

#[test]
fn sessions_of_a_batch_come_out_as_its_tables_have_them() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "1000");
    check_replays(&run, 1, 1000, 100, "sessions.csv, parties.csv, offers.csv");
}

#[test]
fn settings_and_distances_are_replayed_too() {
    let folder = TempDir::new().unwrap();
    let setting = "party.lower.reservation_value=0.4";
    let more = ["--sessions", "300", "--distances", "--set", setting];
    let run = run(&folder, "batch", "run", VILLAGES, &more);
    check_replays(&run, 1, 300, 20, "sessions.csv, parties.csv");
}

#[test]
fn sessions_of_a_sweep_come_out_as_its_tables_have_them() {
    let root = env!("CARGO_MANIFEST_DIR");
    let reading = |name: &str| format!("{root}/configs/scenarios/alaska-2025-{name}.toml");
    let (kyiv, moscow) = (reading("kyiv"), reading("moscow"));
    for random in ["common", "independent"] {
        let folder = TempDir::new().unwrap();
        let text = format!(
            "schema = 1\nname = \"readings\"\nsessions = 100\nscenario = \"{kyiv}\"\n\
             [set]\n\"party.ukraine.reservation_value\" = 0.3\n\
             [sweep]\nseeds = \"{random}\"\n\
             [[sweep.axis]]\npath = \"scenario\"\nvalues = [\"{kyiv}\", \"{moscow}\"]\n\
             [[sweep.axis]]\npath = \"protocol.proposal_and_vote.deadline_rounds\"\nvalues = [5, 7]\n"
        );
        let run = run_and_forget(&folder, "sweep", &text, &[]);
        check_replays(&run, 4, 100, 8, "sessions.csv, parties.csv");
    }
}

#[test]
fn sessions_of_a_design_come_out_as_its_tables_have_them() {
    let folder = TempDir::new().unwrap();
    let text = format!(
        "schema = 1\nname = \"design\"\nsessions = 50\nscenario = \"{}/{VILLAGES}\"\n\
         [sweep]\ndesign = {{ method = \"sobol\", points = 8 }}\n\
         [[sweep.axis]]\npath = \"party.lower.reservation_value\"\nbetween = {{ from = 0.1, to = 0.7 }}\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let run = run_and_forget(&folder, "sweep", &text, &[]);
    check_replays(&run, 8, 50, 5, "sessions.csv, parties.csv");
}

#[test]
fn a_replay_is_narrated_round_by_round() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "1");
    let replayed = check(&["replay", path_text(&run), "0"], 0).stdout;
    let test_session = check(&["play", VILLAGES, "--seed", "3"], 0).stdout;
    assert!(
        replayed.starts_with(&test_session),
        "play narrates it in the same words"
    );
    insta::assert_snapshot!(
        "replay_of_two_villages",
        String::from_utf8(replayed).unwrap()
    );
}

#[test]
fn events_are_json_lines() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "1");
    let output = check(&["replay", path_text(&run), "0", "--json"], 0);
    let test_session = check(&["play", VILLAGES, "--seed", "3", "--json"], 0).stdout;
    assert!(output.stdout == test_session);
    let text = String::from_utf8(test_session).unwrap();
    let lines: Vec<Json> = text
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let offers = fs::read_to_string(run.join("offers.csv")).unwrap();
    assert_eq!(
        lines.len(),
        offers.lines().count(),
        "an event a line, and the ending"
    );
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["event"], number);
    }
    let last = lines.last().unwrap();
    assert_eq!(last["kind"], "agreement");
    assert_eq!(last["parties"].as_array().unwrap().len(), 2);
    insta::assert_snapshot!("events_of_two_villages", text);
}

#[test]
fn a_table_that_differs_is_reported_with_both_rows() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "2");
    let path = run.join("sessions.csv");
    let table = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        table
            .replace("\n1,", "\n0,")
            .replace(",agreement,", ",deadline,"),
    )
    .unwrap();
    let output = check(&["replay", path_text(&run), "0"], 1);
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert!(
        rendered.contains("\n  table:    0,0,deadline,"),
        "{rendered}"
    );
    assert!(
        rendered.contains("\n  replayed: 0,0,agreement,"),
        "{rendered}"
    );

    fs::remove_file(path).unwrap();
    let output = check(&["replay", path_text(&run), "0"], 0);
    let rendered = String::from_utf8(output.stdout).unwrap();
    assert!(
        rendered.contains("Not compared with sessions.csv"),
        "{rendered}"
    );
}

#[test]
fn whatever_table_is_missing_is_named() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "2");
    fs::remove_file(run.join("parties.csv")).unwrap();
    let narrated = |verb: &str| {
        let output = check(&[verb, path_text(&run), "0"], 0);
        String::from_utf8(output.stdout).unwrap().replace('\n', " ")
    };
    for verb in ["replay", "explain"] {
        let text = narrated(verb);
        let words = "Not compared with parties.csv, which is not in";
        assert!(text.contains(words), "{verb}: {text}");
    }
    fs::remove_file(run.join("sessions.csv")).unwrap();
    let text = narrated("replay");
    let words = "Not compared with sessions.csv, parties.csv, which are not in";
    assert!(text.contains(words), "{text}");
}

/// Refused with exit code 2 and these words.
#[track_caller]
fn check_refused(arguments: &[&str], words: &str) {
    let output = check(&[&["replay"], arguments].concat(), 2);
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty());
    assert!(rendered.contains(words), "{rendered}");
}

#[test]
fn what_cannot_be_replayed_is_refused() {
    let folder = TempDir::new().unwrap();
    let run = batch_of_villages(&folder, "20");
    let at = path_text(&run);
    check_refused(&[at, "20"], "there is no session 20");
    check_refused(&[at, "0", "--cell", "1"], "there is no cell 1");
    check_refused(&[path_text(folder.path()), "0"], "manifest.json");

    let path = run.join("manifest.json");
    let whole: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let with = |pointer: &str, value: Json| {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).expect("it is there") = value;
        fs::write(&path, changed.to_string()).unwrap();
    };
    with("/results_version", json!(RESULTS_VERSION + 1));
    let words = format!(
        "results version {}, and this program reads 1 to {RESULTS_VERSION}",
        RESULTS_VERSION + 1
    );
    check_refused(&[at, "0"], &words);
    with("/results_version", json!(RESULTS_VERSION - 1));
    check_refused(&[at, "0"], "its sessions would differ; use demarche 0.1.0");
    with("/schema", json!(2));
    check_refused(&[at, "0"], "schema 1");
    with("/verb", json!("flip"));
    check_refused(&[at, "0"], "a run of `flip`");
    with("/verb", json!("sweep"));
    check_refused(&[at, "0"], "the sweep's cells are not in it");
    with("/seed", json!("-1"));
    check_refused(&[at, "0"], "`seed` is not a whole number");
    with("/cells", json!(-1));
    check_refused(&[at, "0"], "manifest is incomplete");
    with("/resolved", json!([1]));
    check_refused(&[at, "0"], "`resolved` cannot be written in TOML");
    with("/resolved/party/0/reservation_value", json!(null));
    check_refused(&[at, "0"], "`resolved` cannot be written in TOML");
    with("/resolved/party/0/reservation_value", json!(7.5));
    check_refused(&[at, "0"], "reservation_value = 7.5");
    with("/resolved", json!({ "schema": 1 }));
    check_refused(&[at, "0"], "has no `protocol`");
    fs::write(&path, &whole.to_string()[..200]).unwrap();
    check_refused(&[at, "0"], "this is not JSON");
    fs::write(&path, "[".repeat(100_000)).unwrap();
    check_refused(&[at, "0"], "this is not JSON");
    fs::write(&path, "null").unwrap();
    check_refused(&[at, "0"], "schema 1");
}
