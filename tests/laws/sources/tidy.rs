//! The house rules that a program can check: arrows between folders, file heads, sizes, words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use demarche::domain::DISTRIBUTIONS;
use demarche::strategy::{ACCEPTANCE_CONDITIONS, OFFERING_RULES};

/// For each folder of a crate, what it may use: a folder of its own crate by name, one of another
/// crate as `core::name` or `stats::name`.
const ARROWS: [(&str, &[&str]); 17] = [
    ("core::domain", &[]),
    ("core::solution", &["core::domain"]),
    ("core::search", &["core::domain"]),
    ("core::randomness", &[]),
    ("core::protocol", &["core::domain", "core::randomness"]),
    (
        "core::strategy",
        &[
            "core::domain",
            "core::protocol",
            "core::randomness",
            "core::search",
        ],
    ),
    (
        "core::negotiation",
        &[
            "core::domain",
            "core::protocol",
            "core::randomness",
            "core::search",
            "core::strategy",
        ],
    ),
    ("stats::design", &[]),
    ("stats::estimate", &[]),
    ("stats::sensitivity", &["stats::estimate"]),
    (
        "actors",
        &[
            "core::domain",
            "core::negotiation",
            "core::protocol",
            "core::randomness",
        ],
    ),
    (
        "experiment",
        &[
            "actors",
            "core::domain",
            "core::negotiation",
            "core::protocol",
            "core::randomness",
            "core::solution",
            "core::strategy",
            "stats::design",
            "stats::estimate",
            "stats::sensitivity",
        ],
    ),
    (
        "config",
        &[
            "core::domain",
            "core::negotiation",
            "core::protocol",
            "core::randomness",
            "core::strategy",
            "experiment",
            "stats::design",
            "stats::estimate",
            "stats::sensitivity",
        ],
    ),
    ("interchange", &["core::domain"]),
    (
        "tables",
        &[
            "actors",
            "core::domain",
            "core::negotiation",
            "core::protocol",
            "core::randomness",
            "core::solution",
            "experiment",
            "stats::estimate",
            "wording",
        ],
    ),
    ("wording", &["stats::estimate"]),
    (
        "run",
        &[
            "actors",
            "config",
            "core::domain",
            "core::negotiation",
            "core::protocol",
            "core::randomness",
            "core::solution",
            "core::strategy",
            "experiment",
            "stats::design",
            "tables",
            "wording",
        ],
    ),
];

/// Those that may use all of the above, and of each other what stands here.
const EDGES: [(&str, &[&str]); 3] = [
    ("outside", &[]),
    ("report", &[]),
    ("cli", &["outside", "report"]),
];

/// Of the streams' module a strategy or a protocol may know only the stream that it is handed.
const WHAT_IS_HANDED_ON: &str = "use crate::randomness::Stream;";

/// Besides `cli`, the files that read and write files, or say where they are.
const WHAT_TOUCHES_THE_DISK: [&str; 8] = [
    "run/journal/journal_file.rs",
    "run/writer/agreement_counts.rs",
    "run/writer/waiting_rows.rs",
    "tables/folder/run_directory.rs",
    "tables/folder/safe_fs.rs",
    "tables/folder/table_file.rs",
    "tables/folder/table_records.rs",
    "tables/folder/write_error.rs",
];

/// Besides `cli`, the file that reads a clock.
const WHAT_READS_A_CLOCK: &str = "run/execute/stopwatch.rs";

/// Besides `cli`, the file that starts other programs, and waits for them by a clock.
const WHAT_RUNS_A_PROGRAM: &str = "outside/process.rs";

/// Lines of a file from which a second look is due.
const LINES_MAX: usize = 600;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
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

/// The folders with code that ships, each with the crate that its folders are named after.
pub(crate) const CRATES: [(&str, &str); 3] = [
    ("src", ""),
    ("crates/demarche-core/src", "core::"),
    ("crates/demarche-stats/src", "stats::"),
];

fn source_files() -> Vec<(PathBuf, String)> {
    CRATES.map(|(it, _)| files(it, "rs")).concat()
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let others = ["tests", "benches"].map(|it| files(it, "rs"));
    [source_files(), others.concat()].concat()
}

/// The folder of a crate that a file belongs to, or the file's own name without its ending.
fn folder_of(path: &Path) -> String {
    let below = |(folder, name)| Some((path.strip_prefix(root().join(folder)).ok()?, name));
    let (below, prefix) = CRATES.into_iter().find_map(below).expect("a source file");
    let first = below.iter().next().expect("a path has parts");
    prefix.to_owned() + first.to_string_lossy().trim_end_matches(".rs")
}

/// The lines of a file that ship: without comments, and without what is for tests only.
pub(crate) fn shipped_lines(text: &str) -> Vec<&str> {
    let mut shipped = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.trim_start() {
            // The whole file is for tests.
            "#![cfg(test)]" => break,
            "#[cfg(test)]" => {
                // What follows ends with its line, or with the brace in the same column.
                let indent = line.len() - line.trim_start().len();
                let first = lines.find(|it| !it.trim_start().starts_with("#["));
                if first.is_some_and(|it| it.ends_with('{')) {
                    let closing = format!("{}}}", &line[..indent]);
                    lines.find(|it| *it == closing);
                }
            }
            comment if comment.starts_with("//") => {}
            _ => shipped.push(line),
        }
    }
    shipped
}

/// The folders that code uses, of its own crate and of the others.
fn used_folders(code: &str, prefix: &str) -> BTreeSet<String> {
    let sources = [
        ("crate::", prefix),
        ("demarche_core::", "core::"),
        ("demarche_stats::", "stats::"),
    ];
    let mut used = BTreeSet::new();
    for (path, prefix) in sources {
        for part in code.split(path).skip(1) {
            let name: String = part
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_')
                .collect();
            used.insert(format!("{prefix}{name}"));
        }
    }
    used
}

#[test]
fn no_arrow_points_up() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let edges: BTreeMap<&str, &[&str]> = EDGES.into_iter().collect();
    for (path, text) in source_files() {
        let folder = folder_of(&path);
        if ["lib", "main", "core::lib", "stats::lib"].contains(&folder.as_str()) {
            continue;
        }
        let code = shipped_lines(&text).join("\n");
        let prefix = folder.find("::").map_or("", |it| &folder[..it + 2]);
        for used in used_folders(&code, prefix) {
            let known = match (allowed.get(folder.as_str()), edges.get(folder.as_str())) {
                (Some(known), _) => known.contains(&used.as_str()),
                (None, Some(known)) => {
                    known.contains(&used.as_str()) || allowed.contains_key(used.as_str())
                }
                (None, None) => panic!("{folder} has no arrows"),
            };
            assert!(used == folder || known, "{} uses {used}", path.display());
        }
        if ["core::protocol", "core::strategy"].contains(&folder.as_str()) {
            let uses = code.lines().filter(|it| it.contains("crate::randomness"));
            for line in uses {
                assert_eq!(line, WHAT_IS_HANDED_ON, "{}", path.display());
            }
        }
    }
}

#[test]
fn what_is_for_tests_only_does_not_ship() {
    let text = "#[cfg(test)]\nmod helpers;\nuse crate::a;\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\nuse crate::c;";
    assert_eq!(shipped_lines(text), ["use crate::a;", "use crate::c;"]);
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
    for (path, text) in source_files() {
        let is_edge = ["cli", "main"].contains(&folder_of(&path).as_str())
            || path.ends_with(WHAT_RUNS_A_PROGRAM)
            || WHAT_TOUCHES_THE_DISK.iter().any(|it| path.ends_with(it))
            || path.ends_with(WHAT_READS_A_CLOCK);
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

/// A verb has arguments, a call of the library and output: what two verbs need has a place of its
/// own.
#[test]
fn no_verb_uses_another() {
    for (path, text) in files("src/cli", "rs") {
        // It has the arguments of all of them.
        if path.ends_with("cli/mod.rs") {
            continue;
        }
        let code = shipped_lines(&text).join("\n");
        let found = ["cli::verbs", "super::"]
            .iter()
            .find(|it| code.contains(**it));
        assert!(found.is_none(), "{} uses {found:?}", path.display());
    }
}

#[test]
fn only_one_file_writes_to_the_terminal() {
    for (path, text) in source_files() {
        let is_the_one = path.ends_with("cli/interactive/terminal.rs");
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
    for (path, text) in source_files() {
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

/// The column that stands in a line of a header, with its kind or without; most tables have their
/// headers from the dictionary itself.
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
    let mut tables = files("src/tables/rows", "rs");
    tables.retain(|(path, _)| !path.ends_with("event_lines.rs"));
    let comparison = root().join("src/run/record/comparison_table.rs");
    let text = fs::read_to_string(&comparison).expect("the file can be read");
    tables.push((comparison, text));
    let columns: BTreeSet<&str> = tables
        .iter()
        .flat_map(|(_, it)| shipped_lines(it))
        .filter_map(column_of)
        .collect();
    assert!(columns.len() > 10, "the headers stand one name a line");
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

#[test]
fn every_distribution_and_its_parameters_are_on_the_page_for_readers() {
    let page = fs::read_to_string(root().join("docs/scenario-files.md")).expect("a page");
    for kind in DISTRIBUTIONS {
        let is_of_it =
            |it: &&str| it.starts_with('|') && it.contains(&format!("{{ {} = ", kind.name));
        let row = page.lines().find(is_of_it);
        let row = row.unwrap_or_else(|| panic!("{} has no row", kind.name));
        for it in kind.parameters() {
            let is_told = row.contains(&format!("{} = ", it.name));
            assert!(is_told, "{} of {} is not told", it.name, kind.name);
        }
    }
}

#[test]
fn every_test_that_holds_a_promise_of_reliability_is_there() {
    let page = fs::read_to_string(root().join("docs/reliability.md")).expect("a page");
    let files = rust_files();
    let named = page.split('`').skip(1).step_by(2);
    let mut n_named = 0;
    for path in named.filter(|it| it.contains("::") && !it.contains(' ')) {
        let (module, name) = path.rsplit_once("::").expect("there are two parts");
        let is_module = |file: &Path, module: &str| {
            file.with_extension("").ends_with(module.replace("::", "/"))
        };
        let function = format!("fn {name}(");
        let is_there = files.iter().any(|(file, text)| {
            is_module(file, path) || is_module(file, module) && text.contains(&function)
        });
        assert!(is_there, "{path} is not there");
        n_named += 1;
    }
    assert!(n_named > 30, "{n_named}");
}

/// Words of the first version for which there is a standard one: see `docs/glossary.md`.
const NONSTANDARD_WORDS: [&str; 24] = [
    "luck",
    "told",
    "mistake",
    "mistakes",
    "twin",
    "twins",
    "seat",
    "landscape",
    "yardstick",
    "leeway",
    "concord",
    "prospect",
    "come to",
    "comes to",
    "came to",
    "commonest",
    "less the first",
    "stand in the way",
    "stands in the way",
    "stood in the way",
    "no alone",
    "go on with",
    "goes on with",
    "gone on with",
];

/// Where these words no longer occur: files, and folders with the ending of their files.
const CLEAN_FILES: [&str; 4] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
];
const CLEAN_FOLDERS: [(&str, &str); 8] = [
    ("docs", "md"),
    ("src", "rs"),
    ("src", "html"),
    ("crates", "rs"),
    ("examples", "rs"),
    ("benches", "rs"),
    ("tests/support", "rs"),
    ("tests/faults", "rs"),
];

/// A value of tables and manifests that older versions wrote too, as code quotes it.
const QUOTED_VALUE: &str = "\"luck\"";

/// The part of a line outside backticks: names of files, columns and values stand as they are.
fn prose(line: &str) -> String {
    let outside: Vec<&str> = line.split('`').step_by(2).collect();
    outside.join(" ").to_lowercase()
}

/// The first nonstandard word of a line's prose.
fn nonstandard_word(line: &str) -> Option<&'static str> {
    let words: Vec<String> = prose(line)
        .split(|it: char| !it.is_alphanumeric() && it != '_')
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    let text = format!(" {} ", words.join(" "));
    NONSTANDARD_WORDS
        .into_iter()
        .find(|it| text.contains(&format!(" {it} ")))
}

#[test]
fn clean_pages_and_crates_keep_to_standard_words() {
    let mut texts: Vec<(PathBuf, String)> = CLEAN_FOLDERS
        .iter()
        .flat_map(|(folder, ending)| files(folder, ending))
        .collect();
    for name in CLEAN_FILES {
        let path = root().join(name);
        let text = fs::read_to_string(&path).expect("the file can be read");
        texts.push((path, text));
    }
    for (path, text) in texts {
        for (idx, line) in text.lines().enumerate() {
            let found = nonstandard_word(&line.replace(QUOTED_VALUE, ""));
            assert!(found.is_none(), "{}:{}: {found:?}", path.display(), idx + 1);
        }
    }
}

#[test]
fn nonstandard_words_are_found_outside_names_only() {
    assert_eq!(
        nonstandard_word("All mistakes are listed."),
        Some("mistakes")
    );
    assert_eq!(nonstandard_word("It comes to\tnothing."), Some("comes to"));
    assert_eq!(nonstandard_word("The key `luck` and clucking hens"), None);
}
