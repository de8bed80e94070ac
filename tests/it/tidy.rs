//! The house rules that a program can check: arrows between folders, file heads, sizes, words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use demarche::strategy::{ACCEPTANCE_CONDITIONS, OFFERING_RULES};

/// For each folder or file of `src`, what it may use of the crate.
const ARROWS: [(&str, &[&str]); 16] = [
    ("domain", &[]),
    ("solution", &["domain"]),
    ("search", &["domain"]),
    ("seeds", &[]),
    ("protocol", &["domain", "seeds"]),
    ("strategy", &["domain", "protocol", "search", "seeds"]),
    (
        "negotiation",
        &["domain", "protocol", "search", "seeds", "strategy"],
    ),
    ("actors", &["domain", "negotiation", "protocol", "seeds"]),
    ("design", &[]),
    ("statistics", &[]),
    (
        "experiment",
        &[
            "actors",
            "design",
            "domain",
            "negotiation",
            "protocol",
            "seeds",
            "solution",
            "statistics",
        ],
    ),
    (
        "config",
        &[
            "design",
            "domain",
            "experiment",
            "negotiation",
            "protocol",
            "seeds",
            "statistics",
            "strategy",
        ],
    ),
    ("interchange", &["domain"]),
    (
        "output",
        &[
            "domain",
            "experiment",
            "negotiation",
            "protocol",
            "seeds",
            "solution",
            "statistics",
            "wording",
        ],
    ),
    ("wording", &["statistics"]),
    (
        "report",
        &[
            "domain",
            "experiment",
            "negotiation",
            "output",
            "protocol",
            "seeds",
            "solution",
            "statistics",
            "wording",
        ],
    ),
];

/// Of the streams' module a strategy or a protocol may know only the stream that it is handed.
const WHAT_IS_HANDED_ON: &str = "use crate::seeds::Stream;";

/// Besides `cli`, the files that read and write files.
const WHAT_TOUCHES_THE_DISK: [&str; 6] = [
    "output/journal.rs",
    "output/own_files.rs",
    "output/run_directory.rs",
    "output/table_file.rs",
    "output/table_records.rs",
    "output/waiting_rows.rs",
];

/// Lines of a file from which a second look is due.
const LINES_MAX: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut res = Vec::new();
    let mut rest = vec![root().join(folder)];
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(next).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                rest.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                let text = fs::read_to_string(&path).expect("the file can be read");
                res.push((path, text));
            }
        }
    }
    res.sort();
    res
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let all = ["src", "tests", "benches"].map(|it| files(it, "rs"));
    all.concat()
}

/// The folder below `src` that a file belongs to, or the file's own name without its ending.
fn room(path: &Path) -> String {
    let below = path
        .strip_prefix(root().join("src"))
        .expect("a file of src");
    let first = below.iter().next().expect("a path has parts");
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn no_arrow_points_up() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    for (path, text) in files("src", "rs") {
        let room = room(&path);
        let Some(known) = allowed.get(room.as_str()) else {
            assert!(
                ["cli", "lib", "main"].contains(&room.as_str()),
                "{room} has no arrows"
            );
            continue;
        };
        // A file that begins with `#![cfg(test)]` is all tests.
        let code: Vec<&str> = text
            .split("cfg(test)]")
            .next()
            .into_iter()
            .flat_map(str::lines)
            .filter(|it| !it.trim_start().starts_with("//"))
            .collect();
        let without_tests = code.join("\n");
        for part in without_tests.split("crate::").skip(1) {
            let used: String = part
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_')
                .collect();
            let is_allowed = used == room || known.contains(&used.as_str());
            assert!(is_allowed, "{} uses {used}", path.display());
        }
        if ["protocol", "strategy"].contains(&room.as_str()) {
            let uses = without_tests
                .lines()
                .filter(|it| it.contains("crate::seeds"));
            for line in uses {
                assert_eq!(line, WHAT_IS_HANDED_ON, "{}", path.display());
            }
        }
    }
}

#[test]
fn only_the_edges_touch_the_world() {
    let worldly = [
        "std::fs",
        "std::env",
        "std::process",
        "std::time",
        "std::net",
        "jiff",
    ];
    for (path, text) in files("src", "rs") {
        let room = room(&path);
        let is_edge = ["cli", "main"].contains(&room.as_str())
            || WHAT_TOUCHES_THE_DISK.iter().any(|it| path.ends_with(it));
        // How long to wait for threads that were interrupted; a clock cannot be read with it.
        let text = text.replace("std::time::Duration", "");
        let used = worldly.iter().find(|it| text.contains(**it));
        assert!(
            is_edge || used.is_none(),
            "{} uses {used:?}",
            path.display()
        );
    }
}

#[test]
fn only_one_file_writes_to_the_terminal() {
    for (path, text) in files("src", "rs") {
        let is_the_one = path.ends_with("cli/terminal.rs");
        let code = text.lines().filter(|it| !it.trim_start().starts_with("//"));
        for line in code {
            let writes = [
                "anstream",
                "print!(",
                "println!(",
                "stdout().lock",
                "stderr().lock",
            ];
            let found = writes.iter().find(|it| line.contains(**it));
            let takes_stream = line.contains("io::stdout()") || line.contains("io::stderr()");
            let is_looked_at = line.contains("is_terminal()");
            assert!(
                is_the_one || found.is_none() && (!takes_stream || is_looked_at),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for (path, text) in rust_files() {
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//! ") && first.len() > 10,
            "{}",
            path.display()
        );
    }
}

#[test]
fn files_can_be_read_at_one_sitting() {
    for (path, text) in files("src", "rs") {
        let n_lines = text.lines().count();
        assert!(
            n_lines <= LINES_MAX,
            "{} has {n_lines} lines",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here so that this file does not find itself.
    let marks = ["TO", "FIX", "XX"].map(|it| {
        it.to_owned()
            + if it == "TO" {
                "DO"
            } else if it == "FIX" {
                "ME"
            } else {
                "X"
            }
    });
    for (path, text) in rust_files() {
        for mark in &marks {
            assert!(
                !text.contains(mark.as_str()),
                "{} has {mark}",
                path.display()
            );
        }
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).expect("there is a changelog");
    assert!(text.contains(&format!("[{}]", env!("CARGO_PKG_VERSION"))));
    assert!(text.contains("Changed results"));
}

/// The column that stands in a line of a header, with its kind or without.
fn column_of(line: &str) -> Option<&str> {
    let it = line.trim().strip_suffix(',')?;
    let typed = ["whole(", "number(", "text("]
        .iter()
        .find_map(|kind| it.strip_prefix(kind));
    let name = typed.map_or(Some(it), |it| it.strip_suffix(')'))?;
    name.strip_prefix('"')?.strip_suffix('"')
}

#[test]
fn every_column_is_in_the_data_dictionary() {
    let page = fs::read_to_string(root().join("docs/tables.md")).expect("there is a dictionary");
    let tables = [
        "comparison_table.rs",
        "draw_rows.rs",
        "session_tables.rs",
        "solution_tables.rs",
        "study_points.rs",
        "study_tables.rs",
        "summary_tables.rs",
    ]
    .map(|it| {
        let path = root().join("src/output").join(it);
        fs::read_to_string(path).expect("the file can be read")
    });
    let columns: BTreeSet<&str> = tables
        .iter()
        .flat_map(|it| it.lines())
        .filter_map(column_of)
        .collect();
    assert!(columns.len() > 40, "the headers stand one name a line");
    for column in columns {
        assert!(
            page.contains(&format!("`{column}`")),
            "{column} is not documented"
        );
    }
}

#[test]
fn every_strategy_and_its_parameters_are_on_the_pages_for_readers() {
    let page = |name: &str| fs::read_to_string(root().join("docs").join(name)).expect("a page");
    let [files, method] = ["scenario-files.md", "method.md"].map(page);
    let rules = OFFERING_RULES.iter().map(|it| (it.name, it.parameters));
    let conditions = (ACCEPTANCE_CONDITIONS.iter()).map(|it| (it.name, it.parameters));
    for (name, parameters) in rules.chain(conditions) {
        for page in [&files, &method] {
            let row = format!("\n| `{name}`");
            assert!(page.contains(&row), "{name} has no row");
        }
        for it in parameters {
            let is_told = files.contains(&format!("`{}`", it.name));
            assert!(is_told, "{} of {name} is not told", it.name);
        }
    }
}
