//! Files that can be read only once: a scenario that comes out of a pipe is as good as one in a file.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use demarche::config::{Overrides, load_experiment};
use tempfile::TempDir;

use crate::support::process::{
    VILLAGES, check, demarche, interrupt, manifest, path_text, run, start, tables,
};

const STDIN: &str = "/dev/stdin";

/// Starts the program with a file's text behind a pipe.
fn start_with_input(arguments: &[&str], text: &str) -> Child {
    let mut child = demarche(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("it has an input");
    input.write_all(text.as_bytes()).expect("it reads");
    child
}

#[track_caller]
fn check_with_input(arguments: &[&str], text: &str, code: i32) -> Output {
    let output = start_with_input(arguments, text)
        .wait_with_output()
        .unwrap();
    let rendered = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {rendered}"
    );
    output
}

fn villages() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(VILLAGES)).unwrap()
}

#[test]
fn a_scenario_from_a_pipe_gives_the_tables_of_the_file() {
    let folder = TempDir::new().unwrap();
    let text = villages();
    check_with_input(&["check", STDIN, "--draws", "10"], &text, 0);
    let reference = run(
        &folder,
        "batch",
        "reference",
        VILLAGES,
        &["--sessions", "300"],
    );
    let out = folder.path().join("run");
    let arguments = ["batch", STDIN, "--sessions", "300", "--quiet", "--out"];
    check_with_input(&[&arguments[..], &[path_text(&out)]].concat(), &text, 0);
    assert!(tables(&out) == tables(&reference));
    let inputs = |it: &Path| manifest(it)["inputs"][0]["sha256"].clone();
    assert_eq!(inputs(&out), inputs(&reference));
    check(&["replay", path_text(&out), "7"], 0);
    let out = folder.path().join("flip");
    let arguments = ["flip", STDIN, "--sessions", "10", "--quiet", "--out"];
    check_with_input(&[&arguments[..], &[path_text(&out)]].concat(), &text, 0);
}

#[test]
fn an_error_in_a_pipe_has_its_line() {
    let text = villages().replacen("schema = 1", "schema = one", 1);
    let rendered = check_with_input(&["check", STDIN], &text, 2).stderr;
    let rendered = String::from_utf8(rendered).unwrap();
    assert!(rendered.contains("schema = one"), "{rendered}");
}

#[test]
fn a_run_from_a_pipe_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let text = villages();
    let more = ["--sessions", "20000", "--quiet"];
    let reference = run(&folder, "batch", "reference", VILLAGES, &more[..2]);
    let out = folder.path().join("run");
    let arguments = [&["batch", STDIN][..], &more, &["--out", path_text(&out)]].concat();
    let mut child = start_with_input(&arguments, &text);
    while fs::metadata(out.join("sessions.csv")).map_or(true, |it| it.len() < 50_000) {
        assert!(child.try_wait().unwrap().is_none(), "it is over");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
    assert!(tables(&out) == tables(&reference));
}

#[test]
fn shards_from_pipes_become_one_run() {
    let folder = TempDir::new().unwrap();
    let text = villages();
    let reference = run(
        &folder,
        "batch",
        "reference",
        VILLAGES,
        &["--sessions", "600"],
    );
    let shards = ["1/2", "2/2"].map(|shard| {
        let out = folder.path().join(shard.replace('/', "-of-"));
        let arguments = [
            "batch",
            STDIN,
            "--sessions",
            "600",
            "--quiet",
            "--shard",
            shard,
        ];
        let out_text = path_text(&out).to_owned();
        check_with_input(&[&arguments[..], &["--out", &out_text]].concat(), &text, 0);
        out_text
    });
    let out = folder.path().join("merged");
    let merge = [
        "merge",
        &shards[0],
        &shards[1],
        "--quiet",
        "--out",
        path_text(&out),
    ];
    check(&merge, 0);
    assert!(tables(&out) == tables(&reference));
}

#[test]
fn a_sweep_from_a_pipe_is_cut_into_shards() {
    let folder = TempDir::new().unwrap();
    let scenario = format!("{}/{VILLAGES}", env!("CARGO_MANIFEST_DIR"));
    let text = format!(
        "schema = 1\nname = \"piped\"\nscenario = \"{scenario}\"\nsessions = 600\n\
         [[sweep.axis]]\npath = \"party.upper.reservation_value\"\nvalues = [0.4, 0.8]\n"
    );
    let plan = folder.path().join("plan");
    let arguments = ["plan", STDIN, "--shards", "2", "--out", path_text(&plan)];
    let printed = check_with_input(&arguments, &text, 0).stdout;
    let printed = String::from_utf8(printed).unwrap();
    assert!(
        printed.starts_with("1,200 sessions in 2 cells"),
        "{printed}"
    );
    let manifest = plan.join("plan.json");
    for index in ["1", "2"] {
        let shard = [
            "shard",
            "--manifest",
            path_text(&manifest),
            "--index",
            index,
        ];
        check(&shard, 0);
    }
    let out = folder.path().join("merged");
    let merge = ["merge", "--manifest", path_text(&manifest), "--quiet"];
    check(&[&merge[..], &["--out", path_text(&out)]].concat(), 0);
    let experiment = folder.path().join("piped.toml");
    fs::write(&experiment, text).unwrap();
    let reference = run(&folder, "sweep", "reference", path_text(&experiment), &[]);
    assert!(tables(&out) == tables(&reference));
}

/// Nothing says that anybody will ever write to it, so whoever waits must be able to know and to leave.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how soon Ctrl-C is answered is about wall time"
)]
fn a_pipe_that_nobody_writes_to_is_reported_and_cancelled_at_the_first_interrupt() {
    let folder = TempDir::new().unwrap();
    let fifo = folder.path().join("scenario.toml");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let out = folder.path().join("run");
    for arguments in [
        &["check", path_text(&fifo)][..],
        &["batch", path_text(&fifo), "--out", path_text(&out)],
        &["flip", path_text(&fifo), "--out", path_text(&out)],
    ] {
        let mut child = start(arguments);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let rendered = lines.next().unwrap().unwrap();
        assert!(
            rendered.starts_with("waiting for the end of "),
            "{rendered}"
        );
        interrupt(&child);
        let start = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(start.elapsed() < Duration::from_secs(6), "{arguments:?}");
        assert!(!out.exists());
    }
}

#[test]
fn a_pipe_that_is_written_to_late_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let fifo = folder.path().join("scenario.toml");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let child = demarche(&["check", path_text(&fifo), "--draws", "10"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut pipe = File::options().write(true).open(&fifo).unwrap();
    let text = villages();
    let (one, other) = text.split_at(text.len() / 2);
    pipe.write_all(one.as_bytes()).unwrap();
    pipe.write_all(other.as_bytes()).unwrap();
    drop(pipe);
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn every_file_is_read_once() {
    let scenario = villages();
    let experiment =
        "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n[sweep]\npoints = \"p.csv\"\n";
    let points = "scenario\ns.toml\nt.toml\n";
    for named in ["e.toml", "s.toml"] {
        let read = std::cell::RefCell::new(Vec::new());
        let read_file = |path: &Path| {
            read.borrow_mut().push(path.to_owned());
            Ok(match path.to_str() {
                Some("e.toml") => experiment.to_owned(),
                Some("p.csv") => points.to_owned(),
                Some("t.toml") => "schema = 1\nextends = \"s.toml\"\n".to_owned(),
                _ => scenario.clone(),
            })
        };
        load_experiment(Path::new(named), &Overrides::default(), &read_file).unwrap();
        let mut read = read.into_inner();
        let n_read = read.len();
        read.sort();
        read.dedup();
        assert_eq!(read.len(), n_read, "{read:?}");
    }
}
