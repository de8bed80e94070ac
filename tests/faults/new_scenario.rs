//! Questions about a new scenario at a terminal, and files that are checked at every save.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, demarche, interrupt, path_text};
use crate::support::terminal::{check_exit, check_width, terminal};

#[test]
fn answers_become_a_scenario_that_is_valid_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("water.toml");
    let name = folder.path().join("water");
    let mut session = terminal(60, &format!("new {}", name.display()), false);
    for (question, answer) in [
        ("Title [Water]:", "Who gets the water"),
        ("Parties", "Upper, Lower, Mill"),
        ("be settled", "Hours, Upkeep"),
        ("Hours:", "day"),
        ("not an answer", "day, shared, night"),
        ("Upkeep:", ""),
        ("must say yes", "2"),
        ("Rounds", "6"),
    ] {
        session.exp_string(question).unwrap();
        session.send_line(answer).unwrap();
    }
    for _ in 0..3 {
        for _ in 0..2 {
            session.exp_string("like best?").unwrap();
            session.send_line("2").unwrap();
        }
        session.exp_string("matters most").unwrap();
        session.send_line("").unwrap();
    }
    session.exp_eof().unwrap();
    check_exit(&session, 0);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("title = \"Who gets the water\""), "{text}");
    assert!(text.contains("quota = 2"), "{text}");
    let checked = check(&["check", path_text(&file), "--draws", "100"], 0);
    assert_eq!(String::from_utf8(checked.stderr).unwrap(), "");
}

#[test]
fn questions_fit_a_narrow_terminal() {
    const COLUMNS: u16 = 60;
    let folder = TempDir::new().unwrap();
    let name = folder.path().join("x");
    let mut session = terminal(COLUMNS, &format!("new {}", name.display()), false);
    let mut rendered = String::new();
    // Six questions about the talks, and three about each of two parties.
    for _ in 0..12 {
        rendered += &session.exp_string("]: ").unwrap();
        rendered += "]: \n";
        session.send_line("").unwrap();
    }
    rendered += &session.exp_eof().unwrap();
    check_exit(&session, 0);
    assert!(rendered.contains("matters most to it?"), "{rendered}");
    check_width(&rendered, COLUMNS);
}

#[test]
fn the_summary_of_a_template_fits_a_narrow_terminal() {
    const COLUMNS: u16 = 60;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("talks.toml");
    let out = folder.path().join("run");
    check(&["new", path_text(&file), "--template", "summit"], 0);
    let arguments = format!(
        "batch {} --sessions 300 --no-report --out {}",
        file.display(),
        out.display()
    );
    let rendered = terminal(COLUMNS, &arguments, false).exp_eof().unwrap();
    let begin = rendered.find("Of 100 sessions").expect("it has a summary");
    check_width(&rendered[begin..], COLUMNS);
}

#[test]
fn whoever_leaves_the_questions_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let name = folder.path().join("water");
    let mut session = terminal(80, &format!("new {}", name.display()), false);
    session.exp_string("Title").unwrap();
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    check_exit(&session, 130);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_watched_file_is_checked_at_every_save_until_it_is_interrupted() {
    let folder = TempDir::new().unwrap();
    let base = folder.path().join("base.toml");
    let file = folder.path().join("mine.toml");
    let text = fs::read_to_string(VILLAGES).unwrap();
    fs::write(&base, &text).unwrap();
    let head = "schema = 1\nname = \"mine\"\ntitle = \"Mine\"\nextends = \"base.toml\"\n";
    fs::write(&file, head).unwrap();
    let arguments = ["check", "--watch", "--draws", "10", path_text(&file)];
    let mut child = demarche(&arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // All that is printed of one answer.
    let mut answer = || {
        let mut res = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap() + "\n";
            res += &line;
            if line.starts_with("Checked at") {
                break;
            }
        }
        res
    };
    let first = answer();
    assert!(first.contains("2 parties, 3 issues"), "{first}");
    assert!(first.contains("watching 2 files"), "{first}");
    // A file that it extends, which becomes wrong and right again.
    fs::write(&base, text.replace("weight = 5.0", "wieght = 5.0")).unwrap();
    let wrong = answer();
    assert!(!wrong.contains("2 parties"), "{wrong}");
    fs::write(
        &base,
        text.replace("deadline_rounds = 20", "deadline_rounds = 7"),
    )
    .unwrap();
    let right = answer();
    assert!(right.contains(" 7 rounds"), "{right}");
    fs::remove_file(&base).unwrap();
    let gone = answer();
    assert!(!gone.contains("2 parties"), "{gone}");
    fs::write(&base, text).unwrap();
    assert!(answer().contains(" 20 rounds"));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let rendered = String::from_utf8(output.stderr).unwrap();
    assert!(rendered.contains("did you mean `weight`?"), "{rendered}");
    assert!(rendered.trim_end().ends_with("interrupted"), "{rendered}");
}

#[test]
fn several_files_are_checked_and_the_worst_decides() {
    let folder = TempDir::new().unwrap();
    let wrong = folder.path().join("wrong.toml");
    fs::write(&wrong, "schema = 1\n").unwrap();
    let [wrong, draws] = [path_text(&wrong), "--draws=10"];
    let output = check(&["check", draws, wrong, VILLAGES], 2);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains(VILLAGES) && printed.contains("2 parties"),
        "{printed}"
    );
    check(&["check", draws, VILLAGES, VILLAGES], 0);
}
