//! What differs between two runs: against the tables of a sweep, against itself, and what is refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::process::{VILLAGES, forget_tables, path_text, rows, run};

const CHANGED: &str = "party.upper.reservation_value=0.72";

/// Compares runs by their names in a folder.
#[track_caller]
fn compare(folder: &TempDir, arguments: &[&str], code: i32) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_demarche"))
        .current_dir(folder.path())
        .arg("compare")
        .args(arguments)
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    output
}

#[track_caller]
fn check_refused(folder: &TempDir, arguments: &[&str], rendered: &str) {
    let output = compare(folder, arguments, 2);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(rendered), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

fn batch(folder: &TempDir, name: &str, more: &[&str]) {
    run(folder, "batch", name, VILLAGES, more);
}

/// A sweep of the two villages over the reservation value that [`CHANGED`] sets.
fn sweep(folder: &TempDir, name: &str, settings: &str) {
    let file = folder.path().join(format!("{name}.toml"));
    let root = env!("CARGO_MANIFEST_DIR");
    let text = format!(
        "schema = 1\nname = \"villages\"\nseed = 9\nsessions = 400\n\
         scenario = \"{root}/{VILLAGES}\"\n{settings}\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.72]\n"
    );
    fs::write(&file, text).unwrap();
    run(folder, "sweep", name, path_text(&file), &[]);
}

/// Each of the sweep's effects is among the differences, but for the digits that tables drop.
#[track_caller]
fn check_effects(effects: &Path, differences: &Path) {
    let differences = rows(differences);
    let effects = rows(effects);
    assert_eq!(
        effects.len(),
        5,
        "deals, zones, deals given zones, two utilities"
    );
    for effect in effects {
        let same = ["metric", "party"];
        let it = differences
            .iter()
            .find(|it| same.iter().all(|key| it[*key] == effect[*key]))
            .unwrap();
        let columns = [
            "difference",
            "standard_error",
            "interval_low",
            "interval_high",
        ];
        for column in columns {
            let [ours, theirs] = [it, &effect].map(|it| it[column].parse::<f64>().unwrap());
            assert!(
                (ours - theirs).abs() < 2e-9,
                "{column}: {ours} is not {theirs}"
            );
        }
        assert_eq!(
            (&it["n_first"], &it["n_second"]),
            (&effect["n"], &effect["n"])
        );
    }
}

#[test]
fn differences_are_the_effects_of_the_equivalent_sweep() {
    let folder = TempDir::new().unwrap();
    let more = ["--sessions", "400", "--seed", "9"];
    batch(&folder, "before", &more);
    batch(&folder, "after", &[&more[..], &["--set", CHANGED]].concat());
    sweep(&folder, "sweep", "");
    let effects = folder.path().join("sweep/effects.csv");
    let text = compare(&folder, &["before", "after", "--out", "batches.csv"], 0).stdout;
    insta::assert_snapshot!("comparison_of_two_villages", String::from_utf8_lossy(&text));
    check_effects(&effects, &folder.path().join("batches.csv"));
    let cells = ["sweep", "sweep", "--cells", "0", "1", "--out", "cells.csv"];
    compare(&folder, &cells, 0);
    check_effects(&effects, &folder.path().join("cells.csv"));
    let table = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(table("batches.csv") == table("cells.csv"));
    check_refused(
        &folder,
        &["before", "after", "--out", "cells.csv"],
        "exists",
    );
}

#[test]
fn a_run_does_not_differ_from_itself() {
    let folder = TempDir::new().unwrap();
    batch(&folder, "run", &["--sessions", "100"]);
    let output = compare(&folder, &["run", "run", "--out", "table.csv"], 0);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("The configurations are the same."), "{text}");
    assert!(!text.contains("Options whose share changed"), "{text}");
    let rows = rows(folder.path().join("table.csv"));
    // Deals, two shares of zones, five figures of deals, two of each party, eight options.
    assert_eq!(rows.len(), 1 + 2 + 5 + 4 + 8);
    for it in rows {
        assert_eq!(
            (it["difference"].as_str(), &it["first"]),
            ("0", &it["second"])
        );
        assert!(["", "0"].contains(&it["in_first_only"].as_str()));
    }
}

#[test]
fn runs_with_other_random_numbers_are_no_pairs() {
    let folder = TempDir::new().unwrap();
    batch(&folder, "one", &["--sessions", "100", "--seed", "1"]);
    batch(&folder, "two", &["--sessions", "60", "--seed", "2"]);
    check_refused(&folder, &["one", "two"], "the master seeds are 1 and 2");
    sweep(&folder, "own", "[sweep]\nseeds = \"independent\"\n");
    let cells = ["own", "own", "--cells", "0", "1"];
    check_refused(
        &folder,
        &cells,
        "the cells of own have independent random numbers",
    );
    let manifest = folder.path().join("two/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.replace("\"results_version\": 4", "\"results_version\": 1"),
    )
    .unwrap();
    check_refused(&folder, &["one", "two"], "the results versions are 4 and 1");

    compare(
        &folder,
        &["one", "two", "--unpaired", "--out", "table.csv"],
        0,
    );
    let rows = rows(folder.path().join("table.csv"));
    assert!(rows.iter().all(|it| it["compared"] == "unpaired"));
    assert_eq!(
        (&rows[0]["n_first"][..], &rows[0]["n_second"][..]),
        ("100", "60")
    );
    assert!(rows.iter().all(|it| it["in_both"].is_empty()));
}

#[test]
fn what_one_run_does_not_have_is_left_out() {
    let folder = TempDir::new().unwrap();
    batch(&folder, "long", &["--sessions", "100"]);
    batch(&folder, "short", &["--sessions", "60"]);
    let output = compare(&folder, &["long", "short"], 0);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("60 pairs of sessions"), "{text}");
    assert!(text.contains("40 sessions of the first run"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = TempDir::new().unwrap();
    batch(&folder, "wells", &["--sessions", "20"]);
    let barn = "configs/scenarios/shared-barn.toml";
    run(&folder, "batch", "barn", barn, &["--sessions", "20"]);
    check_refused(&folder, &["wells", "barn"], "different parties");
    check_refused(&folder, &["wells", "nowhere"], "cannot open ");
    check_refused(
        &folder,
        &["wells", "wells", "--cells", "0", "1"],
        "there is no cell 1",
    );

    // With digests it would be known at once that a table is another.
    forget_tables(&folder.path().join("wells"));
    let damage = |name: &str, from: &str, to: &str| {
        let path = folder.path().join("wells").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        text
    };
    for (name, from, to, rendered) in [
        (
            "sessions.csv",
            "\n0,7,agreement",
            "\n0,7,peace",
            "sessions.csv, line 9: `peace`",
        ),
        (
            "sessions.csv",
            "\n0,7,",
            "\n0,8,",
            "sessions.csv, line 9: replication 8",
        ),
        (
            "parties.csv",
            "\n0,7,lower",
            "\n0,7,upper",
            "parties.csv, line 17: the row of `lower`",
        ),
        (
            "manifest.json",
            "\"sessions\": 20,\n    \"ag",
            "\"sessions\": 30,\n    \"ag",
            "of 20 sessions, and manifest.json records 30",
        ),
        (
            "manifest.json",
            "\"schema\": 1",
            "\"schema\": 9",
            "`schema` is not 1",
        ),
        (
            "manifest.json",
            "\"verb\": \"batch\"",
            "\"verb\": \"flip\"",
            "one of `flip`",
        ),
        (
            "manifest.json",
            "\"cells\": 1,",
            "\"cells\": {},",
            "json: invalid type: map, expected u32 at line 11 ",
        ),
        (
            "manifest.json",
            "\"id\": \"lower\"",
            "\"name\": \"lower\"",
            "no parties with names",
        ),
    ] {
        let text = damage(name, from, to);
        check_refused(&folder, &["wells", "wells"], rendered);
        fs::write(folder.path().join("wells").join(name), text).unwrap();
    }
    compare(&folder, &["wells", "wells"], 0);
}
