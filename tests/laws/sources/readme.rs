//! The README shows what the program prints: every line of its output blocks is a real one.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::process::{check, path_text};

/// The lines of the block that begins with this command, without those that stand for others.
fn shown(command: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).expect("there is a README");
    let begin = format!("<!-- begin output: {command}");
    let from = text.find(&begin).expect("the README shows this command");
    let block = &text[from..];
    let block = &block[..block.find("<!-- end output -->").expect("the block ends")];
    let lines = block.lines().skip(1);
    let is_shown = |it: &&str| !it.starts_with("```") && !it.contains('…') && !it.is_empty();
    lines.filter(is_shown).map(str::to_owned).collect()
}

#[track_caller]
fn check_block(command: &str, output: &[u8]) {
    let output = String::from_utf8_lossy(output);
    let printed: Vec<&str> = output.lines().collect();
    for line in shown(command) {
        assert!(printed.contains(&line.as_str()), "not printed: {line}");
    }
}

#[test]
fn the_session_in_the_readme_is_the_one_that_is_printed() {
    let path = "configs/scenarios/two-villages.toml";
    check_block(&format!("play {path}"), &check(&["play", path], 0).stdout);
}

#[test]
fn the_summary_in_the_readme_is_the_one_that_is_printed() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let path = "configs/experiments/alaska-2025.toml";
    let output = check(&["batch", path, "--out", path_text(&out)], 0);
    check_block(&format!("batch {path}"), &output.stdout);
}
