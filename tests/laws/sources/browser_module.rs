//! The module for browsers: whether it was built from the sources that are here.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::sources::tidy::root;

/// What reaches the module: files, and folders with all that is below them.
const SOURCES: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/demarche-browser/Cargo.toml",
    "crates/demarche-browser/src",
    "crates/demarche-core/Cargo.toml",
    "crates/demarche-core/src",
    "crates/demarche-stats/Cargo.toml",
    "crates/demarche-stats/src",
    "src",
];

/// What does not: the command line.
const LEFT_OUT: [&str; 2] = ["src/cli/", "src/main.rs"];

/// Adds the files below a path, as paths from the root.
fn push_files(path: &str, found: &mut Vec<String>) {
    let full = root().join(path);
    if full.is_file() {
        found.push(path.to_owned());
        return;
    }
    for entry in fs::read_dir(full).unwrap() {
        let name = entry.unwrap().file_name();
        push_files(&format!("{path}/{}", name.to_str().unwrap()), found);
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The digest that `crates/demarche-browser/digest.sh` prints.
fn digest() -> String {
    let mut files = Vec::new();
    for it in SOURCES {
        push_files(it, &mut files);
    }
    files.retain(|it| !LEFT_OUT.iter().any(|left_out| it.starts_with(left_out)));
    files.sort_unstable();
    files.dedup();
    let lines = files.iter().map(|it| {
        let bytes = fs::read(root().join(it)).unwrap();
        format!("{}  {it}\n", hex(&bytes))
    });
    hex(lines.collect::<String>().as_bytes())
}

fn module() -> PathBuf {
    root().join("src/cli/exploration/module")
}

/// Nearly every change of the sources makes it stale, so that is a line here and an error in `.ci/run`.
#[test]
fn the_module_for_browsers_is_small_and_knows_its_sources() {
    let n_bytes = fs::metadata(module().join("demarche.wasm.gz"))
        .unwrap()
        .len();
    assert!(n_bytes <= 1_500_000, "it has {n_bytes} bytes");
    let recorded = fs::read_to_string(module().join("sources.sha256")).unwrap();
    assert_eq!(recorded.trim().len(), 64);
    if recorded.trim() != digest() {
        let line = "note: the module for browsers is of other sources; `just browser-module` builds it anew\n";
        // Past what the test harness keeps back.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
}

#[test]
fn the_digest_is_that_of_the_script() {
    let script = root().join("crates/demarche-browser/digest.sh");
    let Ok(run) = std::process::Command::new("bash").arg(script).output() else {
        // There is no such shell where nobody builds the module.
        return;
    };
    if run.status.success() {
        assert_eq!(String::from_utf8(run.stdout).unwrap().trim(), digest());
    }
}
