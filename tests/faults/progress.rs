//! How far a run has come: what a terminal shows, and what a file gets in its place.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, interrupt, path_text, start};
use crate::support::terminal::{check_exit, terminal};

/// More sessions than anybody waits for.
const ENDLESS: &str = "50000000";

/// A sweep of two cells.
fn sweep_file(folder: &TempDir) -> PathBuf {
    let file = folder.path().join("sweep.toml");
    let scenario = format!("{}/{VILLAGES}", env!("CARGO_MANIFEST_DIR"));
    let text = format!(
        "schema = 1\nname = \"hurry\"\nscenario = \"{scenario}\"\n[[sweep.axis]]\n\
         path = \"protocol.alternating_offers.deadline_rounds\"\nvalues = [3, 20]\n"
    );
    fs::write(&file, text).unwrap();
    file
}

/// The first line that a run without end writes to what is no terminal.
#[track_caller]
fn first_line(verb: &str, file: &str, more: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [verb, file, "--threads", "1", "--out", path_text(&out)];
    let mut child = start(&[&arguments[..], more].concat());
    let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    let line = lines.next().expect("there is a line").expect("it is text");
    interrupt(&child);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(rest.iter().any(|it| it.starts_with("interrupted")));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    line
}

#[test]
fn what_is_no_terminal_gets_a_plain_line_now_and_then() {
    let line = first_line("batch", VILLAGES, &["--sessions", ENDLESS]);
    let [sessions, rate, left, deals] = line.split(", ").collect::<Vec<_>>()[..] else {
        panic!("{line}");
    };
    assert!(sessions.ends_with(" of 50,000,000 sessions"), "{line}");
    assert!(rate.ends_with(" a second"), "{line}");
    assert!(left.ends_with(" left"), "{line}");
    assert!(
        deals.starts_with("deals ") && deals.ends_with(" %)"),
        "{line}"
    );
    assert!(!line.contains(char::is_control), "{line:?}");
}

#[test]
fn a_sweep_tells_how_many_cells_are_done() {
    let folder = TempDir::new().unwrap();
    let file = sweep_file(&folder);
    let line = first_line("sweep", path_text(&file), &["--sessions", ENDLESS]);
    assert!(line.contains(" of 100,000,000 sessions, "), "{line}");
    // Deals in each cell: three rounds are too short, twenty long enough.
    assert!(
        line.contains(" left, 0 of 2 cells done, deals from "),
        "{line}"
    );
    assert!(line.contains(" % to "), "{line}");
}

#[test]
fn a_study_tells_how_many_points_are_done_and_no_share_of_deals() {
    let saltelli = first_line("sensitivity", VILLAGES, &["--points", "2000000"]);
    assert!(
        saltelli.ends_with(" of 2,000,000 base points"),
        "{saltelli}"
    );
    let more = ["--points", "2000000", "--method", "morris"];
    let morris = first_line("sensitivity", VILLAGES, &more);
    assert!(morris.ends_with(" of 2,000,000 trajectories"), "{morris}");
}

#[test]
fn a_flip_tells_which_shift_is_tried_and_what_is_sought() {
    let more = ["--sessions", "10000000", "--rate", "40"];
    let line = first_line("flip", VILLAGES, &more);
    let (_, found) = line
        .split_once(" left, ")
        .expect("an estimate of the remaining time");
    assert!(found.starts_with("deals "), "{line}");
    assert!(
        found.contains(" %, 40.0 % sought, at ") || found.contains(" as things stand"),
        "{line}"
    );
}

#[test]
fn a_terminal_shows_a_bar() {
    let folder = TempDir::new().unwrap();
    let file = sweep_file(&folder);
    let out = folder.path().join("run");
    let (file, out) = (path_text(&file), path_text(&out));
    let arguments = format!("sweep {file} --sessions {ENDLESS} --threads 1 --out {out}");
    let mut it = terminal(100, &arguments, false);
    it.exp_string(" of 100,000,000").unwrap();
    it.exp_string("0 of 2 cells done").unwrap();
    it.send_control('c').unwrap();
    it.exp_string("interrupted: ").unwrap();
    it.exp_eof().unwrap();
    check_exit(&it, 130);
}
