//! Ctrl-C to real processes, wherever they are: they leave within two seconds, and what is complete
//! is on the disk.
#![expect(
    clippy::disallowed_methods,
    reason = "signals come at a time, and have to be answered within one"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::support::process::{VILLAGES, check, interrupt, manifest, path_text, run, start};

/// Two seconds, with room for a machine that is busy otherwise.
const LEAVING_TIME_MAX: Duration = Duration::from_secs(6);

fn wait_for(child: &mut Child, path: &Path) {
    while !path.exists() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "it is over: {ended:?}");
        sleep(Duration::from_millis(1));
    }
}

/// The messages of a process that is interrupted now.
#[track_caller]
fn messages_when_interrupted(child: Child) -> String {
    let sent = Instant::now();
    interrupt(&child);
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    let rendered = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(130), "{rendered}");
    let time = sent.elapsed();
    assert!(
        time < LEAVING_TIME_MAX,
        "it left after {time:?}: {rendered}"
    );
    rendered
}

/// A process is interrupted after a moment, before it has got far.
#[track_caller]
fn check_leaves(arguments: &[&str]) {
    let mut child = start(arguments);
    sleep(Duration::from_millis(300));
    let ended = child.try_wait().unwrap();
    assert!(ended.is_none(), "{arguments:?} is over: {ended:?}");
    let rendered = messages_when_interrupted(child);
    let last = rendered.lines().last().unwrap_or_default();
    assert!(last.starts_with("interrupted"), "{arguments:?}: {rendered}");
}

/// A scenario of the villages in which nobody ever gives way, of a million rounds.
fn long(folder: &TempDir) -> PathBuf {
    let text = fs::read_to_string(VILLAGES).unwrap();
    let text: String = text
        .lines()
        .map(|it| match it.split_once(" = {") {
            Some(("time_dependent" | "trade_off", _)) => "tough = {}\n".to_owned(),
            _ => format!("{it}\n"),
        })
        .collect();
    let path = folder.path().join("long.toml");
    let long = text.replace("deadline_rounds = 20", "deadline_rounds = 1_000_000");
    fs::write(&path, long).unwrap();
    path
}

/// Five parties about a million million outcomes, each of which looks for its favourites.
fn large(folder: &TempDir) -> PathBuf {
    let mut text =
        "schema = 1\nname = \"large\"\ntitle = \"Large\"\nkind = \"synthetic\"\n".to_owned();
    for issue in 0..12 {
        let options: Vec<String> = (0..10)
            .map(|it| format!("{{ id = \"o{it}\", label = \"O\" }}"))
            .collect();
        let options = options.join(", ");
        let _ = writeln!(
            text,
            "[[issue]]\nid = \"i{issue}\"\nlabel = \"I\"\noptions = [{options}]"
        );
    }
    for party in 0..5 {
        let _ = writeln!(
            text,
            "[[party]]\nid = \"p{party}\"\nlabel = \"P\"\nreservation_value = 0.9"
        );
        for issue in 0..12 {
            let utilities: Vec<String> = (0..10)
                .map(|it| format!("o{it} = 0.{}", (it * 7 + issue * 3 + party) % 10))
                .collect();
            let _ = writeln!(
                text,
                "[[party.preference]]\nissue = \"i{issue}\"\nweight = {}.5\nutility = {{ {} }}",
                1 + (issue * party) % 7,
                utilities.join(", ")
            );
        }
        text.push_str("[[party.strategy]]\np = 1.0\ntop_fraction = { fraction = 0.001 }\n");
    }
    text.push_str("[protocol.proposal_and_vote]\ndeadline_rounds = 1_000_000\n");
    let path = folder.path().join("large.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn ctrl_c_ends_sessions_of_a_million_rounds() {
    let folder = TempDir::new().unwrap();
    let (file, out) = (long(&folder), folder.path().join("run"));
    let arguments = [
        "--threads",
        "2",
        "--sessions",
        "40",
        "--out",
        path_text(&out),
    ];
    let mut child = start(&[&["batch", path_text(&file)][..], &arguments].concat());
    wait_for(&mut child, &out);
    sleep(Duration::from_millis(300));
    let rendered = messages_when_interrupted(child);
    assert!(
        rendered.contains("interrupted: 0 of 40 sessions"),
        "{rendered}"
    );
    assert_eq!(manifest(&out)["complete"], false);
}

#[test]
fn ctrl_c_ends_a_search_among_a_million_million_outcomes() {
    let folder = TempDir::new().unwrap();
    let (file, out) = (large(&folder), folder.path().join("run"));
    let arguments = [
        "--threads",
        "1",
        "--sessions",
        "2",
        "--out",
        path_text(&out),
    ];
    let mut child = start(&[&["batch", path_text(&file)][..], &arguments].concat());
    wait_for(&mut child, &out);
    sleep(Duration::from_millis(500));
    let rendered = messages_when_interrupted(child);
    assert!(
        rendered.contains("interrupted: 0 of 2 sessions"),
        "{rendered}"
    );
    assert_eq!(manifest(&out)["complete"], false);
}

#[test]
fn ctrl_c_ends_a_sweep_while_its_cells_are_built() {
    let folder = TempDir::new().unwrap();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/scenarios/alaska-2025.toml");
    fs::copy(scenario, folder.path().join("s.toml")).unwrap();
    let experiment = "schema = 1\nname = \"e\"\nscenario = \"s.toml\"\n[sweep]\n[[sweep.axis]]\n\
        path = \"party.ukraine.reservation_value.triangular.mode\"\n\
        range = { from = 0.515, to = 0.685, step = 0.00002 }\n";
    let file = folder.path().join("e.toml");
    fs::write(&file, experiment).unwrap();
    let out = folder.path().join("run");
    check_leaves(&["sweep", path_text(&file), "--out", path_text(&out)]);
    assert!(!out.exists());
}

#[test]
fn ctrl_c_ends_what_has_nothing_to_lose() {
    let folder = TempDir::new().unwrap();
    let file = long(&folder);
    let file = path_text(&file);
    check_leaves(&["play", file]);
    check_leaves(&["check", file, "--draws", "1000000000"]);
}

#[test]
fn ctrl_c_ends_a_replay() {
    let folder = TempDir::new().unwrap();
    let out = run(&folder, "batch", "run", VILLAGES, &["--sessions", "1"]);
    let mut long = manifest(&out);
    let scenario = &mut long["resolved"];
    scenario["protocol"]["alternating_offers"]["deadline_rounds"] = 1_000_000.into();
    for party in scenario["party"].as_array_mut().unwrap() {
        party["strategy"] = json!([{ "p": 1.0, "tough": {} }]);
    }
    fs::write(out.join("manifest.json"), long.to_string()).unwrap();
    check_leaves(&["replay", path_text(&out), "0"]);
}

#[test]
fn ctrl_c_while_a_study_is_worked_up_leaves_a_manifest_that_says_so() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = ["--points", "1024", "--quiet", "--out", path_text(&out)];
    let mut child = start(&[&["sensitivity", VILLAGES][..], &arguments].concat());
    wait_for(&mut child, &out.join("manifest.json"));
    let rendered = messages_when_interrupted(child);
    assert!(rendered.contains("a manifest but no tables"), "{rendered}");
    assert_eq!(manifest(&out)["complete"], false);
}

#[test]
fn a_second_ctrl_c_stops_at_once_and_the_run_can_be_resumed() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("run");
    let arguments = [
        "batch",
        VILLAGES,
        "--sessions",
        "20000",
        "--out",
        path_text(&out),
    ];
    let mut child = start(&arguments);
    wait_for(&mut child, &out.join("parties.csv"));
    interrupt(&child);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    check(&["batch", "--quiet", "--resume", path_text(&out)], 0);
    assert_eq!(manifest(&out)["counts"]["sessions"], 20000);
}

/// The most memory that a process took, in MiB, and how it ended.
#[cfg(target_os = "linux")]
fn peak_memory(mut child: Child) -> (u64, Output) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let kib = line.and_then(|it| it.split_whitespace().next()?.parse().ok());
        peak = peak.max(kib.unwrap_or(0) >> 10);
        sleep(Duration::from_millis(1));
    }
    (peak, child.wait_with_output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn sessions_of_many_rounds_take_little_memory_and_their_transcripts_are_whole() {
    let folder = TempDir::new().unwrap();
    let file = long(&folder);
    let rounds = "protocol.alternating_offers.deadline_rounds=50000";
    for more in [&[][..], &["--transcripts"]] {
        let out = folder.path().join(format!("run{}", more.len()));
        let arguments = ["--sessions", "6", "--threads", "2", "--set", rounds];
        let arguments = [&["batch", path_text(&file)][..], &arguments, more].concat();
        let child = start(
            &[
                &arguments[..],
                &["--quiet", "--no-report", "--out", path_text(&out)],
            ]
            .concat(),
        );
        let (peak, output) = peak_memory(child);
        assert_eq!(output.status.code(), Some(0));
        // Events of all sessions together take more than a hundred.
        assert!(peak < 80, "{peak} MiB with {more:?}");
    }
    // The intermediate state on disk equals that of a replayed session.
    check(&["replay", path_text(&folder.path().join("run1")), "5"], 0);
}
