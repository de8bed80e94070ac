//! What the command line answers before and beside the work of its verbs.

use std::fs;
use std::io::{BufRead as _, BufReader};

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, demarche, interrupt, path_text, run, start};
use crate::support::terminal::{check_exit, terminal};

#[test]
fn a_word_of_other_programs_is_answered_with_the_verb() {
    for (word, verbs) in [
        ("run", ["`demarche batch`", "`demarche play`"].as_slice()),
        ("simulate", &["`demarche batch`"]),
        ("validate", &["`demarche check`"]),
        ("lint", &["`demarche check`"]),
        ("test", &["`demarche check`"]),
        ("init", &["`demarche new`", "`demarche import`"]),
        ("template", &["`demarche new`"]),
        ("show", &["`demarche open`", "`demarche report`"]),
        ("ls", &["`demarche runs`"]),
        ("diff", &["`demarche compare`"]),
        ("Why", &["`demarche explain`"]),
    ] {
        for arguments in [vec![word], vec![word, VILLAGES], vec!["help", word]] {
            let output = check(&arguments, 2);
            let rendered = String::from_utf8(output.stderr).unwrap();
            assert!(output.stdout.is_empty(), "{arguments:?}");
            assert!(
                rendered.starts_with(&format!("error: there is no command `{word}`: ")),
                "{rendered}"
            );
            for verb in verbs {
                assert!(rendered.contains(verb), "{rendered}");
            }
        }
    }
    let rendered = String::from_utf8(check(&["xyzzy"], 2).stderr).unwrap();
    assert!(
        rendered.starts_with("error: unrecognized subcommand 'xyzzy'"),
        "{rendered}"
    );
    let rendered = String::from_utf8(check(&["bacth"], 2).stderr).unwrap();
    assert!(rendered.contains("'batch'"), "{rendered}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    for arguments in [
        ["help"].as_slice(),
        &["--help"],
        &["--version"],
        &["help", "batch"],
        &["schema"],
        &["schema", "experiment"],
        &["completions", "bash"],
        &["man"],
        &["play", VILLAGES],
        &["check", VILLAGES, "--draws", "10"],
        &["analyze", VILLAGES, "--draws", "2"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = demarche(arguments).stdout(full).output().unwrap();
        let rendered = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {rendered}");
        assert!(
            rendered.starts_with("error: cannot write to standard output: "),
            "{rendered}"
        );
    }
}

#[test]
fn help_goes_to_standard_output_and_errors_go_to_standard_error() {
    for arguments in [["--help"].as_slice(), &["help", "batch"], &["--version"]] {
        let output = check(arguments, 0);
        assert!(
            output.stderr.is_empty() && !output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
    for arguments in [[].as_slice(), &["batch"], &["batch", "--sesions", "3"]] {
        let output = check(arguments, 2);
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_page_that_was_written_is_named() {
    let folder = TempDir::new().unwrap();
    let few = ["--sessions", "20"];
    let first = run(&folder, "batch", "first", VILLAGES, &few);
    let second = run(&folder, "batch", "second", VILLAGES, &few);
    let [first, second] = [&first, &second].map(|it| path_text(it));
    let page = |name: &str| path_text(&folder.path().join(name)).to_owned();
    let [session, events, comparison, table] = [
        "session.html",
        "events.html",
        "comparison.html",
        "table.csv",
    ]
    .map(page);
    let written = |path: &str| format!("Written: {path}\n");
    let output = check(&["replay", first, "0", "--page", &session], 0);
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .ends_with(&written(&session))
    );
    let output = check(&["replay", first, "0", "--json", "--page", &events], 0);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .ends_with(&written(&events))
    );
    let more = ["--page", &comparison, "--out", &table];
    let output = check(&[["compare", first, second].as_slice(), &more].concat(), 0);
    let rendered = String::from_utf8(output.stdout).unwrap();
    assert!(
        rendered.ends_with(&(written(&table) + &written(&comparison))),
        "{rendered}"
    );
}

/// More draws than anybody waits for.
const ENDLESS: &str = "5000000000";

#[test]
fn a_check_that_takes_long_says_how_far_it_is() {
    let mut child = start(&["check", VILLAGES, "--draws", ENDLESS]);
    let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    let line = lines.next().expect("there is a line").expect("it is text");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(line.contains(" of 5,000,000,000 draws, "), "{line}");
    assert!(line.ends_with(" s"), "{line}");
}

#[test]
fn a_check_shows_a_bar_in_a_terminal() {
    let mut it = terminal(100, &format!("check {VILLAGES} --draws {ENDLESS}"), false);
    it.exp_string(" of 5,000,000,000 draws").unwrap();
    it.send_control('c').unwrap();
    it.exp_eof().unwrap();
    check_exit(&it, 130);
}

#[test]
fn an_unknown_option_is_answered_with_the_nearest_or_with_its_verbs() {
    let answer = |arguments: &[&str]| String::from_utf8(check(arguments, 2).stderr).unwrap();
    let near = answer(&["batch", VILLAGES, "--sesions", "3"]);
    assert!(near.contains("'--sessions'"), "{near}");
    let of_another = answer(&["batch", VILLAGES, "--points", "3"]);
    assert!(
        of_another.contains("--points is an option of `demarche sensitivity`"),
        "{of_another}"
    );
    for strange in ["--xyzzy", "-x"] {
        let answer = answer(&["batch", VILLAGES, strange]);
        assert!(!answer.contains("as a value"), "{answer}");
        assert!(answer.contains("--help"), "{answer}");
    }
}
