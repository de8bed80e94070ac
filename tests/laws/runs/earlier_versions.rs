//! Runs of earlier results versions: read, compared and verified, but not made again.

use std::path::Path;

use tempfile::TempDir;

use crate::support::process::{check, path_text};

/// Twelve sessions of the two villages, once as they are and once with another reservation value.
const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/laws/runs/results_version_1"
);

#[test]
fn a_run_of_the_version_before_is_reported_compared_and_verified() {
    let [one, two] = ["one", "two"].map(|it| Path::new(FOLDER).join(it));
    let folder = TempDir::new().unwrap();
    check(&["verify", path_text(&one)], 0);
    let page = folder.path().join("page");
    check(&["report", path_text(&one), "--out", path_text(&page)], 0);
    let table = folder.path().join("table.csv");
    let table = path_text(&table);
    let runs = [path_text(&one), path_text(&two)];
    check(&["compare", runs[0], runs[1], "--out", table], 0);
}

#[test]
fn a_run_of_an_earlier_version_is_not_made_again() {
    let run = Path::new(FOLDER).join("one");
    let run = path_text(&run);
    for arguments in [
        &["replay", run, "0"][..],
        &["explain", run],
        &["explain", run, "0"],
    ] {
        let output = check(arguments, 2);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let expected =
            "the run has results version 1, and this program 4: its sessions would differ";
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}
